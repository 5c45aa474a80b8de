#include "harness/campaign/control.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

// Changes what run `number` shows; 0: every run.
template <typename Change>
void ChangeRun(SimulatedTarget& target, size_t number, const Change& change) {
  target.Intervene([=](size_t run, const TrialRequest&, Observation observation) {
    if (number == 0 || run == number) change(observation);
    return observation;
  });
}

ControlOutcome Controls(SimulatedTarget& target, uint32_t runs = 2) {
  return RunControls(target, target.CampaignOver(), runs).value();
}

void ExpectEnd(const ControlOutcome& outcome, CampaignEnd end, const std::string& reason) {
  ASSERT_TRUE(outcome.end.has_value());
  EXPECT_EQ(*outcome.end, end);
  EXPECT_NE(outcome.reason.find(reason), std::string::npos) << outcome.reason;
}

// A target that copies gives a reference, the figures of its control, and calibrates the runner.
TEST(Control, GoodControlsGiveAReference) {
  SimulatedTarget target({});
  const ControlOutcome outcome = Controls(target);
  EXPECT_FALSE(outcome.end.has_value()) << outcome.reason;
  EXPECT_EQ(outcome.controls, 2u);
  EXPECT_EQ(outcome.write_calls, 3u);
  EXPECT_EQ(outcome.output_bytes, target.payload().size());
  EXPECT_EQ(outcome.reference.View().outputs.at(0).bytes, target.payload());
  EXPECT_TRUE(outcome.notes.empty());
  EXPECT_EQ(target.calibrations(), 1u);
}

// Any end but exit 0 fails the control, with the target's last words.
TEST(Control, MustEndWell) {
  const TargetEnd ends[] = {{TargetEnd::Kind::kExited, 1},  {TargetEnd::Kind::kSignaled, 6},
                            {TargetEnd::Kind::kHung, 0},    {TargetEnd::Kind::kSpun, 0},
                            {TargetEnd::Kind::kRunaway, 0}, {TargetEnd::Kind::kSlow, 0}};
  for (const TargetEnd& end : ends) {
    SimulatedTarget target({});
    ChangeRun(target, 0, [=](Observation& observation) {
      observation.end = end;
      observation.diagnostics = "first\nlast words\n";
    });
    const ControlOutcome outcome = Controls(target);
    ExpectEnd(outcome, CampaignEnd::kControlFailed, ToText(end));
    EXPECT_NE(outcome.reason.find("last words"), std::string::npos) << outcome.reason;
    EXPECT_EQ(target.calibrations(), 0u);
  }
}

// Wrong bytes without any fault: the control fails, and the remedy is named.
TEST(Control, MustCopyThePayload) {
  SimulatedTarget target({});
  ChangeRun(target, 0, [](Observation& observation) {
    observation.outputs[0].bytes =
        FileBytes::Of(std::string(observation.outputs[0].bytes.view()).replace(5, 1, 1, '\0'));
  });
  ExpectEnd(Controls(target), CampaignEnd::kControlFailed, "--reference control");
}

// Two controls that differ, in bytes or in their end, judge nobody.
TEST(Control, MustBeSteady) {
  SimulatedTarget differs({});
  ChangeRun(differs, 2, [](Observation& observation) {
    observation.outputs[0].bytes = FileBytes::Of("another time");
  });
  ExpectEnd(Controls(differs), CampaignEnd::kControlFailed, "two controls differ");

  SimulatedTarget ends({});
  ChangeRun(ends, 2, [](Observation& observation) {
    observation.end = {TargetEnd::Kind::kExited, 9};
  });
  ExpectEnd(Controls(ends), CampaignEnd::kControlFailed, "the second ended with exit status 9");
}

// Another sequence of calls with the same bytes is worth a note, no more.
TEST(Control, OtherCallsAreNoted) {
  SimulatedTarget target({});
  ChangeRun(target, 2, [](Observation& observation) { observation.calls[1].asked = 17; });
  const ControlOutcome outcome = Controls(target);
  EXPECT_FALSE(outcome.end.has_value());
  ASSERT_EQ(outcome.notes.size(), 1u);
  EXPECT_NE(outcome.notes[0].find("then write of 17"), std::string::npos) << outcome.notes[0];
}

