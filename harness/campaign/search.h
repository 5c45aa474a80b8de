// The random part of a campaign: schedules by RapidCheck, and variations of those that did
// something new.
//
// In rounds of a fixed size. All schedules of a round follow from the seed and from what was known
// at its start, and what it teaches is taken up in their order: so the result is the same for a
// seed, however many trials run beside each other.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/base/recent_hashes.h"
#include "harness/base/result.h"
#include "harness/campaign/explorer.h"
#include "harness/campaign/novelty.h"
#include "harness/schedule/generators.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

class Search {
 public:
  explicit Search(Explorer& explorer);  // must outlive this

  // What a schedule did, under the payload in use; the sweep's count, too.
  void Learn(const Schedule& schedule, const Outcome& outcome);

  // Until the budget ends, a failure is found, or nothing is left that was not tried.
  Status Run();

 private:
  Status RunRound();
  // Puts the payload of the next round in place; the campaign's own where it is not borne.
  Status ChoosePayload(uint32_t round);
  std::vector<Schedule> MakeRound();
  std::optional<Schedule> MakeOne(bool varied);
  Schedule DrawSchedule(bool varied);
  bool IsNew(const Schedule& schedule);
  void Describe() const;

  Explorer& explorer_;
  rc::Random random_;
  ScheduleBounds bounds_;  // of the payload in use
  std::vector<TrialPayload> others_;
  std::vector<Schedule> kept_;  // that did something new
  Novelty novelty_;
  RecentHashes tried_;  // what was run, and under which payload
  uint32_t searched_ = 0;
  uint32_t varied_ = 0;
  uint32_t over_others_ = 0;
};

}  // namespace shortwrite
