#include "harness/writer/payload.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

namespace shortwrite {
namespace {

// Fits the second-level cache, so that filling from it runs at the speed of memcpy.
constexpr size_t kBlockBytesMin = 64 << 10;
constexpr size_t kRecordBytes = 8;
constexpr int kDigits = 7;
constexpr std::string_view kDigitText = "0123456789abcdefghijklmnopqrstuvwxyz";

using Record = std::array<char, kRecordBytes>;

Record RecordOf(uint64_t number) {
  Record record;
  record[kDigits] = '\n';
  for (size_t i = kDigits; i-- > 0;) {
    record[i] = kDigitText[number % kDigitText.size()];
    number /= kDigitText.size();
  }
  return record;
}

// The next record number in place: most steps change one digit, a division per digit would cost
// ten times as much.
void Increment(Record& record) {
  for (size_t i = kDigits; i-- > 0;) {
    char& digit = record[i];
    if (digit != 'z') {
      digit = digit == '9' ? 'a' : static_cast<char>(digit + 1);
      return;
    }
    digit = '0';
  }
}

}  // namespace

Payload Payload::Pattern(std::string text, uint64_t bytes) {
  assert(!text.empty() || bytes == 0);
  Payload payload(Kind::kPattern, bytes);
  std::string block;
  if (bytes > text.size()) {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(bytes, kBlockBytesMin));
    const size_t repetitions = (wanted + text.size() - 1) / text.size();
    block.reserve(repetitions * text.size());
    for (size_t i = 0; i < repetitions; ++i) block += text;
  } else {
    block = text;
  }
  payload.block_ = std::make_shared<const std::string>(std::move(block));
  payload.pattern_ = std::move(text);
  return payload;
}

Payload Payload::PositionCoded(uint64_t bytes) {
  assert(bytes <= kPositionCodedBytesMax);
  return Payload(Kind::kPositionCoded, bytes);
}

Result<Payload> Payload::File(const std::string& path) {
  // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever (fifo(7)).
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return ErrnoError(fmt::format("stat '{}'", path), errno);
  if (!S_ISREG(status.st_mode)) {
    return UsageError(fmt::format(
        "'{}' is not a regular file, so it cannot be read twice; copy it to a file first", path));
  }
  Payload payload(Kind::kFile, static_cast<uint64_t>(status.st_size));
  payload.path_ = path;
  payload.fd_ = std::make_shared<const UniqueFd>(std::move(fd));
  return payload;
}

Status Payload::Read(uint64_t offset, std::span<char> into) const {
  assert(offset <= bytes_ && into.size() <= bytes_ - offset);
  switch (kind_) {
    case Kind::kPattern:
      ReadPattern(offset, into);
      return Ok();
    case Kind::kPositionCoded:
      ReadPositionCoded(offset, into);
      return Ok();
    case Kind::kFile:
      break;
  }
  return ReadFile(offset, into);
}

void Payload::ReadPattern(uint64_t offset, std::span<char> into) const {
  if (into.empty()) return;
  const std::string& block = *block_;
  size_t start = static_cast<size_t>(offset % block.size());
  for (size_t done = 0; done < into.size(); start = 0) {
    const size_t chunk = std::min(into.size() - done, block.size() - start);
    std::memcpy(into.data() + done, block.data() + start, chunk);
    done += chunk;
  }
}

void Payload::ReadPositionCoded(uint64_t offset, std::span<char> into) const {
  Record record = RecordOf(offset / kRecordBytes);
  size_t start = static_cast<size_t>(offset % kRecordBytes);
  size_t done = 0;
  while (done < into.size()) {
    const size_t chunk = std::min(into.size() - done, kRecordBytes - start);
    std::memcpy(into.data() + done, record.data() + start, chunk);
    done += chunk;
    start = 0;
    Increment(record);
  }
}

Status Payload::ReadFile(uint64_t offset, std::span<char> into) const {
  for (size_t done = 0; done < into.size();) {
    const ssize_t n = ::pread(fd_->get(), into.data() + done, into.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(fmt::format("read '{}'", path_), errno);
    if (n == 0) {
      return HarnessError(fmt::format("'{}' has become shorter while it was read", path_));
    }
    done += static_cast<size_t>(n);
  }
  return Ok();
}

Result<std::string> ReadWhole(const Payload& payload) {
  std::string whole(static_cast<size_t>(payload.size()), '\0');
  if (const Status read = payload.Read(0, whole); !read.ok()) return read.error();
  return whole;
}

}  // namespace shortwrite
