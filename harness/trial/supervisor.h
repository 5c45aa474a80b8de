// Runs the work in a child process and stands guard over it.
//
// Whichever of the two is killed, even by SIGKILL, the other one ends the targets and removes the
// workspace: the child is told by PR_SET_PDEATHSIG (prctl(2)), the parent by wait(2), and the
// parent is a subreaper, so that the orphans come to it. When both are killed at once, the next
// start cleans up (workspace.h).
#pragma once

#include <functional>

namespace shortwrite {

// Returns body's result, which becomes the exit status of the program. SIGINT, SIGTERM and SIGHUP
// are passed on to the child. Must be called before any thread is started.
int RunSupervised(const std::function<int()>& body);

}  // namespace shortwrite
