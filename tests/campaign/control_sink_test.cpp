// Controls on a sink that may fail a target by itself: what arrived there is no reference, and who
// loses bytes there loses them without any fault.
#include <gtest/gtest.h>

#include <string>

#include "harness/campaign/control.h"
#include "tests/campaign/simulated_target.h"

namespace shortwrite {
namespace {

class StrainedSink : public testing::Test {
 protected:
  StrainedSink() : settings_(target_.CampaignOver()) { settings_.sink_is_plain = false; }

  // strain makes of a run what the sink makes of it; number counts strained runs from 1.
  template <typename Strain>
  ControlOutcome Run(const Strain& strain) {
    strained_ = plain_ = 0;
    target_.Intervene([this, strain](size_t, const TrialRequest& request, Observation observation) {
      observation.outputs[0].stream = true;
      if (request.plain_sink) {
        ++plain_;
      } else {
        strain(observation, ++strained_);
      }
      return observation;
    });
    return RunControls(target_, settings_, 2).value();
  }

  static void Cut(Observation& observation, size_t bytes) {
    const std::string all(observation.outputs[0].bytes.view());
    observation.outputs[0].bytes = FileBytes::Of(all.substr(0, bytes));
    observation.calls[0].result = static_cast<int64_t>(bytes);
  }

  SimulatedTarget target_{{.payload_bytes = 20}};
  CampaignSettings settings_;
  int strained_ = 0;
  int plain_ = 0;
};

// A right control on the sink is the control; with the payload as the reference nothing else needs
// to be asked.
TEST_F(StrainedSink, ARightControlIsTheControl) {
  const ControlOutcome outcome = Run([](Observation&, int) {});
  EXPECT_FALSE(outcome.end.has_value()) << outcome.reason;
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_EQ(plain_, 0);
  EXPECT_EQ(outcome.controls, 2u);
}

// What is lost on the sink alone, time and again, is a finding without a fault.
TEST_F(StrainedSink, ALossThereIsFound) {
  const ControlOutcome outcome = Run([](Observation& observation, int) { Cut(observation, 5); });
  ASSERT_TRUE(outcome.fails_alone.has_value()) << outcome.reason;
  EXPECT_EQ(outcome.fails_alone->outputs[0].bytes.size(), 5u);
  EXPECT_NE(outcome.fails_alone_under.find("sink"), std::string::npos);
  EXPECT_EQ(strained_, 3) << "confirmed 3 of 3";
}

// The same where the control is the reference: the lossy one must not become it.
TEST_F(StrainedSink, ALossyControlIsNoReference) {
  settings_.payload_reference.reset();
  const ControlOutcome outcome = Run([](Observation& observation, int) { Cut(observation, 5); });
  ASSERT_TRUE(outcome.fails_alone.has_value()) << outcome.reason;
  EXPECT_EQ(outcome.reference.View().outputs.at(0).bytes, target_.payload());
}

// Equal on both sinks: the strained run stays the control, for its calls are what is swept.
TEST_F(StrainedSink, AnEqualControlIsTheControl) {
  settings_.payload_reference.reset();
  const ControlOutcome outcome =
      Run([](Observation& observation, int) { observation.calls[0].status_flags = 12345; });
  EXPECT_FALSE(outcome.end.has_value()) << outcome.reason;
  EXPECT_EQ(plain_, 1);
  EXPECT_EQ(outcome.reference.control.calls.at(0).status_flags, 12345u);
}

// Once is not enough: the reader's pace is never the same twice.
TEST_F(StrainedSink, AnUnsteadyLossConvictsNobody) {
  const ControlOutcome outcome = Run([](Observation& observation, int number) {
    if (number < 3) Cut(observation, 5);
  });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_EQ(outcome.end, CampaignEnd::kUnsteady);
}

// Wrong on a plain sink as well: not the sink's doing.
TEST_F(StrainedSink, AWrongTargetIsNotTheSinksDoing) {
  settings_.payload_reference = "something else";
  const ControlOutcome outcome = Run([](Observation& observation, int) { Cut(observation, 5); });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_EQ(outcome.end, CampaignEnd::kControlFailed);
}

// An output that differs from run to run is not the sink's doing either.
TEST_F(StrainedSink, UnsteadyOutputConvictsNobody) {
  settings_.payload_reference.reset();
  int run = 0;
  target_.Intervene([&](size_t, const TrialRequest&, Observation observation) {
    observation.outputs[0].bytes = FileBytes::Of("now: " + std::to_string(++run));
    return observation;
  });
  const ControlOutcome outcome = RunControls(target_, settings_, 2).value();
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_EQ(outcome.end, CampaignEnd::kControlFailed);
  EXPECT_NE(outcome.reason.find("two controls differ"), std::string::npos) << outcome.reason;
}

// Still at work at the deadline proves nothing.
TEST_F(StrainedSink, DeadlineConvictsNobody) {
  const ControlOutcome outcome = Run([](Observation& observation, int) {
    observation.end = {TargetEnd::Kind::kSlow, 0};
  });
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_EQ(outcome.end, CampaignEnd::kControlFailed);
}

// A clean refusal that keeps a prefix is right under the honest contract: no finding, and no
// reference to judge faults by.
TEST_F(StrainedSink, AnHonestRefusalConvictsNobody) {
  const auto refuse = [](Observation& observation, int) {
    Cut(observation, 5);
    observation.end = {TargetEnd::Kind::kExited, 1};
  };
  EXPECT_TRUE(Run(refuse).fails_alone.has_value());
  settings_.judge.contract = Contract::kHonest;
  const ControlOutcome outcome = Run(refuse);
  EXPECT_FALSE(outcome.fails_alone.has_value());
  EXPECT_EQ(outcome.end, CampaignEnd::kControlFailed);
  EXPECT_NE(outcome.reason.find("plain sink"), std::string::npos) << outcome.reason;
}

// A target that writes elsewhere says nothing about the sink that was asked for.
TEST_F(StrainedSink, AnUnusedSinkIsVacuous) {
  settings_.payload_reference.reset();
  target_.Intervene([](size_t, const TrialRequest&, Observation observation) {
    observation.outputs.push_back({"stdout", {}, true, true});
    return observation;
  });
  const ControlOutcome outcome = RunControls(target_, settings_, 2).value();
  EXPECT_EQ(outcome.end, CampaignEnd::kVacuous);
  EXPECT_NE(outcome.reason.find("wrote nothing to the sink"), std::string::npos) << outcome.reason;
}

// The campaign tells it as a counterexample with an empty schedule, and sweeps nothing.
TEST_F(StrainedSink, TheFindingIsACounterexample) {
  target_.Intervene([](size_t, const TrialRequest& request, Observation observation) {
    observation.outputs[0].stream = true;
    if (!request.plain_sink) Cut(observation, 5);
    return observation;
  });
  Journal journal;
  const CampaignResult result = RunCampaign(target_, settings_, journal).value();
  EXPECT_EQ(result.end, CampaignEnd::kCounterexample);
  ASSERT_EQ(result.counterexamples.size(), 1u);
  EXPECT_TRUE(result.counterexamples[0].minimal.empty());
  EXPECT_EQ(result.counterexamples[0].judgement.verdict, Verdict::kCorrupted);
  EXPECT_EQ(result.counterexamples[0].confirmed, kConfirmations);
  EXPECT_NE(result.counterexamples[0].without_fault, "");
  EXPECT_EQ(result.trials, 0u);
}

}  // namespace
}  // namespace shortwrite
