// Which of several sources an option's value comes from, and how errors name it.
#include "harness/cli/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/cli/options.h"
#include "harness/cli/worst_status.h"

namespace shortwrite {
namespace {

TEST(Settings, WhatIsGivenStays) {
  LayeredOptions options;
  options.given = {"seed"};
  ApplySetting(options, "seed", "7", "f:1:1");
  EXPECT_EQ(options.raw.seed, "1");
  ApplySetting(options, "trials", "9", "f:2:1");
  ApplySetting(options, "trials", "10", "g:2:1");
  EXPECT_EQ(options.raw.trials, "9");
  EXPECT_EQ(options.origins.at("trials"), "f:2:1");
}

TEST(Settings, EnvironmentGoesInBetween) {
  ASSERT_EQ(setenv("SHORTWRITE_JOBS", "3", 1), 0);
  ASSERT_EQ(setenv("SHORTWRITE_PROFILE", "", 1), 0);
  LayeredOptions options;
  ApplyEnvironment(options);
  ApplySetting(options, "jobs", "4", "f:1:1");
  ApplySetting(options, "profile", "linux", "f:2:1");
  EXPECT_EQ(options.raw.jobs, "3");
  EXPECT_EQ(options.raw.target.profile, "linux");
  EXPECT_EQ(options.origins.at("jobs"), "SHORTWRITE_JOBS");
  unsetenv("SHORTWRITE_JOBS");
  unsetenv("SHORTWRITE_PROFILE");
}

TEST(Settings, ErrorsNameTheirPlace) {
  const Origins origins = {{"trials", "f:3:4"}};
  EXPECT_EQ(AtOrigin(UsageError("--trials: 'x' is not"), origins).message,
            "f:3:4: trials: 'x' is not");
  EXPECT_EQ(AtOrigin(UsageError("--trials x: no"), origins).message, "f:3:4: trials x: no");
  EXPECT_EQ(AtOrigin(UsageError("--trial: no"), origins).message, "--trial: no");
  EXPECT_EQ(AtOrigin(UsageError("no --trials: x"), origins).message, "no --trials: x");
}

// Every key that a project file may have is one that can be applied.
TEST(Settings, EveryKeyOfTheFileIsAnOption) {
  const auto file = ParseProject(
      "[targets.a]\ncommand = ['x']\nbackend = 'v'\nbytes = 'v'\ncontract = 'v'\ncorpus = 'v'\n"
      "depth = 'v'\nexisting = 'v'\nfaults = 'v'\njobs = 'v'\njudge = 'v'\nprofile = 'v'\n"
      "payload = 'v'\nreference = 'v'\nseed = 'v'\nsnapshot = 'v'\nstdin = 'v'\ntext = 'v'\n"
      "time = 'v'\ntimeout = 'v'\ntrials = 'v'\n",
      "f");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file.value().targets[0].values.size(), 19u);
  LayeredOptions options;
  for (const auto& [name, value] : file.value().targets[0].values) {
    ApplySetting(options, name, value.text, "f");
  }
  EXPECT_EQ(options.raw.target.standard_input, "v");
  EXPECT_EQ(options.raw.corpus, "v");
}

TEST(Worse, HasItsOrder) {
  constexpr ExitStatus kWorstFirst[] = {ExitStatus::kCounterexample, ExitStatus::kHarnessFailed,
                                        ExitStatus::kControlFailed,  ExitStatus::kVacuous,
                                        ExitStatus::kStopped,        ExitStatus::kUnavailable,
                                        ExitStatus::kSurvived};
  for (size_t i = 0; i < std::size(kWorstFirst); ++i) {
    for (size_t j = i; j < std::size(kWorstFirst); ++j) {
      EXPECT_EQ(Worse(kWorstFirst[i], kWorstFirst[j]), kWorstFirst[i]);
      EXPECT_EQ(Worse(kWorstFirst[j], kWorstFirst[i]), kWorstFirst[i]);
    }
  }
}

}  // namespace
}  // namespace shortwrite
