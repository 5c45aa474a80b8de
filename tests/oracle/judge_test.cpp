#include "harness/oracle/judge.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

namespace shortwrite {
namespace {

using Ending = Behaviour::Ending;

constexpr std::string_view kPayload = "0123456789abcdef";
constexpr std::string_view kPrefix = kPayload.substr(0, 5);
constexpr std::string_view kWrong = "0123456789abcdeX";

Reference ReferenceOf(std::string_view existing = {}) {
  return {.outputs = {{"out", kPayload}},
          .diagnostics = "copied 16 bytes\n",
          .main_output = "out",
          .existing = existing,
          .is_payload = true};
}

struct Case {
  const char* name;
  Behaviour behaviour;
  Verdict verdict;
  bool good = false;
};

void PrintTo(const Case& c, std::ostream* os) {
  *os << c.name;
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

// Exit status, or signal, with this in the output.
Behaviour Ended(Ending ending, int number, std::string_view bytes,
                std::string_view diagnostics = "copied 16 bytes\n") {
  Behaviour behaviour;
  behaviour.ending = ending;
  behaviour.number = number;
  behaviour.outputs = {{"out", bytes}};
  behaviour.diagnostics = diagnostics;
  return behaviour;
}

Behaviour Exited(int status, std::string_view bytes,
                 std::string_view diagnostics = "copied 16 bytes\n") {
  return Ended(Ending::kExited, status, bytes, diagnostics);
}

Behaviour WithoutOutput(int status) {
  Behaviour behaviour = Exited(status, "");
  behaviour.outputs.clear();
  return behaviour;
}

Behaviour WithLeftover(Behaviour behaviour) {
  behaviour.outputs.push_back({"out.tmp", "0123"});
  return behaviour;
}

Behaviour Terminal(Behaviour behaviour) {
  behaviour.recoverable = false;
  behaviour.faulted = {"out"};
  return behaviour;
}

Behaviour Delayed(Behaviour behaviour) {
  behaviour.delayed_error = true;
  return Terminal(behaviour);
}

Behaviour DiedOfFault(int signal, std::string_view bytes) {
  Behaviour behaviour = Terminal(Ended(Ending::kSignaled, signal, bytes));
  behaviour.fault_is_fatal_signal = true;
  return behaviour;
}

const Case kRecoverable[] = {
    {"RightBytesExitZero", Exited(0, kPayload), Verdict::kSurvived, true},
    {"RightBytesNewMessage", Exited(0, kPayload, "retrying\n"), Verdict::kSurvived, true},
    {"WrongBytesSilent", Exited(0, kWrong), Verdict::kCorrupted},
    {"WrongBytesNoWordAtAll", Exited(0, kWrong, ""), Verdict::kCorrupted},
    {"WrongBytesSameMessageOtherNumbers", Exited(0, kPrefix, "copied 5 bytes\n"),
     Verdict::kCorrupted},
    {"WrongBytesNewMessage", Exited(0, kPrefix, "copied 16 bytes\nshort write\n"),
     Verdict::kMisreported},
    {"NoOutputExitZero", WithoutOutput(0), Verdict::kCorrupted},
    {"LeftoverExitZero", WithLeftover(Exited(0, kPayload)), Verdict::kCorrupted},
    {"KilledRightBytes", Ended(Ending::kSignaled, SIGABRT, kPayload), Verdict::kCrashed},
    {"KilledWrongBytes", Ended(Ending::kSignaled, SIGSEGV, kWrong), Verdict::kCrashed},
    {"Hung", Ended(Ending::kHung, 0, kPrefix), Verdict::kHung},
    {"Spun", Ended(Ending::kSpun, 0, kPrefix), Verdict::kSpun},
    {"StillAtWork", Ended(Ending::kSlow, 0, kPrefix), Verdict::kInconclusive},
    {"StillAtWorkRightBytes", Ended(Ending::kSlow, 0, kPayload), Verdict::kInconclusive},
    {"RightBytesExitOne", Exited(1, kPayload), Verdict::kFailedComplete},
    {"PrefixExitOne", Exited(1, kPrefix), Verdict::kRefused},
    {"WrongBytesExitOne", Exited(1, kWrong), Verdict::kRefused},
    {"NoOutputExitOne", WithoutOutput(1), Verdict::kRefused},
    {"LeftoverExitOne", WithLeftover(WithoutOutput(1)), Verdict::kRefused},
};

class Recoverable : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Table, Recoverable, testing::ValuesIn(kRecoverable), NameOf);

// A recoverable schedule: only exit 0 with the right bytes is good.
TEST_P(Recoverable, HasItsVerdict) {
  const Judgement judgement = Judge(ReferenceOf(), GetParam().behaviour, Contract::kTransparent);
  EXPECT_EQ(judgement.verdict, GetParam().verdict) << VerdictText(judgement.verdict);
  EXPECT_EQ(judgement.good, GetParam().good);
}

const Case kTerminal[] = {
    {"PrefixReported", Terminal(Exited(1, kPrefix)), Verdict::kReported, true},
    {"AbsentReported", Terminal(WithoutOutput(1)), Verdict::kReported, true},
    {"LeftoverReported", WithLeftover(Terminal(WithoutOutput(1))), Verdict::kReported, true},
    {"WholeReported", Terminal(Exited(1, kPayload)), Verdict::kReported, true},
    {"WrongBytesReported", Terminal(Exited(1, kWrong)), Verdict::kDamaged},
    {"HoleReported", Terminal(Exited(1, std::string_view("01234\0\0\0\0\0abc", 13))),
     Verdict::kReported, true},
    {"LeftoverExitZeroNothingLost", WithLeftover(Terminal(Exited(0, kPayload))), Verdict::kSurvived,
     true},
    {"LeftoverExitZeroPrefix", WithLeftover(Terminal(Exited(0, kPrefix))), Verdict::kFalseSuccess},
    {"PrefixExitZero", Terminal(Exited(0, kPrefix)), Verdict::kFalseSuccess},
    {"PrefixExitZeroWithMessage", Terminal(Exited(0, kPrefix, "disk full\n")),
     Verdict::kFalseSuccess},
    {"AbsentExitZero", Terminal(WithoutOutput(0)), Verdict::kFalseSuccess},
    {"TransientErrorAbsorbed", Terminal(Exited(0, kPayload)), Verdict::kSurvived, true},
    {"CloseErrorIgnored", Delayed(Exited(0, kPayload)), Verdict::kFalseSuccess},
    {"CloseErrorReported", Delayed(Exited(1, kPayload)), Verdict::kReported, true},
    {"DiedOfSigpipe", DiedOfFault(SIGPIPE, kPrefix), Verdict::kReported, true},
    {"DiedOfSigxfsz", DiedOfFault(SIGXFSZ, kPrefix), Verdict::kReported, true},
    {"DiedOfSigpipeWrongBytes", DiedOfFault(SIGPIPE, kWrong), Verdict::kCrashed},
    {"DiedOfAnotherSignal", Terminal(Ended(Ending::kSignaled, SIGSEGV, kPrefix)),
     Verdict::kCrashed},
    {"Hung", Terminal(Ended(Ending::kHung, 0, kPrefix)), Verdict::kHung},
    {"Spun", Terminal(Ended(Ending::kSpun, 0, kPrefix)), Verdict::kSpun},
    {"StillAtWork", Terminal(Ended(Ending::kSlow, 0, kPrefix)), Verdict::kInconclusive},
};

class TerminalFault : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Table, TerminalFault, testing::ValuesIn(kTerminal), NameOf);

// A terminal schedule: good is to report it and to leave nothing wrong, or to lose nothing at all.
TEST_P(TerminalFault, HasItsVerdict) {
  const Judgement judgement = Judge(ReferenceOf(), GetParam().behaviour, Contract::kTransparent);
  EXPECT_EQ(judgement.verdict, GetParam().verdict) << VerdictText(judgement.verdict);
  EXPECT_EQ(judgement.good, GetParam().good);
}

// Verdicts compare by severity, as campaigns sort them.
TEST(Judge, VerdictsAreOrderedBySeverity) {
  const std::vector<Verdict> mildest_first = {
      Verdict::kSurvived, Verdict::kRefused, Verdict::kFailedComplete, Verdict::kSpun,
      Verdict::kHung,     Verdict::kCrashed, Verdict::kMisreported,    Verdict::kCorrupted};
  for (size_t i = 1; i < mildest_first.size(); ++i) {
    EXPECT_LT(mildest_first[i - 1], mildest_first[i]) << VerdictText(mildest_first[i]);
  }
}

// The words of the contract, each with its verdict.
TEST(Judge, VerdictsHaveTheirWords) {
  EXPECT_EQ(VerdictText(Verdict::kSurvived), "survived");
  EXPECT_EQ(VerdictText(Verdict::kRefused), "refused");
  EXPECT_EQ(VerdictText(Verdict::kFailedComplete), "failed-complete");
  EXPECT_EQ(VerdictText(Verdict::kSpun), "spun");
  EXPECT_EQ(VerdictText(Verdict::kHung), "hung");
  EXPECT_EQ(VerdictText(Verdict::kCrashed), "crashed");
  EXPECT_EQ(VerdictText(Verdict::kMisreported), "misreported");
  EXPECT_EQ(VerdictText(Verdict::kCorrupted), "corrupted");
  EXPECT_EQ(VerdictText(Verdict::kReported), "reported");
  EXPECT_EQ(VerdictText(Verdict::kDamaged), "damaged");
  EXPECT_EQ(VerdictText(Verdict::kFalseSuccess), "false-success");
  EXPECT_EQ(VerdictText(Verdict::kInconclusive), "inconclusive");
  EXPECT_EQ(VerdictText(Verdict::kFlaky), "flaky");
}

// The honest contract forgives a refusal that lost nothing silently, and nothing else.
TEST(Judge, HonestContractForgivesCleanRefusals) {
  const auto good = [](const Behaviour& behaviour) {
    return Judge(ReferenceOf(), behaviour, Contract::kHonest).good;
  };
  EXPECT_TRUE(good(Exited(1, kPrefix)));
  EXPECT_TRUE(good(WithoutOutput(1)));
  EXPECT_TRUE(good(WithLeftover(WithoutOutput(1))));
  EXPECT_FALSE(good(Exited(1, kWrong)));
  EXPECT_FALSE(good(Exited(1, kPayload)));  // failed-complete
  EXPECT_FALSE(good(Exited(0, kPrefix)));
  EXPECT_FALSE(good(Ended(Ending::kSignaled, SIGABRT, kPrefix)));
}

// What stood in the main output beforehand may stay when the error is reported; in another output
// it may not, and with exit 0 it may not either.
TEST(Judge, UntouchedExistingContentIsHarmless) {
  constexpr std::string_view kOld = "old content, longer than the payload";
  const Behaviour untouched = Terminal(Exited(1, kOld));
  EXPECT_EQ(Judge(ReferenceOf(kOld), untouched, Contract::kTransparent).verdict,
            Verdict::kReported);
  EXPECT_EQ(Judge(ReferenceOf(), untouched, Contract::kTransparent).verdict, Verdict::kDamaged);
  EXPECT_EQ(Judge(ReferenceOf(kOld), Terminal(Exited(0, kOld)), Contract::kTransparent).verdict,
            Verdict::kFalseSuccess);
  // Overwritten in place as far as it went.
  const std::string overwritten = std::string(kPrefix) + std::string(kOld.substr(kPrefix.size()));
  EXPECT_EQ(
      Judge(ReferenceOf(kOld), Terminal(Exited(1, overwritten)), Contract::kTransparent).verdict,
      Verdict::kReported);

  EXPECT_TRUE(Judge(ReferenceOf(kOld), Exited(1, kOld), Contract::kHonest).good);
  const Judgement stale =
      Judge(ReferenceOf(kOld), Exited(0, std::string(kPayload) + " longer than the payload"),
            Contract::kTransparent);
  EXPECT_EQ(stale.verdict, Verdict::kCorrupted);
}

// What a failed target leaves is judged only where it is known what it should have become: of the
// file that it copies the payload to, and that the error hit.
TEST(Judge, AReportedFailureConvictsOnlyADamagedCopy) {
  const auto verdict = [](const Reference& reference, const Behaviour& behaviour) {
    return Judge(reference, behaviour, Contract::kTransparent).verdict;
  };
  const Behaviour wrong = Terminal(Exited(1, kWrong));
  EXPECT_EQ(verdict(ReferenceOf(), wrong), Verdict::kDamaged);

  Reference transformed = ReferenceOf();
  transformed.is_payload = false;  // an earlier pass may have left it
  EXPECT_EQ(verdict(transformed, wrong), Verdict::kReported);

  Behaviour hit_elsewhere = wrong;
  hit_elsewhere.faulted = {"side"};  // "out" may list what became of "side"
  EXPECT_EQ(verdict(ReferenceOf(), hit_elsewhere), Verdict::kReported);

  Reference stream = ReferenceOf();
  stream.outputs = {{"stdout", kPayload}};
  stream.main_output = "stdout";
  Behaviour message = Terminal(Exited(1, ""));
  message.outputs = {{"stdout", "0123disk full\n"}};
  message.faulted = {"stdout"};
  EXPECT_EQ(verdict(stream, message), Verdict::kReported);
  message.number = 0;
  EXPECT_EQ(verdict(stream, message), Verdict::kFalseSuccess);
}

// Several outputs, of which one was hit: with a failing exit the others may be whole or absent,
// with exit 0 none may be missing.
TEST(Judge, OneOfSeveralOutputsMayFail) {
  Reference reference = ReferenceOf();
  reference.outputs.push_back({"side", "xyz"});
  Behaviour behaviour = Terminal(Exited(1, kPrefix));
  behaviour.outputs.push_back({"side", "xyz"});
  EXPECT_EQ(Judge(reference, behaviour, Contract::kTransparent).verdict, Verdict::kReported);
  behaviour.outputs.pop_back();
  EXPECT_EQ(Judge(reference, behaviour, Contract::kTransparent).verdict, Verdict::kReported);
  behaviour.outputs = {{"out", kPayload}};
  behaviour.number = 0;
  EXPECT_EQ(Judge(reference, behaviour, Contract::kTransparent).verdict, Verdict::kFalseSuccess);
}

// Outputs that mean the same are no difference, and of those that need only mean the same the bytes
// of a failed run convict nobody.
TEST(Judge, MeaningMayReplaceBytes) {
  Reference reference = ReferenceOf();
  reference.bytes_may_differ = true;
  Behaviour behaviour = Exited(0, kWrong);
  EXPECT_EQ(Judge(reference, behaviour, Contract::kTransparent).verdict, Verdict::kCorrupted);
  behaviour.same = {"out"};
  const Judgement same = Judge(reference, behaviour, Contract::kTransparent);
  EXPECT_EQ(same.verdict, Verdict::kSurvived);
  EXPECT_EQ(same.output, "");
  EXPECT_EQ(Judge(reference, Terminal(Exited(1, kWrong)), Contract::kTransparent).verdict,
            Verdict::kReported);
  EXPECT_EQ(Judge(reference, Terminal(Exited(0, kWrong)), Contract::kTransparent).verdict,
            Verdict::kFalseSuccess);
}

// A missing output comes before one too many, and the judgement says which output differs and how.
TEST(Judge, NamesTheOutputThatDiffers) {
  Reference reference = ReferenceOf();
  reference.outputs.push_back({"side", "xyz"});
  Behaviour behaviour = Exited(0, kPayload);
  behaviour.outputs.push_back({"other", "abc"});
  const Judgement missing = Judge(reference, behaviour, Contract::kTransparent);
  EXPECT_EQ(missing.output, "side");
  EXPECT_EQ(missing.output_bytes, 0u);
  EXPECT_EQ(missing.reference_bytes, 3u);
  EXPECT_EQ(missing.provenance.shape, Shape::kAbsent);

  behaviour.outputs.push_back({"side", "xyz"});
  const Judgement extra = Judge(reference, behaviour, Contract::kTransparent);
  EXPECT_EQ(extra.output, "other");
  EXPECT_EQ(extra.output_bytes, 3u);

  const Judgement prefix = Judge(ReferenceOf(), Exited(0, kPrefix), Contract::kTransparent);
  EXPECT_EQ(prefix.output, "out");
  EXPECT_EQ(prefix.provenance.shape, Shape::kTruncatedTail);
  EXPECT_EQ(prefix.provenance.first_divergence, kPrefix.size());
  EXPECT_EQ(prefix.message, "");
}

// Whole rows around the first byte that differs, of both sides, to where each ends.
TEST(Judge, KeepsTheBytesAroundTheDifference) {
  const std::string payload(200, 'p');
  std::string output = payload;
  output[101] = 'X';
  Reference reference = ReferenceOf();
  reference.outputs = {{"out", payload}};
  const auto excerpt = [&](std::string_view bytes) {
    return Judge(reference, Exited(0, bytes), Contract::kTransparent).excerpt;
  };
  EXPECT_EQ(excerpt(output).at, 80u) << "two rows of eight before that of byte 101";
  EXPECT_EQ(excerpt(output).output, output.substr(80, kExcerptBytes));
  EXPECT_EQ(excerpt(output).reference, payload.substr(80, kExcerptBytes));
  EXPECT_EQ(excerpt(payload.substr(0, 103)).output, payload.substr(80, 23));
  EXPECT_EQ(excerpt(payload.substr(0, 80)).at, 64u);
  EXPECT_EQ(excerpt("").output, "");
  EXPECT_EQ(excerpt("").reference, payload.substr(0, kExcerptBytes));
  EXPECT_EQ(excerpt(payload).reference, "") << "nothing differs";
}

// An empty output that should be there and empty is right; one that is missing is not.
TEST(Judge, MissingIsNotEmpty) {
  Reference reference = ReferenceOf();
  reference.outputs = {{"out", ""}};
  EXPECT_EQ(Judge(reference, Exited(0, ""), Contract::kTransparent).verdict, Verdict::kSurvived);
  EXPECT_EQ(Judge(reference, WithoutOutput(0), Contract::kTransparent).verdict,
            Verdict::kCorrupted);
}

// The first line that the control did not print; numbers differ by right.
TEST(FirstNewLine, LeavesNumbersOut) {
  EXPECT_EQ(FirstNewLine("", ""), "");
  EXPECT_EQ(FirstNewLine("a\nb\n", "b\na\n"), "");
  EXPECT_EQ(FirstNewLine("took 0.25 s\n", "took 10.5 s\n"), "");
  EXPECT_EQ(FirstNewLine("took 0.25 ms\n", "took 10.5 s\n"), "took 0.25 ms");
  EXPECT_EQ(FirstNewLine("known\n\nnew 1\nnew 2", "known\n"), "new 1");
  EXPECT_EQ(FirstNewLine("no newline", "no newline\n"), "");
  EXPECT_EQ(FirstNewLine("error\n", "error 5\n"), "error");
}

}  // namespace
}  // namespace shortwrite
