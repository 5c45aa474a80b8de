// GoogleTest matchers that compare bytes with a payload, and say where wrong ones came from:
//   EXPECT_THAT(FileAt(path), IsExactly(payload));
//   EXPECT_THAT(captured, IsExactly(payload));
// They are pure, and may be used without the library and by several threads at once.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <shortwrite/injector.h>
#include <shortwrite/payload.h>

namespace shortwrite::inprocess {

// A file that is to be read when it is judged.
struct FileAt {
  explicit FileAt(std::string file) : path(std::move(file)) {}
  std::string path;
};
void PrintTo(const FileAt& file, std::ostream* os);  // GoogleTest's way to print a value

// Not good if the file cannot be read, too.
Judged Compare(const FileAt& file, const Payload& payload);
Judged Compare(std::string_view bytes, const Payload& payload);

class ExactlyMatcher {
 public:
  using is_gtest_matcher = void;  // NOLINT: GoogleTest's name

  explicit ExactlyMatcher(Payload payload) : payload_(std::move(payload)) {}

  template <typename Value>
  bool MatchAndExplain(const Value& value, std::ostream* os) const {
    const Judged judged = Compare(value, payload_);
    if (os != nullptr) *os << judged.explanation;
    return judged.good;
  }
  void DescribeTo(std::ostream* os) const { *os << "is exactly " << payload_.expression(); }
  void DescribeNegationTo(std::ostream* os) const { *os << "is not " << payload_.expression(); }

 private:
  Payload payload_;
};

inline ExactlyMatcher IsExactly(Payload payload) {
  return ExactlyMatcher(std::move(payload));
}

// For EXPECT_TRUE(AsAssertion(injector.Judge(payload))), which prints the explanation.
inline testing::AssertionResult AsAssertion(const Judged& judged) {
  return judged.good ? testing::AssertionSuccess()
                     : testing::AssertionFailure() << judged.explanation;
}

}  // namespace shortwrite::inprocess
