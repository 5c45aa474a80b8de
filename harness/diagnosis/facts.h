// Questions that the rules ask of a story, and of how it ended. Pure.
#pragma once

#include <cstdint>

#include "harness/diagnosis/story.h"

namespace shortwrite {

struct Facts {
  const Evidence& evidence;
  const Story& story;

  Verdict verdict() const { return evidence.judgement.verdict; }
  const SentCall& setback() const { return story.At(*story.setback); }  // only if there is one
  const SentCall& reply() const { return story.At(*story.reply); }      // likewise

  // The setback.
  bool WasRefused(int error) const;
  bool ByEagain() const;
  bool ByEintr() const;
  bool ByShort() const;
  bool ByZero() const;
  bool ByError() const;
  bool ByTerminal() const;
  bool IsVectored() const;
  bool IsCopy() const;
  bool AnsweredShort() const;
  bool AnsweredEintr() const;
  bool SameKindWasAnswered() const;
  // In the control some call saw a handler that a signal would interrupt it by.
  bool HandlesSignals() const;
  // Not through a library or a runtime, which may answer a signal for it.
  bool CallsItself() const;
  // There is no byte yet that -1 could go back to.
  bool RefusedFirstByte() const;

  // What followed it.
  bool Stopped() const;
  // The reply is not what was due.
  bool Went() const;
  bool WentTo(uint64_t from) const;
  // The rest was due behind what had been accepted, and went elsewhere.
  bool Misplaced() const;
  bool WentBackToHead() const;
  bool Skipped() const;
  uint64_t Rest() const;
  bool AskedForRest() const;
  bool AskedForAll() const;
  // What was due did arrive, from a later call.
  bool RestCameLater() const;
  bool AnotherWroteBetween() const;
  // The next call begins inside the chunk, behind what was due, and sends all to the chunk's end.
  bool LeftOutPartOfVector() const;
  // A copy of what was sent of a vector, where its rest was due: the reply begins with the last
  // bytes that were accepted, then leaves some out, and ends with the chunk.
  bool KeptSentPartOfVector() const;
  // By a few bytes: to where a unit of several bytes, which was cut, begins.
  bool WentBackToUnit() const;
  // As many characters on as bytes were accepted; or to the end of the one that was torn.
  bool CountedCharacters() const;
  // The rest was moved up in its buffer instead of down to the front: the head is there once more,
  // behind as much of it as had been accepted.
  bool MovedTheWrongWay() const;
  // What was left out came never, but other bytes came a second time: the counts were added up
  // rightly, and the caller sent so many bytes of the end again.
  bool SentOthersAgain() const;
  // What it printed has the number of all bytes, though not all of them arrived.
  bool SaysAllWasWritten() const;
  // Whole pages, asked for by a library: most likely what stdio buffered.
  bool IsLibraryBuffer() const;

  // How it ended.
  bool Stuck() const;
  // It came to its end, and burnt a processor at EAGAIN until then (busy_retries.h).
  bool NeverWaited() const;
  bool Silent() const;
  bool Failed() const;
  bool DiedOfMemory() const;
  // The message names an error that no call had: the words of an errno, or a full disk.
  bool NamesForeignError() const;
  bool ControlHasMoreCalls() const;
  bool OnStream() const;
  bool EndsEarly() const;
  bool SyncFailed() const;
  // A copy call says 0 at the end of its source.
  bool EndsInZero() const;

  // Every setback was answered well, and a later call was wrong.
  // Where a stray call's bytes come from, against what was due there.
  const SentCall& Stray() const;
  bool Strayed() const;
  bool ContinuesTheOneBefore() const;
  // Not where the call before had ended, but too near to the beginning by what the setbacks had
  // accepted.
  bool WasPlacedBehindByProgress() const;
  bool RetryAskedTooMuch() const;
  // What was due arrived, whatever came behind it.
  bool SentWholeRest() const;
};

}  // namespace shortwrite
