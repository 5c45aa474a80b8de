// Whatever the bytes, reading a stream ends in a record or a usage error; every record can be
// rendered, without a control character; and what is cut off is never a pass.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/campaign_record.h"
#include "harness/report/report_format.h"

namespace {

using shortwrite::CampaignRecord;
using shortwrite::Result;
using Records = std::vector<CampaignRecord>;

void MustBePlain(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
  });
  if (text.empty() || !plain) abort();
}

void Render(const Records& records) {
  for (const shortwrite::ReportFormat& format : shortwrite::ReportFormats()) {
    MustBePlain(format.render(records));
  }
}

bool AreComplete(const Records& records) {
  return std::all_of(records.begin(), records.end(),
                     [](const CampaignRecord& record) { return record.complete; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(input), input_bytes);
  const Result<Records> records = shortwrite::ReadStreams(text, "fuzz");
  if (!records.ok()) {
    if (records.error().kind != shortwrite::ErrorKind::kUsage) abort();
    return 0;
  }
  Render(records.value());
  // Without its last line no stream has all verdicts.
  if (!text.ends_with('\n')) return 0;
  const size_t last = text.substr(0, text.size() - 1).rfind('\n');
  const std::string_view rest = last == std::string_view::npos ? "" : text.substr(0, last + 1);
  const Result<Records> cut = shortwrite::ReadStreams(rest, "fuzz");
  if (!cut.ok()) abort();
  if (AreComplete(records.value()) && AreComplete(cut.value())) abort();
  return 0;
}
