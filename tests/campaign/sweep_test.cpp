#include "harness/campaign/sweep.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace shortwrite {
namespace {

struct OutputShape {
  std::string name = "out";
  std::vector<uint64_t> sizes;
  bool nonblocking = false;
  bool interruptible = false;
  bool closes = false;
  bool syncs = false;
  std::string_view sink = "regular file";
};

Observation ControlOf(const std::vector<OutputShape>& shapes) {
  Observation control;
  for (uint32_t i = 0; i < shapes.size(); ++i) {
    const OutputShape& shape = shapes[i];
    control.touched.push_back({shape.name, shape.name});
    TracedCall call;
    call.output = i;
    call.sink = shape.sink;
    call.status_flags = O_WRONLY | (shape.nonblocking ? static_cast<uint32_t>(O_NONBLOCK) : 0);
    call.handler_can_interrupt = shape.interruptible;
    for (const uint64_t size : shape.sizes) {
      call.call = "write";
      ++call.number;
      call.asked = call.movable = call.granted = size;
      call.result = static_cast<int64_t>(size);
      control.calls.push_back(call);
    }
    call.number = 0;
    call.call = "fsync";
    if (shape.syncs) control.calls.push_back(call);
    call.call = "close";
    if (shape.closes) control.calls.push_back(call);
  }
  return control;
}

SweepPlan Plan(const std::vector<OutputShape>& shapes, const SweepSettings& settings = {}) {
  return PlanSweep(ControlOf(shapes), settings);
}

std::vector<std::string> Texts(const SweepPlan& plan) {
  std::vector<std::string> texts;
  for (const Schedule& schedule : plan.schedules) texts.push_back(ToText(schedule));
  return texts;
}

bool Contains(const SweepPlan& plan, const std::string& text) {
  const std::vector<std::string> texts = Texts(plan);
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool MentionsAnywhere(const SweepPlan& plan, const std::string& text) {
  const std::vector<std::string> texts = Texts(plan);
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& t) { return t.find(text) != std::string::npos; });
}

size_t PlaceOf(const SweepPlan& plan, const std::string& text) {
  const std::vector<std::string> texts = Texts(plan);
  const auto found = std::find(texts.begin(), texts.end(), text);
  EXPECT_NE(found, texts.end()) << text;
  return static_cast<size_t>(found - texts.begin());
}

const std::vector<uint64_t> kFive = {65536, 65536, 65536, 65536, 7857};

// The first call and the last one come first, cut to one byte; the final flush is cut twice.
TEST(Sweep, LikelyFindingsComeFirst) {
  const std::vector<std::string> texts = Texts(Plan({{.sizes = kFive}}));
  ASSERT_GT(texts.size(), 3u);
  EXPECT_EQ(texts[0], "1:short=1");
  EXPECT_EQ(texts[1], "5:short=1");
  EXPECT_EQ(texts[2], "5:short=50% 6:short=50%");
}

// At each call the odd cuts come before those on half and page boundaries; all calls are there.
TEST(Sweep, OddCutsComeFirst) {
  const SweepPlan plan = Plan({{.sizes = kFive}});
  for (const std::string call : {"2", "3", "4"}) {
    const size_t one = PlaceOf(plan, call + ":short=1");
    const size_t all_but_one = PlaceOf(plan, call + ":short=-1");
    const size_t half = PlaceOf(plan, call + ":short=50%");
    const size_t page = PlaceOf(plan, call + ":short=4096");
    EXPECT_LT(one, all_but_one);
    EXPECT_LT(all_but_one, half);
    EXPECT_LT(half, page);
    EXPECT_TRUE(Contains(plan, call + ":short=4097"));
    EXPECT_TRUE(Contains(plan, call + ":short=4095"));
  }
  EXPECT_EQ(plan.calls_total, 5u);
  EXPECT_EQ(plan.calls_swept, 5u);
  EXPECT_EQ(plan.cut_points, 6u);
}