// Not loaded, another version, too many outputs, unseen bytes, no call at all: each is vacuous with
// its reason. That is said even where the bytes are wrong too.
TEST(Control, WhatIsNotSeenIsVacuous) {
  const auto expect = [](auto change, const std::string& reason) {
    SimulatedTarget target({});
    ChangeRun(target, 0, change);
    ExpectEnd(Controls(target), CampaignEnd::kVacuous, reason);
  };
  expect([](Observation& o) { o.attached = 0; }, "not loaded");
  expect([](Observation& o) { o.version_mismatches = 1; }, "another version");
  expect([](Observation& o) { o.outputs_dropped = 1; }, "too many to follow");
  expect([](Observation& o) { o.calls.erase(o.calls.begin()); }, "4096 of 10007 bytes of out");
  expect(
      [](Observation& o) {
        o.calls.clear();
        o.outputs.clear();
      },
      "wrote nothing");
  expect(
      [](Observation& o) {
        o.calls.clear();
        o.outputs[0].bytes = FileBytes::Of("wrong and unseen");
      },
      "16 of 16 bytes of out");
}

// What is known of the program replaces the guess, and what forbids the other backend is added.
TEST(Control, KnownReasonIsGiven) {
  SimulatedTarget target({.no_syscall_backend = "ptrace is not permitted: the remedy"});
  ChangeRun(target, 0, [](Observation& observation) { observation.attached = 0; });
  CampaignSettings settings = target.CampaignOver();
  settings.why_unseen = "it is statically linked";
  const ControlOutcome outcome = RunControls(target, settings, 2).value();
  ExpectEnd(outcome, CampaignEnd::kVacuous, "it is statically linked");
  ExpectEnd(outcome, CampaignEnd::kVacuous, "the remedy");
  EXPECT_EQ(outcome.backend.backend, Backend::kPreload);
}

// What the preload library does not see, or a target that does not bear it, is handed on to the
// tracer; the reason is kept, the controls of both are counted.
TEST(Control, ShortcomingsOfPreloadChangeTheBackend) {
  SimulatedTarget unseen({.hides_from_preload = true});
  const ControlOutcome seen = Controls(unseen);
  EXPECT_FALSE(seen.end.has_value()) << seen.reason;
  EXPECT_EQ(seen.backend.backend, Backend::kSyscall);
  EXPECT_NE(seen.backend.reason.find("preload fell short: 10007 of 10007 bytes"), std::string::npos)
      << seen.backend.reason;
  EXPECT_EQ(seen.controls, 3u);
  EXPECT_EQ(seen.write_calls, 3u);

  SimulatedTarget refuses({});
  ChangeRun(refuses, 1, [](Observation& observation) {
    observation.end = {TargetEnd::Kind::kExited, 1};
    observation.diagnostics = "I will not be preloaded into\n";
  });
  const ControlOutcome borne = Controls(refuses);
  EXPECT_FALSE(borne.end.has_value()) << borne.reason;
  EXPECT_EQ(borne.backend.backend, Backend::kSyscall);
  EXPECT_NE(borne.backend.reason.find("I will not be"), std::string::npos) << borne.backend.reason;
}

// A backend that was asked for is not changed, nor is one with which there is nothing wrong.
TEST(Control, TheBackendIsChangedForAReasonOnly) {
  SimulatedTarget unseen({.hides_from_preload = true});
  CampaignSettings settings = unseen.CampaignOver();
  settings.may_change_backend = false;
  const ControlOutcome asked_for = RunControls(unseen, settings, 2).value();
  ExpectEnd(asked_for, CampaignEnd::kVacuous, "the preload library cannot see");
  EXPECT_EQ(asked_for.backend.backend, Backend::kPreload);

  SimulatedTarget unsteady({});
  ChangeRun(unsteady, 2, [](Observation& observation) {
    observation.outputs[0].bytes = FileBytes::Of("another time");
  });
  const ControlOutcome differs = Controls(unsteady);
  ExpectEnd(differs, CampaignEnd::kControlFailed, "two controls differ");
  EXPECT_EQ(differs.backend.backend, Backend::kPreload);

  SimulatedTarget silent({});
  ChangeRun(silent, 0, [](Observation& observation) {
    observation.calls.clear();
    observation.outputs.clear();
  });
  EXPECT_EQ(Controls(silent).backend.backend, Backend::kPreload);
}

// A trace that overflows is the harness's failure.
TEST(Control, OverflownTraceIsAnError) {
  SimulatedTarget target({});
  ChangeRun(target, 1, [](Observation& observation) { observation.trace_dropped = 1; });
  const auto outcome = RunControls(target, target.CampaignOver(), 2);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kHarness);
}

