#include "harness/report/html/calls_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/report/html/svg.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

constexpr double kWidth = 1000;
constexpr double kLeft = 116;  // room for offsets
constexpr double kRight = 990;
constexpr double kTop = 26;
constexpr double kBottom = 300;
constexpr double kPlannedY = 324;
constexpr double kDeliveredY = 346;
constexpr double kAxisY = 370;
constexpr double kHeight = 380;
constexpr double kLetterWidth = 13;
constexpr double kBarWidthMax = 150;
constexpr double kLabelX = kLeft - 14;  // the first bar's letter stands at the edge
constexpr size_t kLegibleMax = 60;      // bars that are wide enough to be looked at one by one
constexpr size_t kCloseNeighbours = 20;
constexpr size_t kGroups = 400;

// Calls [first, last) of a timeline over offsets [low, high).
struct View {
  const Timeline& timeline;
  size_t first;
  size_t last;
  uint64_t low;
  uint64_t high;

  size_t count() const { return last - first; }
  double slot() const {
    return (kRight - kLeft) / static_cast<double>(std::max<size_t>(count(), 1));
  }
  double bar_width() const { return std::min(slot() * 0.8, kBarWidthMax); }
  double x(size_t index) const { return kLeft + slot() * static_cast<double>(index - first); }
  double y(uint64_t offset) const {
    const double range = static_cast<double>(std::max<uint64_t>(high - low, 1));
    const uint64_t inside = std::clamp(offset, low, high);
    return kBottom - (kBottom - kTop) * static_cast<double>(inside - low) / range;
  }
};

std::string CallTip(const PlacedCall& placed) {
  const CallRecord& call = *placed.call;
  const std::string number = call.n == 0 ? "" : fmt::format(" {}", call.n);
  const std::string remark = RemarkText(call);
  return fmt::format("{}{}: asked {} at offset {}, result {}{}{}", call.call, number, call.asked,
                     placed.from, ResultText(call), remark.empty() ? "" : " ", remark);
}

std::string NumberOf(const Timeline& timeline, size_t index) {
  const uint64_t n = timeline.calls[index].call->n;
  return n == 0 ? "" : fmt::format("{}", n);
}

void DrawFrame(const View& view, const CounterexampleRecord& found, Svg& svg) {
  svg.Rect("frame", kLeft, kTop, kRight - kLeft, kBottom - kTop);
  svg.Text("axis", kLabelX, kBottom, "end", fmt::format("{}", view.low));
  svg.Text("axis", kLabelX, kTop + 12, "end", fmt::format("{}", view.high));
  svg.Text("axis", kLabelX, (kTop + kBottom) / 2, "end", "offset");
  svg.Text("axis", kLabelX, kPlannedY, "end", "planned");
  svg.Text("axis", kLabelX, kDeliveredY, "end", "delivered");
  svg.Text("axis", kLabelX, kAxisY, "end", "call");
  if (view.count() == 0) return;
  // The numbers of as many calls as have room for theirs.
  constexpr double kNumberWidth = 70;
  double last = -kNumberWidth;
  for (size_t i = view.first; i < view.last; ++i) {
    const double x = view.x(i) + view.slot() / 2;
    if (x - last < kNumberWidth) continue;
    svg.Text("axis", x, kAxisY, "middle", NumberOf(view.timeline, i));
    last = x;
  }
  const bool whole = view.count() == view.timeline.calls.size();
  if (!whole || found.reference_bytes == 0) return;
  svg.Line("reference", kLeft, view.y(0), kRight, view.y(found.reference_bytes));
  svg.Text(
      "reference-name", kLeft + 8, kTop + 18, "start",
      fmt::format("dashed: a straight way to the reference's {} bytes", found.reference_bytes));
}

// The rule of the first wrong byte, and who wrote it.
void DrawDivergence(const View& view, const CounterexampleRecord& found, Svg& svg) {
  const Timeline& timeline = view.timeline;
  const uint64_t offset = found.divergence.offset;
  if (found.output.empty() || timeline.output != found.output) return;
  if (offset < view.low || offset > view.high) return;
  svg.Line("divergence", kLeft, view.y(offset), kRight, view.y(offset));
  const bool high = view.y(offset) < kTop + 44;
  svg.Text("divergence-name", kRight - 4, view.y(offset) + (high ? 16 : -5), "end",
           fmt::format("first wrong byte: offset {}", offset));
  const size_t wrong = timeline.wrote_wrong;
  if (wrong < view.first || wrong >= view.last) return;
  const double x = view.x(wrong) + view.slot() / 2;
  svg.Line("culprit", x, view.y(offset), x, kBottom);
  svg.Text("divergence-name", std::clamp(x, kLeft + 60, kRight - 70), kTop - 8, "middle",
           fmt::format("written by call {}", NumberOf(timeline, wrong)));
}

