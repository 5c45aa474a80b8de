#include "harness/campaign/coverage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace shortwrite {
namespace {

struct Seen {
  int64_t position;
  int64_t result;
};

struct Case {
  const char* name;
  std::string bytes;
  std::vector<Seen> calls;
  uint64_t unseen_bytes;
  std::string existing = "";
};

void PrintTo(const Case& c, std::ostream* os) {
  *os << c.name;
}

TracedCall CallAt(uint32_t output, const Seen& seen, uint32_t number = 1) {
  TracedCall call;
  call.call = "write";
  call.output = output;
  call.number = number;
  call.position = seen.position;
  call.result = seen.result;
  return call;
}

Observation WithOneOutput(const Case& c) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}, {"out", "out"}};
  observation.outputs = {{"out", FileBytes::Of(c.bytes)}};
  for (const Seen& seen : c.calls) observation.calls.push_back(CallAt(1, seen));
  return observation;
}

const std::string kNul4(4, '\0');

const Case kCases[] = {
    {"All", "abcdefgh", {{0, 8}}, 0},
    {"InPieces", "abcdefgh", {{0, 3}, {3, 4}, {7, 1}}, 0},
    {"AnyOrder", "abcdefgh", {{5, 3}, {0, 5}}, 0},
    {"Overlapping", "abcdefgh", {{0, 6}, {2, 2}, {4, 4}}, 0},
    {"RewrittenWithin", "abcdefgh", {{0, 8}, {2, 3}}, 0},
    {"None", "abcdefgh", {}, 8},
    {"HeadMissing", "abcdefgh", {{3, 5}}, 3},
    {"MiddleMissing", "abcdefgh", {{0, 3}, {5, 3}}, 2},
    {"TailMissing", "abcdefgh", {{0, 7}}, 1},
    {"HoleOfNuls", "ab" + kNul4 + "cd", {{0, 2}, {6, 2}}, 0},
    {"HoleNotOfNuls", "ab" + kNul4 + "Xcd", {{0, 2}, {7, 2}}, 1},
    {"TailOfNuls", "ab" + kNul4, {{0, 2}}, 0},
    {"FailedCallCoversNothing", "abcd", {{-1, -1}, {0, 2}}, 2},
    {"ZeroResultCoversNothing", "abcd", {{0, 0}}, 4},
    {"ExistingKept", "OLDnew", {{3, 3}}, 0, "OLDxx"},
    {"ExistingChangedUnseen", "OLDnew", {{3, 3}}, 1, "OLxyy"},
    {"ExistingTooShort", "OLDnew", {}, 3, "OLD"},
    {"LaterTruncated", "ab", {{0, 8}}, 0},
    {"BeyondTheEnd", "ab", {{4, 4}}, 2},
    {"Empty", "", {}, 0},
};

class Coverage : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Table, Coverage, testing::ValuesIn(kCases),
                         [](const auto& c) { return std::string(c.param.name); });

// Unseen is what lies in no extent of a call, is no hole, and was not there before.
TEST_P(Coverage, CountsUnseenBytes) {
  const std::vector<OutputCoverage> outputs =
      MeasureCoverage(WithOneOutput(GetParam()), "out", GetParam().existing);
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].name, "out");
  EXPECT_EQ(outputs[0].bytes, GetParam().bytes.size());
  EXPECT_EQ(outputs[0].unseen_bytes, GetParam().unseen_bytes);
  EXPECT_EQ(outputs[0].write_calls, GetParam().calls.size());
}

// Each output has its own calls, found by the name that it ended under (a temporary that was
// renamed); existing content explains the main output alone.
TEST(Coverage, GoesByFinalNames) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}, {"out.tmp", "out"}, {"out", ""}};
  observation.outputs = {{"stdout", FileBytes::Of("xy")},
                         {"out", FileBytes::Of("abcd")},
                         {"side", FileBytes::Of("abcd")}};
  observation.calls = {CallAt(0, {0, 2}), CallAt(1, {0, 4}), CallAt(2, {0, 4})};
  const std::vector<OutputCoverage> outputs = MeasureCoverage(observation, "out", "abcd");
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(outputs[0].unseen_bytes, 0u);
  EXPECT_EQ(outputs[1].unseen_bytes, 0u);
  EXPECT_EQ(outputs[1].write_calls, 1u);
  EXPECT_EQ(outputs[2].unseen_bytes, 4u);
}

