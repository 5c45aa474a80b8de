#include "harness/campaign/fault_set.h"

#include <fmt/format.h>

#include <algorithm>

namespace shortwrite {
namespace {

// The member that a name stands for, or null.
bool* Named(FaultSet& set, std::string_view name) {
  struct Entry {
    std::string_view name;
    bool* member;
  };
  TerminalFaults& terminal = set.terminal;
  const Entry entries[] = {
      {"short", &set.shorts},     {"eagain", &set.eagain},      {"eintr", &set.eintr},
      {"zero", &set.zero},        {"enospc", &terminal.enospc}, {"edquot", &terminal.edquot},
      {"eio", &terminal.eio},     {"efbig", &terminal.efbig},   {"epipe", &terminal.epipe},
      {"close", &terminal.close}, {"fsync", &terminal.fsync}};
  const auto* const found = std::find_if(std::begin(entries), std::end(entries),
                                         [&](const Entry& entry) { return entry.name == name; });
  return found == std::end(entries) ? nullptr : found->member;
}

bool Allows(const FaultSet& faults, const Step& step) {
  if (step.site == StepSite::kClose) return faults.terminal.close;
  if (step.site == StepSite::kFsync) return faults.terminal.fsync;
  switch (step.fault) {
    case FaultKind::kShort:
    case FaultKind::kCap:
      return faults.shorts;
    case FaultKind::kEagain:
      return faults.eagain;
    case FaultKind::kEintr:
      return faults.eintr;
    case FaultKind::kZero:
      return faults.zero;
    default:
      return Has(faults.terminal, step.fault) &&
             (MayPass(step.fault) || step.calls.last == kOpenEnd);
  }
}

// A short write at one call, and an error that may be planned at the next.
bool LeadsToError(const FaultSet& faults, const Step& step, const Schedule& schedule) {
  if (step.fault != FaultKind::kShort || step.calls.first != step.calls.last) return false;
  return std::any_of(schedule.steps.begin(), schedule.steps.end(), [&](const Step& next) {
    return next.site == StepSite::kCalls && !IsRecoverable(next.fault) && Allows(faults, next) &&
           next.calls.first == step.calls.first + 1 && next.output == step.output;
  });
}

}  // namespace

Result<FaultSet> ParseFaultSet(std::string_view text) {
  if (text == "all") return FaultSet{true, true, true, true, TerminalFaults::All()};
  FaultSet set{false, false, false, false, {}};
  std::string_view rest = text;
  while (true) {
    const std::string_view name = rest.substr(0, rest.find(','));
    if (bool* const member = Named(set, name)) {
      *member = true;
    } else if (name == "recoverable") {
      set.shorts = set.eagain = set.eintr = true;
    } else if (name == "terminal") {
      set.terminal = TerminalFaults::All();
    } else {
      return UsageError(fmt::format(
          "--faults: '{}' is not known; write all, or names separated by commas from recoverable "
          "(short, eagain, eintr), zero, terminal (enospc, edquot, eio, efbig, epipe, close, "
          "fsync)",
          name));
    }
    if (name.size() == rest.size()) return set;
    rest.remove_prefix(name.size() + 1);
  }
}

bool Has(const TerminalFaults& faults, FaultKind fault) {
  switch (fault) {
    case FaultKind::kEnospc:
      return faults.enospc;
    case FaultKind::kEdquot:
      return faults.edquot;
    case FaultKind::kEio:
      return faults.eio;
    case FaultKind::kEfbig:
      return faults.efbig;
    case FaultKind::kEpipe:
      return faults.epipe;
    default:
      return false;
  }
}

bool MayPass(FaultKind fault) {
  return fault != FaultKind::kEfbig && fault != FaultKind::kEpipe;
}

bool Allows(const FaultSet& faults, const Schedule& schedule) {
  return std::all_of(schedule.steps.begin(), schedule.steps.end(),
                     [&](const Step& step) { return Allows(faults, step); });
}

Schedule Restrict(const FaultSet& faults, const Schedule& schedule) {
  Schedule kept = {{}, schedule.full};
  for (const Step& step : schedule.steps) {
    if (Allows(faults, step) || LeadsToError(faults, step, schedule)) kept.steps.push_back(step);
  }
  return kept;
}

}  // namespace shortwrite
