#include "harness/cli/write_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/unique_fd.h"
#include "harness/cli/command_output.h"
#include "harness/oracle/digest.h"
#include "harness/oracle/manifest.h"
#include "harness/writer/payload.h"
#include "harness/writer/reference_write.h"
#include "harness/writer/repeated_mapping.h"
#include "harness/writer/write_all.h"

namespace shortwrite {
namespace {

constexpr uint64_t kLinuxCeilingBytes = 0x7ffff000;  // write(2), NOTES
// Where the payload cannot be one contiguous block; memory of ours.
constexpr uint64_t kFallbackRequestBytes = 16ULL << 20;

Result<Payload> PayloadOf(const WriteOptions& options) {
  if (options.out.empty()) return UsageError("write: the output has no name; name a file");
  if (options.pattern.has_value() == options.from.has_value()) {
    return UsageError("write: give either --pattern TEXT --bytes N or --from FILE");
  }
  if (options.pattern) {
    if (options.pattern->empty() && options.bytes > 0) {
      return UsageError("write: an empty --pattern cannot fill any bytes; give it a text");
    }
    return Payload::Pattern(*options.pattern, options.bytes);
  }
  if (options.bytes != 0) {
    return UsageError("write: --from takes the whole file; leave --bytes out");
  }
  struct stat from = {};
  struct stat out = {};
  if (::stat(options.from->c_str(), &from) == 0 && ::stat(options.out.c_str(), &out) == 0 &&
      from.st_dev == out.st_dev && from.st_ino == out.st_ino) {
    return UsageError(fmt::format(
        "write: '{}' and '{}' are the same file, which would be emptied before it is read; name "
        "another output",
        *options.from, options.out));
  }
  return Payload::File(*options.from);
}

// The asynchronous mode's requests, all to one descriptor, with one numbering of the calls.
class AsyncWriter {
 public:
  AsyncWriter(const WriteOptions& options, uint64_t of_bytes, int fd)
      : options_(options), of_bytes_(of_bytes), fd_(fd) {}

  Status Request(const char* data, uint64_t bytes) {
    WriteAllOptions write_options;
    write_options.on_progress = [this](const WriteProgress& progress) { Report(progress); };
    const WriteAllResult result = WriteAll(fd_, data, static_cast<size_t>(bytes), write_options);
    done_bytes_ += result.accepted_bytes;
    calls_ += result.calls;
    if (!result.complete()) return WriteAllError(options_.out, result, done_bytes_, of_bytes_);
    return printed_;
  }

  uint64_t calls() const { return calls_; }

 private:
  void Report(const WriteProgress& progress) {
    const uint64_t call = calls_ + progress.call;
    const double share =
        static_cast<double>(done_bytes_ + progress.total_bytes) / static_cast<double>(of_bytes_);
    if (options_.json) {
      const Status printed = PrintJson({{"schema", "shortwrite/1"},
                                        {"type", "call"},
                                        {"n", call},
                                        {"output", options_.out},
                                        {"call", "write"},
                                        {"asked", progress.asked_bytes},
                                        {"granted", progress.asked_bytes},
                                        {"result", progress.accepted_bytes},
                                        {"errno", 0},
                                        {"progress", share}});
      if (!printed.ok()) printed_ = printed;
    }
    if (options_.quiet) return;
    const bool ceiling = progress.accepted_bytes == kLinuxCeilingBytes &&
                         progress.asked_bytes > progress.accepted_bytes;
    PrintMessage(fmt::format("call {}: asked {}, accepted {}{}, progress {:.1f}\n", call,
                             progress.asked_bytes, progress.accepted_bytes,
                             ceiling ? " (Linux's ceiling for one call)" : "", share));
  }

