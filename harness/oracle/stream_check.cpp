#include "harness/oracle/stream_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <semaphore>
#include <span>
#include <thread>
#include <utility>

#include "harness/base/unique_fd.h"
#include "harness/oracle/digest.h"

namespace shortwrite {
namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr size_t kBlocks = 4;

// A ring of blocks between the reading thread (the caller's) and the hashing thread. A block is
// written only while the reader holds a free slot and read only while the hasher holds a full one;
// the semaphores order the two. Without a digest there is one thread and the ring is a plain
// buffer.
class BlockRing {
 public:
  explicit BlockRing(Md5* md5) : md5_(md5), storage_(kBlocks * kBlockBytes, '\0') {
    if (md5_ != nullptr) hasher_ = std::thread([this] { Hash(); });
  }
  ~BlockRing() { Close(); }
  BlockRing(const BlockRing&) = delete;
  BlockRing& operator=(const BlockRing&) = delete;

  // The next block to fill; waits until the hasher is done with it.
  std::span<char> Next() {
    if (md5_ != nullptr) free_.acquire();
    return {storage_.data() + (next_ % kBlocks) * kBlockBytes, kBlockBytes};
  }

  // Hands the first `bytes` of that block on. It may still be read (not written) until Next().
  void Publish(size_t bytes) {
    filled_bytes_[next_ % kBlocks] = bytes;
    ++next_;
    if (md5_ != nullptr) full_.release();
  }

  // Waits until all that was published is hashed.
  void Close() {
    if (!hasher_.joinable()) return;
    // Every slot is either free or on its way to be; one is enough for the end mark.
    free_.acquire();
    Publish(0);
    hasher_.join();
  }

 private:
  void Hash() {
    for (size_t i = 0;; ++i) {
      full_.acquire();
      const size_t bytes = filled_bytes_[i % kBlocks];
      if (bytes == 0) return;
      md5_->Update({storage_.data() + (i % kBlocks) * kBlockBytes, bytes});
      free_.release();
    }
  }

  Md5* const md5_;
  std::string storage_;
  std::array<size_t, kBlocks> filled_bytes_ = {};  // 0 = the end
  size_t next_ = 0;                                // reader's
  std::counting_semaphore<kBlocks> free_{kBlocks};
  std::counting_semaphore<kBlocks> full_{0};
  std::thread hasher_;
};

// Fills `into` as far as the file goes.
Result<size_t> ReadBlock(int fd, const std::string& path, std::span<char> into) {
  size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = ::read(fd, into.data() + done, into.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(fmt::format("read '{}'", path), errno);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Error SizeChanged(const std::string& path) {
  return HarnessError(
      fmt::format("'{}' has not the size that it claims; it is being changed, or no ordinary file "
                  "(as in /proc)",
                  path));
}

Status Pump(int fd, const std::string& path, uint64_t size, StreamComparison* comparison,
            BlockRing& ring) {
  for (uint64_t done = 0;;) {
    const std::span<char> block = ring.Next();
    const Result<size_t> read = ReadBlock(fd, path, block);
    if (!read.ok()) return read.error();
    if (read.value() > size - done) return SizeChanged(path);
    if (read.value() == 0) return done == size ? Ok() : SizeChanged(path);
    ring.Publish(read.value());
    if (comparison != nullptr) {
      if (Status fed = comparison->Feed(block.first(read.value())); !fed.ok()) return fed;
    }
    done += read.value();
  }
}

}  // namespace

Result<StreamCheck> CheckStream(const std::string& path, const Payload* reference,
                                bool want_digest) {
  // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever (fifo(7)).
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return ErrnoError(fmt::format("stat '{}'", path), errno);
  if (!S_ISREG(status.st_mode)) {
    return UsageError(fmt::format("'{}' is not a regular file; copy it to one first", path));
  }
  (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);  // advice; nothing depends on it
  StreamCheck check;
  check.bytes = static_cast<uint64_t>(status.st_size);
  std::optional<Md5> md5;
  if (want_digest) {
    Result<Md5> created = Md5::Create();
    if (!created.ok()) return created.error();
    md5 = std::move(created).value();
  }
  std::optional<StreamComparison> comparison;
  if (reference != nullptr) comparison.emplace(*reference, check.bytes);
  {
    BlockRing ring(md5 ? &*md5 : nullptr);
    if (const Status pumped =
            Pump(fd.get(), path, check.bytes, comparison ? &*comparison : nullptr, ring);
        !pumped.ok()) {
      return pumped.error();
    }
  }
  if (md5) check.md5 = md5->HexDigest();
  if (comparison) check.difference = comparison->Finish();
  return check;
}

}  // namespace shortwrite
