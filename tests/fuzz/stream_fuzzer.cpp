// Whatever the bytes, reading a stream ends in a record or a usage error; every record can be
// rendered, without a control character; and what is cut off is never a pass.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/report/campaign_record.h"
#include "harness/report/report_format.h"

namespace {

using shortwrite::CampaignRecord;
using shortwrite::Result;

void Render(const CampaignRecord& record) {
  for (const shortwrite::ReportFormat& format : shortwrite::ReportFormats()) {
    const std::string text = format.render(record);
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
      return c == '\n' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
    });
    if (text.empty() || !plain) abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(input), input_bytes);
  const Result<CampaignRecord> record = shortwrite::ReadStream(text, "fuzz");
  if (!record.ok()) {
    if (record.error().kind != shortwrite::ErrorKind::kUsage) abort();
    return 0;
  }
  Render(record.value());
  // Without its last line no stream has a verdict.
  if (!text.ends_with('\n')) return 0;
  const size_t last = text.substr(0, text.size() - 1).rfind('\n');
  const std::string_view rest = last == std::string_view::npos ? "" : text.substr(0, last + 1);
  const Result<CampaignRecord> cut = shortwrite::ReadStream(rest, "fuzz");
  if (!cut.ok()) abort();
  if (record.value().complete && cut.value().complete) abort();
  return 0;
}
