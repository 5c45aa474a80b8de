#include "harness/diagnosis/story.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace shortwrite {
namespace {

// A match of fewer bytes may be chance: the payload's windows are unique from 8 bytes on.
constexpr uint64_t kTellingBytes = 8;

// sendmmsg counts messages, so its bytes are not known.
bool IsWriteOfBytes(const TracedCall& call) {
  return call.number > 0 && call.call != "sendmmsg";
}

bool IsSetback(const TracedCall& call) {
  if (!IsWriteOfBytes(call) || !call.returned) return false;
  return call.result < 0 || static_cast<uint64_t>(call.result) < call.movable;
}

// The output that the story is about: the one that differs, if something was refused there or
// nowhere. A target that gave up may never have made it, or have made it from another one: then it
// is that where the first setback was.
std::optional<uint32_t> ChooseOutput(const Evidence& evidence) {
  const Observation& observation = evidence.observation;
  std::optional<uint32_t> judged;
  std::optional<uint32_t> hit;
  for (const TracedCall& call : observation.calls) {
    if (!IsWriteOfBytes(call) || call.output >= observation.touched.size()) continue;
    const bool is_judged = !evidence.judgement.output.empty() &&
                           observation.touched[call.output].final_name == evidence.judgement.output;
    if (is_judged) judged = call.output;
    if (!IsSetback(call)) continue;
    if (is_judged) return call.output;
    if (!hit) hit = call.output;
  }
  return hit ? hit : judged;
}

std::string_view BytesOf(const Observation& observation, const std::string& name) {
  for (const OutputFile& output : observation.outputs) {
    if (output.name == name) return output.bytes.view();
  }
  return {};
}

bool IsStream(const Observation& observation, const std::string& name) {
  return std::any_of(observation.outputs.begin(), observation.outputs.end(),
                     [&](const OutputFile& o) { return o.name == name && o.stream; });
}

// Where a call of this number stood in the control; a failed one says nothing of it by itself.
std::optional<uint64_t> PositionInControl(const Evidence& evidence, const TracedCall& call) {
  const std::string& name = evidence.observation.touched[call.output].first_name;
  for (const TracedCall& other : evidence.control.calls) {
    if (other.number != call.number || other.output >= evidence.control.touched.size()) continue;
    if (evidence.control.touched[other.output].first_name != name || other.position < 0) continue;
    return static_cast<uint64_t>(other.position);
  }
  return std::nullopt;
}

using Writer = std::pair<uint32_t, uint32_t>;

Writer WriterOf(const SentCall& sent) {
  return {sent.call->process, sent.call->thread};
}

// Half-open ranges of a file that later calls wrote, joined.
class Covered {
 public:
  void Add(uint64_t begin, uint64_t end) {
    auto range = ranges_.upper_bound(begin);
    if (range != ranges_.begin() && std::prev(range)->second >= begin) --range;
    while (range != ranges_.end() && range->first <= end) {
      begin = std::min(begin, range->first);
      end = std::max(end, range->second);
      range = ranges_.erase(range);
    }
    ranges_[begin] = end;
  }
  bool Touches(uint64_t begin, uint64_t end) const {
    const auto after = ranges_.lower_bound(end);
    return after != ranges_.begin() && std::prev(after)->second > begin;
  }

 private:
  std::map<uint64_t, uint64_t> ranges_;
};

class Teller {
 public:
  explicit Teller(const Evidence& evidence) : evidence_(evidence) {}

  Story Tell() {
    const std::optional<uint32_t> output = ChooseOutput(evidence_);
    if (!output) return std::move(story_);
    const std::string& name = evidence_.observation.touched[*output].final_name;
    const bool differs = !name.empty() && name == evidence_.judgement.output;
    story_.is_of_judged = differs;
    story_.output = BytesOf(evidence_.observation, name);
    story_.reference = differs ? evidence_.reference : BytesOf(evidence_.control, name);
    stream_ = IsStream(evidence_.observation, name);
    PlaceCalls(*output);
    FindVisible();
    FindStray();
    FollowSetbacks();
    if (story_.stray) LocateStray();
    return std::move(story_);
  }

