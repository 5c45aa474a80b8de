#include "harness/cli/progress.h"

#include <algorithm>
#include <string>
#include <utility>

namespace shortwrite {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenDraws{100};
constexpr size_t kUsualColumns = 80;
// To the line's beginning, and erase from there to its end (ECMA-48, EL).
constexpr std::string_view kErase = "\r\033[K";

bool IsExploring(Phase phase) {
  return phase == Phase::kCorpus || phase == Phase::kSweep || phase == Phase::kSearch;
}

}  // namespace

ProgressWish ChooseProgress(ProgressWish wish, bool quiet, bool capable_terminal) {
  if (quiet) return ProgressWish::kNone;
  if (wish != ProgressWish::kAuto) return wish;
  return capable_terminal ? ProgressWish::kLine : ProgressWish::kPlain;
}

ProgressShower::ProgressShower(CampaignListener& next, Settings settings)
    : next_(next), settings_(std::move(settings)) {}

void ProgressShower::Erase() {
  if (drawn_) settings_.print(kErase);
  drawn_ = false;
}

void ProgressShower::OnPhase(Phase phase) {
  next_.OnPhase(phase);
  // Another start, on another backend's behalf or without snapshots.
  if (phase == Phase::kControl) progress_ = {};
  Account();
  progress_.phase = phase;
  progress_.trial = {};
  // It may last longer than anybody waits for its name.
  Show(true);
}

void ProgressShower::OnControl(const Observation& control) {
  Erase();
  next_.OnControl(control);
}

void ProgressShower::OnTrial(uint32_t done, uint32_t planned) {
  next_.OnTrial(done, planned);
  progress_.done = done;
  progress_.planned = planned >= kNoTrialsMax ? 0 : planned;
  progress_.trial = {};
  Account();
  Show(false);
}

void ProgressShower::OnLongTrial(milliseconds so_far) {
  next_.OnLongTrial(so_far);
  progress_.trial = so_far;
  Account();
  Show(false);
}

void ProgressShower::OnFinding(const Schedule& raw, const Judgement& judgement,
                               const std::optional<TrialPayload>& payload) {
  Erase();
  next_.OnFinding(raw, judgement, payload);
}

void ProgressShower::OnCounterexample(const Counterexample& found) {
  ++progress_.counterexamples;
  Erase();
  next_.OnCounterexample(found);
}

void ProgressShower::OnKnownMistake(const Counterexample& known) {
  Erase();
  next_.OnKnownMistake(known);
}

void ProgressShower::Account() {
  progress_.elapsed = settings_.elapsed();
  if (IsExploring(progress_.phase)) progress_.exploring += progress_.elapsed - last_event_;
  last_event_ = progress_.elapsed;
  progress_.time_left = std::max(milliseconds(0), settings_.time - progress_.elapsed);
}

void ProgressShower::Show(bool at_once) {
  if (settings_.wish == ProgressWish::kPlain) {
    if (cadence_.IsDue(progress_)) settings_.print(PlainProgressLine(progress_) + '\n');
  } else if (settings_.wish == ProgressWish::kLine) {
    if (at_once || progress_.elapsed - last_draw_ >= kBetweenDraws) Draw();
  }
}

void ProgressShower::Draw() {
  const size_t columns = settings_.columns();
  // The last column stays free: a character there makes some terminals go on to the next line.
  const size_t room = (columns == 0 ? kUsualColumns : columns) - 1;
  settings_.print(std::string(kErase) + ProgressLine(progress_, room));
  last_draw_ = progress_.elapsed;
  drawn_ = true;
}

}  // namespace shortwrite
