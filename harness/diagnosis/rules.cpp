#include "harness/diagnosis/rules.h"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>

namespace shortwrite {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
    {"W01", "single call, count ignored"},
    {"W02", "short write treated as fatal"},
    {"W03", "short write reported through errno"},
    {"W04", "real error masked by a short-write error"},
    {"W05", "ceiling of one call not looped"},
    {"W06", "length narrowed to 32 bits"},
    {"W07", "only one batch of vectors"},
    {"W08", "pointer not advanced"},
    {"W09", "length not reduced"},
    {"W10", "whole buffer sent again"},
    {"W11", "rolled back, and the same too large batch sent again"},
    {"W12", "progress counted by the bytes asked for"},
    {"W13", "tracked offset not moved by a short write"},
    {"W14", "positional offset not advanced"},
    {"W15", "stale count reused"},
    {"W16", "buffer compacted wrongly"},
    {"W17", "bytes taken for characters"},
    {"W18", "retries limited"},
    {"W19", "-1 enters the arithmetic"},
    {"W20", "unsigned result hides the error"},
    {"W21", "last call's count returned for the total"},
    {"W22", "advance by the number of vectors"},
    {"W23", "wrong side of a split vector kept"},
    {"W24", "partial vector counted as complete"},
    {"W25", "goes on to the next buffer after a short one"},
    {"W26", "EINTR fatal"},
    {"W27", "EINTR taken for the end of the work"},
    {"W28", "EINTR retried, short count ignored"},
    {"W29", "progress thrown away when a later call fails"},
    {"W30", "error flag survives the later success"},
    {"W31", "interruption without a handler treated as fatal"},
    {"W32", "sendfile or copy_file_range issued once"},
    {"W33", "EAGAIN fatal"},
    {"W34", "EAGAIN drops the rest"},
    {"W35", "EAGAIN spin"},
    {"W36", "source consumed before the retry"},
    {"W37", "waits for the wrong thing"},
    {"W38", "edge-triggered stall"},
    {"W39", "deferred retry reorders"},
    {"W40", "buffer reused before its retry"},
    {"W41", "exit before the queue is drained"},
    {"W42", "buffer given up when it could not be written"},
    {"W43", "zero return spins"},
    {"W44", "zero return taken as done"},
    {"W45", "terminal error swallowed"},
    {"W46", "result of close or fsync ignored"},
    {"W47", "torn record left behind"},
    {"W48", "stale tail"},
    {"W49", "record atomicity assumed"},
};

