#include "harness/diagnosis/busy_retries.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

namespace shortwrite {
namespace {

// The shortest sleep takes longer: the kernel adds a timer slack of 50 microseconds (prctl(2),
// PR_SET_TIMERSLACK).
constexpr uint64_t kShortestWaitNs = 40'000;
// Spinning before a wait is done some ten or hundred times.
constexpr uint64_t kBusyRetriesMin = 500;

// One thread's calls on one output since the kernel first said EAGAIN.
struct Episode {
  bool begun = false;
  uint64_t last_ns = 0;
  std::vector<uint64_t> gaps_ns;
};

class Finder {
 public:
  void Add(const TracedCall& call) {
    if (call.number == 0 || call.time_ns == 0) return;
    Episode& episode = episodes_[{call.thread, call.output}];
    if (call.error != EAGAIN || call.delivered) {
      End(episode);
      return;
    }
    const uint64_t gap_ns = call.time_ns - std::min(call.time_ns, episode.last_ns);
    if (episode.begun && gap_ns < kShortestWaitNs) episode.gaps_ns.push_back(gap_ns);
    episode.begun = true;
    episode.last_ns = call.time_ns;
  }

  BusyRetries Take() {
    for (auto& [writer, episode] : episodes_) End(episode);
    if (busiest_ns_.empty()) return {};
    const auto middle = busiest_ns_.begin() + static_cast<std::ptrdiff_t>(busiest_ns_.size() / 2);
    std::nth_element(busiest_ns_.begin(), middle, busiest_ns_.end());
    return {busiest_ns_.size(), *middle};
  }

 private:
  void End(Episode& episode) {
    if (episode.gaps_ns.size() > busiest_ns_.size()) busiest_ns_.swap(episode.gaps_ns);
    episode = {};
  }

  std::map<std::pair<uint32_t, uint32_t>, Episode> episodes_;  // by thread and output
  std::vector<uint64_t> busiest_ns_;
};

}  // namespace

BusyRetries FindBusyRetries(const Observation& observation) {
  Finder finder;
  for (const TracedCall& call : observation.calls) finder.Add(call);
  return finder.Take();
}

bool RetriesWithoutWaiting(const BusyRetries& busy) {
  return busy.most >= kBusyRetriesMin;
}

}  // namespace shortwrite