// With content beforehand. The target below sees it if the request says so.
class ExistingContent : public testing::Test {
 protected:
  ExistingContent() : settings_(target_.CampaignOver()) { settings_.existing = kOld; }

  // Makes of (payload, with_existing) what the target leaves.
  template <typename Leave>
  ControlOutcome Run(const Leave& leave) {
    target_.Intervene([=](size_t, const TrialRequest& request, Observation observation) {
      leave(observation, request.with_existing);
      return observation;
    });
    return RunControls(target_, settings_, 2).value();
  }

  static void Replace(Observation& observation, std::string bytes) {
    observation.outputs[0].bytes = FileBytes::Of(std::move(bytes));
  }

  const std::string kOld = "OLD CONTENT, OLD CONTENT, OLD CONTENT";
  SimulatedTarget target_{{.payload_bytes = 20}};
  CampaignSettings settings_;
};

// A correct target truncates: no finding, with either reference.
TEST_F(ExistingContent, IsReplaced) {
  const auto nothing = [](Observation&, bool) {};
  EXPECT_FALSE(Run(nothing).fails_alone.has_value());
  settings_.payload_reference.reset();
  const ControlOutcome outcome = Run(nothing);
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_FALSE(outcome.end.has_value()) << outcome.reason;
}

// A stale tail convicts without any fault, with either reference.
TEST_F(ExistingContent, StaleTailIsFound) {
  const auto overwrite = [&](Observation& observation, bool existing) {
    if (existing) Replace(observation, target_.payload() + kOld.substr(20));
  };
  const ControlOutcome against_payload = Run(overwrite);
  ASSERT_TRUE(against_payload.fails_alone.has_value());
  EXPECT_FALSE(against_payload.end.has_value());
  EXPECT_EQ(against_payload.reference.View().existing, kOld);
  settings_.payload_reference.reset();
  EXPECT_TRUE(Run(overwrite).fails_alone.has_value());
}

// A target that appends keeps what was there by right, where the control is the reference.
TEST_F(ExistingContent, AppendingIsNoFinding) {
  settings_.payload_reference.reset();
  const ControlOutcome outcome = Run([&](Observation& observation, bool existing) {
    if (!existing) return;
    Replace(observation, kOld + target_.payload());
    observation.calls[0].position = static_cast<int64_t>(kOld.size());
  });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_FALSE(outcome.end.has_value()) << outcome.reason;
}

// A target that fails without the file cannot be compared with itself: the run with it is the
// control.
TEST_F(ExistingContent, MayBeNeeded) {
  settings_.payload_reference.reset();
  const ControlOutcome outcome = Run([](Observation& observation, bool existing) {
    if (!existing) observation.end = {TargetEnd::Kind::kExited, 1};
  });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_FALSE(outcome.end.has_value()) << outcome.reason;
}

// An output that differs from run to run is not the doing of what was there.
TEST_F(ExistingContent, UnsteadyOutputConvictsNobody) {
  settings_.payload_reference.reset();
  int run = 0;
  const ControlOutcome outcome = Run([&](Observation& observation, bool) {
    Replace(observation, "now: " + std::to_string(++run));
  });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  ExpectEnd(outcome, CampaignEnd::kControlFailed, "two controls differ");
}

// O_EXCL is within its rights: non-zero exit, and the content as it was. Once the content is
// touched, the failure is a finding.
TEST_F(ExistingContent, RefusalConvictsNobody) {
  const auto refuses_leaving = [&](const std::string& left) {
    return Run([=](Observation& observation, bool existing) {
      if (!existing) return;
      observation.end = {TargetEnd::Kind::kExited, 1};
      Replace(observation, left);
    });
  };
  const ControlOutcome refused = refuses_leaving(kOld);
  EXPECT_FALSE(refused.fails_alone.has_value());
  EXPECT_EQ(refused.end, CampaignEnd::kControlFailed);
  EXPECT_NE(refused.reason.find("leave out --existing"), std::string::npos) << refused.reason;
  EXPECT_TRUE(refuses_leaving(kOld.substr(1)).fails_alone.has_value());
}

// Still at work at the deadline with the old content: that proves nothing against the target.
TEST_F(ExistingContent, DeadlineConvictsNobody) {
  const ControlOutcome outcome = Run([](Observation& observation, bool existing) {
    if (existing) observation.end = {TargetEnd::Kind::kSlow, 0};
  });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  ExpectEnd(outcome, CampaignEnd::kControlFailed, "still at work at the deadline");
}

}  // namespace
}  // namespace shortwrite
