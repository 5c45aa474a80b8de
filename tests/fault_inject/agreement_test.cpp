// One schedule means the same under both backends: the same target gets the same answers at the
// same calls, writes the same bytes, and is judged alike.
//
// To search further: SHORTWRITE_AGREEMENT_SCHEDULES=1000 build/dev/agreement_test
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "harness/base/size_text.h"
#include "harness/campaign/evaluate.h"
#include "harness/campaign/sweep.h"
#include "harness/schedule/generators.h"
#include "harness/trial/exec_runner.h"
#include "harness/writer/payload.h"
#include "tests/cli/fixture.h"

namespace shortwrite {
namespace {

constexpr uint64_t kPayloadBytes = 130'001;
constexpr uint64_t kSeed = 1;
constexpr ProfileName kProfiles[] = {ProfileName::kPosix, ProfileName::kLinux,
                                     ProfileName::kHostile};

uint32_t SchedulesPerFixture() {
  const char* const wanted = getenv("SHORTWRITE_AGREEMENT_SCHEDULES");
  return wanted == nullptr ? 36 : static_cast<uint32_t>(atoi(wanted));
}

// What must be the same. The caller is not: a library sees who calls write(), a tracer only where
// the code around the system call proves it. Nor is the time, nor which number a process got.
struct ComparedCall {
  std::string call, sink, output, legal_under;
  uint64_t asked, movable, granted;
  int64_t result, position;
  uint32_t number, step, status_flags;
  int error, descriptor;
  bool handler, delivered, returned;
  bool operator==(const ComparedCall&) const = default;
};

void PrintTo(const ComparedCall& call, std::ostream* os) {
  *os << call.number << ' ' << call.call << '(' << call.descriptor << ") of " << call.asked << " ("
      << call.movable << " movable, " << call.granted << " granted) to " << call.output << " ["
      << call.sink << "] = " << call.result << ", errno " << call.error << ", at " << call.position
      << ", step " << call.step << (call.delivered ? ", delivered" : "")
      << (call.returned ? "" : ", not returned") << ' ' << call.legal_under;
}

std::vector<ComparedCall> Compared(const Observation& observation) {
  std::vector<ComparedCall> calls;
  for (const TracedCall& call : observation.calls) {
    calls.push_back({std::string(call.call), std::string(call.sink),
                     observation.touched.at(call.output).final_name, std::string(call.legal_under),
                     call.asked, call.movable, call.granted, call.result, call.position,
                     call.number, call.step, call.status_flags, call.error, call.descriptor,
                     call.handler_can_interrupt, call.delivered, call.returned});
  }
  return calls;
}

std::vector<std::pair<std::string, std::string>> Outputs(const Observation& observation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  for (const OutputFile& output : observation.outputs) {
    outputs.emplace_back(output.name, output.bytes.view());
  }
  return outputs;
}

// Calls and bytes are compared where the target decided when it ended, and not our clock.
bool EndedByItself(const Observation& observation) {
  return observation.end.kind == TargetEnd::Kind::kExited ||
         observation.end.kind == TargetEnd::Kind::kSignaled;
}

bool IsSlow(const Observation& observation) {
  return observation.end.kind == TargetEnd::Kind::kSlow;
}

class Agreement : public testing::TestWithParam<Fixture> {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNotTraceable();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    payload_ = ReadWhole(Payload::PositionCoded(kPayloadBytes)).value();
  }

  ExecRunner Runner(ProfileName profile) const {
    TrialSettings settings;
    settings.target.command = GetParam().Command();
    settings.profile = profile;
    const std::vector<std::string> options = GetParam().Options();
    for (size_t i = 0; i + 1 < options.size(); ++i) {
      if (options[i] != "--existing") continue;
      const uint64_t bytes = ParseSize(options[i + 1]).value();
      settings.existing = ReadWhole(Payload::Pattern("OLD CONTENT. ", bytes)).value();
    }
    Workspace workspace = Workspace::Create(1 << 20).value();
    EXPECT_TRUE(WriteFile(workspace.payload(), payload_).ok());
    return ExecRunner::Create(std::move(settings), std::move(workspace)).value();
  }

  static Observation Run(ExecRunner& runner, Backend backend, const TrialRequest& request) {
    EXPECT_TRUE(runner.UseBackend(backend).ok());
    return runner.Run(request).value();
  }