// No schedule is planned twice, whatever is allowed, and all can be written and read back.
TEST(Sweep, HasNoDuplicates) {
  const FaultSet all = {.shorts = true,
                        .eagain = true,
                        .eintr = true,
                        .zero = true,
                        .terminal = TerminalFaults::All()};
  for (const uint32_t depth : {1u, 2u, 5u}) {
    const SweepPlan plan =
        Plan({{.sizes = kFive, .nonblocking = true, .closes = true, .syncs = true},
              {.name = "side", .sizes = {1, 2, 3, 4096, 4097}, .interruptible = true}},
             {.faults = all, .depth = depth, .everywhere = true});
    const std::vector<std::string> texts = Texts(plan);
    EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(ParseSchedule(texts[i]).value(), plan.schedules[i]);
    }
  }
}

// Short calls get only the cuts that are different there: none for one byte, one for two bytes.
TEST(Sweep, CutsFitTheCall) {
  const auto singles = [](uint64_t size) {
    std::set<std::string> cuts;
    for (const std::string& text : Texts(Plan({{.sizes = {size}}}, {.faults = {}, .depth = 1}))) {
      if (text.starts_with("1:short=")) cuts.insert(text.substr(8));
    }
    return cuts;
  };
  EXPECT_EQ(singles(1), std::set<std::string>{});
  EXPECT_EQ(singles(2), (std::set<std::string>{"1"}));
  EXPECT_EQ(singles(3), (std::set<std::string>{"1", "-1"}));
  EXPECT_EQ(singles(4), (std::set<std::string>{"1", "-1", "50%"}));
  EXPECT_EQ(singles(4097), (std::set<std::string>{"1", "-1", "50%", "4095"}));
  EXPECT_EQ(singles(10'000), (std::set<std::string>{"1", "-1", "50%", "4097", "4096", "4095"}));
}

// 10,000 calls: the first, the last and a spread between, within the budget of trials; the plan
// says how many it swept.
TEST(Sweep, ManyCallsAreSpreadWithinTheBudget) {
  const std::vector<uint64_t> sizes(10'000, 8192);
  const SweepPlan plan = Plan({{.sizes = sizes}}, {.faults = {}, .trials_max = 500});
  EXPECT_LE(plan.schedules.size(), 500u);
  EXPECT_GT(plan.schedules.size(), 300u);
  EXPECT_EQ(plan.calls_total, 10'000u);
  EXPECT_LT(plan.calls_swept, 100u);
  EXPECT_GT(plan.calls_swept, 20u);
  EXPECT_TRUE(Contains(plan, "10000:short=-1"));
  std::set<uint32_t> calls;
  for (const Schedule& schedule : plan.schedules) calls.insert(schedule.steps[0].calls.first);
  EXPECT_EQ(calls.size(), plan.calls_swept);
  // No gap is much wider than an even spread would leave.
  uint32_t before = 1;
  for (const uint32_t call : calls) {
    EXPECT_LE(call - before, 2 * 10'000 / plan.calls_swept);
    before = call;
  }
}

// Every single fault of the swept calls fits into the budget, whichever faults are allowed.
TEST(Sweep, SinglesFitTheBudget) {
  const std::vector<uint64_t> sizes(1'000, 8192);
  for (const std::string faults : {"recoverable", "terminal", "all", "short", "short,terminal"}) {
    const SweepPlan plan =
        Plan({{.sizes = sizes, .nonblocking = true, .interruptible = true, .closes = true}},
             {.faults = ParseFaultSet(faults).value(), .trials_max = 400});
    EXPECT_LE(plan.single_count, 400u) << faults;
    EXPECT_GT(plan.single_count, 150u) << faults;
  }
}

// EAGAIN only where the output is O_NONBLOCK, EINTR only where a handler can interrupt; what was
// left out is said. A hostile profile needs no leave.
TEST(Sweep, StallsNeedLeave) {
  const SweepPlan plain = Plan({{.sizes = kFive}});
  EXPECT_FALSE(MentionsAnywhere(plain, "eagain"));
  EXPECT_FALSE(MentionsAnywhere(plain, "eintr"));
  EXPECT_NE(plain.left_out.find("O_NONBLOCK"), std::string::npos);
  EXPECT_NE(plain.left_out.find("SA_RESTART"), std::string::npos);

  const SweepPlan nonblocking = Plan({{.sizes = kFive, .nonblocking = true}});
  for (const char* const call : {"1", "2", "3", "4", "5"}) {
    EXPECT_TRUE(Contains(nonblocking, std::string(call) + ":eagain"));
  }
  EXPECT_TRUE(Contains(nonblocking, "1:short=50% 2:eagain"));
  EXPECT_FALSE(MentionsAnywhere(nonblocking, "eintr"));

  const SweepPlan interruptible = Plan({{.sizes = kFive, .interruptible = true}});
  EXPECT_TRUE(Contains(interruptible, "5:eintr"));
  EXPECT_TRUE(Contains(interruptible, "1:short=50% 2:eintr"));
  EXPECT_FALSE(MentionsAnywhere(interruptible, "eagain"));

  const SweepPlan hostile = Plan({{.sizes = kFive}}, {.faults = {}, .everywhere = true});
  EXPECT_TRUE(Contains(hostile, "3:eagain"));
  EXPECT_TRUE(Contains(hostile, "3:eintr"));
  EXPECT_EQ(hostile.left_out, "");
  EXPECT_FALSE(MentionsAnywhere(hostile, "zero")) << "only if it is asked for";
}

// A stall is followed by another one, five times, at the first call and at the final flush; and the
// call that is repeated after it is short. The pairs come at every call, these at 1 before the
// sweep.
TEST(Sweep, StallsInARowAndShortsAfterThem) {
  const SweepPlan plan = Plan({{.sizes = kFive, .nonblocking = true, .interruptible = true}});
  const size_t second_call = PlaceOf(plan, "2:short=1");
  for (const std::string stall : {"eagain", "eintr"}) {
    EXPECT_LT(PlaceOf(plan, "1:" + stall), PlaceOf(plan, "1-6:" + stall));
    EXPECT_LT(PlaceOf(plan, "1-6:" + stall), second_call);
    EXPECT_LT(PlaceOf(plan, "5-10:" + stall), second_call);
    EXPECT_LT(PlaceOf(plan, "1:" + stall + " 2:short=1"), second_call);
    for (const std::string& pair : {"2:" + stall + " 3:short=1", "5:" + stall + " 6:short=1"}) {
      EXPECT_TRUE(Contains(plan, pair)) << pair;
    }
  }
  EXPECT_FALSE(MentionsAnywhere(Plan({{.sizes = kFive, .nonblocking = true}}), "eintr"));
  // Without shorts the rows of stalls are left; at depth 1, single ones.
  const FaultSet stalls = ParseFaultSet("eagain").value();
  EXPECT_TRUE(
      Contains(Plan({{.sizes = kFive, .nonblocking = true}}, {.faults = stalls}), "5-10:eagain"));
  EXPECT_FALSE(MentionsAnywhere(
      Plan({{.sizes = kFive, .nonblocking = true}}, {.faults = stalls, .depth = 1}), "-6"));
}

// Of two outputs one may be O_NONBLOCK; steps name their output then, and only then.
TEST(Sweep, NamesOutputsOnlyWhereThereAreSeveral) {
  EXPECT_FALSE(MentionsAnywhere(Plan({{.sizes = kFive}}), "@"));
  // stdout was opened but never written: still one output.
  EXPECT_FALSE(MentionsAnywhere(Plan({{.name = "stdout", .sizes = {}}, {.sizes = kFive}}), "@"));

  const SweepPlan two =
      Plan({{.name = "stdout", .sizes = {100}}, {.sizes = kFive, .nonblocking = true}});
  EXPECT_TRUE(Contains(two, "1@stdout:short=1"));
  EXPECT_TRUE(Contains(two, "5@out:short=1"));
  EXPECT_TRUE(Contains(two, "1@out:eagain"));
  EXPECT_FALSE(MentionsAnywhere(two, "@stdout:eagain"));
  EXPECT_EQ(two.calls_total, 6u);
  for (const std::string& text : Texts(two)) EXPECT_NE(text.find('@'), std::string::npos) << text;
}

// Depth bounds the faults per schedule: 1 plans no pairs and no ranges, 3 plans rows of three.
TEST(Sweep, DepthBoundsFaultsPerSchedule) {
  const auto longest = [](const SweepPlan& plan) {
    size_t most = 0;
    for (const Schedule& schedule : plan.schedules) most = std::max(most, schedule.steps.size());
    return most;
  };
  const SweepPlan one = Plan({{.sizes = kFive}}, {.faults = {}, .depth = 1});
  EXPECT_EQ(longest(one), 1u);
  for (const Schedule& schedule : one.schedules) {
    EXPECT_EQ(schedule.steps[0].calls.first, schedule.steps[0].calls.last);
  }
  EXPECT_EQ(longest(Plan({{.sizes = kFive}}, {.faults = {}, .depth = 2})), 2u);
  const SweepPlan three = Plan({{.sizes = kFive, .nonblocking = true}}, {.faults = {}, .depth = 3});
  EXPECT_EQ(longest(three), 3u);
  EXPECT_TRUE(Contains(three, "2:short=50% 3:short=50% 4:eagain"));
  EXPECT_TRUE(Contains(three, "2:short=1 3:short=1 4:short=1"));
}

// Terminal errors: lasting and transient, after a short, and at close and fsync where the target
// calls them.
TEST(Sweep, TerminalErrorsLastOrPass) {
  const FaultSet terminal = ParseFaultSet("short,terminal").value();
  const SweepPlan plan = Plan({{.sizes = kFive, .closes = true}}, {.faults = terminal});
  for (const char* const text :
       {"3-:enospc", "3:enospc", "3-:eio", "3:eio", "*:enospc", "1:enospc", "3-:edquot", "3:edquot",
        "3-:efbig", "3:short=50% 4-:enospc", "3:short=50% 4:enospc", "3:short=50% 4-:efbig",
        "close:eio", "close:enospc", "close:edquot"}) {
    EXPECT_TRUE(Contains(plan, text)) << text;
  }
  EXPECT_FALSE(MentionsAnywhere(plan, "fsync"));
  EXPECT_FALSE(MentionsAnywhere(plan, "epipe")) << "a file has no reader that could leave";
  EXPECT_TRUE(Contains(Plan({{.sizes = kFive, .syncs = true}}, {.faults = terminal}), "fsync:eio"));
  EXPECT_FALSE(MentionsAnywhere(Plan({{.sizes = kFive, .closes = true}}), "e"));
}

// The final flush on a full disk, the error at close and the transient one come before everything
// else; the kinds that programs do not tell apart from ENOSPC come last.
TEST(Sweep, LikelyErrorsComeFirst) {
  const FaultSet terminal = ParseFaultSet("terminal").value();
  const SweepPlan plan =
      Plan({{.sizes = kFive, .closes = true, .syncs = true}}, {.faults = terminal});
  const size_t second_call = PlaceOf(plan, "2-:enospc");
  for (const char* const text :
       {"*:enospc", "5-:enospc", "5:enospc", "close:eio", "fsync:eio", "5:short=50% 6-:enospc"}) {
    EXPECT_LT(PlaceOf(plan, text), second_call) << text;
  }
  EXPECT_LT(PlaceOf(plan, "4-:enospc"), PlaceOf(plan, "2-:eio"));
  EXPECT_LT(PlaceOf(plan, "4-:eio"), PlaceOf(plan, "2-:edquot"));
}

// A pipe and a socket know only that their reader left, a terminal only that it was hung up;
// neither comes back, and neither keeps anything that a close could lose. A device takes all.
TEST(Sweep, ErrorsAreThoseOfTheSink) {
  const FaultSet terminal = ParseFaultSet("terminal").value();
  const auto plan = [&](std::string_view sink) {
    return Texts(Plan({{.sizes = {8192, 100}, .closes = true, .syncs = true, .sink = sink}},
                      {.faults = terminal}));
  };
  const std::vector<std::string> pipe = {"*:epipe", "2-:epipe", "2:short=50% 3-:epipe",
                                         "1:short=50% 2-:epipe"};
  EXPECT_EQ(plan("pipe"), pipe);
  EXPECT_EQ(plan("stream socket"), pipe);
  EXPECT_EQ(plan("terminal"), (std::vector<std::string>{"*:eio", "2-:eio", "2:short=50% 3-:eio",
                                                        "1:short=50% 2-:eio"}));
  EXPECT_TRUE(plan("device").empty());
}

// What cannot happen on any output is said, for each fault that was asked for, and for no other.
TEST(Sweep, SaysWhichErrorsCannotHappen) {
  const auto left_out = [](const std::string& faults, std::string_view sink) {
    return Plan({{.sizes = kFive, .sink = sink}}, {.faults = ParseFaultSet(faults).value()})
        .left_out;
  };
  EXPECT_EQ(left_out("enospc,eio", "regular file"), "");
  EXPECT_EQ(left_out("epipe", "regular file"),
            "EPIPE left out: no output is a pipe or a stream socket");
  EXPECT_NE(left_out("efbig", "pipe").find("EFBIG"), std::string::npos);
  EXPECT_NE(left_out("eio", "pipe").find("EIO"), std::string::npos);
  EXPECT_NE(left_out("close", "regular file").find("close"), std::string::npos);
  EXPECT_NE(left_out("fsync", "regular file").find("fsync"), std::string::npos);
}

// With one name, that error alone; close and fsync are names of their own.
TEST(Sweep, ASingleErrorCanBeAskedFor) {
  for (const std::string name : {"enospc", "edquot", "eio", "efbig", "close", "fsync"}) {
    const SweepPlan plan = Plan({{.sizes = kFive, .closes = true, .syncs = true}},
                                {.faults = ParseFaultSet(name).value()});
    EXPECT_FALSE(plan.schedules.empty()) << name;
    for (const std::string& text : Texts(plan)) {
      EXPECT_NE(text.find(name), std::string::npos) << name << ": " << text;
    }
  }
}

// Every planned schedule keeps to the set of faults that was asked for; only, a full disk shows
// itself as a short write before the error, so a terminal error may have one ahead of it.
TEST(Sweep, KeepsToTheFaultSet) {
  for (const std::string text :
       {"recoverable", "terminal", "all", "short", "eagain", "eintr", "zero", "short,eintr",
        "enospc", "short,close", "recoverable,efbig"}) {
    const FaultSet faults = ParseFaultSet(text).value();
    const SweepPlan plan = Plan({{.sizes = kFive, .nonblocking = true, .closes = true}},
                                {.faults = faults, .depth = 3, .everywhere = true});
    EXPECT_FALSE(plan.schedules.empty()) << text;
    for (Schedule schedule : plan.schedules) {
      if (!IsRecoverable(schedule)) {
        std::erase_if(schedule.steps,
                      [](const Step& step) { return step.fault == FaultKind::kShort; });
      }
      EXPECT_TRUE(Allows(faults, schedule)) << text << ": " << ToText(schedule);
    }
  }
}

// An unknown name is refused with the names that are known; so is an empty one.
TEST(ParseFaultSet, RefusesUnknownNames) {
  for (const std::string text : {"", "shorts", "short,", ",short", "short,,eio", "short eio"}) {
    const auto faults = ParseFaultSet(text);
    ASSERT_FALSE(faults.ok()) << text;
    EXPECT_EQ(faults.error().kind, ErrorKind::kUsage);
    EXPECT_NE(faults.error().message.find("recoverable"), std::string::npos);
  }
}

// A list mixes groups and names. An error that cannot pass is allowed only where it lasts.
TEST(ParseFaultSet, MixesGroupsAndNames) {
  const FaultSet mixed = ParseFaultSet("recoverable,enospc,close").value();
  EXPECT_TRUE(mixed.shorts && mixed.eagain && mixed.eintr && mixed.terminal.enospc &&
              mixed.terminal.close);
  EXPECT_FALSE(mixed.zero || mixed.terminal.eio || mixed.terminal.fsync);
  const auto allows = [&](const std::string& faults, const std::string& schedule) {
    return Allows(ParseFaultSet(faults).value(), ParseSchedule(schedule).value());
  };
  EXPECT_TRUE(allows("recoverable,enospc", "1:short=1 2:enospc"));
  EXPECT_FALSE(allows("enospc", "1:short=1 2:enospc"));
  EXPECT_FALSE(allows("enospc", "close:enospc"));
  EXPECT_TRUE(allows("close", "close:enospc"));
  EXPECT_TRUE(allows("terminal", "2-:epipe"));
  EXPECT_FALSE(allows("terminal", "2:epipe"));
  EXPECT_FALSE(allows("terminal", "2-3:efbig"));
}

// A control without any write call: nothing to sweep.
TEST(Sweep, NothingToSweep) {
  EXPECT_TRUE(Plan({}).schedules.empty());
  EXPECT_TRUE(Plan({{.sizes = {}}}).schedules.empty());
}

}  // namespace
}  // namespace shortwrite
