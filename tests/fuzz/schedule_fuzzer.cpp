// Whatever the bytes, parsing a schedule ends in a value or a usage error that names a column
// within the text; and what was parsed is the same after it was printed and parsed again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/schedule/schedule.h"

namespace {

// "schedule, column 7: ..." with 1 <= column <= end of the text + 1.
bool NamesColumn(const std::string& message, size_t text_bytes) {
  constexpr std::string_view kPrefix = "schedule, column ";
  if (!message.starts_with(kPrefix)) return false;
  const size_t column = strtoull(message.c_str() + kPrefix.size(), nullptr, 10);
  return column >= 1 && column <= text_bytes + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  using shortwrite::ParseSchedule;
  using shortwrite::Result;
  using shortwrite::Schedule;
  const std::string_view text(reinterpret_cast<const char*>(input), input_bytes);
  const Result<Schedule> schedule = ParseSchedule(text);
  if (!schedule.ok()) {
    if (schedule.error().kind != shortwrite::ErrorKind::kUsage) abort();
    if (!NamesColumn(schedule.error().message, input_bytes)) abort();
    return 0;
  }
  const Result<Schedule> again = ParseSchedule(ToText(schedule.value()));
  if (!again.ok() || again.value() != schedule.value()) abort();
  return 0;
}
