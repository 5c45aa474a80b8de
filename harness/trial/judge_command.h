// The user's own comparison (`--judge`): a shell command that gets an output and its reference.
//
// Runs between trials, never during one: it is waited for by the same means as a target, whose
// processes must all be gone. It has a deadline, and is killed with us.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

class JudgeCommand {
 public:
  // command: for sh -c, with the paths of output and reference as $1 and $2.
  // directory: exists, private to us, and lives as long as this.
  JudgeCommand(std::string command, std::string directory, std::chrono::milliseconds timeout);

  // Exit status 0: they mean the same; 1: they do not. Anything else is an Error with its words.
  Result<bool> MeansTheSame(const std::string& name, std::string_view output,
                            std::string_view reference) const;

 private:
  struct End;
  Result<End> Run(const std::string& name, const std::string& output,
                  const std::string& reference) const;

  std::string command_;
  std::string directory_;
  std::chrono::milliseconds timeout_;
};

}  // namespace shortwrite
