// The bytes that the function under test has to write.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace shortwrite::inprocess {

// Immutable and cheap to copy: copies share the bytes. May be read by several threads at once.
class Payload {
 public:
  // These bytes.
  explicit Payload(std::string bytes);

  // `text` over and over, cut to `bytes` bytes. Throws std::invalid_argument for an empty text, if
  // `bytes` is not 0.
  static Payload Repeated(const std::string& text, size_t bytes);

  // Lines of 8 bytes that count up: each 8-byte window occurs once, so that a misplaced byte tells
  // where it came from. The one to search with: repeated text hides a block that is missing.
  static Payload PositionCoded(size_t bytes);

  // Valid as long as any copy of this payload.
  std::string_view bytes() const { return *bytes_; }
  const char* data() const { return bytes_->data(); }
  size_t size() const { return bytes_->size(); }

  // C++ that makes this payload again, for a counterexample.
  const std::string& expression() const { return *expression_; }

 private:
  Payload(std::string bytes, std::string expression);

  std::shared_ptr<const std::string> bytes_;
  std::shared_ptr<const std::string> expression_;
};

}  // namespace shortwrite::inprocess