  Verdict VerdictOf(const Observation& control, const Observation& observation,
                    const Schedule& schedule) const {
    CampaignReference reference;
    reference.control = control;
    reference.payload = payload_;
    reference.payload_is_reference = true;
    reference.main_output = ExecRunner::kOutName;
    return Judge(reference.View(), DescribeBehaviour(observation, schedule), Contract::kTransparent)
        .verdict;
  }

  void ExpectSame(const Observation& preload, const Observation& syscall) const {
    EXPECT_EQ(ToText(preload.end), ToText(syscall.end));
    EXPECT_EQ(preload.attached, syscall.attached);
    if (!EndedByItself(preload)) return;
    EXPECT_EQ(Outputs(preload) == Outputs(syscall), true) << "other bytes";
    EXPECT_EQ(preload.diagnostics, syscall.diagnostics);
    EXPECT_EQ(preload.faults_delivered, syscall.faults_delivered);
    EXPECT_EQ(Compared(preload), Compared(syscall));
  }

  std::string payload_;
};

// Not those whose threads or processes come in any order: the same call number is then another
// call. Nor what needs a sink of its own, nor a JVM's programs: its own threads hold descriptors
// meanwhile, and the output's number follows from theirs.
std::vector<Fixture> SeenByBoth() {
  std::vector<Fixture> fixtures = ReadFixtures("correct");
  for (Fixture& fixture : ReadFixtures("broken")) fixtures.push_back(std::move(fixture));
  std::erase_if(fixtures, [](const Fixture& fixture) {
    return !fixture.WhyNotHere().empty() || fixture.Header("order") == "unsteady" ||
           fixture.Header("backend") == "syscall" || fixture.interpreter == "java" ||
           fixture.Header("options").find("--sink") != std::string::npos;
  });
  return fixtures;
}
INSTANTIATE_TEST_SUITE_P(Fixtures, Agreement, testing::ValuesIn(SeenByBoth()),
                         [](const auto& fixture) { return fixture.param.name; });

TEST_P(Agreement, OfTracesBytesAndVerdicts) {
  // An interpreter's start takes longer than a whole C writer.
  const uint32_t schedules = SchedulesPerFixture() / (GetParam().interpreter.empty() ? 1 : 12);
  const size_t profiles = GetParam().interpreter.empty() ? std::size(kProfiles) : 1;
  uint32_t delivered = 0;
  uint32_t compared = 0;
  uint32_t stuck = 0;
  for (size_t p = 0; p < profiles; ++p) {
    const ProfileName profile = kProfiles[p];
    // One runner, so that the target is told the same paths.
    ExecRunner runner = Runner(profile);
    const Observation control = Run(runner, Backend::kPreload, {});
    ExpectSame(control, Run(runner, Backend::kSyscall, {}));
    runner.Calibrate(control);
    ScheduleBounds bounds;
    bounds.calls_max = static_cast<uint32_t>(control.calls.size()) + 1;
    bounds.terminal = true;
    bounds.hostile = profile == ProfileName::kHostile;
    const auto generator = ArbitrarySchedule(bounds);
    rc::Random random(kSeed + static_cast<uint64_t>(profile));
    for (uint32_t i = 0; i < schedules / profiles && stuck <= schedules / 100; ++i) {
      constexpr int kSize = 20;
      const Schedule schedule = generator(random.split(), kSize).value();
      if (!IsAffordable(schedule, kPayloadBytes)) continue;
      SCOPED_TRACE("--schedule '" + ToText(schedule) + "' in profile " +
                   std::to_string(static_cast<int>(profile)));
      const TrialRequest request = {.schedule = schedule, .full_trace = i % 2 == 0};
      const Observation seen = Run(runner, Backend::kPreload, request);
      const Observation traced = Run(runner, Backend::kSyscall, request);
      // A tracer is slower: what our clock ended, on a busy machine, says nothing about either.
      if (IsSlow(seen) || IsSlow(traced)) {
        ++stuck;
        continue;
      }
      ExpectSame(seen, traced);
      EXPECT_EQ(VerdictText(VerdictOf(control, seen, schedule)),
                VerdictText(VerdictOf(control, traced, schedule)));
      delivered += seen.faults_delivered;
      ++compared;
      // Each of these takes seconds until it is proved.
      if (!EndedByItself(seen)) ++stuck;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(delivered, 0u);
  EXPECT_GT(compared, stuck);
  RecordProperty("compared", static_cast<int>(compared));
  RecordProperty("delivered", static_cast<int>(delivered));
}

// Without fixtures the suite above would be empty, and green.
TEST(AgreementFixtures, AreThere) {
  EXPECT_GE(SeenByBoth().size(), 35u);
}

}  // namespace
}  // namespace shortwrite