// A letter where it has room beside the one before it, else a tick.
class Lane {
 public:
  Lane(Svg& svg, std::string_view name, double y) : svg_(svg), name_(name), y_(y) {}

  void Mark(double x, char letter) {
    if (x - last_ < kLetterWidth) {
      svg_.Line(name_, x, y_ - 9, x, y_ - 1);
      return;
    }
    svg_.Text(name_, x, y_, "middle", std::string(1, letter));
    last_ = x;
  }

 private:
  Svg& svg_;
  std::string_view name_;
  double y_;
  double last_ = -kLetterWidth;
};

// Calls that are wanted, by where the middle of their bar is; none nearer to the one before than
// can be told apart, so that however many there are, so many marks are drawn at most.
template <typename Wanted, typename Mark>
void ForEachApart(const View& view, double distance, Wanted wanted, Mark mark) {
  double last = -distance;
  for (size_t i = view.first; i < view.last; ++i) {
    const PlacedCall& call = view.timeline.calls[i];
    const double x = view.x(i) + view.slot() / 2;
    if (!wanted(call) || x - last < distance) continue;
    last = x;
    mark(call, x);
  }
}

void DrawLanes(const View& view, Svg& svg) {
  Lane planned(svg, "planned", kPlannedY);
  Lane delivered(svg, "delivered", kDeliveredY);
  constexpr double kTickWidth = 1;
  ForEachApart(
      view, kTickWidth, [](const PlacedCall& call) { return call.planned != 0; },
      [&](const PlacedCall& call, double x) {
        planned.Mark(x, call.planned);
        if (call.delivered != 0) delivered.Mark(x, call.delivered);
      });
}

// Between the call after which a thread waited, and the next.
void DrawWaits(const View& view, Svg& svg) {
  constexpr double kLineDistance = 3;
  constexpr double kBarDistance = 12;
  const double width = view.bar_width();
  const double behind = width / 2 + std::min((view.slot() - width) / 2, kBarDistance);
  ForEachApart(
      view, kLineDistance, [](const PlacedCall& call) { return call.call->then_waited; },
      [&](const PlacedCall&, double x) {
        svg.Line("wait", x + behind, kTop, x + behind, kBottom);
      });
}

struct Bar {
  double y;  // upper edge
  double height;
};

Bar BarOver(const View& view, uint64_t from, uint64_t bytes) {
  constexpr double kLeastHeight = 2;  // one byte of many is seen, too
  const uint64_t end = from > UINT64_MAX - bytes ? UINT64_MAX : from + bytes;
  const double height = std::max(view.y(from) - view.y(end), kLeastHeight);
  return {view.y(from) - height, height};
}

// Where a letter on a call's bar can be read: inside if there is room, else above.
double LetterY(const View& view, const PlacedCall& call) {
  constexpr double kRoom = 20;
  constexpr double kLetterHeight = 10;
  const Bar bar = BarOver(view, call.from, call.asked);
  const double y = bar.height < kRoom ? bar.y - 4 : bar.y + bar.height / 2 + kLetterHeight / 2;
  return std::max(y, kTop + kLetterHeight + 2);
}

// Calls that were answered with an error.
void DrawErrors(const View& view, Svg& svg) {
  ForEachApart(
      view, kLetterWidth, [](const PlacedCall& call) { return call.failed != 0; },
      [&](const PlacedCall& call, double x) {
        svg.Text("error", x, LetterY(view, call), "middle", std::string(1, call.failed));
      });
}

void DrawBarsOneByOne(const View& view, Svg& svg) {
  const double width = view.bar_width();
  for (size_t i = view.first; i < view.last; ++i) {
    const PlacedCall& call = view.timeline.calls[i];
    const double x = view.x(i) + (view.slot() - width) / 2;
    const std::string tip = CallTip(call);
    const Bar asked = BarOver(view, call.from, call.asked);
    if (call.asked > call.accepted) {
      svg.Rect("asked", x, asked.y, width, asked.height, tip);
      svg.Rect("rest", x, asked.y, width, asked.height, tip);
    }
    if (call.accepted == 0) continue;
    const Bar accepted = BarOver(view, call.from, call.accepted);
    svg.Rect("accepted", x, accepted.y, width, accepted.height, tip);
  }
}

void DrawBarsAsPaths(const View& view, Svg& svg) {
  std::string accepted;
  std::string rest;
  const double width = std::max(view.slot() * 0.8, 0.4);
  for (size_t i = view.first; i < view.last; ++i) {
    const PlacedCall& call = view.timeline.calls[i];
    const Bar whole = BarOver(view, call.from, call.asked);
    if (call.asked > call.accepted) {
      svg.AddToPath(rest, view.x(i), whole.y, width, whole.height);
    }
    if (call.accepted == 0) continue;
    const Bar part = BarOver(view, call.from, call.accepted);
    svg.AddToPath(accepted, view.x(i), part.y, width, part.height);
  }
  svg.Path("rest", rest);
  svg.Path("accepted", accepted);
}

