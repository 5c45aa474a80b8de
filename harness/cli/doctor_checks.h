// What `doctor` says of what was found. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace shortwrite {

// What a campaign over the usual payload asks for.
inline constexpr uint64_t kRoomBytes = uint64_t{64} << 20;

struct Check {
  std::string name;
  bool ok = true;
  bool needed =
      true;          // without it check cannot work; else a few targets, or sinks, are out of reach
  std::string says;  // what was found, or the remedy
};

// A directory for trials.
struct PlaceFacts {
  std::string path;  // "": there is none
  uint64_t free_bytes = 0;
};

// A part that was tried: what it is, or what the error was.
struct TriedPart {
  bool works = false;
  std::string says;
};

struct MachineFacts {
  TriedPart library;      // says: its path
  std::string workspace;  // where trials would lie; "" if nowhere
  PlaceFacts memory;      // /dev/shm
  PlaceFacts disk;        // TMPDIR, or /tmp
  TriedPart md5;
  bool fips = false;         // the kernel is in FIPS mode
  TriedPart injection;       // a trial of a program that every system has
  std::string why_no_trace;  // "" if tracing works
  int yama_scope = -1;       // kernel.yama.ptrace_scope; -1: this kernel has none
  bool has_seccomp = false;  // this process is under a filter
  std::vector<std::pair<std::string, TriedPart>> sinks;  // by their words
};

std::vector<Check> CheckMachine(const MachineFacts& facts);

// A program as it lies there. Of a script, its interpreter is described by a second one.
struct ProgramFacts {
  std::string path;
  bool executable = false;
  bool directory = false;
  bool elf = false;
  bool native = false;       // this word size and architecture
  bool narrow = false;       // 32 bits
  bool interpreted = false;  // has a loader; else it is static
  std::string loader;        // its path
  bool loader_there = false;
  bool privileged = false;  // setuid or setgid, and we are not root
  bool go = false;
  std::string sanitizer;  // soname of its runtime
  std::string shebang;    // of a script: the interpreter that its first line names; "" if none
};

struct TargetFacts {
  std::string name;       // as it was typed
  std::string not_found;  // why, if it was not
  ProgramFacts program;
  bool is_script = false;
  std::string interpreter_missing;  // of a script: why, if it cannot be started
  ProgramFacts interpreter;         // that runs it
  std::string why_no_trace;
};

// What it is, and which backend will be used, and why.
std::vector<Check> CheckTarget(const TargetFacts& facts);

}  // namespace shortwrite
