// The harness's side of the shared region: puts a schedule in, takes a trace out.
//
// One region file serves all trials of a campaign, one after the other. Prepare() may only be
// called when no process of the previous trial is alive.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/schedule/schedule.h"
#include "harness/trial/observation.h"

namespace shortwrite::fault_inject {
struct Region;
}

namespace shortwrite {

enum class ProfileName { kLinux, kPosix, kHostile };

struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

struct RegionSettings {
  ProfileName profile = ProfileName::kPosix;
  std::string dir;  // canonical path of the directory whose files are outputs
  FileIdentity dir_identity;
  FileIdentity stdout_identity;
  bool stdout_is_output = true;
  std::string stdout_name = "stdout";  // another where that identity is {out}'s sink
  bool stderr_shares_stdout = false;
  bool full_trace = false;
};

// A trial under it has closes and syncs in its trace; else they are left alone.
bool NeedsCloses(const Schedule& schedule);

class SharedRegion {
 public:
  static Result<SharedRegion> Create(const std::string& path);
  // A region that exists already: for a process that runs under the library itself and steers it
  // (inprocess/). Error: not a region of this version.
  static Result<SharedRegion> Open(const std::string& path);
  SharedRegion(SharedRegion&& other) noexcept;
  SharedRegion& operator=(SharedRegion&&) = delete;
  ~SharedRegion();

  const std::string& path() const { return path_; }
  // For a tracer, which works on it from this process.
  fault_inject::Region& region() { return *region_; }

  // Clears what the previous trial left and installs the schedule. A schedule without steps is a
  // control: then the trace also says where faults could be delivered (handlers, closes).
  Status Prepare(const RegionSettings& settings, const Schedule& schedule);

  // From now on no file is an output, so that calls pass at the price of one look each; what the
  // trial left stays readable. For a process that goes on after its trial.
  void Suspend();

  // May be read while the target runs.
  uint64_t accepted_bytes() const;
  uint32_t calls_seen() const;

  // After reaping: everything but the end, the outputs and the diagnostics.
  void ReadInto(Observation& observation) const;

  // The slot of a file that was left behind, or -1. Used to give touched outputs their final name.
  int SlotOf(const FileIdentity& file) const;

 private:
  SharedRegion(std::string path, fault_inject::Region* region);

  void Clear();
  std::vector<TracedCall> ReadCalls() const;
  std::vector<std::string> ReadPrograms() const;
  uint32_t ProgramOf(uint32_t process, uint32_t record) const;

  std::string path_;
  fault_inject::Region* region_;
  Schedule schedule_;
};

}  // namespace shortwrite
