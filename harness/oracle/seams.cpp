#include "harness/oracle/seams.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

namespace shortwrite {
namespace {

// A position-coded payload needs less than 16; contents with long blank stretches could need more,
// and there no seam says anything.
constexpr uint64_t kSlideBytesMax = 64;
// Bounds the work of finding a permutation, which grows with the square.
constexpr size_t kReorderedRunsMax = 1000;

// How far the seam before `right` can move to the left.
uint64_t SlideBytesMax(std::string_view output, std::string_view reference, const Run& left,
                       const Run& right) {
  if (left.origin != Origin::kReference || right.origin != Origin::kReference) return 0;
  const uint64_t most = std::min({kSlideBytesMax, left.bytes, right.from});
  uint64_t slide = 0;
  while (slide < most && output[right.at - slide - 1] == reference[right.from - slide - 1]) ++slide;
  return slide;
}

void Slide(Run& left, Run& right, uint64_t bytes) {
  assert(bytes <= left.bytes && bytes <= right.from);
  left.bytes -= bytes;
  right = {right.at - bytes, right.bytes + bytes, right.origin, right.from - bytes};
}

// Programs cut at buffer sizes, and restart at heads: 0 counts 64, more than any other offset.
int Roundness(uint64_t at, uint64_t from) {
  return std::countr_zero(at) + std::countr_zero(from);
}

// Seam i lies before run i + 1. For a permutation the runs, sorted by their place in the reference,
// must join without gap: the end of one, moved by its seam, is the start of the next, moved by its.
// So each pair fixes the difference of two slides: slide[a] == slide[b] + bytes.
struct Tie {
  size_t a;
  size_t b;
  int64_t bytes;
};

std::vector<Tie> TiesOfPermutation(const std::vector<Run>& runs, uint64_t reference_bytes) {
  const size_t fixed = runs.size() - 1;  // stands for the two ends, which cannot move: slide 0
  std::vector<size_t> order(runs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&runs](size_t a, size_t b) { return runs[a].from < runs[b].from; });
  const auto seam_at_start = [fixed](size_t run) { return run == 0 ? fixed : run - 1; };
  const auto seam_at_end = [](size_t run) { return run; };  // the last run's is `fixed` itself
  std::vector<Tie> ties;
  ties.push_back({seam_at_start(order[0]), fixed, static_cast<int64_t>(runs[order[0]].from)});
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    const Run& run = runs[order[i]];
    const Run& next = runs[order[i + 1]];
    ties.push_back({seam_at_end(order[i]), seam_at_start(order[i + 1]),
                    static_cast<int64_t>(run.from + run.bytes) - static_cast<int64_t>(next.from)});
  }
  const Run& last = runs[order.back()];
  ties.push_back(
      {seam_at_end(order.back()), fixed,
       static_cast<int64_t>(last.from + last.bytes) - static_cast<int64_t>(reference_bytes)});
  return ties;
}

// Each node's slide relative to the first node of its group, and the group; nothing if the ties
// contradict each other.
struct Groups {
  std::vector<size_t> group;
  std::vector<int64_t> offset;
};

std::optional<Groups> Solve(const std::vector<Tie>& ties, size_t node_count) {
  std::vector<std::vector<std::pair<size_t, int64_t>>> neighbours(node_count);
  for (const Tie& tie : ties) {
    neighbours[tie.b].push_back({tie.a, tie.bytes});
    neighbours[tie.a].push_back({tie.b, -tie.bytes});
  }
  Groups groups{std::vector<size_t>(node_count, node_count), std::vector<int64_t>(node_count, 0)};
  // Beginning with the last node, the fixed one, so that its group's offsets are absolute.
  for (size_t root = node_count; root-- > 0;) {
    if (groups.group[root] != node_count) continue;
    groups.group[root] = root;
    std::vector<size_t> open = {root};
    while (!open.empty()) {
      const size_t node = open.back();
      open.pop_back();
      for (const auto& [next, bytes] : neighbours[node]) {
        const int64_t offset = groups.offset[node] + bytes;
        if (groups.group[next] == node_count) {
          groups.group[next] = root;
          groups.offset[next] = offset;
          open.push_back(next);
        } else if (groups.offset[next] != offset) {
          return std::nullopt;
        }
      }
    }
  }
  return groups;
}

