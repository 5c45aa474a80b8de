#include "harness/schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace shortwrite {
namespace {

constexpr std::array<std::string_view, 10> kFaultNames = {
    "short", "cap", "eagain", "eintr", "zero", "enospc", "edquot", "eio", "efbig", "epipe"};

bool IsPlainOutputByte(char c) {
  return c > ' ' && c < 0x7f && c != ':' && c != '=' && c != '%' && c != '@' && c != '\'';
}

std::string EscapeOutput(std::string_view output) {
  std::string text;
  for (const char c : output) {
    if (IsPlainOutputByte(c)) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string CallsText(const Step& step) {
  if (step.site == StepSite::kClose) return "close";
  if (step.site == StepSite::kFsync) return "fsync";
  const auto [first, last] = step.calls;
  if (last == kOpenEnd) return first == 1 ? "*" : fmt::format("{}-", first);
  return first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
}

std::string AmountText(const Amount& amount) {
  if (amount.value == 0) return "";
  switch (amount.unit) {
    case Amount::Unit::kBytes:
      return fmt::format("={}", amount.value);
    case Amount::Unit::kAllBut:
      return fmt::format("=-{}", amount.value);
    case Amount::Unit::kPercent:
      return fmt::format("={}%", amount.value);
  }
  return "";
}

}  // namespace

bool IsRecoverable(FaultKind fault) {
  return fault <= FaultKind::kZero;
}

uint32_t FaultCount(const Schedule& schedule) {
  return static_cast<uint32_t>(schedule.steps.size()) + (schedule.full ? 1 : 0);
}

bool IsRecoverable(const Schedule& schedule) {
  return !schedule.full && std::all_of(schedule.steps.begin(), schedule.steps.end(),
                                       [](const Step& step) { return IsRecoverable(step.fault); });
}

std::string_view FaultName(FaultKind fault) {
  return kFaultNames[static_cast<size_t>(fault)];
}

std::string ToText(const Schedule& schedule) {
  std::string text;
  if (schedule.full) text = fmt::format("full={}", *schedule.full);
  for (const Step& step : schedule.steps) {
    if (!text.empty()) text += ' ';
    text += CallsText(step);
    if (!step.output.empty()) text += '@' + EscapeOutput(step.output);
    text += fmt::format(":{}{}", FaultName(step.fault), AmountText(step.amount));
  }
  return text;
}

Step ShortAt(uint32_t call, Amount amount) {
  assert(call > 0 && amount.value > 0);
  return {StepSite::kCalls, {call, call}, "", FaultKind::kShort, amount};
}

Step FaultAt(uint32_t call, FaultKind fault) {
  assert(call > 0);
  return {StepSite::kCalls, {call, call}, "", fault, {}};
}

}  // namespace shortwrite
