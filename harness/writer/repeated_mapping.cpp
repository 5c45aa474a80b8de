#include "harness/writer/repeated_mapping.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <numeric>
#include <string>
#include <utility>

#include "harness/base/unique_fd.h"
#include "harness/writer/payload.h"
#include "harness/writer/write_all.h"

namespace shortwrite {
namespace {

// Below the default of vm.max_map_count (65530) with room for the program's own mappings.
constexpr uint64_t kMappingsMax = 32'000;
// Long enough that 4 GiB need about a thousand mappings, short enough to stay in the cache.
constexpr uint64_t kUnitBytesWanted = 4ULL << 20;

uint64_t RoundUp(uint64_t bytes, uint64_t step) {
  return (bytes + step - 1) / step * step;
}

// Whole repetitions and whole pages; 0 = no such unit within the limits.
uint64_t UnitBytes(uint64_t text_bytes, uint64_t bytes, uint64_t page_bytes) {
  const uint64_t step = text_bytes / std::gcd(text_bytes, page_bytes) * page_bytes;
  if (step > RepeatedMapping::kUnitBytesMax) {
    // The payload may be short of one step: then one unit holds it, cut.
    return bytes <= RepeatedMapping::kUnitBytesMax ? RoundUp(bytes, page_bytes) : 0;
  }
  const uint64_t wanted = std::max(kUnitBytesWanted, RoundUp(bytes / kMappingsMax, page_bytes));
  const uint64_t most = RepeatedMapping::kUnitBytesMax / step * step;
  const uint64_t unit_bytes = std::min({RoundUp(wanted, step), most, RoundUp(bytes, step)});
  return bytes / unit_bytes < kMappingsMax ? unit_bytes : 0;
}

Result<UniqueFd> UnitInMemory(std::string_view text, uint64_t unit_bytes) {
  UniqueFd fd(::memfd_create("shortwrite-pattern", MFD_CLOEXEC));
  if (!fd.valid()) return ErrnoError("memfd_create", errno);
  const Payload unit = Payload::Pattern(std::string(text), unit_bytes);
  std::string block(static_cast<size_t>(std::min<uint64_t>(unit_bytes, 1 << 20)), '\0');
  for (uint64_t done = 0; done < unit_bytes;) {
    const uint64_t part_bytes = std::min<uint64_t>(block.size(), unit_bytes - done);
    block.resize(static_cast<size_t>(part_bytes));
    if (Status read = unit.Read(done, block); !read.ok()) return read.error();
    const WriteAllResult result = WriteAll(fd.get(), block.data(), block.size());
    if (!result.complete()) return ErrnoError("fill a memfd", result.error_number);
    done += part_bytes;
  }
  return fd;
}

}  // namespace

Result<RepeatedMapping> RepeatedMapping::Create(std::string_view text, uint64_t bytes) {
  assert(!text.empty());
  if (bytes == 0) return RepeatedMapping(nullptr, 0, 0);
  const uint64_t page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  const uint64_t unit_bytes = UnitBytes(text.size(), bytes, page_bytes);
  if (unit_bytes == 0) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("{} bytes of a text of {} bytes cannot be mapped as one block; write "
                             "them in several requests",
                             bytes, text.size())};
  }
  Result<UniqueFd> unit = UnitInMemory(text, unit_bytes);
  if (!unit.ok()) return unit.error();
  const size_t reserved_bytes = static_cast<size_t>(RoundUp(bytes, page_bytes));
  void* const address = ::mmap(nullptr, reserved_bytes, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) {
    return ErrnoError(fmt::format("reserve {} bytes of address space", bytes), errno);
  }
  RepeatedMapping mapping(address, static_cast<size_t>(bytes), reserved_bytes);  // unmaps on error
  for (size_t at = 0; at < reserved_bytes; at += unit_bytes) {
    const size_t part_bytes = std::min<size_t>(unit_bytes, reserved_bytes - at);
    if (::mmap(static_cast<char*>(address) + at, part_bytes, PROT_READ, MAP_SHARED | MAP_FIXED,
               unit.value().get(), 0) == MAP_FAILED) {
      return ErrnoError(fmt::format("map a pattern of {} bytes", bytes), errno);
    }
  }
  return mapping;
}

RepeatedMapping::RepeatedMapping(RepeatedMapping&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      reserved_bytes_(std::exchange(other.reserved_bytes_, 0)) {}

RepeatedMapping& RepeatedMapping::operator=(RepeatedMapping&& other) noexcept {
  std::swap(address_, other.address_);
  std::swap(bytes_, other.bytes_);
  std::swap(reserved_bytes_, other.reserved_bytes_);
  return *this;
}

RepeatedMapping::~RepeatedMapping() {
  if (reserved_bytes_ > 0) (void)::munmap(address_, reserved_bytes_);
}

}  // namespace shortwrite
