#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include <shortwrite/injector.h>
#include <shortwrite/main.h>

namespace shortwrite::inprocess {
namespace {

// A property that no fault ever reached is green and proves nothing, so each test has to account
// for its own injectors.
class VacuityGate : public testing::EmptyTestEventListener {
 public:
  void OnTestStart(const testing::TestInfo&) override { before_ = TotalsSoFar(); }
  void OnTestEnd(const testing::TestInfo& test) override {
    if (test.result()->Failed() || test.result()->Skipped()) return;
    const std::string vacuity = DescribeVacuity(Difference(TotalsSoFar(), before_));
    if (!vacuity.empty()) ADD_FAILURE() << vacuity;
  }

 private:
  static Totals Difference(const Totals& now, const Totals& before) {
    return {now.trials - before.trials, now.write_calls - before.write_calls,
            now.faults_delivered - before.faults_delivered, now.bypassed - before.bypassed,
            now.violations - before.violations};
  }

  Totals before_;
};

bool OnlyLists(int argc, char** argv) {
  return std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--gtest_list_tests");
  });
}

}  // namespace

int RunAllTests(int argc, char** argv, const char* library) {
  const bool lists = OnlyLists(argc, argv);
  if (!lists) StartInjected(argc, argv, library);
  testing::InitGoogleTest(&argc, argv);
  // GoogleTest owns it.
  if (!lists) testing::UnitTest::GetInstance()->listeners().Append(new VacuityGate);
  return RUN_ALL_TESTS();
}

}  // namespace shortwrite::inprocess