  const WriteOptions& options_;
  const uint64_t of_bytes_;
  const int fd_;
  uint64_t done_bytes_ = 0;
  uint64_t calls_ = 0;
  Status printed_ = Ok();
};

// In blocks, for a pattern that no mapping can hold in one piece.
Status WriteInBlocks(const Payload& payload, AsyncWriter& writer) {
  std::string block(static_cast<size_t>(std::min(payload.size(), kFallbackRequestBytes)), '\0');
  for (uint64_t done = 0; done < payload.size();) {
    const uint64_t part_bytes = std::min<uint64_t>(block.size(), payload.size() - done);
    block.resize(static_cast<size_t>(part_bytes));
    if (Status read = payload.Read(done, block); !read.ok()) return read;
    if (Status written = writer.Request(block.data(), part_bytes); !written.ok()) return written;
    done += part_bytes;
  }
  return Ok();
}

Status WritePattern(const Payload& payload, AsyncWriter& writer) {
  const Result<RepeatedMapping> mapping =
      RepeatedMapping::Create(payload.pattern(), payload.size());
  if (mapping.ok()) return writer.Request(mapping.value().data(), mapping.value().size());
  if (mapping.error().kind != ErrorKind::kUnavailable) return mapping.error();
  return WriteInBlocks(payload, writer);
}

Status WriteMappedFile(const std::string& from, uint64_t bytes, AsyncWriter& writer) {
  const UniqueFd fd(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", from), errno);
  void* const address =
      ::mmap(nullptr, static_cast<size_t>(bytes), PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) return ErrnoError(fmt::format("map '{}'", from), errno);
  Status written = writer.Request(static_cast<const char*>(address), bytes);
  (void)::munmap(address, static_cast<size_t>(bytes));
  return written;
}

// Returns the number of write calls.
Result<uint64_t> WriteAsync(const WriteOptions& options, const Payload& payload) {
  // A bare descriptor, because the result of its close is part of the answer.
  const int fd =
      ::open(options.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0666);
  if (fd < 0) return ErrnoError(fmt::format("open '{}'", options.out), errno);
  AsyncWriter writer(options, payload.size(), fd);
  Status written = Ok();
  if (payload.size() > 0) {
    written = options.pattern ? WritePattern(payload, writer)
                              : WriteMappedFile(*options.from, payload.size(), writer);
  }
  if (::close(fd) != 0 && written.ok()) {
    return ErrnoError(fmt::format("close '{}'", options.out), errno);
  }
  if (!written.ok()) return written.error();
  return writer.calls();
}

// From the file as it is now, not from what we believe to have written.
Status PrintDigest(const WriteOptions& options, std::optional<uint64_t> calls) {
  struct stat status = {};
  if (::stat(options.out.c_str(), &status) != 0) {
    return ErrnoError(fmt::format("stat '{}'", options.out), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return HarnessError(fmt::format(
        "'{}' is not a regular file: everything was written, but it cannot be read back and has no "
        "digest; write to a file",
        options.out));
  }
  const Result<Digest> digest = DigestFile(options.out);
  if (!digest.ok()) return digest.error();
  const Digest& found = digest.value();
  if (!options.json) {
    return PrintOutput(PrintManifestEntry({options.out, found.md5, std::nullopt, std::nullopt}));
  }
  nlohmann::ordered_json object = {{"schema", "shortwrite/1"},
                                   {"type", "write"},
                                   {"mode", options.async ? "async" : "sync"},
                                   {"output", options.out},
                                   {"bytes", found.bytes},
                                   {"md5", found.md5}};
  if (calls) object["write_calls"] = *calls;
  return PrintJson(object);
}

}  // namespace

ExitStatus RunWrite(const WriteOptions& options) {
  const Result<Payload> payload = PayloadOf(options);
  if (!payload.ok()) return Fail(payload.error());
  std::optional<uint64_t> calls;
  if (options.async) {
    const Result<uint64_t> written = WriteAsync(options, payload.value());
    if (!written.ok()) return Fail(written.error());
    calls = written.value();
  } else {
    const Status written = WriteReference(payload.value(), options.out);
    if (!written.ok()) return Fail(written.error());
  }
  const Status printed = PrintDigest(options, calls);
  return printed.ok() ? ExitStatus::kSurvived : Fail(printed.error());
}

}  // namespace shortwrite
