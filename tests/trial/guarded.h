// For tests whose code starts processes that are not its children: a guard that ends and reaps what
// is left, as the program has one (harness/trial/supervisor.h).
#pragma once

#include <functional>

namespace shortwrite {

// Runs body in a process of its own; its failures are failures of the test.
void RunGuarded(const std::function<void()>& body);

}  // namespace shortwrite
