// The command line as words: what CLI11 makes of it, and the target's command, which it never sees.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/progress.h"
#include "harness/report/style.h"

namespace shortwrite {

// Options of check, replay and run as they were typed; what has no default is empty unless it was
// given.
struct RawTarget {
  std::string profile = "posix";
  std::string backend = "auto";
  std::string sink = "file";
  std::optional<std::string> payload;
  std::optional<std::string> bytes;
  std::optional<std::string> text;
  std::optional<std::string> standard_input;
  std::optional<std::string> existing;
  std::optional<std::string> timeout;
  std::optional<std::string> reference;
  std::string contract = "transparent";
  std::optional<std::string> judge;
  bool json = false;
  bool quiet = false;
  ColourWish color = ColourWish::kAuto;
};

struct RawOptions {
  RawTarget target;
  std::optional<std::string> trials;
  std::optional<std::string> time;
  std::string seed = "1";
  std::optional<std::string> depth;
  std::string faults = "recoverable";
  std::optional<std::string> jobs;
  ProgressWish progress = ProgressWish::kAuto;
  std::string snapshot = "auto";
  std::string corpus;
  std::optional<std::string> schedule;
  std::optional<std::string> dir;
  std::string mode;
  std::optional<std::string> pattern;
  std::optional<std::string> from;
  std::optional<std::string> manifest;
  std::optional<std::string> md5;
  std::optional<std::string> against;
  std::vector<std::string> files;
  std::string word;                                           // to explain
  std::map<std::string, std::optional<std::string>> reports;  // by the format's name: the file
  std::vector<std::string> targets;                           // of the project file
  std::vector<std::string> commands;                          // for a shell
};

// Everything that was typed.
struct CommandLine {
  std::string subcommand;  // empty: only text is to be printed
  std::string text;        // help or version
  RawOptions raw;
  std::vector<std::string> command;  // of the target
  std::string positional;            // replay's FILE
  bool announces_command = false;    // by "--", even if none follows
  std::set<std::string> given;       // names of the options that were typed, without "--"
};

// Errors name the word that is wrong and the remedy.
Result<CommandLine> ParseCommandLine(int argc, const char* const* argv);

}  // namespace shortwrite