// The roundest base slide of one group for which all of its seams stay in their limits.
std::optional<int64_t> BaseOf(size_t group, const Groups& groups, const std::vector<Run>& runs,
                              const std::vector<uint64_t>& slides_max) {
  const size_t fixed = runs.size() - 1;
  const int64_t reach = group == fixed ? 0 : static_cast<int64_t>(kSlideBytesMax);
  std::optional<int64_t> best;
  int best_roundness = -1;
  for (int64_t base = -reach; base <= reach; ++base) {
    int roundness = 0;
    bool possible = true;
    for (size_t seam = 0; seam < fixed && possible; ++seam) {
      if (groups.group[seam] != group) continue;
      const int64_t slide = base + groups.offset[seam];
      possible = slide >= 0 && static_cast<uint64_t>(slide) <= slides_max[seam];
      if (!possible) break;
      const auto bytes = static_cast<uint64_t>(slide);
      roundness += Roundness(runs[seam + 1].at - bytes, runs[seam + 1].from - bytes);
    }
    if (!possible || roundness <= best_roundness) continue;
    best = base;
    best_roundness = roundness;
  }
  return best;
}

// Drops runs that gave all their bytes away, and joins neighbours that now go straight on.
void Tidy(std::vector<Run>& runs) {
  std::vector<Run> kept;
  for (const Run& run : runs) {
    if (run.bytes == 0) continue;
    if (!kept.empty() && kept.back().origin == Origin::kReference &&
        run.origin == Origin::kReference && kept.back().from + kept.back().bytes == run.from) {
      kept.back().bytes += run.bytes;
    } else {
      kept.push_back(run);
    }
  }
  runs = std::move(kept);
}

}  // namespace

bool MoveSeamsToReorder(std::string_view output, std::string_view reference,
                        std::vector<Run>& runs) {
  if (output.size() != reference.size() || runs.size() < 2 || runs.size() > kReorderedRunsMax)
    return false;
  const size_t fixed = runs.size() - 1;
  const std::optional<Groups> groups =
      Solve(TiesOfPermutation(runs, reference.size()), runs.size());
  if (!groups) return false;
  std::vector<uint64_t> slides_max(fixed);
  for (size_t seam = 0; seam < fixed; ++seam) {
    slides_max[seam] = SlideBytesMax(output, reference, runs[seam], runs[seam + 1]);
  }
  std::vector<uint64_t> slides(fixed);
  for (size_t root = 0; root <= fixed; ++root) {
    if (groups->group[root] != root) continue;
    const std::optional<int64_t> base = BaseOf(root, *groups, runs, slides_max);
    if (!base) return false;
    for (size_t seam = 0; seam < fixed; ++seam) {
      if (groups->group[seam] != root) continue;
      slides[seam] = static_cast<uint64_t>(*base + groups->offset[seam]);
    }
  }
  // From the right, so that a run gives at its head before it takes at its tail.
  for (size_t seam = fixed; seam-- > 0;) Slide(runs[seam], runs[seam + 1], slides[seam]);
  Tidy(runs);
  return true;
}

void MoveSeamsToRound(std::string_view output, std::string_view reference, std::vector<Run>& runs) {
  for (size_t i = runs.size(); i-- > 1;) {
    Run& right = runs[i];
    const uint64_t most = SlideBytesMax(output, reference, runs[i - 1], right);
    uint64_t best = 0;
    for (uint64_t slide = 1; slide <= most; ++slide) {
      if (Roundness(right.at - slide, right.from - slide) >
          Roundness(right.at - best, right.from - best)) {
        best = slide;
      }
    }
    Slide(runs[i - 1], right, best);
  }
  Tidy(runs);
}

}  // namespace shortwrite
