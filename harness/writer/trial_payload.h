// The payload of a trial, made by rule: position-coded (payload.h), and a text of whole lines, so
// that targets which read lines, or characters, hand it on unchanged.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace shortwrite {

enum class PayloadText {
  kAscii,  // one byte a character
  kUtf8,   // each record begins with a character of three bytes, which odd cuts split
};
inline constexpr std::array<std::string_view, 2> kPayloadTexts = {"ascii", "utf8"};

struct TrialPayload {
  uint64_t bytes = 0;  // at least 1
  PayloadText text = PayloadText::kAscii;

  bool operator==(const TrialPayload&) const = default;
};

// Ascending lines of 8 bytes, the last one up to 15. Each 8-byte window occurs once; of kUtf8 up to
// 13 MiB only, where its four digits run out.
std::string MakePayload(const TrialPayload& payload);

}  // namespace shortwrite