// Calls that wrote nothing, such as close(), and records of no known output are no write calls.
TEST(Coverage, OnlyWriteCallsCount) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}};
  observation.outputs = {{"stdout", FileBytes::Of("ab")}};
  observation.calls = {CallAt(0, {0, 2}, 0), CallAt(9, {0, 2})};
  const std::vector<OutputCoverage> outputs = MeasureCoverage(observation, "stdout", "");
  EXPECT_EQ(outputs[0].write_calls, 0u);
  EXPECT_EQ(outputs[0].unseen_bytes, 2u);
}

// A link, a FIFO or a directory is judged, but no write call makes one.
TEST(CoverageOfOthers, NeedsNoCall) {
  Observation observation;
  observation.touched = {{"stdout", "stdout"}};
  observation.outputs = {{"link", FileBytes::Of("-> x"), false}, {"file", FileBytes::Of("abcd")}};
  const std::vector<OutputCoverage> outputs = MeasureCoverage(observation, "out", "");
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].name, "file");
  EXPECT_EQ(outputs[0].unseen_bytes, 4u);
}

// A stream: what arrived must add up to what calls that were seen accepted.
struct StreamCase {
  const char* name;
  uint64_t arrived;
  std::vector<int64_t> results;
  uint64_t in_flight;  // of a call that never returned
  uint64_t unseen_bytes;
};

void PrintTo(const StreamCase& c, std::ostream* os) {
  *os << c.name;
}

class StreamCoverage : public testing::TestWithParam<StreamCase> {};
INSTANTIATE_TEST_SUITE_P(Table, StreamCoverage,
                         testing::Values(StreamCase{"Equal", 8, {8}, 0, 0},
                                         StreamCase{"InPieces", 8, {3, 4, 1}, 0, 0},
                                         StreamCase{"RefusalsAddNothing", 8, {-1, 8, -1}, 0, 0},
                                         StreamCase{"MoreArrived", 9, {8}, 0, 1},
                                         StreamCase{"NothingSeen", 9, {}, 0, 9},
                                         StreamCase{"LessArrived", 6, {8}, 0, 2},
                                         StreamCase{"NothingArrived", 0, {8}, 0, 8},
                                         StreamCase{"PartOfTheLastCall", 9, {8}, 4, 0},
                                         StreamCase{"MoreThanTheLastCall", 14, {8}, 4, 2},
                                         StreamCase{"Silent", 0, {}, 0, 0}),
                         [](const auto& c) { return std::string(c.param.name); });

TEST_P(StreamCoverage, ComparesCounts) {
  const StreamCase& c = GetParam();
  Observation observation;
  observation.touched = {{"stdout", "stdout"}, {"file", "file"}};
  observation.outputs = {{"stdout", FileBytes::Of(std::string(c.arrived, 'x')), true, true}};
  for (const int64_t result : c.results) observation.calls.push_back(CallAt(0, {-1, result}));
  observation.calls.push_back(CallAt(1, {0, 100}));
  if (c.in_flight > 0) {
    observation.calls.push_back(CallAt(0, {-1, 0}));
    observation.calls.back().granted = c.in_flight;
    observation.calls.back().returned = false;
  }
  const std::vector<OutputCoverage> outputs = MeasureCoverage(observation, "stdout", "");
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_TRUE(outputs[0].stream);
  EXPECT_EQ(outputs[0].bytes, c.arrived);
  EXPECT_EQ(outputs[0].unseen_bytes, c.unseen_bytes);
  EXPECT_EQ(outputs[0].write_calls, c.results.size() + (c.in_flight > 0 ? 1 : 0));
}

}  // namespace
}  // namespace shortwrite