constexpr Rule kRules[] = {
    // After an error at close or fsync.
    {"W46", [](const Facts& f) { return !f.story.setback && f.SyncFailed() && f.Silent(); }},

    // Nothing was refused.
    {"W48",
     [](const Facts& f) {
       return !f.story.setback && f.evidence.judgement.provenance.shape == Shape::kStaleTail;
     }},
    {"W41", [](const Facts& f) { return !f.story.setback && f.OnStream() && f.EndsEarly(); }},

    // It goes on for ever, or waits for ever.
    {"W11", [](const Facts& f) { return f.verdict() == Verdict::kSpun && f.story.rolled_back; }},
    {"W10", [](const Facts& f) { return f.Stuck() && f.ByShort() && f.WentBackToHead(); }},
    {"W43",
     [](const Facts& f) {
       return f.verdict() == Verdict::kSpun && (f.ByZero() || f.EndsInZero());
     }},
    {"W35",
     [](const Facts& f) {
       return f.NeverWaited() || (f.verdict() == Verdict::kSpun && f.ByEagain());
     }},
    {"W24",
     [](const Facts& f) { return f.verdict() == Verdict::kSpun && f.ByShort() && f.IsVectored(); }},
    {"W37 W38", [](const Facts& f) { return f.verdict() == Verdict::kHung && f.ByEagain(); }},
    {"W38 W37", [](const Facts& f) { return f.verdict() == Verdict::kHung && f.ByShort(); }},

    // Every byte is right, and it says that it failed.
    {"W30", [](const Facts& f) { return f.verdict() == Verdict::kFailedComplete && f.ByError(); }},
    {"W21 W30",
     [](const Facts& f) { return f.verdict() == Verdict::kFailedComplete && f.ByShort(); }},

    // Right bytes in a wrong place.
    {"W49",
     [](const Facts& f) {
       return f.WentTo(f.story.next) && f.Misplaced() && f.AnotherWroteBetween();
     }},
    {"W14",
     [](const Facts& f) {
       return f.ByShort() && f.Misplaced() && f.reply().at == f.story.head_at && f.AskedForRest();
     }},
    {"W12 W13",
     [](const Facts& f) {
       return f.ByShort() && f.WentTo(f.story.next) && f.Misplaced() &&
              f.reply().at > f.setback().at + f.setback().accepted;
     }},
    {"W13", [](const Facts& f) { return f.ByShort() && f.WentTo(f.story.next) && f.Misplaced(); }},

    // It went back. Where a single byte had been accepted, the head and one byte back are the same.
    {"W29 W19",
     [](const Facts& f) {
       return f.ByError() && !f.ByTerminal() && f.story.progress() == 1 && f.WentBackToHead();
     }},
    {"W29", [](const Facts& f) { return f.ByError() && !f.ByTerminal() && f.WentBackToHead(); }},
    // The count was kept, and the place was not.
    {"W08 W19",
     [](const Facts& f) {
       return f.ByTerminal() && f.story.progress() == 1 && f.WentBackToHead() && f.AskedForRest();
     }},
    {"W08",
     [](const Facts& f) { return f.ByTerminal() && f.WentBackToHead() && f.AskedForRest(); }},
    {"W47 W19",
     [](const Facts& f) {
       return f.ByTerminal() && f.story.progress() == 1 && f.WentBackToHead() && f.AskedForAll();
     }},
    {"W19",
     [](const Facts& f) { return f.ByError() && f.story.next > 0 && f.WentTo(f.story.next - 1); }},
    {"W17",
     [](const Facts& f) {
       return f.ByShort() && f.WentBackToUnit() && f.reply().from != f.story.head;
     }},
    // Where a single byte was accepted, chance may let the two agree.
    {"W24 W23", [](const Facts& f) { return f.LeftOutPartOfVector() && f.KeptSentPartOfVector(); }},
    {"W24", [](const Facts& f) { return f.LeftOutPartOfVector(); }},
    {"W23", [](const Facts& f) { return f.KeptSentPartOfVector(); }},
    // Where no more than half was left, nothing but the head is in the rest.
    {"W16", [](const Facts& f) { return f.ByShort() && f.MovedTheWrongWay(); }},
    {"W08 W16",
     [](const Facts& f) {
       return f.ByShort() && f.WentBackToHead() && f.AskedForRest() &&
              f.reply().straight == f.reply().accepted;
     }},
    {"W10 W17",
     [](const Facts& f) {
       return f.ByShort() && f.WentBackToHead() && f.AskedForAll() && f.WentBackToUnit();
     }},
    {"W10",
     [](const Facts& f) {
       return f.ByShort() && f.WentBackToHead() && f.AskedForAll() &&
              f.reply().straight == f.reply().accepted;
     }},
    {"W16", [](const Facts& f) { return f.ByShort() && f.WentBackToHead(); }},

    // The rest came after what was due after it.
    {"W49 W39",
     [](const Facts& f) { return f.Skipped() && f.RestCameLater() && f.AnotherWroteBetween(); }},
    {"W39", [](const Facts& f) { return f.Skipped() && f.RestCameLater(); }},

    // The rest was left out.
    {"W47",
     [](const Facts& f) {
       return f.ByTerminal() && f.story.progress() > 0 && (f.Skipped() || f.WentBackToHead());
     }},
    {"W42", [](const Facts& f) { return f.ByTerminal() && f.Skipped(); }},
    {"W42 W36", [](const Facts& f) { return f.ByError() && f.Skipped() && f.IsLibraryBuffer(); }},
    // A layer below may have gone on after the short one, and told of it when EAGAIN came.
    {"W36 W34 W42 W01",
     [](const Facts& f) { return f.ByEagain() && f.Skipped() && f.AnsweredShort(); }},
    {"W36 W34 W42", [](const Facts& f) { return f.ByEagain() && f.Skipped(); }},
    {"W36 W42", [](const Facts& f) { return f.ByEintr() && f.Skipped(); }},
    {"W17", [](const Facts& f) { return f.CountedCharacters(); }},
    {"W40",
     [](const Facts& f) {
       return f.ByShort() && f.Skipped() && *f.reply().from > f.story.chunk_end() &&
              f.AskedForRest();
     }},
    {"W18", [](const Facts& f) { return f.ByShort() && f.Skipped() && f.AnsweredShort(); }},
    {"W28", [](const Facts& f) { return f.ByShort() && f.Skipped() && f.AnsweredEintr(); }},
    {"W22 W24", [](const Facts& f) { return f.ByShort() && f.Skipped() && f.IsVectored(); }},
    {"W32", [](const Facts& f) { return f.ByShort() && f.Skipped() && f.IsCopy(); }},
    {"W25", [](const Facts& f) { return f.ByShort() && f.Skipped() && f.SentOthersAgain(); }},
    {"W28 W01 W12",
     [](const Facts& f) {
       return f.ByShort() && f.Skipped() && f.HandlesSignals() && f.CallsItself();
     }},
    {"W12 W01 W25",
     [](const Facts& f) { return f.ByShort() && f.Skipped() && f.SaysAllWasWritten(); }},
    {"W01 W12 W25", [](const Facts& f) { return f.ByShort() && f.Skipped(); }},

    // The reply begins with what was due, and then goes wrong.
    {"W09",
     [](const Facts& f) {
       return f.ByShort() && f.WentTo(f.story.next) && f.RetryAskedTooMuch() && f.SentWholeRest();
     }},
    {"W16 W40",
     [](const Facts& f) {
       return f.ByShort() && f.WentTo(f.story.next) && f.reply().straight > 0;
     }},
    {"W40 W16", [](const Facts& f) { return f.ByShort() && f.Went() && f.AskedForRest(); }},

    // No further call: it took the setback for a failure.
    {"W19 W20", [](const Facts& f) { return f.Stopped() && f.ByError() && f.DiedOfMemory(); }},
    {"W09 W16 W40", [](const Facts& f) { return f.Stopped() && f.ByShort() && f.DiedOfMemory(); }},
    {"W18",
     [](const Facts& f) {
       return f.Stopped() && f.Failed() && f.SameKindWasAnswered() && !f.ByTerminal();
     }},
    {"W26", [](const Facts& f) { return f.Stopped() && f.ByEintr() && f.Failed(); }},
    {"W33", [](const Facts& f) { return f.Stopped() && f.ByEagain() && f.Failed(); }},
    {"W03",
     [](const Facts& f) {
       return f.Stopped() && f.ByShort() && (f.Failed() || f.ControlHasMoreCalls()) &&
              f.NamesForeignError();
     }},
    {"W02 W31",
     [](const Facts& f) {
       return f.Stopped() && f.ByShort() && f.Failed() && f.OnStream() &&
              (f.setback().call->status_flags & O_NONBLOCK) == 0;
     }},
    {"W02", [](const Facts& f) { return f.Stopped() && f.ByShort() && f.Failed(); }},

    // No further call: it took the setback for the end of its work.
    {"W41 W34",
     [](const Facts& f) {
       return f.Stopped() && f.ByEagain() && f.Silent() && f.evidence.schedule.empty();
     }},
    {"W34 W20 W01",
     [](const Facts& f) { return f.Stopped() && f.ByEagain() && f.Silent() && f.AnsweredShort(); }},
    // It waited well before, and then no more: a limit, or an end that waits for nobody.
    {"W41 W18 W34",
     [](const Facts& f) {
       return f.Stopped() && f.ByEagain() && f.Silent() && f.SameKindWasAnswered();
     }},
    // -1 added to a position of 0 is the largest number that there is, and behind every end.
    {"W34 W20 W19",
     [](const Facts& f) {
       return f.Stopped() && f.ByEagain() && f.Silent() && f.RefusedFirstByte();
     }},
    {"W34 W20", [](const Facts& f) { return f.Stopped() && f.ByEagain() && f.Silent(); }},
    {"W27 W20 W19",
     [](const Facts& f) {
       return f.Stopped() && f.ByEintr() && f.Silent() && f.RefusedFirstByte();
     }},
    {"W27 W20", [](const Facts& f) { return f.Stopped() && f.ByEintr() && f.Silent(); }},
    {"W44", [](const Facts& f) { return f.Stopped() && f.ByZero() && f.Silent(); }},
    {"W04 W45",
     [](const Facts& f) {
       return f.Stopped() && f.ByTerminal() && f.Silent() && f.SameKindWasAnswered();
     }},
    {"W45",
     [](const Facts& f) {
       return f.Stopped() && f.ByTerminal() && f.Silent() && f.story.progress() > 0;
     }},
    {"W20 W45", [](const Facts& f) { return f.Stopped() && f.WasRefused(EPIPE) && f.Silent(); }},
    {"W45 W20", [](const Facts& f) { return f.Stopped() && f.ByTerminal() && f.Silent(); }},
    {"W18",
     [](const Facts& f) { return f.Stopped() && f.ByShort() && f.Silent() && f.AnsweredShort(); }},
    {"W28",
     [](const Facts& f) { return f.Stopped() && f.ByShort() && f.Silent() && f.AnsweredEintr(); }},
    {"W32", [](const Facts& f) { return f.Stopped() && f.ByShort() && f.Silent() && f.IsCopy(); }},
    {"W03 W21",
     [](const Facts& f) {
       return f.Stopped() && f.ByShort() && f.Silent() && f.ControlHasMoreCalls();
     }},
    {"W05 W01",
     [](const Facts& f) {
       return f.Stopped() && f.ByShort() && f.Silent() &&
              f.setback().call->fault == FaultKind::kCap && f.setback().call->delivered &&
              f.setback().call->number == 1;
     }},
    {"W24 W22",
     [](const Facts& f) { return f.Stopped() && f.ByShort() && f.Silent() && f.IsVectored(); }},
    {"W28 W01 W12",
     [](const Facts& f) {
       return f.Stopped() && f.ByShort() && f.Silent() && f.HandlesSignals() && f.CallsItself();
     }},
    {"W01 W12 W25", [](const Facts& f) { return f.Stopped() && f.ByShort() && f.Silent(); }},

    // Every setback was answered well, and a later call was wrong.
    {"W42 W36",
     [](const Facts& f) {
       return f.Strayed() && f.ByError() && !f.ByTerminal() && *f.Stray().from > f.Stray().at;
     }},
    {"W09",
     [](const Facts& f) {
       return f.story.goes_on && f.ByShort() && f.RetryAskedTooMuch() && f.story.stray;
     }},
    {"W13",
     [](const Facts& f) {
       return f.Strayed() && f.ByShort() &&
              (f.ContinuesTheOneBefore() || f.WasPlacedBehindByProgress());
     }},
    {"W15",
     [](const Facts& f) { return f.Strayed() && f.ByShort() && *f.Stray().from > f.Stray().at; }},
    {"W21",
     [](const Facts& f) {
       return f.Strayed() && f.ByShort() && f.Stray().from == f.story.head + f.reply().accepted;
     }},
    {"W21 W16", [](const Facts& f) { return f.Strayed() && f.ByShort(); }},
    {"W13 W40 W16", [](const Facts& f) { return f.story.goes_on && f.story.stray && f.ByShort(); }},
    {"W15 W21",
     [](const Facts& f) { return f.story.goes_on && !f.story.stray && f.ByShort() && f.Silent(); }},
    {"W21",
     [](const Facts& f) { return f.story.goes_on && !f.story.stray && f.ByShort() && f.Failed(); }},
    {"W30",
     [](const Facts& f) {
       return f.story.goes_on && !f.story.stray && f.ByError() && !f.ByTerminal() && f.Failed();
     }},
};

}  // namespace

std::span<const Rule> Rules() {
  return kRules;
}

std::string_view ClassTitle(std::string_view class_name) {
  for (const auto& [name, title] : kTitles) {
    if (name == class_name) return title;
  }
  return "";
}

std::string_view NearestFamily(const Facts& f) {
  if (!f.story.setback) return "loss without a refused call";
  if (f.ByEagain()) return "EAGAIN handled wrongly";
  if (f.ByEintr()) return "EINTR handled wrongly";
  if (f.ByZero()) return "zero return handled wrongly";
  if (f.ByTerminal()) return "terminal error handled wrongly";
  if (f.Stopped()) return "count not believed";
  return "cursor or accounting after a short write";
}

}  // namespace shortwrite
