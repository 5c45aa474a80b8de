#include "harness/cli/suppressions.h"

#include <fmt/format.h>
#include <time.h>

#include "harness/campaign/signature_name.h"
#include "harness/report/explain.h"

namespace shortwrite {
namespace {

std::string DateText(std::chrono::year_month_day date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

// "writer.c:42" stands for "writer.c:42 (Flush)", too.
bool IsCallSite(const std::string& asked, const std::string& site) {
  return site == asked || site.starts_with(asked + " (");
}

bool Holds(const Suppression& suppression, const Counterexample& found,
           const ReportContext& context) {
  const auto is = [](const std::string& asked, std::string_view value) {
    return asked.empty() || asked == value;
  };
  if (!is(suppression.signature, SignatureName(found))) return false;
  if (!is(suppression.class_name, found.diagnosis.class_name)) return false;
  if (!is(suppression.verdict, VerdictText(found.judgement.verdict))) return false;
  return suppression.call_site.empty() ||
         IsCallSite(suppression.call_site, CallSite(found.diagnosis, found.observation, context));
}

}  // namespace

std::optional<std::string> Suppressions::ReasonFor(const Counterexample& found) {
  for (const Suppression& suppression : those_) {
    if (!Holds(suppression, found, context_)) continue;
    used_lines_.insert(suppression.place.line);
    if (today_ <= suppression.expires) {
      return fmt::format("{} (until {})", suppression.reason, DateText(suppression.expires));
    }
    expired_.insert(
        fmt::format("the suppression in line {} of {} ({}) expired on {}: what it hid "
                    "counts again",
                    suppression.place.line, kProjectFileName, suppression.reason,
                    DateText(suppression.expires)));
  }
  return std::nullopt;
}

std::vector<std::string> Suppressions::ExpiredNotes() const {
  return {expired_.begin(), expired_.end()};
}

std::chrono::year_month_day Today() {
  const time_t now = time(nullptr);
  tm local = {};
  localtime_r(&now, &local);
  return {std::chrono::year(local.tm_year + 1900),
          std::chrono::month(static_cast<unsigned>(local.tm_mon) + 1),
          std::chrono::day(static_cast<unsigned>(local.tm_mday))};
}

}  // namespace shortwrite
