#include "fault_inject/syscall/tracing_remedy.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace shortwrite::fault_inject {
namespace {

// Each reason has a remedy of its own, and the nearest reason comes first: who is traced cannot
// trace, whatever the rest allows.
TEST(TracingRemedy, NamesTheSettingAndWhatToDo) {
  const auto expect = [](const TracingRefusal& refusal, const std::string& says) {
    EXPECT_NE(TracingRemedy(refusal).find(says), std::string::npos) << TracingRemedy(refusal);
  };
  expect({EPERM, 17, 2, 2}, "outside the debugger");
  expect({EPERM, 0, 3, 2}, "ptrace_scope is 3");
  expect({EPERM, 0, 3, 2}, "boot with 1");
  expect({EPERM, 0, 2, 2}, "sysctl kernel.yama.ptrace_scope=1");
  expect({EPERM, 0, 1, 2}, "--cap-add=SYS_PTRACE");
  expect({EPERM, 0, -1, 2}, "seccomp");
  expect({EPERM, 0, -1, 0}, "Operation not permitted");
  expect({ENOSYS, 0, 0, -1}, "Function not implemented");
}

}  // namespace
}  // namespace shortwrite::fault_inject
