// The built program over the writers with a planted mistake: the class that it names is the one
// that the writer's header states, and the place that it points to is in the writer's source.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "tests/cli/fixture.h"
#include "tests/cli/harness_process.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

class DiagnosisAtWork : public testing::Test {
 protected:
  // Under the header's own schedule.
  Json Replay(const Fixture& fixture, const std::string& backend = "auto") const {
    std::vector<std::string> arguments = {"replay",
                                          "--json",
                                          "--quiet",
                                          "--backend",
                                          backend,
                                          "--schedule",
                                          fixture.Header("schedule")};
    const auto append = [&](const std::vector<std::string>& words) {
      arguments.insert(arguments.end(), words.begin(), words.end());
    };
    append(fixture.Options());
    append({"--"});
    append(fixture.Command());
    return RunShortwrite(directory_, std::move(arguments)).Last();
  }

  static Fixture Named(const std::string& name) {
    for (const Fixture& fixture : ReadFixtures("broken")) {
      if (fixture.name == name) return fixture;
    }
    ADD_FAILURE() << "no fixture " << name;
    return {};
  }

  TemporaryDirectory directory_;
};

// What two classes do may be the same to the last byte: then the header's must be among those
// named, and for most it is the first. Those for which it is not stand in the log.
TEST_F(DiagnosisAtWork, NamesTheClassOfEachMistake) {
  size_t total = 0;
  size_t equal = 0;
  size_t named = 0;
  for (const Fixture& fixture : ReadFixtures("broken")) {
    const std::string why_not = fixture.WhyNotHere();
    if (!why_not.empty()) {
      std::cout << fixture.name << " left out: " << why_not << '\n';
      continue;
    }
    const Json result = Replay(fixture);
    ASSERT_TRUE(result.is_object()) << fixture.name;
    const std::string stated = fixture.Header("class");
    const std::vector<std::string> candidates = result["class_candidates"];
    ++total;
    if (result["class"] == stated) ++equal;
    if (std::count(candidates.begin(), candidates.end(), stated) > 0) ++named;
    if (result["class"] == stated) continue;
    std::cout << stated << " stated by " << fixture.name << ", named " << result["class_candidates"]
              << ": " << result["mechanism"] << '\n';
  }
  std::cout << equal << " of " << total << " named as stated, " << named
            << " have the stated class among those that look the same\n";
  EXPECT_GE(named * 100, total * 95);
  EXPECT_GE(equal * 100, total * 85);
}

// One class and one place, whichever backend looked. Without debug information the place is an
// offset in the program.
TEST_F(DiagnosisAtWork, IsTheSameFromBothBackends) {
  for (const std::string name :
       {"single_call_count_ignored", "wrong_side_of_split_vector", "sendfile_once",
        "positional_offset_not_advanced", "whole_buffer_resent"}) {
    const Fixture fixture = Named(name);
    const Json inside = Replay(fixture, "preload");
    const Json outside = Replay(fixture, "syscall");
    if (!outside.contains("class")) GTEST_SKIP() << outside["reason"];
    EXPECT_EQ(inside["class"], fixture.Header("class"));
    EXPECT_EQ(outside["class"], inside["class"]);
    EXPECT_EQ(outside["mechanism"], inside["mechanism"]);
    const std::string place = inside["call_site"];
    EXPECT_TRUE(place.starts_with(name + ".c") || place.starts_with(name + "+0x")) << place;
    EXPECT_EQ(outside["call_site"], place) << name;
  }
}

}  // namespace
}  // namespace shortwrite
