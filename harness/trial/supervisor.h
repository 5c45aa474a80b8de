// Runs the work in a child process and stands guard over it.
//
// Whichever of the two is killed, even by SIGKILL, the other one ends the targets and removes the
// workspace: the child is told by PR_SET_PDEATHSIG (prctl(2)), the parent by wait(2), and the
// parent is a subreaper, so that the orphans come to it. When both are killed at once, the next
// start cleans up (workspace.h).
#pragma once

#include <functional>

namespace shortwrite {

// Where targets live. One session for all trials, not one each: with the kernel's autogroup
// scheduling a new session is a new task group, and that makes a trial a third slower.
enum class Session {
  kOwn,     // apart from the caller's terminal; a Ctrl-C there reaches us, never a target
  kCaller,  // for `run`, whose target may use the terminal
};

// Returns body's result, which becomes the exit status of the program. SIGINT, SIGTERM and SIGHUP
// are passed on to the child, and stay blocked in the caller, which has nothing left to do but end.
// Must be called before any thread is started.
int RunSupervised(Session session, const std::function<int()>& body);

}  // namespace shortwrite
