// What a target did about the calls that accepted less than they were asked for: the facts that the
// rules of rules.cpp look at. Pure: values in, a value out.
//
// Which bytes a call sent is not traced. It is read off the output, where they still stand: for a
// file at the call's offset, for a stream behind everything that was accepted before. What a later
// call overwrote is not known, and nothing is claimed of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/oracle/judge.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite {

struct Evidence {
  const Judgement& judgement;
  const Observation& observation;  // of the trial that failed, with its full trace
  const Observation& control;
  const Schedule& schedule;
  std::string_view reference;  // of the output that differs; empty where none does
  bool reference_is_payload = false;
};

// A write call on the output that the story is about.
struct SentCall {
  const TracedCall* call = nullptr;
  uint64_t wanted = 0;    // bytes that it could have moved
  uint64_t accepted = 0;  // 0 on failure
  uint64_t at = 0;        // offset in the output; of a failed call, where the one before it ended
  bool visible = false;   // what it sent still stands in the output
  // Where in the reference its bytes come from, and how many of them go straight on from there.
  std::optional<uint64_t> from;
  uint64_t straight = 0;

  bool is_short() const { return call->result >= 0 && accepted < wanted; }
};

// A call that accepted less than it was asked for, whether that was injected or not, is a setback.
// A chunk is what a target wants to get out before it goes on: the first call with a setback asks
// for it, those that follow for its rest.
struct Story {
  std::vector<SentCall> calls;
  std::string_view reference;  // of the output; empty where it is not known
  std::string_view output;
  bool is_of_judged = false;  // it is the output that the judgement is about

  // The first setback after which the target did not go on with the very next byte, or the last one
  // of all; none: nothing was refused.
  std::optional<size_t> setback;
  // The call that followed it, by the same thread; none: there was no further one.
  std::optional<size_t> reply;
  bool goes_on = false;  // the reply is right; then the mistake shows later
  // The first call whose bytes stand where they do not belong, if every setback was answered well.
  std::optional<size_t> stray;

  // Of the setback's chunk.
  uint64_t head = 0;             // reference offset of its first byte
  uint64_t head_at = 0;          // where that byte lies in the output
  uint64_t chunk_bytes = 0;      // what its first call wanted
  uint64_t next = 0;             // reference offset that was due after the setback
  std::vector<size_t> answered;  // setbacks before it in the chunk, which were answered well
  // The reply's bytes stand in the reference more than once, so which of them it sent is not known.
  bool repeats = false;
  bool rolled_back = false;  // a call went back to where an earlier one had written

  const SentCall& At(size_t index) const { return calls[index]; }
  uint64_t chunk_end() const { return head + chunk_bytes; }
  uint64_t progress() const { return next - head; }
};

Story TellStory(const Evidence& evidence);

}  // namespace shortwrite
