// The bytes that a target is asked to write, by rule instead of by copy.
//
// A value: cheap to copy (the prepared block or the descriptor is shared), immutable, safe to read
// from several threads at once. Sizes and offsets are bytes. Used by every part that writes,
// compares or explains: 270001 bytes for a trial, 4 GiB for `write` and `verify`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"

namespace shortwrite {

class Payload {
 public:
  enum class Kind {
    kPattern,        // a text, repeated and cut to size
    kPositionCoded,  // every 8-byte window tells its own offset
    kFile,           // the content of a regular file
  };

  // 36^7 records of 8 bytes: where the record numbers of a position-coded payload run out.
  static constexpr uint64_t kPositionCodedBytesMax = 626'913'312'768;

  // `text` over and over, cut to `bytes`. Pattern(s, s.size()) is the literal payload s. An empty
  // text is allowed for 0 bytes only (asserted: whoever reads user input has to refuse it).
  static Payload Pattern(std::string text, uint64_t bytes);

  // Records of 8 bytes, seven base-36 digits counting up from 0 and a newline, the last one cut:
  //   0000000\n0000001\n ... 000000z\n0000010\n
  // Any 8-byte window, at any alignment, occurs once: the newline tells the alignment, the digits
  // before it the low part of one number and those after it the high part of the next. So a
  // misplaced run of 8 bytes or more proves where it came from. The lines are sorted, and are text,
  // so that targets which sort, or read lines, accept them. `bytes` <= kPositionCodedBytesMax.
  static Payload PositionCoded(uint64_t bytes);

  // The content of a regular file, which must not change while the payload is in use. Error: it
  // cannot be opened, or is a pipe or device, which could not be read twice.
  static Result<Payload> File(const std::string& path);

  Kind kind() const { return kind_; }
  uint64_t size() const { return bytes_; }
  // The text of a kPattern payload, else empty.
  const std::string& pattern() const { return pattern_; }

  // Fills `into` with the bytes from `offset` on; offset + into.size() <= size(). Only a kFile
  // payload can fail: read error, or the file has become shorter.
  Status Read(uint64_t offset, std::span<char> into) const;

 private:
  Payload(Kind kind, uint64_t bytes) : kind_(kind), bytes_(bytes) {}

  void ReadPattern(uint64_t offset, std::span<char> into) const;
  void ReadPositionCoded(uint64_t offset, std::span<char> into) const;
  Status ReadFile(uint64_t offset, std::span<char> into) const;

  Kind kind_;
  uint64_t bytes_;
  std::string pattern_;                       // kPattern
  std::string path_;                          // kFile: for messages
  std::shared_ptr<const std::string> block_;  // kPattern: whole repetitions, long enough for memcpy
  std::shared_ptr<const UniqueFd> fd_;        // kFile
};

// The whole payload in memory: for the sizes of a trial, not for 4 GiB.
Result<std::string> ReadWhole(const Payload& payload);

}  // namespace shortwrite
