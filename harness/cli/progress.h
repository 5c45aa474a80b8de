// Shows people how far a campaign is: a line at the foot of a terminal, or now and then a line in a
// log. What it tells its own listener comes after the line is gone, so that whatever that prints
// stands alone.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "harness/campaign/campaign.h"
#include "harness/report/progress_text.h"

namespace shortwrite {

// What was asked for with --progress. line: even where it cannot be known that lines can be erased.
enum class ProgressWish { kAuto, kLine, kPlain, kNone };

// Of a wish, with what stderr is.
ProgressWish ChooseProgress(ProgressWish wish, bool quiet, bool capable_terminal);

class ProgressShower final : public CampaignListener {
 public:
  struct Settings {
    ProgressWish wish = ProgressWish::kNone;  // chosen: not kAuto
    std::chrono::milliseconds time{0};        // that the campaign may take
    std::function<std::chrono::milliseconds()> elapsed;
    std::function<size_t()> columns;  // 0: not known
    std::function<void(std::string_view)> print;
  };

  // next is told everything, and must outlive this.
  ProgressShower(CampaignListener& next, Settings settings);
  ProgressShower(const ProgressShower&) = delete;
  ProgressShower& operator=(const ProgressShower&) = delete;
  ~ProgressShower() override { Erase(); }

  // Removes the line; the next call of OnTrial or OnPhase draws it again.
  void Erase();

  void OnPhase(Phase phase) override;
  void OnControl(const Observation& control) override;
  void OnTrial(uint32_t done, uint32_t planned) override;
  void OnLongTrial(std::chrono::milliseconds so_far) override;
  void OnKnownMistake(const Counterexample& known) override;
  void OnFinding(const Schedule& raw, const Judgement& judgement,
                 const std::optional<TrialPayload>& payload) override;
  void OnCounterexample(const Counterexample& found) override;

 private:
  void Account();
  void Show(bool at_once);
  void Draw();

  CampaignListener& next_;
  Settings settings_;
  CampaignProgress progress_;
  std::chrono::milliseconds last_event_{0};
  std::chrono::milliseconds last_draw_{0};
  PlainCadence cadence_;
  bool drawn_ = false;
};

}  // namespace shortwrite
