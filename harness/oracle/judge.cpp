#include "harness/oracle/judge.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace shortwrite {
namespace {

constexpr std::array<std::string_view, 12> kVerdictTexts = {
    "survived",    "refused",   "failed-complete", "spun",          "hung",         "crashed",
    "misreported", "corrupted", "reported",        "false-success", "inconclusive", "flaky"};

// Digits become '#', so that "copied in 0.01 s" and "copied in 0.02 s" are the same message.
std::string WithoutNumbers(std::string_view line) {
  std::string result;
  for (const char c : line) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (digit && !result.empty() && result.back() == '#') continue;
    result += digit ? '#' : c;
  }
  return result;
}

template <typename Visit>
void ForEachLine(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

const NamedBytes* Find(const std::vector<NamedBytes>& outputs, const std::string& name) {
  const auto found = std::find_if(outputs.begin(), outputs.end(),
                                  [&](const NamedBytes& output) { return output.name == name; });
  return found == outputs.end() ? nullptr : &*found;
}

struct Difference {
  std::string name;
  std::string_view actual;
  std::string_view expected;
};

// Reference outputs first: a missing one matters more than one too many.
std::vector<Difference> Differences(const Reference& reference, const Behaviour& behaviour) {
  std::vector<Difference> differences;
  for (const NamedBytes& expected : reference.outputs) {
    const NamedBytes* const actual = Find(behaviour.outputs, expected.name);
    const std::string_view bytes = actual == nullptr ? std::string_view() : actual->bytes;
    if (actual == nullptr || bytes != expected.bytes) {
      differences.push_back({expected.name, bytes, expected.bytes});
    }
  }
  for (const NamedBytes& actual : behaviour.outputs) {
    if (Find(reference.outputs, actual.name) == nullptr) {
      differences.push_back({actual.name, actual.bytes, {}});
    }
  }
  return differences;
}

// Prefix of the reference, absent, or as it was before the target ran. A file that the reference
// does not have is a temporary one that was left behind: no harm to an output.
bool LosesNothingSilently(const Reference& reference, const Difference& difference) {
  if (Find(reference.outputs, difference.name) == nullptr) return true;
  if (difference.expected.starts_with(difference.actual)) return true;
  return difference.name == reference.main_output && difference.actual == reference.existing;
}

Verdict RecoverableVerdict(const Behaviour& behaviour, bool equal, bool new_message) {
  switch (behaviour.ending) {
    case Behaviour::Ending::kHung:
      return Verdict::kHung;
    case Behaviour::Ending::kSpun:
      return Verdict::kSpun;
    case Behaviour::Ending::kSlow:
      return Verdict::kInconclusive;
    case Behaviour::Ending::kSignaled:
      return Verdict::kCrashed;
    case Behaviour::Ending::kExited:
      break;
  }
  if (behaviour.number != 0) return equal ? Verdict::kFailedComplete : Verdict::kRefused;
  if (equal) return Verdict::kSurvived;
  return new_message ? Verdict::kMisreported : Verdict::kCorrupted;
}

Verdict TerminalVerdict(const Behaviour& behaviour, bool equal, bool harmless) {
  switch (behaviour.ending) {
    case Behaviour::Ending::kHung:
      return Verdict::kHung;
    case Behaviour::Ending::kSpun:
      return Verdict::kSpun;
    case Behaviour::Ending::kSlow:
      return Verdict::kInconclusive;
    case Behaviour::Ending::kSignaled:
      return behaviour.fault_is_fatal_signal && harmless ? Verdict::kReported : Verdict::kCrashed;
    case Behaviour::Ending::kExited:
      break;
  }
  if (behaviour.number == 0) {
    // A program that tried again after a transient error and lost nothing did better than asked.
    return equal && !behaviour.delayed_error ? Verdict::kSurvived : Verdict::kFalseSuccess;
  }
  return harmless ? Verdict::kReported : Verdict::kCorrupted;
}

}  // namespace

std::string_view VerdictText(Verdict verdict) {
  return kVerdictTexts[static_cast<size_t>(verdict)];
}

std::string FirstNewLine(std::string_view text, std::string_view known) {
  std::set<std::string> known_lines;
  ForEachLine(known, [&](std::string_view line) { known_lines.insert(WithoutNumbers(line)); });
  std::string first;
  ForEachLine(text, [&](std::string_view line) {
    if (first.empty() && !line.empty() && !known_lines.contains(WithoutNumbers(line))) first = line;
  });
  return first;
}

Judgement Judge(const Reference& reference, const Behaviour& behaviour, Contract contract) {
  Judgement judgement;
  const std::vector<Difference> differences = Differences(reference, behaviour);
  const bool equal = differences.empty();
  const bool harmless =
      std::all_of(differences.begin(), differences.end(),
                  [&](const Difference& d) { return LosesNothingSilently(reference, d); });
  if (!equal) {
    const Difference& first = differences.front();
    judgement.output = first.name;
    judgement.output_bytes = first.actual.size();
    judgement.reference_bytes = first.expected.size();
    judgement.provenance = TraceProvenance(
        first.actual, first.expected,
        first.name == reference.main_output ? reference.existing : std::string_view());
  }
  judgement.message = FirstNewLine(behaviour.diagnostics, reference.diagnostics);
  judgement.verdict = behaviour.recoverable
                          ? RecoverableVerdict(behaviour, equal, !judgement.message.empty())
                          : TerminalVerdict(behaviour, equal, harmless);
  judgement.good =
      judgement.verdict == Verdict::kSurvived || judgement.verdict == Verdict::kReported ||
      (judgement.verdict == Verdict::kRefused && contract == Contract::kHonest && harmless);
  return judgement;
}

}  // namespace shortwrite
