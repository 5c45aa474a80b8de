#include "harness/diagnosis/sentence.h"

#include <fmt/format.h>

#include <cstring>

#include "harness/diagnosis/busy_retries.h"

namespace shortwrite {
namespace {

std::string Range(uint64_t at, uint64_t bytes) {
  if (bytes == 1) return fmt::format("byte {}", at);
  return fmt::format("bytes {}-{}", at, at + bytes - 1);
}

std::string ErrorText(int error) {
  const char* const name = strerrorname_np(error);
  return name == nullptr ? fmt::format("errno {}", error) : name;
}

std::string_view Source(const Facts& facts) {
  return facts.evidence.reference_is_payload ? "payload" : "reference";
}

// Where several outputs, or several programs, were written to, a number alone says too little.
std::string NameOf(const Facts& facts, const SentCall& sent) {
  const Observation& observation = facts.evidence.observation;
  std::string name = fmt::format("call {}", sent.call->number);
  const auto differs = [&](auto member) {
    for (const TracedCall& call : observation.calls) {
      if (call.*member != sent.call->*member && call.number > 0) return true;
    }
    return false;
  };
  const std::string_view process = ProcessName(observation, *sent.call);
  if (differs(&TracedCall::process) && !process.empty()) name += fmt::format(" of {}", process);
  if (differs(&TracedCall::output) && sent.call->output < observation.touched.size()) {
    name += fmt::format(" on {}", observation.touched[sent.call->output].first_name);
  }
  return name;
}

std::string SetbackText(const Facts& facts) {
  const SentCall& setback = facts.setback();
  const std::string name = NameOf(facts, setback);
  std::string text =
      setback.call->result < 0
          ? fmt::format("{} was answered {}", name, ErrorText(setback.call->error))
          : fmt::format("{} accepted {} of {}", name, setback.accepted, setback.wanted);
  if (!facts.story.answered.empty()) {
    text += fmt::format(" ({} setback{} before it had been answered well)",
                        facts.story.answered.size(), facts.story.answered.size() == 1 ? "" : "s");
  }
  return text;
}

// "sent payload bytes 0-2047 again", "went on with payload byte 5000".
std::string SentText(const Facts& facts, const SentCall& sent, uint64_t due) {
  if (sent.accepted > 0 && !sent.visible) {
    return fmt::format("wrote {} bytes at offset {}, of which later calls left nothing to look at",
                       sent.accepted, sent.at);
  }
  if (!sent.from || sent.straight == 0) {
    return fmt::format("sent {} bytes that are not the {}'s", sent.accepted, Source(facts));
  }
  std::string text;
  if (*sent.from == due) {
    text = fmt::format("sent {} {}, which were due", Source(facts), Range(due, sent.straight));
  } else if (*sent.from < due) {
    const uint64_t again = std::min(sent.straight, due - *sent.from);
    text = fmt::format("sent {} {} again", Source(facts), Range(*sent.from, again));
  } else {
    text = fmt::format("went on with {} byte {}", Source(facts), *sent.from);
  }
  if (sent.straight < sent.accepted) {
    text +=
        fmt::format(", and then {} bytes that do not follow them", sent.accepted - sent.straight);
  }
  return text;
}

std::string ReplyText(const Facts& facts) {
  const SentCall& setback = facts.setback();
  const SentCall& reply = facts.reply();
  const uint64_t at = setback.at + setback.accepted;
  std::string text = fmt::format("{} (asked {}) {}", NameOf(facts, reply), reply.wanted,
                                 SentText(facts, reply, facts.story.next));
  if (reply.accepted > 0 && reply.at != at) {
    text += fmt::format(", at offset {} instead of {}", reply.at, at);
  }
  return text;
}

std::string EndText(const Facts& facts) {
  return ToText(facts.evidence.observation.end);
}

std::string FollowingText(const Facts& facts) {
  const Story& story = facts.story;
  if (!story.reply) {
    const bool was_killed = facts.Stuck();
    return fmt::format("no further call followed on this output{} ({})",
                       was_killed ? " before it was killed" : "", EndText(facts));
  }
  if (!story.goes_on) return ReplyText(facts);
  std::string text = fmt::format("{} sent the rest", NameOf(facts, facts.reply()));
  if (facts.reply().accepted == 0)
    text = fmt::format("{} tried again", NameOf(facts, facts.reply()));
  if (!story.stray) return fmt::format("{}; {}", text, EndText(facts));
  const SentCall& stray = story.At(*story.stray);
  const uint64_t due = stray.at;
  return fmt::format("{}; but {} (asked {}) {}", text, NameOf(facts, stray), stray.wanted,
                     SentText(facts, stray, due));
}

std::string SyncText(const Facts& facts) {
  for (const TracedCall& call : facts.evidence.observation.calls) {
    if (!call.delivered || call.number > 0) continue;
    return fmt::format("{} was answered {}, and the target ended with {}", call.call,
                       ErrorText(call.error), EndText(facts));
  }
  return "every call was accepted whole";
}

// What the output lacks, or has too much of.
std::string BytesText(const Facts& facts) {
  const Judgement& judgement = facts.evidence.judgement;
  if (judgement.output.empty()) return "every byte is right";
  const std::vector<Extent>& missing = judgement.provenance.missing;
  if (missing.empty())
    return fmt::format("in {}: {}", judgement.output, judgement.provenance.sentence);
  uint64_t bytes = 0;
  for (const Extent& extent : missing) bytes += extent.bytes;
  // The calls say it exactly; the bytes alone leave a choice where the ends of a gap look alike.
  Extent first = missing[0];
  if (facts.story.is_of_judged && facts.Skipped() && !facts.RestCameLater()) {
    first = {facts.story.next, *facts.reply().from - facts.story.next};
  }
  std::string text = fmt::format("in {}, {} {} never arrived", judgement.output, Source(facts),
                                 Range(first.at, first.bytes));
  if (missing.size() > 1) {
    text += fmt::format(", nor did {} later range{}, {} bytes in all", missing.size() - 1,
                        missing.size() == 2 ? "" : "s", bytes);
  }
  return text;
}

}  // namespace

std::string DescribeStory(const Facts& facts) {
  if (facts.NeverWaited()) {
    const BusyRetries busy = FindBusyRetries(facts.evidence.observation);
    return fmt::format(
        "{} calls in a row met EAGAIN while the reader paused, half of them within {:.1f} "
        "microseconds of the one before: it asks again instead of waiting (poll(2)); every output "
        "is right",
        busy.most + 1, static_cast<double>(busy.median_gap_ns) / 1000);
  }
  std::string text = facts.story.setback
                         ? fmt::format("after {}, {}", SetbackText(facts), FollowingText(facts))
                         : SyncText(facts);
  return fmt::format("{}; {}", text, BytesText(facts));
}

}  // namespace shortwrite
