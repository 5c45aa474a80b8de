// The program under test: its command line, and what it is started with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/trial/workspace.h"

namespace shortwrite {

struct Target {
  std::vector<std::string> command;  // with {payload}, {out}, {dir} still in it
  // What standard input is: nothing (/dev/null), a file, or the payload.
  bool stdin_is_payload = false;
  std::string stdin_file;

  bool Mentions(const std::string& placeholder) const;
  bool NamesOutput() const { return Mentions("{out}"); }
  bool NamesPayload() const { return stdin_is_payload || Mentions("{payload}"); }
};

// The command with its placeholders replaced.
std::vector<std::string> Expand(const Target& target, const std::string& payload,
                                const std::string& out, const std::string& dir);

// Absolute path of the program, looked up in PATH as execvp(3) does.
Result<std::string> FindProgram(const std::string& name);

// Why the preload library cannot see this program, in words; empty if nothing speaks against it.
// Reads the file's header only: static, another architecture, setuid, not a program.
std::string WhyNotPreloadable(const std::string& program);

// The soname of the sanitizer runtime that the program is linked with; empty if there is none.
// GCC's runtimes refuse to start unless they come first, so it must stand before our library in
// LD_PRELOAD.
std::string SanitizerRuntime(const std::string& program);

// The preload library: beside this program, or in the installed place relative to it.
Result<std::string> FindPreloadLibrary();

// The environment of a trial: ours, less what would interfere, plus what attaches the library.
// libraries is a list as LD_PRELOAD has it; empty: nothing is loaded.
std::vector<std::string> TrialEnvironment(const std::string& libraries, const std::string& region,
                                          const std::string& dir);

}  // namespace shortwrite
