#include "harness/report/progress_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "harness/base/count_text.h"

namespace shortwrite {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 6> kPhaseWords = {"control", "corpus", "sweep",
                                                         "search",  "shrink", "confirm"};

// Of less than this, a rate says nothing.
constexpr milliseconds kRateTime{200};

double Seconds(milliseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}

// Trials per second; 0: not known yet.
double Rate(const CampaignProgress& progress) {
  if (progress.exploring < kRateTime) return 0;
  return static_cast<double>(progress.done) / Seconds(progress.exploring);
}

std::string RateText(double rate) {
  return rate < 10 ? fmt::format("{:.1f} trials/s", rate) : fmt::format("{:.0f} trials/s", rate);
}

// Shrinking and confirming are trials, too, and may make them more than were planned.
bool HasPlan(const CampaignProgress& progress) {
  return progress.planned > 0 && progress.done <= progress.planned;
}

// Whichever bound is met first; none is known while nothing has been tried.
std::optional<milliseconds> TimeLeft(const CampaignProgress& progress) {
  std::optional<milliseconds> left = progress.time_left;
  const double rate = Rate(progress);
  if (!HasPlan(progress) || rate <= 0) return left;
  const uint64_t trials = progress.planned - progress.done;
  // Far more than anybody waits; a double may hold what no clock does.
  constexpr double kSecondsMax = 1e6;
  const double seconds = std::min(static_cast<double>(trials) / rate, kSecondsMax);
  const milliseconds by_trials(static_cast<int64_t>(seconds * 1e3));
  return left ? std::min(*left, by_trials) : by_trials;
}

std::string ClockText(milliseconds time) {
  const int64_t seconds = std::max<int64_t>(0, (time.count() + 999) / 1000);
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

bool Explores(Phase phase) {
  return phase != Phase::kControl;
}

// A target that waits for ever is proved to do so in seconds, and looks like us doing that.
std::optional<std::string> LongTrialText(const CampaignProgress& progress) {
  constexpr milliseconds kLong{1000};
  if (progress.trial < kLong) return std::nullopt;
  const int64_t whole_seconds = progress.trial.count() / 1000;
  return "this trial " + ClockText(std::chrono::seconds(whole_seconds));
}

std::string PhaseAndCount(const CampaignProgress& progress) {
  const std::string_view word = PhaseWord(progress.phase);
  if (!Explores(progress.phase)) return std::string(word);
  return HasPlan(progress) ? fmt::format("{} {}/{}", word, progress.done, progress.planned)
                           : fmt::format("{} {}", word, progress.done);
}

// Over 1 where there are more trials than were planned: it must go on growing for lines to come.
double ShareDone(const CampaignProgress& progress) {
  double share = 0;
  if (progress.planned > 0) {
    share = static_cast<double>(progress.done) / static_cast<double>(progress.planned);
  }
  if (progress.time_left) {
    const double elapsed = Seconds(progress.elapsed);
    share = std::max(share, elapsed / std::max(elapsed + Seconds(*progress.time_left), 1e-3));
  }
  return share;
}

}  // namespace

std::string_view PhaseWord(Phase phase) {
  return kPhaseWords[static_cast<size_t>(phase)];
}

std::string ProgressLine(const CampaignProgress& progress, size_t columns) {
  if (columns < kColumnsForFields) {
    return std::string(PhaseWord(progress.phase).substr(0, columns));
  }
  std::vector<std::string> fields = {PhaseAndCount(progress)};
  if (Explores(progress.phase)) {
    fields.push_back(fmt::format("{} found", progress.counterexamples));
  }
  if (auto text = LongTrialText(progress)) fields.push_back(*std::move(text));
  if (Explores(progress.phase)) {
    if (const auto left = TimeLeft(progress)) fields.push_back("ETA " + ClockText(*left));
    if (const double rate = Rate(progress); rate > 0) fields.push_back(RateText(rate));
  }
  std::string line = fields.front().substr(0, columns);
  for (size_t i = 1; i < fields.size(); ++i) {
    if (line.size() + 2 + fields[i].size() > columns) break;
    line += ", " + fields[i];
  }
  return line;
}

std::string PlainProgressLine(const CampaignProgress& progress) {
  std::vector<std::string> fields = {std::string(PhaseWord(progress.phase))};
  fields.push_back(HasPlan(progress)
                       ? fmt::format("{} of {} trials", progress.done, progress.planned)
                       : CountText(progress.done, "trial"));
  fields.push_back(CountText(progress.counterexamples, "counterexample"));
  if (auto text = LongTrialText(progress)) fields.push_back(*std::move(text));
  if (const double rate = Rate(progress); rate > 0) fields.push_back(RateText(rate));
  if (const auto left = TimeLeft(progress)) fields.push_back(ClockText(*left) + " left");
  return fmt::format("progress: {}", fmt::join(fields, ", "));
}

bool PlainCadence::IsDue(const CampaignProgress& progress) {
  constexpr milliseconds kEvery{30000};
  constexpr double kShare = 0.1;
  const double share = ShareDone(progress);
  if (progress.elapsed - last_ < kEvery || share - last_share_ < kShare) return false;
  last_ = progress.elapsed;
  last_share_ = share;
  return true;
}

}  // namespace shortwrite
