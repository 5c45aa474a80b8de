// A trial in a clone of a snapshot shows what a new start shows: the same calls get the same
// answers, the same bytes arrive, and the target ends in the same way.
//
// To search further: SHORTWRITE_AGREEMENT_SCHEDULES=1000 build/dev/snapshot_agreement_test
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/base/size_text.h"
#include "harness/campaign/sweep.h"
#include "harness/schedule/generators.h"
#include "harness/trial/same_trial.h"
#include "harness/trial/snapshot_runner.h"
#include "harness/writer/payload.h"
#include "tests/cli/fixture.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytes = 50'001;
constexpr uint64_t kSeed = 2;

uint32_t SchedulesPerFixture() {
  const char* const wanted = getenv("SHORTWRITE_AGREEMENT_SCHEDULES");
  return wanted == nullptr ? 48 : static_cast<uint32_t>(atoi(wanted));
}

bool IsUnderTracerAlone(const Fixture& fixture) {
  return fixture.Header("backend") == "syscall";
}

class SnapshotAgreement : public testing::TestWithParam<Fixture> {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNotTraceable();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    payload_ = ReadWhole(Payload::PositionCoded(kPayloadBytes)).value();
  }

  SnapshotRunner Runner(Backend backend, bool snapshots) const {
    TrialSettings settings;
    settings.target.command = GetParam().Command();
    const std::vector<std::string> options = GetParam().Options();
    for (size_t i = 0; i + 1 < options.size(); ++i) {
      if (options[i] != "--existing") continue;
      const uint64_t bytes = ParseSize(options[i + 1]).value();
      settings.existing = ReadWhole(Payload::Pattern("OLD CONTENT. ", bytes)).value();
    }
    Workspace workspace = Workspace::Create(1 << 20).value();
    EXPECT_TRUE(WriteFile(workspace.payload(), payload_).ok());
    ExecRunner exec = ExecRunner::Create(std::move(settings), std::move(workspace)).value();
    EXPECT_TRUE(exec.UseBackend(backend).ok());
    SnapshotRunner runner(std::move(exec), snapshots);
    return runner;
  }

  struct Trial {
    Schedule schedule;
    Observation observation;
  };

  // The reference: as many generated schedules, each run by a new start.
  std::vector<Trial> RunByExec(Backend backend, uint32_t schedules) const {
    SnapshotRunner exec = Runner(backend, false);
    const Observation control = exec.Run({}).value();
    exec.Calibrate(control);
    ScheduleBounds bounds;
    bounds.calls_max = static_cast<uint32_t>(control.calls.size()) + 1;
    bounds.terminal = true;
    const auto generator = ArbitrarySchedule(bounds);
    rc::Random random(kSeed);
    std::vector<Trial> trials;
    uint32_t stuck = 0;
    // Each of those that never end takes seconds until it is proved.
    for (uint32_t i = 0; i < schedules && stuck <= schedules / 100; ++i) {
      constexpr int kSize = 20;
      const Schedule schedule = generator(random.split(), kSize).value();
      if (!IsAffordable(schedule, kPayloadBytes)) continue;
      Observation observation = exec.Run({.schedule = schedule}).value();
      const auto ended = observation.end.kind;
      if (ended == TargetEnd::Kind::kExited || ended == TargetEnd::Kind::kSignaled) {
        trials.push_back({schedule, std::move(observation)});
      } else {
        ++stuck;
      }
    }
    return trials;
  }

  // Returns how many of the trials ran in clones.
  uint32_t Compare(Backend backend, uint32_t schedules) const {
    const std::vector<Trial> trials = RunByExec(backend, schedules);
    SnapshotRunner snapshot = Runner(backend, true);
    snapshot.Calibrate(snapshot.Run({}).value());
    for (const Trial& trial : trials) {
      SCOPED_TRACE("--schedule '" + ToText(trial.schedule) + "', " +
                   std::string(BackendName(backend)));
      const Result<Observation> cloned = snapshot.Run({.schedule = trial.schedule});
      EXPECT_EQ(cloned.ok() ? DescribeTrialDifference(trial.observation, cloned.value())
                            : cloned.error().message,
                "");
      if (HasFailure()) break;
    }
    EXPECT_FALSE(trials.empty());
    RecordProperty(std::string(BackendName(backend)), snapshot.why_not());
    return snapshot.served();
  }

  std::string payload_;
};

// Not those whose threads or processes come in any order: the same call number is then another
// call. Nor what needs a sink of its own.
std::vector<Fixture> WithFiles() {
  std::vector<Fixture> fixtures;
  for (const char* const kind : {"correct", "broken", "unseen"}) {
    for (Fixture& fixture : ReadFixtures(kind)) fixtures.push_back(std::move(fixture));
  }
  std::erase_if(fixtures, [](const Fixture& fixture) {
    return !fixture.WhyNotHere().empty() || fixture.Header("order") == "unsteady" ||
           fixture.Header("options").find("--sink") != std::string::npos;
  });
  return fixtures;
}
INSTANTIATE_TEST_SUITE_P(Fixtures, SnapshotAgreement, testing::ValuesIn(WithFiles()),
                         [](const auto& fixture) { return fixture.param.name; });

TEST_P(SnapshotAgreement, OfTracesAndBytes) {
  const uint32_t schedules = SchedulesPerFixture() / (GetParam().interpreter.empty() ? 1 : 8);
  uint32_t served = Compare(Backend::kSyscall, schedules / 2);
  if (!HasFailure() && !IsUnderTracerAlone(GetParam())) {
    served += Compare(Backend::kPreload, schedules / 2);
  }
  RecordProperty("served", static_cast<int>(served));
}

// Without fixtures the suite above would be empty, and green.
TEST(SnapshotAgreementFixtures, AreThere) {
  EXPECT_GE(WithFiles().size(), 40u);
}

}  // namespace
}  // namespace shortwrite
