#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "harness/schedule/schedule.h"

namespace shortwrite {
namespace {

constexpr std::array<FaultKind, 10> kFaults = {
    FaultKind::kShort, FaultKind::kCap,    FaultKind::kEagain, FaultKind::kEintr,
    FaultKind::kZero,  FaultKind::kEnospc, FaultKind::kEdquot, FaultKind::kEio,
    FaultKind::kEfbig, FaultKind::kEpipe};

bool TakesAmount(FaultKind fault) {
  return fault == FaultKind::kShort || fault == FaultKind::kCap;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

// Reads one step; every error knows the column of the whole text where it stands.
class StepParser {
 public:
  StepParser(std::string_view step, size_t column) : text_(step), column_(column) {}

  Result<Step> Parse() {
    const size_t colon = text_.find(':');
    if (colon == std::string_view::npos) {
      return Fail(text_.size(), "':' is missing; write CALLS:FAULT, for example 1:short=1");
    }
    const size_t at = text_.substr(0, colon).find('@');
    const size_t calls_end = at == std::string_view::npos ? colon : at;
    if (Status calls = ParseCalls(text_.substr(0, calls_end)); !calls.ok()) return calls.error();
    if (at != std::string_view::npos) {
      if (Status output = ParseOutput(at + 1, colon); !output.ok()) return output.error();
    }
    if (Status fault = ParseFault(colon + 1); !fault.ok()) return fault.error();
    return step_;
  }

 private:
  Error Fail(size_t offset, std::string_view what) const {
    return UsageError(fmt::format("schedule, column {}: {}", column_ + offset, what));
  }

  Status ParseCalls(std::string_view calls) {
    if (calls == "close" || calls == "fsync") {
      step_.site = calls == "close" ? StepSite::kClose : StepSite::kFsync;
      step_.calls = {1, kOpenEnd};
      return Ok();
    }
    if (calls == "*") {
      step_.calls = {1, kOpenEnd};
      return Ok();
    }
    const size_t dash = calls.find('-');
    const auto first = ParseNumber(calls.substr(0, dash));
    std::optional<uint64_t> last = first;
    if (dash != std::string_view::npos) {
      last = dash + 1 == calls.size() ? kOpenEnd : ParseNumber(calls.substr(dash + 1));
    }
    if (!first || !last) {
      return Fail(0,
                  fmt::format("'{}' names no calls; write 3, 3-7, 3-, *, close or fsync", calls));
    }
    if (*first == 0 || *first >= kOpenEnd || *last > kOpenEnd) {
      return Fail(0, "calls are counted from 1, and below 4294967295");
    }
    if (*last < *first) return Fail(0, fmt::format("the range {} is empty", calls));
    step_.calls = {static_cast<uint32_t>(*first), static_cast<uint32_t>(*last)};
    return Ok();
  }

  Status ParseOutput(size_t begin, size_t end) {
    if (begin == end) return Fail(begin, "the output's name is missing after '@'");
    for (size_t i = begin; i < end; ++i) {
      if (text_[i] != '%') {
        step_.output += text_[i];
        continue;
      }
      const auto high = i + 2 < end ? HexDigit(text_[i + 1]) : std::nullopt;
      const auto low = i + 2 < end ? HexDigit(text_[i + 2]) : std::nullopt;
      if (!high || !low) return Fail(i, "'%' starts two hexadecimal digits, such as %20");
      step_.output += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
    if (step_.output.find('\0') != std::string::npos) {
      return Fail(begin, "an output's name has no NUL byte");
    }
    return Ok();
  }

  Status ParseFault(size_t begin) {
    const std::string_view text = text_.substr(begin);
    const size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    for (const FaultKind fault : kFaults) {
      if (FaultName(fault) != name) continue;
      step_.fault = fault;
      if (Status site = CheckSite(begin); !site.ok()) return site;
      const bool has_amount = equals != std::string_view::npos;
      if (has_amount != TakesAmount(fault)) {
        return Fail(begin, has_amount ? fmt::format("{} takes no argument", name)
                                      : fmt::format("{0} needs a count, for example {0}=1", name));
      }
      return has_amount ? ParseAmount(begin + equals + 1) : Ok();
    }
    return Fail(begin, fmt::format("'{}' is no fault; known: short cap eagain eintr zero enospc "
                                   "edquot eio efbig epipe",
                                   name));
  }

  // close(2) and fsync(2): only delayed write errors can appear there.
  Status CheckSite(size_t begin) const {
    const bool delayed = step_.fault == FaultKind::kEnospc || step_.fault == FaultKind::kEdquot ||
                         step_.fault == FaultKind::kEio;
    if (step_.site == StepSite::kCalls || delayed) return Ok();
    return Fail(begin, "close and fsync can fail with enospc, edquot or eio only");
  }

  Status ParseAmount(size_t begin) {
    std::string_view text = text_.substr(begin);
    if (text.ends_with('%')) {
      step_.amount.unit = Amount::Unit::kPercent;
      text.remove_suffix(1);
    } else if (text.starts_with('-')) {
      step_.amount.unit = Amount::Unit::kAllBut;
      text.remove_prefix(1);
    }
    const auto number = ParseNumber(text);
    if (!number || *number == 0) {
      return Fail(begin, "the count is N, -N (all but N) or P%, and above 0, for example short=1");
    }
    if (step_.amount.unit != Amount::Unit::kBytes && step_.fault == FaultKind::kCap) {
      return Fail(begin, "cap takes a number of bytes, for example cap=4096");
    }
    if (step_.amount.unit == Amount::Unit::kPercent && *number > 99) {
      return Fail(begin, "a short write accepts 1% to 99%");
    }
    step_.amount.value = *number;
    return Ok();
  }

  std::string_view text_;
  size_t column_;
  Step step_;
};

}  // namespace

Result<Schedule> ParseSchedule(std::string_view text) {
  Schedule schedule;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const size_t end = std::min(text.find(' ', at), text.size());
    constexpr std::string_view kFull = "full=";
    if (text.substr(at, end - at).starts_with(kFull)) {
      schedule.full = ParseNumber(text.substr(at + kFull.size(), end - at - kFull.size()));
      if (!schedule.full) {
        return UsageError(fmt::format(
            "schedule, column {}: full takes the bytes that a file may have, for example full=4096",
            at + 1));
      }
      at = end;
      continue;
    }
    Result<Step> step = StepParser(text.substr(at, end - at), at + 1).Parse();
    if (!step.ok()) return step.error();
    if (schedule.steps.size() == kScheduleStepsMax) {
      return UsageError(
          fmt::format("schedule, column {}: more than {} steps; use ranges such as 3-7", at + 1,
                      kScheduleStepsMax));
    }
    schedule.steps.push_back(std::move(step).value());
    at = end;
  }
  return schedule;
}

}  // namespace shortwrite
