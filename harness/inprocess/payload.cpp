#include <shortwrite/payload.h>

#include <fmt/format.h>

#include <cctype>
#include <stdexcept>
#include <utility>

#include "harness/writer/payload.h"

namespace shortwrite::inprocess {
namespace {

// A literal that a compiler reads back: octal escapes end after three digits, hexadecimal ones
// would swallow what follows.
std::string Literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      literal += {'\\', c};
    } else if (byte < 0x80 && std::isprint(byte) != 0) {
      literal += c;
    } else {
      literal += fmt::format("\\{:03o}", byte);
    }
  }
  // A NUL would end a literal that is converted to std::string.
  if (text.find('\0') == std::string_view::npos) return literal + '"';
  return fmt::format("std::string({}\", {})", literal, text.size());
}

std::string Whole(const shortwrite::Payload& payload) {
  Result<std::string> bytes = ReadWhole(payload);
  if (!bytes.ok()) throw std::invalid_argument(bytes.error().message);
  return std::move(bytes).value();
}

}  // namespace

Payload::Payload(std::string bytes, std::string expression)
    : bytes_(std::make_shared<const std::string>(std::move(bytes))),
      expression_(std::make_shared<const std::string>(std::move(expression))) {}

Payload::Payload(std::string bytes) : Payload(std::move(bytes), "") {
  expression_ = std::make_shared<const std::string>(fmt::format("Payload({})", Literal(*bytes_)));
}

Payload Payload::Repeated(const std::string& text, size_t bytes) {
  if (text.empty() && bytes != 0) throw std::invalid_argument("payload: the text is empty");
  return {Whole(shortwrite::Payload::Pattern(text, bytes)),
          fmt::format("Payload::Repeated({}, {})", Literal(text), bytes)};
}

Payload Payload::PositionCoded(size_t bytes) {
  if (bytes > shortwrite::Payload::kPositionCodedBytesMax) {
    throw std::invalid_argument(fmt::format("payload: at most {} bytes can be position-coded",
                                            shortwrite::Payload::kPositionCodedBytesMax));
  }
  return {Whole(shortwrite::Payload::PositionCoded(bytes)),
          fmt::format("Payload::PositionCoded({})", bytes)};
}

}  // namespace shortwrite::inprocess
