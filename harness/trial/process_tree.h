// Processes below us, read from /proc (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace shortwrite {

struct ProcessState {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';        // R, S, D, T, Z... of proc(5)
  uint64_t cpu_ticks = 0;  // user and system
};

// All descendants of root, without root itself. A snapshot: processes come and go meanwhile.
std::vector<ProcessState> Descendants(pid_t root);

// There is such a process, and it is no zombie (in a container nobody may ever reap one).
bool IsAlive(pid_t pid);

// Every thread of the process waits for something that no clock will end: no timeout in the call,
// no timer armed. False when that cannot be proved.
bool WaitsForGood(pid_t pid);

// One of its descriptors is a socket. False when that cannot be seen.
bool HoldsSocket(pid_t pid);

// The state of every thread of the process, and how often it gave up or lost its processor. Equal
// at two moments at both of which nobody runs: nobody ran in between.
std::string SchedulingOf(pid_t pid);

// Kills all descendants of this process and reaps them; returns how many had not ended by
// themselves. Needs PR_SET_CHILD_SUBREAPER, so that orphans come to us.
uint32_t KillDescendants();

// Kills processes of this user whose environment holds entry ("NAME=value").
void KillByEnvironment(const std::string& entry);

}  // namespace shortwrite
