#include "harness/diagnosis/facts.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace shortwrite {
namespace {

bool IsEintrCall(const TracedCall& call) {
  return call.result < 0 && call.error == EINTR;
}

bool IsInsideCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// As a word of its own.
bool HasNumber(std::string_view text, uint64_t number) {
  const std::string digits = std::to_string(number);
  const auto is_digit = [&](size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  for (size_t at = text.find(digits); at != std::string_view::npos;
       at = text.find(digits, at + 1)) {
    if (!is_digit(at + digits.size()) && (at == 0 || !is_digit(at - 1))) return true;
  }
  return false;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

bool Facts::WasRefused(int error) const {
  return story.setback && setback().call->result < 0 && setback().call->error == error;
}
bool Facts::ByEagain() const {
  return WasRefused(EAGAIN);
}
bool Facts::ByEintr() const {
  return WasRefused(EINTR);
}
bool Facts::ByShort() const {
  return story.setback && setback().is_short() && setback().accepted > 0;
}
bool Facts::ByZero() const {
  return story.setback && setback().is_short() && setback().accepted == 0;
}
bool Facts::ByError() const {
  return story.setback && setback().call->result < 0;
}
bool Facts::ByTerminal() const {
  return ByError() && !ByEagain() && !ByEintr();
}
bool Facts::IsVectored() const {
  const std::string_view call = setback().call->call;
  return call.find("writev") != std::string_view::npos || call == "sendmsg";
}
bool Facts::IsCopy() const {
  const std::string_view call = setback().call->call;
  return call == "sendfile" || call == "copy_file_range" || call == "splice" || call == "tee";
}
bool Facts::AnsweredShort() const {
  return std::any_of(story.answered.begin(), story.answered.end(),
                     [&](size_t i) { return story.At(i).call->result > 0; });
}
bool Facts::AnsweredEintr() const {
  return std::any_of(story.answered.begin(), story.answered.end(),
                     [&](size_t i) { return IsEintrCall(*story.At(i).call); });
}
bool Facts::SameKindWasAnswered() const {
  return std::any_of(story.answered.begin(), story.answered.end(), [&](size_t i) {
    const TracedCall& call = *story.At(i).call;
    return (call.result > 0) == (setback().call->result > 0) && call.error == setback().call->error;
  });
}
bool Facts::HandlesSignals() const {
  const auto handles = [](const TracedCall& call) { return call.handler_can_interrupt; };
  return std::any_of(evidence.control.calls.begin(), evidence.control.calls.end(), handles) ||
         handles(*setback().call);
}

bool Facts::CallsItself() const {
  return setback().call->caller_in_program;
}
bool Facts::RefusedFirstByte() const {
  return ByError() && story.next == 0;
}

bool Facts::Stopped() const {
  return story.setback && !story.reply;
}
bool Facts::Went() const {
  return story.reply && !story.goes_on;
}
bool Facts::WentTo(uint64_t from) const {
  return Went() && reply().from == from;
}
bool Facts::Misplaced() const {
  return Went() && reply().at != setback().at + setback().accepted;
}
bool Facts::WentBackToHead() const {
  return WentTo(story.head) && story.next > story.head && !Misplaced();
}
bool Facts::Skipped() const {
  return Went() && reply().from && *reply().from >= story.chunk_end() && *reply().from > story.next;
}
uint64_t Facts::Rest() const {
  return story.chunk_end() - story.next;
}
bool Facts::AskedForRest() const {
  return reply().wanted == Rest();
}
bool Facts::AskedForAll() const {
  return reply().wanted == story.chunk_bytes;
}
bool Facts::RestCameLater() const {
  const Provenance& provenance = evidence.judgement.provenance;
  return story.is_of_judged && provenance.shape != Shape::kEqual &&
         std::none_of(provenance.missing.begin(), provenance.missing.end(), [&](const Extent& e) {
           return e.at < story.chunk_end() && e.at + e.bytes > story.next;
         });
}
bool Facts::AnotherWroteBetween() const {
  for (size_t i = *story.setback + 1; story.reply && i < *story.reply; ++i) {
    if (story.At(i).accepted > 0) return true;
  }
  return false;
}

bool Facts::LeftOutPartOfVector() const {
  if (!Went() || !ByShort() || !IsVectored() || !reply().from) return false;
  const uint64_t from = *reply().from;
  // The batch may have been filled up with what follows.
  return from > story.next && from < story.chunk_end() && reply().straight == reply().accepted &&
         from + reply().wanted >= story.chunk_end();
}

bool Facts::KeptSentPartOfVector() const {
  if (!Went() || !ByShort() || !IsVectored()) return false;
  const SentCall& sent = reply();
  if (!sent.visible || sent.wanted > story.chunk_bytes) return false;
  const std::string_view content = story.output.substr(sent.at, sent.accepted);
  const uint64_t most = std::min<uint64_t>(setback().accepted, content.size() - 1);
  for (uint64_t again = 1; again <= most; ++again) {
    const uint64_t tail = story.chunk_end() - (sent.wanted - again);
    if (tail <= story.next || tail > story.reference.size()) continue;
    if (content.substr(again) != story.reference.substr(tail, content.size() - again)) {
      continue;
    }
    if (content.substr(0, again) == story.reference.substr(story.next - again, again)) {
      return true;
    }
  }
  return false;
}

bool Facts::WentBackToUnit() const {
  constexpr uint64_t kUnitBytesMax = 16;
  if (!Went() || Misplaced() || !reply().from || *reply().from < story.head) return false;
  const uint64_t from = *reply().from;
  if (from >= story.next || story.next - from >= kUnitBytesMax) return false;
  if (reply().straight < reply().accepted) return false;
  for (uint64_t unit = story.next - from + 1; unit <= kUnitBytesMax; ++unit) {
    if ((from - story.head) % unit == 0 && story.chunk_bytes % unit == 0) return true;
  }
  return false;
}

bool Facts::CountedCharacters() const {
  if (!Went() || !ByShort() || !reply().from) return false;
  const std::string_view reference = story.reference;
  const uint64_t from = *reply().from;
  if (from <= story.next || from > reference.size()) return false;
  const auto inside = [&](uint64_t begin, uint64_t end) {
    const std::string_view bytes = reference.substr(begin, end - begin);
    return static_cast<uint64_t>(std::count_if(bytes.begin(), bytes.end(), IsInsideCharacter));
  };
  const uint64_t begin = story.next - setback().accepted;
  const bool at_start = from == reference.size() || !IsInsideCharacter(reference[from]);
  const bool same_count = from - begin - inside(begin, from) == setback().accepted;
  const bool torn = inside(story.next, from) == from - story.next;
  return at_start && (same_count || torn);
}

bool Facts::MovedTheWrongWay() const {
  // Fewer bytes may agree by chance.
  constexpr uint64_t kTellingBytes = 8;
  if (!Went() || Misplaced() || !AskedForRest() || !reply().visible) return false;
  const std::string_view content = story.output.substr(reply().at, reply().accepted);
  const uint64_t moved = setback().accepted;
  if (content.size() < moved + kTellingBytes) return false;
  const auto is_head = [&](std::string_view part) {
    return part == story.reference.substr(story.head, part.size());
  };
  return is_head(content.substr(0, moved)) && is_head(content.substr(moved));
}

bool Facts::SentOthersAgain() const {
  const Provenance& provenance = evidence.judgement.provenance;
  return story.is_of_judged && !provenance.missing.empty() && provenance.repeated_bytes > 0 &&
         !RestCameLater();
}

bool Facts::SaysAllWasWritten() const {
  // Of a smaller number others are too likely to be the same.
  constexpr uint64_t kTellingBytes = 1000;
  const uint64_t all = story.reference.size();
  if (!story.is_of_judged || all < kTellingBytes) return false;
  return HasNumber(evidence.observation.diagnostics, all) ||
         HasNumber(evidence.observation.remarks, all);
}

bool Facts::IsLibraryBuffer() const {
  constexpr uint64_t kPageBytes = 4096;
  return !setback().call->caller_in_program && setback().wanted % kPageBytes == 0;
}

bool Facts::Stuck() const {
  return verdict() == Verdict::kHung || verdict() == Verdict::kSpun;
}
bool Facts::NeverWaited() const {
  return verdict() == Verdict::kSpun && evidence.observation.end.kind == TargetEnd::Kind::kExited;
}
bool Facts::Silent() const {
  return verdict() == Verdict::kCorrupted || verdict() == Verdict::kMisreported ||
         verdict() == Verdict::kFalseSuccess;
}
bool Facts::Failed() const {
  return !Silent() && !Stuck();
}
bool Facts::DiedOfMemory() const {
  const TargetEnd& end = evidence.observation.end;
  return end.kind == TargetEnd::Kind::kSignaled && (end.number == SIGSEGV || end.number == SIGBUS);
}

bool Facts::NamesForeignError() const {
  const std::string message = Lower(evidence.judgement.message);
  const auto had = [&](int error) {
    return std::any_of(evidence.observation.calls.begin(), evidence.observation.calls.end(),
                       [&](const TracedCall& call) { return call.error == error; });
  };
  constexpr int kErrorsMax = 133;
  for (int error = 0; error <= kErrorsMax; ++error) {
    const char* const words = strerrordesc_np(error);
    if (words == nullptr || (error != 0 && had(error))) continue;
    if (message.find(Lower(words)) != std::string::npos) return true;
  }
  if (had(ENOSPC) || had(EDQUOT)) return false;
  return message.find("disk full") != std::string::npos ||
         message.find("filesystem full") != std::string::npos ||
         message.find("no space") != std::string::npos;
}

bool Facts::ControlHasMoreCalls() const {
  const TracedCall& refused = *setback().call;
  const std::string& name = evidence.observation.touched[refused.output].first_name;
  return std::any_of(evidence.control.calls.begin(), evidence.control.calls.end(),
                     [&](const TracedCall& call) {
                       return call.number > refused.number - story.answered.size() &&
                              call.output < evidence.control.touched.size() &&
                              evidence.control.touched[call.output].first_name == name;
                     });
}
bool Facts::OnStream() const {
  return std::any_of(evidence.observation.outputs.begin(), evidence.observation.outputs.end(),
                     [&](const OutputFile& output) {
                       return output.name == evidence.judgement.output && output.stream;
                     });
}
bool Facts::EndsEarly() const {
  const Shape shape = evidence.judgement.provenance.shape;
  return shape == Shape::kTruncatedTail || shape == Shape::kAbsent;
}
bool Facts::SyncFailed() const {
  return std::any_of(
      evidence.observation.calls.begin(), evidence.observation.calls.end(),
      [](const TracedCall& call) { return call.delivered && call.number == 0 && call.result < 0; });
}

bool Facts::EndsInZero() const {
  const std::vector<TracedCall>& calls = evidence.observation.calls;
  return !calls.empty() && calls.back().returned && calls.back().result == 0 &&
         calls.back().asked > 0;
}

const SentCall& Facts::Stray() const {
  return story.At(*story.stray);
}
bool Facts::Strayed() const {
  return story.goes_on && story.stray && Stray().from;
}
bool Facts::ContinuesTheOneBefore() const {
  if (*story.stray == 0) return false;
  const SentCall& before = story.At(*story.stray - 1);
  return before.from ? Stray().from == *before.from + before.accepted
                     : Stray().from == before.at + before.accepted;
}
bool Facts::WasPlacedBehindByProgress() const {
  if (*story.stray == 0 || Stray().straight < Stray().accepted) return false;
  const SentCall& before = story.At(*story.stray - 1);
  return before.at + before.accepted != Stray().at &&
         *Stray().from == Stray().at + story.progress();
}
bool Facts::RetryAskedTooMuch() const {
  return reply().wanted == story.chunk_bytes && reply().wanted > Rest();
}
bool Facts::SentWholeRest() const {
  return reply().straight >= std::min(Rest(), reply().accepted);
}

}  // namespace shortwrite
