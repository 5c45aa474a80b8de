#include "tests/trial/guarded.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "harness/trial/supervisor.h"
#include "tests/trial/children.h"

namespace shortwrite {

void RunGuarded(const std::function<void()>& body) {
  Child guard([&] {
    return RunSupervised(Session::kOwn, [&] {
      body();
      return testing::Test::HasFailure() ? 1 : 0;
    });
  });
  const int status = guard.Wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "see above; status " << status;
}

}  // namespace shortwrite
