#include "harness/writer/trial_payload.h"

#include <algorithm>

#include "harness/writer/payload.h"

namespace shortwrite {
namespace {

constexpr size_t kRecordBytes = 8;
constexpr std::string_view kWideCharacter = "\xe2\x82\xac";  // U+20AC

// Sizes are odd, so the last record is a part of one. Made the end of the line before it, it leaves
// a text of sorted lines, which sort, sed and awk hand on unchanged.
void EndWithNewline(std::string& payload) {
  const size_t rest = payload.size() % kRecordBytes;
  if (rest == 0) return;
  const size_t begin = payload.size() < kRecordBytes ? 0 : payload.size() - rest - 1;
  std::fill(payload.begin() + static_cast<ptrdiff_t>(begin), payload.end(), 'z');
  payload.back() = '\n';
}

}  // namespace

std::string MakePayload(const TrialPayload& payload) {
  std::string bytes(static_cast<size_t>(payload.bytes), '\0');
  // Only a file can fail to be read.
  (void)Payload::PositionCoded(payload.bytes).Read(0, bytes);
  if (payload.text == PayloadText::kUtf8) {
    for (size_t at = 0; at + kRecordBytes <= bytes.size(); at += kRecordBytes) {
      bytes.replace(at, kWideCharacter.size(), kWideCharacter);
    }
  }
  EndWithNewline(bytes);
  return bytes;
}

}  // namespace shortwrite
