// The private directory of one campaign, on tmpfs where there is one.
//
//   BASE/lock      held (flock) while the campaign lives: who can take it may clean up
//   BASE/region    the shared region
//   BASE/payload   what {payload} names
//   BASE/stdout, BASE/stderr, BASE/existing
//   BASE/dir       what {dir} names, and TMPDIR; emptied before each trial
// The paths are the same in every trial of a campaign, so that a target which prints one prints the
// same bytes each time.
#pragma once

#include <sys/types.h>

#include <string>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"
#include "harness/trial/shared_region.h"

namespace shortwrite {

class Workspace {
 public:
  // bytes_needed: room that the trials will want; a file system with less is passed over.
  // Cleans up first what campaigns of this user left behind that were killed: their processes, then
  // their directories.
  static Result<Workspace> Create(uint64_t bytes_needed);
  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&&) = delete;
  ~Workspace();  // removes everything

  const std::string& base() const { return base_; }
  std::string dir() const { return base_ + "/dir"; }
  std::string payload() const { return base_ + "/payload"; }
  std::string region() const { return base_ + "/region"; }

  // Makes {dir} exist and be empty, whatever the last trial did to it.
  Result<FileIdentity> EmptyDir();

  // After everything in {dir} has been read and removed: the next EmptyDir need not do it again,
  // unless the directory itself was replaced or changed. Clear it before a target runs.
  void SetEmptied(bool emptied) { emptied_ = emptied; }

  // Moves {dir} to a place of its own that nothing will clean up (for `run`, whose outputs the
  // caller judges), and returns its new path.
  Result<std::string> KeepDir() const;

 private:
  Workspace(std::string base, UniqueFd lock) : base_(std::move(base)), lock_(std::move(lock)) {}

  std::string base_;
  UniqueFd lock_;
  bool emptied_ = false;
  FileIdentity made_;  // {dir} as EmptyDir made it
  mode_t made_mode_ = 0;
};

// Where workspaces may lie, best first: tmpfs, then TMPDIR, then /tmp.
std::string DescribeWorkspacePlace(uint64_t bytes_needed);

// Kills and removes what killed campaigns of this user left behind. Also done by Create().
void CleanStaleWorkspaces();

Result<FileIdentity> Identify(int fd);

}  // namespace shortwrite
