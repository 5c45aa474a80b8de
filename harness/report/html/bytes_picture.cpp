#include "harness/report/html/bytes_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/report/html/svg.h"
#include "harness/report/record_text.h"

namespace shortwrite {
namespace {

constexpr double kWidth = 1000;
constexpr double kLeft = 116;
constexpr double kRight = 990;
constexpr double kReferenceY = 16;
constexpr double kOutputY = 96;
constexpr double kBandHeight = 26;
constexpr double kHeight = 156;
constexpr size_t kRunsDrawnMax = 400;
constexpr double kLetterWidth = 9.2;

class Scale {
 public:
  explicit Scale(uint64_t end) : end_(std::max<uint64_t>(end, 1)) {}
  double x(uint64_t offset) const {
    const double part = static_cast<double>(std::min(offset, end_)) / static_cast<double>(end_);
    return kLeft + (kRight - kLeft) * part;
  }
  double width(uint64_t at, uint64_t bytes) const {
    constexpr double kLeast = 1.5;  // one byte of many is seen, too
    return std::max(x(at + std::min(bytes, UINT64_MAX - at)) - x(at), kLeast);
  }

 private:
  uint64_t end_;
};

bool IsInPlace(const RunRecord& run) {
  return run.origin == "reference" && run.from == run.at;
}

// Class in the style sheet and a letter, so that the colour says nothing alone.
std::pair<std::string_view, char> Look(const RunRecord& run) {
  if (IsInPlace(run)) return {"in-place", '='};
  if (run.origin == "reference") return {"moved", 'M'};
  if (run.origin == "zero") return {"zero", '0'};
  if (run.origin == "existing") return {"existing", 'X'};
  return {"foreign", '?'};
}

std::string Bytes(uint64_t at, uint64_t bytes) {
  return bytes == 1 ? fmt::format("{}", at) : fmt::format("{}-{}", at, at + bytes - 1);
}

std::string RunText(const RunRecord& run) {
  if (IsInPlace(run)) return fmt::format("{} in place", Bytes(run.at, run.bytes));
  if (run.origin == "reference") return fmt::format("reference {}", Bytes(run.from, run.bytes));
  if (run.origin == "zero") return fmt::format("{} NUL bytes", run.bytes);
  if (run.origin == "existing") return fmt::format("{} former bytes", run.bytes);
  return fmt::format("{} foreign bytes", run.bytes);
}

void DrawRibbon(const Scale& scale, const RunRecord& run, Svg& svg) {
  const double top = kReferenceY + kBandHeight;
  const double from = scale.x(run.from);
  const double at = scale.x(run.at);
  svg.Path(IsInPlace(run) ? "ribbon-in-place" : "ribbon-moved",
           fmt::format("M{:.1f} {}h{:.1f}L{:.1f} {}h-{:.1f}z", from, top,
                       scale.width(run.from, run.bytes), at + scale.width(run.at, run.bytes),
                       kOutputY, scale.width(run.at, run.bytes)),
           fmt::format("output {} are reference {}", Bytes(run.at, run.bytes),
                       Bytes(run.from, run.bytes)));
}

void DrawRun(const Scale& scale, const RunRecord& run, Svg& svg) {
  const auto [name, letter] = Look(run);
  const double x = scale.x(run.at);
  const double width = scale.width(run.at, run.bytes);
  const std::string text = RunText(run);
  svg.Rect(name, x, kOutputY, width, kBandHeight,
           fmt::format("output {}: {}", Bytes(run.at, run.bytes), text));
  const double needed = kLetterWidth * static_cast<double>(text.size());
  if (width > needed) {
    svg.Text("run-name", x + width / 2, kOutputY + 18, "middle", text);
  } else if (width > 2 * kLetterWidth) {
    svg.Text("run-name", x + width / 2, kOutputY + 18, "middle", std::string(1, letter));
  }
}

void DrawMissing(const Scale& scale, const ExtentRecord& extent, Svg& svg) {
  const double x = scale.x(extent.at);
  const double width = scale.width(extent.at, extent.bytes);
  const std::string text = fmt::format("{} missing", Bytes(extent.at, extent.bytes));
  svg.Rect("missing", x, kReferenceY, width, kBandHeight, text);
  if (width > kLetterWidth * static_cast<double>(text.size())) {
    svg.Text("run-name", x + width / 2, kReferenceY + 18, "middle", text);
  }
}

// A stream may say anything; what does not fit together is not drawn.
bool Fits(uint64_t at, uint64_t bytes) {
  return bytes > 0 && at <= UINT64_MAX - bytes;
}

}  // namespace

std::string DrawBytes(const CounterexampleRecord& found, std::string_view id) {
  if (found.runs.empty() && found.missing.empty()) return "";
  const Scale scale(std::max(found.output_bytes, found.reference_bytes));
  Svg svg(id, kWidth, kHeight, "Where the bytes of the output came from",
          fmt::format("Reference above, output below; {} runs. {}",
                      found.runs.size() + found.runs_after, Title(found)));
  svg.Text("axis", kLeft - 14, kReferenceY + 18, "end", "reference");
  svg.Text("axis", kLeft - 14, kOutputY + 18, "end", "output");
  if (found.reference_bytes > 0) {
    svg.Rect("in-place", kLeft, kReferenceY, scale.width(0, found.reference_bytes), kBandHeight,
             fmt::format("{} bytes of reference", found.reference_bytes));
  }
  const size_t count = std::min(found.runs.size(), kRunsDrawnMax);
  for (size_t i = 0; i < count; ++i) {
    const RunRecord& run = found.runs[i];
    if (!Fits(run.at, run.bytes) || !Fits(run.from, run.bytes)) continue;
    if (run.origin == "reference") DrawRibbon(scale, run, svg);
    DrawRun(scale, run, svg);
  }
  for (size_t i = 0; i < std::min(found.missing.size(), kRunsDrawnMax); ++i) {
    if (Fits(found.missing[i].at, found.missing[i].bytes)) {
      DrawMissing(scale, found.missing[i], svg);
    }
  }
  if (!found.output.empty()) {
    const double x = scale.x(found.divergence.offset);
    svg.Line("divergence", x, kReferenceY - 6, x, kOutputY + kBandHeight + 6);
  }
  svg.Text("axis", kLeft, kOutputY + kBandHeight + 18, "start", "0");
  svg.Text("axis", kRight, kOutputY + kBandHeight + 18, "end",
           fmt::format("{}", std::max(found.output_bytes, found.reference_bytes)));
  return std::move(svg).Finish();
}

}  // namespace shortwrite