 private:
  void PlaceCalls(uint32_t output) {
    std::map<Writer, uint64_t> ends;  // where the last call of each thread ended
    uint64_t arrived = 0;
    for (const TracedCall& call : evidence_.observation.calls) {
      if (call.output != output || !IsWriteOfBytes(call) || !call.returned) continue;
      SentCall sent;
      sent.call = &call;
      sent.wanted = call.movable;
      sent.accepted = call.result < 0 ? 0 : static_cast<uint64_t>(call.result);
      uint64_t& end = ends[WriterOf(sent)];
      if (stream_) {
        sent.at = arrived;
      } else if (call.position >= 0 && sent.accepted > 0) {
        sent.at = static_cast<uint64_t>(call.position);
      } else {
        const bool positional = call.call.starts_with("pwrite");
        const auto in_control = PositionInControl(evidence_, call);
        sent.at = (positional || end == 0) && in_control ? *in_control : end;
      }
      arrived += sent.accepted;
      end = sent.at + sent.accepted;
      story_.calls.push_back(sent);
    }
  }

  void FindVisible() {
    Covered covered;
    for (size_t i = story_.calls.size(); i-- > 0;) {
      SentCall& sent = story_.calls[i];
      if (sent.accepted == 0) continue;
      const uint64_t end = sent.at + sent.accepted;
      sent.visible = end <= story_.output.size() && !covered.Touches(sent.at, end);
      covered.Add(sent.at, end);
    }
  }

  std::string_view ContentOf(const SentCall& sent) const {
    return story_.output.substr(sent.at, sent.accepted);
  }

  // How many bytes of content are the reference's from there on.
  uint64_t Straight(std::string_view content, uint64_t from) const {
    if (from > story_.reference.size()) return 0;
    const std::string_view right = story_.reference.substr(from, content.size());
    return static_cast<uint64_t>(std::mismatch(right.begin(), right.end(), content.begin()).first -
                                 right.begin());
  }

  // Fills `from` and `straight`: the first of the places that explains all bytes; else the one that
  // explains most, if it is enough to be no chance; else wherever the bytes are found.
  void Locate(SentCall& sent, const std::vector<uint64_t>& places) const {
    const std::string_view content = ContentOf(sent);
    for (const uint64_t place : places) {
      const uint64_t straight = Straight(content, place);
      if (straight == content.size() || straight > sent.straight) {
        sent.from = place;
        sent.straight = straight;
      }
      if (straight == content.size()) return;
    }
    if (sent.straight >= kTellingBytes) return;
    sent.from.reset();
    sent.straight = 0;
    if (content.size() < kTellingBytes) return;
    constexpr size_t kSoughtMax = 64;
    for (size_t bytes = std::min(content.size(), kSoughtMax); bytes >= kTellingBytes; bytes /= 2) {
      const size_t found = story_.reference.find(content.substr(0, bytes));
      if (found == std::string_view::npos) continue;
      sent.from = found;
      sent.straight = Straight(content, found);
      return;
    }
  }

  std::optional<size_t> NextOfWriter(size_t index) const {
    for (size_t i = index + 1; i < story_.calls.size(); ++i) {
      if (WriterOf(story_.calls[i]) == WriterOf(story_.calls[index])) return i;
    }
    return std::nullopt;
  }

  // A failed call shows what it is about by its size alone.
  bool IsAboutChunk(const SentCall& sent) const {
    const uint64_t rest = story_.chunk_end() - story_.next;
    if (sent.accepted == 0) return sent.wanted == rest || sent.wanted == story_.chunk_bytes;
    if (!sent.visible) return true;
    const std::string_view content = ContentOf(sent);
    const uint64_t telling = std::min<uint64_t>(content.size(), kTellingBytes);
    return Straight(content, story_.next) >= telling || Straight(content, story_.head) >= telling;
  }

