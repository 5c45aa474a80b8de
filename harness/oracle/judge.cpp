#include "harness/oracle/judge.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace shortwrite {
namespace {

constexpr std::array<std::string_view, 13> kVerdictTexts = {
    "survived",    "refused",   "failed-complete", "spun",    "hung",          "crashed",
    "misreported", "corrupted", "reported",        "damaged", "false-success", "inconclusive",
    "flaky"};

constexpr std::string_view kStandardOutput = "stdout";

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

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
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
    if (Contains(behaviour.same, expected.name)) continue;
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

// A file that the reference does not have is a temporary one that was left behind: no harm to an
// output.
bool IsLeftover(const Reference& reference, const Difference& difference) {
  return Find(reference.outputs, difference.name) == nullptr;
}

std::string_view ExistingOf(const Reference& reference, const Difference& difference) {
  return difference.name == reference.main_output ? reference.existing : std::string_view();
}

// Prefix of the reference, absent, or as it was before the target ran.
bool LosesNothingSilently(const Reference& reference, const Difference& difference) {
  if (IsLeftover(reference, difference) || reference.bytes_may_differ) return true;
  if (difference.expected.starts_with(difference.actual)) return true;
  return difference.name == reference.main_output && difference.actual == reference.existing;
}

// Each byte in its place, not there yet (a hole), or still the former one: what is left of a file
// that was written out of order, or over its old content. As good as a prefix.
bool IsPartlyInPlace(std::string_view actual, std::string_view expected,
                     std::string_view existing) {
  for (size_t i = 0; i < actual.size(); ++i) {
    const bool right = i < expected.size() && actual[i] == expected[i];
    const bool former = i < existing.size() && actual[i] == existing[i];
    if (!right && !former && actual[i] != '\0') return false;
  }
  return true;
}

// After a reported error. Only a file that should have become a copy is known to be none: a stream
// may end in a message, an output that the error did not hit may say what became of the others, and
// what a target transforms it may well build in several passes.
bool IsHarmlessFailure(const Reference& reference, const Behaviour& behaviour,
                       const Difference& difference) {
  return LosesNothingSilently(reference, difference) || !reference.is_payload ||
         difference.name != reference.main_output || difference.name == kStandardOutput ||
         !Contains(behaviour.faulted, difference.name) ||
         IsPartlyInPlace(difference.actual, difference.expected, ExistingOf(reference, difference));
}

// Whole rows of eight bytes, of which two before the difference show where it begins.
Excerpt ExcerptOf(const Difference& difference, uint64_t first_divergence) {
  constexpr uint64_t kRowBytes = 8;
  constexpr uint64_t kBefore = 2 * kRowBytes;
  const uint64_t row = first_divergence - first_divergence % kRowBytes;
  Excerpt excerpt;
  excerpt.at = row < kBefore ? 0 : row - kBefore;
  const auto cut = [&](std::string_view bytes) {
    return excerpt.at < bytes.size() ? std::string(bytes.substr(excerpt.at, kExcerptBytes))
                                     : std::string();
  };
  excerpt.output = cut(difference.actual);
  excerpt.reference = cut(difference.expected);
  return excerpt;
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
  if (equal) return behaviour.retries_without_waiting ? Verdict::kSpun : Verdict::kSurvived;
  return new_message ? Verdict::kMisreported : Verdict::kCorrupted;
}

Verdict TerminalVerdict(const Behaviour& behaviour, bool complete, bool harmless) {
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
    return complete && !behaviour.delayed_error ? Verdict::kSurvived : Verdict::kFalseSuccess;
  }
  return harmless ? Verdict::kReported : Verdict::kDamaged;
}

Verdict VerdictOf(const Reference& reference, const Behaviour& behaviour,
                  const std::vector<Difference>& differences, bool new_message) {
  if (behaviour.recoverable) return RecoverableVerdict(behaviour, differences.empty(), new_message);
  const auto all = [&](auto holds) {
    return std::all_of(differences.begin(), differences.end(), holds);
  };
  const bool complete = all([&](const Difference& d) { return IsLeftover(reference, d); });
  const bool harmless =
      all([&](const Difference& d) { return IsHarmlessFailure(reference, behaviour, d); });
  return TerminalVerdict(behaviour, complete, harmless);
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
  if (!differences.empty()) {
    const Difference& first = differences.front();
    judgement.output = first.name;
    judgement.output_bytes = first.actual.size();
    judgement.reference_bytes = first.expected.size();
    judgement.provenance =
        TraceProvenance(first.actual, first.expected, ExistingOf(reference, first));
    judgement.excerpt = ExcerptOf(first, judgement.provenance.first_divergence);
  }
  judgement.message = FirstNewLine(behaviour.diagnostics, reference.diagnostics);
  judgement.verdict = VerdictOf(reference, behaviour, differences, !judgement.message.empty());
  const bool clean = std::all_of(differences.begin(), differences.end(), [&](const Difference& d) {
    return LosesNothingSilently(reference, d);
  });
  judgement.good =
      judgement.verdict == Verdict::kSurvived || judgement.verdict == Verdict::kReported ||
      (judgement.verdict == Verdict::kRefused && contract == Contract::kHonest && clean);
  return judgement;
}

}  // namespace shortwrite