// Each column stands for several calls: from the lowest to the highest byte that they moved.
void DrawGroups(const View& view, Svg& svg) {
  std::string accepted;
  std::string rest;
  const size_t each = (view.count() + kGroups - 1) / kGroups;
  for (size_t begin = view.first; begin < view.last; begin += each) {
    const size_t end = std::min(view.last, begin + each);
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    uint64_t asked_to = 0;
    for (size_t i = begin; i < end; ++i) {
      const PlacedCall& call = view.timeline.calls[i];
      asked_to = std::max(asked_to, call.from + std::min(call.asked, UINT64_MAX - call.from));
      if (call.accepted == 0) continue;
      low = std::min(low, call.from);
      high = std::max(high, call.from + std::min(call.accepted, UINT64_MAX - call.from));
    }
    const double width = view.slot() * static_cast<double>(end - begin);
    if (low < high) {
      const Bar part = BarOver(view, low, high - low);
      svg.AddToPath(accepted, view.x(begin), part.y, width, part.height);
    }
    const uint64_t from = std::max(high, view.timeline.calls[begin].from);
    if (asked_to > from) {
      const Bar whole = BarOver(view, from, asked_to - from);
      svg.AddToPath(rest, view.x(begin), whole.y, width, whole.height);
    }
  }
  svg.Path("rest", rest);
  svg.Path("accepted", accepted);
}

std::string Draw(const View& view, const CounterexampleRecord& found, const std::string& id,
                 const std::string& caption, size_t drawn_max) {
  Svg svg(id, kWidth, kHeight, "Write calls over offsets",
          fmt::format("{}. {}", caption, Title(found)));
  DrawFrame(view, found, svg);
  if (view.count() <= kLegibleMax) {
    DrawBarsOneByOne(view, svg);
  } else if (view.count() <= drawn_max) {
    DrawBarsAsPaths(view, svg);
  } else {
    DrawGroups(view, svg);
  }
  DrawWaits(view, svg);
  DrawErrors(view, svg);
  DrawLanes(view, svg);
  DrawDivergence(view, found, svg);
  return std::move(svg).Finish();
}

// Calls within so many of one; their offsets alone decide the scale.
View Around(const Timeline& timeline, size_t index, size_t neighbours) {
  View view{timeline, index < neighbours ? 0 : index - neighbours,
            std::min(timeline.calls.size(), index + neighbours + 1), UINT64_MAX, 0};
  for (size_t i = view.first; i < view.last; ++i) {
    const PlacedCall& call = timeline.calls[i];
    view.low = std::min(view.low, call.from);
    view.high = std::max(view.high, call.from + std::min(call.asked, UINT64_MAX - call.from));
  }
  return view;
}

std::string Range(const View& view) {
  return fmt::format("calls {} to {}", NumberOf(view.timeline, view.first),
                     NumberOf(view.timeline, view.last - 1));
}

}  // namespace

std::vector<CallsPicture> DrawCalls(const CounterexampleRecord& found, const Timeline& timeline,
                                    std::string_view id, size_t drawn_max) {
  std::vector<CallsPicture> pictures;
  const size_t count = timeline.calls.size();
  if (count == 0) return pictures;
  const auto add = [&](const View& view, const std::string& caption) {
    const std::string name = fmt::format("{}-{}", id, pictures.size() + 1);
    pictures.push_back({caption, Draw(view, found, name, caption, drawn_max)});
  };
  const bool grouped = count > drawn_max;
  std::string whole =
      fmt::format("{} on {}", count == 1 ? "the one call" : fmt::format("all {} calls", count),
                  timeline.output);
  if (grouped) {
    whole += fmt::format(", {} in each column", (count + kGroups - 1) / kGroups);
  }
  add({timeline, 0, count, 0, timeline.end}, whole);
  if (count <= kLegibleMax) return pictures;
  const size_t last = count - 1;
  const size_t fault = std::min(timeline.first_fault, last);
  const size_t focus = timeline.wrote_wrong < count ? timeline.wrote_wrong : fault;
  if (grouped) {
    const View near = Around(timeline, focus, kNeighbours);
    add(near, fmt::format("{}, around the first wrong byte", Range(near)));
  }
  const View close = Around(timeline, focus, kCloseNeighbours);
  add(close, Range(close));
  if (fault < close.first || fault >= close.last) {
    const View first = Around(timeline, fault, kCloseNeighbours);
    add(first, fmt::format("{}, around the first fault", Range(first)));
  }
  return pictures;
}

}  // namespace shortwrite
