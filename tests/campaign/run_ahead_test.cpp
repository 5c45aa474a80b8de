// Campaigns whose trials run in worker processes, over targets that need no process of their own.
#include "harness/campaign/run_ahead.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "harness/report/json_report.h"
#include "tests/campaign/simulated_target.h"
#include "tests/trial/guarded.h"

namespace shortwrite {
namespace {

using Make = std::function<std::unique_ptr<SimulatedTarget>()>;

struct Ran {
  std::string text;  // everything that people and machines are told
  CampaignResult result;
  size_t here = 0;  // runs of the main process
};

// in_worker: what it does there, where it differs.
Ran RunOver(const Make& make, uint32_t jobs, const Make& in_worker = {},
            const std::function<void(CampaignSettings&)>& set = {}) {
  const std::unique_ptr<SimulatedTarget> target = make();
  CampaignSettings settings = target->CampaignOver();
  settings.jobs = jobs;
  settings.trials_max = 300;
  settings.payload = TrialPayload{target->payload().size()};
  settings.payload_reference = MakePayload(*settings.payload);
  settings.may_resize = true;
  settings.other_payloads = {{20'001, PayloadText::kUtf8}};
  (void)target->UsePayload(*settings.payload_reference);
  settings.make_worker = [&, payload = *settings.payload_reference]() -> Result<WorkerSetup> {
    std::unique_ptr<SimulatedTarget> runner = in_worker ? in_worker() : make();
    (void)runner->UsePayload(payload);
    return WorkerSetup{std::move(runner), {}};
  };
  if (set) set(settings);
  Journal journal;
  Ran ran;
  ran.result = RunCampaign(*target, settings, journal).value();
  ran.here = target->schedules().size();
  for (const std::string& line : journal.lines()) ran.text += line + '\n';
  ReportContext context;
  context.replay_line = [](const Schedule& schedule, const std::optional<TrialPayload>&) {
    return ToText(schedule);
  };
  context.source_place = [](uint64_t) { return std::string(); };
  ran.text += CampaignJson(ran.result, 0, context);
  return ran;
}

Make Target(Mistake mistake, bool nonblocking = true) {
  return [=] {
    return std::make_unique<SimulatedTarget>(SimulatedTarget::Settings{
        .payload_bytes = 20'001, .mistake = mistake, .nonblocking = nonblocking});
  };
}

// Whatever becomes of the target, each word and number is the same for 1, 2 and 4 jobs; and of a
// correct target, nearly all trials ran elsewhere.
TEST(RunAhead, JobsShowInNothingButTheTime) {
  RunGuarded([] {
    for (const Mistake mistake : {Mistake::kNone, Mistake::kIgnoresCount, Mistake::kRetriesOnce,
                                  Mistake::kDropsAtEagain, Mistake::kGivesUp}) {
      const Ran alone = RunOver(Target(mistake), 1);
      for (const uint32_t jobs : {2u, 4u}) {
        const Ran beside = RunOver(Target(mistake), jobs);
        EXPECT_EQ(beside.text, alone.text)
            << jobs << " jobs, mistake " << static_cast<int>(mistake);
        if (mistake != Mistake::kNone) continue;
        EXPECT_EQ(beside.result.trials, 300u);
        EXPECT_LT(beside.here, 60u);
      }
    }
  });
}

// A mistake that shows late, after workers were started: found by one, told by the main process.
TEST(RunAhead, AFailureIsRunAgainHere) {
  RunGuarded([] {
    const Make make = [] {
      auto target = Target(Mistake::kNone, false)();
      SimulatedTarget* const raw = target.get();
      target->Intervene([raw](size_t, const TrialRequest& request, Observation observation) {
        if (request.schedule.steps.size() == 2 && observation.faults_delivered == 2) {
          observation.outputs[0].bytes = FileBytes::Of(raw->payload().substr(1));
        }
        return observation;
      });
      return target;
    };
    const Ran alone = RunOver(make, 1);
    ASSERT_EQ(alone.result.end, CampaignEnd::kCounterexample) << alone.result.reason;
    EXPECT_EQ(RunOver(make, 2).text, alone.text);
  });
}

// Trials of the main process have nobody beside them, whatever they are for.
TEST(RunAhead, TheMainProcessRunsAlone) {
  void* const page = mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  auto& elsewhere = *new (page) std::atomic<int>(0);
  RunGuarded([&] {
    const auto failing = [](bool in_worker, std::atomic<int>& counter) {
      auto target = Target(Mistake::kNone, false)();
      SimulatedTarget* const raw = target.get();
      target->Intervene([=, &counter](size_t, const TrialRequest&, Observation observation) {
        if (!in_worker) {
          EXPECT_EQ(counter.load(), 0) << "a trial runs elsewhere";
        } else {
          ++counter;
          // Long enough to be met by whoever does not wait for its end.
          std::atomic<int> spins = 0;
          while (++spins < 200'000) {
          }
          --counter;
        }
        // Late, and differently each time: a symptom of its own for every call that is hit.
        for (TracedCall& call : observation.calls) {
          call.caller_in_program = true;
          call.caller = call.number;
        }
        if (observation.faults_delivered == 2) {
          observation.outputs[0].bytes = FileBytes::Of(raw->payload().substr(1));
        }
        return observation;
      });
      return target;
    };
    const Ran ran = RunOver([&] { return failing(false, elsewhere); }, 3,
                            [&] { return failing(true, elsewhere); });
    EXPECT_EQ(ran.result.end, CampaignEnd::kCounterexample) << ran.result.reason;
    EXPECT_GE(ran.result.counterexamples.size(), 2u);
  });
  munmap(page, sizeof(std::atomic<int>));
}

// What fails beside other trials and not alone convicts nobody, and is no pass either.
TEST(RunAhead, WhatFailsElsewhereAloneIsUnsteady) {
  RunGuarded([] {
    const Make disturbed = [] {
      auto target = Target(Mistake::kNone, false)();
      target->Intervene([](size_t number, const TrialRequest&, Observation observation) {
        if (number == 5) observation.outputs[0].bytes = FileBytes::Of("short");
        return observation;
      });
      return target;
    };
    const Ran ran = RunOver(Target(Mistake::kNone, false), 2, disturbed);
    EXPECT_EQ(ran.result.end, CampaignEnd::kUnsteady);
    EXPECT_TRUE(ran.result.counterexamples.empty());
    EXPECT_NE(ran.result.reason.find("--jobs 1"), std::string::npos) << ran.result.reason;
    EXPECT_EQ(ran.text.find("finding"), std::string::npos);
  });
}

// Workers that die, that fail, that cannot begin, or whose control is not right: their trials run
// here, and the result is the same.
TEST(RunAhead, DoesWithoutWorkersThatFail) {
  RunGuarded([] {
    const Ran alone = RunOver(Target(Mistake::kNone), 1);
    const auto acting = [](size_t at, const std::function<Result<Observation>(Observation)>& act) {
      return Make([=] {
        auto target = Target(Mistake::kNone)();
        target->Intervene([=](size_t number, const TrialRequest&,
                              Observation observation) -> Result<Observation> {
          if (number == at) return act(std::move(observation));
          return observation;
        });
        return target;
      });
    };
    const auto dies = [](Observation observation) -> Result<Observation> {
      raise(SIGKILL);
      return observation;
    };
    const auto fails = [](Observation) -> Result<Observation> { return HarnessError("no room"); };
    const auto is_wrong = [](Observation observation) -> Result<Observation> {
      observation.outputs[0].bytes = FileBytes::Of("x");
      return observation;
    };
    for (const Make& in_worker : {acting(6, dies), acting(1, dies), acting(6, fails),
                                  acting(1, fails), acting(1, is_wrong)}) {
      const Ran ran = RunOver(Target(Mistake::kNone), 2, in_worker);
      EXPECT_EQ(ran.text, alone.text);
    }
  });
}

// A trial that kills whoever runs it is the harness's failure in the end, not a lost trial.
TEST(RunAhead, WhatFailsHereTooIsAnError) {
  RunGuarded([] {
    const Make make = [] {
      auto target = Target(Mistake::kNone)();
      target->Intervene(
          [](size_t, const TrialRequest& request, Observation observation) -> Result<Observation> {
            if (request.schedule.steps.size() > 1) return HarnessError("no more processes");
            return observation;
          });
      return target;
    };
    const std::unique_ptr<SimulatedTarget> target = make();
    CampaignSettings settings = target->CampaignOver();
    settings.jobs = 2;
    settings.make_worker = [&]() -> Result<WorkerSetup> { return WorkerSetup{make(), {}}; };
    CampaignListener silent;
    const auto result = RunCampaign(*target, settings, silent);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().message, "no more processes");
  });
}

// A budget counts what was taken, not what ran ahead.
TEST(RunAhead, ABudgetEndsItWhereItWould) {
  RunGuarded([] {
    for (const uint32_t trials : {17u, 31u, 100u}) {
      const auto budget = [=](CampaignSettings& settings) { settings.trials_max = trials; };
      const Ran alone = RunOver(Target(Mistake::kNone), 1, {}, budget);
      const Ran beside = RunOver(Target(Mistake::kNone), 3, {}, budget);
      EXPECT_EQ(beside.result.trials, trials);
      EXPECT_EQ(beside.text, alone.text);
    }
  });
}

// On a sink that keeps a pace of its own, trials beside each other would change what is seen.
TEST(RunAhead, LeavesSlowSinksAlone) {
  RunGuarded([] {
    const Ran ran = RunOver(Target(Mistake::kNone), 4, {},
                            [](CampaignSettings& settings) { settings.sink_is_plain = false; });
    EXPECT_EQ(ran.here, ran.result.trials + ran.result.controls);
  });
}

}  // namespace
}  // namespace shortwrite