  // The next call of the same thread. A program with a pool of threads leaves each call to any of
  // them: then it is the next call of the process, unless the thread comes back to its chunk.
  std::optional<size_t> ReplyTo(size_t index) const {
    const TracedCall& setback = *story_.calls[index].call;
    const std::optional<size_t> own = NextOfWriter(index);
    for (size_t i = index + 1; i < story_.calls.size() && i != own; ++i) {
      const TracedCall& call = *story_.calls[i].call;
      if (call.process != setback.process) continue;
      // Rivals with offsets of their own do not answer for each other.
      if (setback.call.starts_with("pwrite") || call.call.starts_with("pwrite")) return own;
      if (own && IsAboutChunk(story_.calls[*own])) return own;
      return i;
    }
    return own;
  }

  // Whether the reply sends what was due, where it was due.
  bool Continues(const SentCall& setback, SentCall& reply) {
    const uint64_t at = setback.at + setback.accepted;
    // Nothing of it arrived, so what it was is not known.
    if (reply.accepted == 0) return true;
    const bool earlier = reply.at < at;
    if (!reply.visible) {
      story_.rolled_back |= earlier;
      return reply.at <= at && !(earlier && reply.call->call.starts_with("pwrite") &&
                                 reply.wanted == story_.chunk_end() - story_.next);
    }
    Locate(reply, {story_.next, story_.head, story_.chunk_end(), story_.next - 1, reply.at});
    ChooseRepetition(reply);
    if (reply.straight < reply.accepted) return false;
    // Written once more from an earlier place on, and rightly.
    if (earlier && reply.from == reply.at) return story_.rolled_back = true;
    return reply.from == story_.next && reply.at == at;
  }

  // The next chunk may begin like the refused one. What was sent twice makes the output longer,
  // what was left out makes it shorter.
  void ChooseRepetition(SentCall& reply) {
    if (reply.from == story_.next || reply.straight < reply.accepted) return;
    const std::string_view content = ContentOf(reply);
    const bool is_head = Straight(content, story_.head) == content.size();
    const bool is_next_chunk = Straight(content, story_.chunk_end()) == content.size();
    story_.repeats = is_head && is_next_chunk;
    if (!story_.repeats) return;
    const bool is_shorter = story_.output.size() < story_.reference.size();
    reply.from = is_shorter ? story_.chunk_end() : story_.head;
  }

  void OpenChunk(const SentCall& first) {
    // Until now every byte stood in its place, so the offset in the output is that in the
    // reference.
    story_.head = story_.head_at = first.at;
    story_.chunk_bytes = first.wanted;
    story_.answered.clear();
  }

  void FollowSetbacks() {
    std::optional<size_t> expected;  // the call that goes on with the chunk
    for (size_t i = 0; i < story_.calls.size(); ++i) {
      SentCall& call = story_.calls[i];
      if (!IsSetback(*call.call)) continue;
      // Behind a stray one, offsets in the output say nothing of those in the reference.
      if (story_.stray && *story_.stray < i) return;
      if (expected != i) {
        OpenChunk(call);
      } else {
        story_.answered.push_back(*story_.setback);
      }
      story_.setback = i;
      const uint64_t from = expected == i ? story_.next : story_.head;
      call.from = from;
      call.straight = call.accepted;
      story_.next = from + call.accepted;
      story_.reply = ReplyTo(i);
      story_.goes_on = story_.reply && Continues(call, story_.calls[*story_.reply]);
      if (!story_.goes_on) return;
      expected = story_.next < story_.chunk_end() ? story_.reply : std::nullopt;
    }
  }

  void FindStray() {
    for (size_t i = 0; i < story_.calls.size(); ++i) {
      const SentCall& call = story_.calls[i];
      if (!call.visible || Straight(ContentOf(call), call.at) == call.accepted) continue;
      story_.stray = i;
      return;
    }
  }

  void LocateStray() {
    SentCall& call = story_.calls[*story_.stray];
    if (call.from) return;
    const size_t before = *story_.stray == 0 ? 0 : *story_.stray - 1;
    const uint64_t due = story_.calls[before].at + story_.calls[before].accepted;
    Locate(call, {due, story_.head, story_.chunk_end()});
  }

  const Evidence& evidence_;
  Story story_;
  bool stream_ = false;
};

}  // namespace

Story TellStory(const Evidence& evidence) {
  return Teller(evidence).Tell();
}

}  // namespace shortwrite
