// A test program that runs under the preload library itself: its own calls of write go through it.
//
// The program starts itself a second time, with a shared region and the library in its environment;
// only the second process runs tests. In it Shim() installs schedules and reads what happened. It
// never falls back to running without the library: then it fails, with the remedy.
#pragma once

#include <string>

#include "harness/base/unique_fd.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"
#include "harness/trial/shared_region.h"

namespace shortwrite {

class UnderShim {
 public:
  // Files in here are outputs, by name.
  std::string Output(const std::string& name) const { return dir_ + "/" + name; }
  // Files here are not.
  std::string Other(const std::string& name) const { return base_ + "/" + name; }

  // From now on the schedule applies to writes of this process. stream: a descriptor that counts as
  // the output `stdout`; -1: none.
  void Install(const Schedule& schedule, ProfileName profile, int stream = -1);
  // What happened since; the schedule ends.
  Observation Take();

 private:
  friend int RunUnderShim(int argc, char** argv);
  UnderShim(std::string base, SharedRegion region);

  std::string base_;
  std::string dir_;
  FileIdentity dir_identity_;
  SharedRegion region_;
};

// The one of this process; valid in tests.
UnderShim& Shim();

// main() of such a program.
int RunUnderShim(int argc, char** argv);

}  // namespace shortwrite
