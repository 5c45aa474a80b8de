#include "harness/cli/doctor_checks.h"

#include <fmt/format.h>

namespace shortwrite {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

Check CheckWorkspace(const MachineFacts& facts) {
  if (facts.workspace.empty()) {
    return {"workspace", false, true,
            "/dev/shm, TMPDIR and /tmp all lack space, or may not be written to or executed from; "
            "set TMPDIR to a directory that has 64 MiB"};
  }
  const bool in_memory = facts.workspace == facts.memory.path;
  return {"workspace", true, true,
          facts.workspace + (in_memory ? " (in memory)" : " (slower than /dev/shm)")};
}

Check CheckMemory(const PlaceFacts& memory) {
  if (memory.path.empty()) {
    return {"memory", false, false,
            "/dev/shm is not there, so trials lie on a disk, and are slower; mount it: mount -t "
            "tmpfs -o size=256m tmpfs /dev/shm"};
  }
  const std::string free = fmt::format("{}: {} MiB free", memory.path, memory.free_bytes / kMiB);
  if (memory.free_bytes >= kRoomBytes) return {"memory", true, false, free};
  return {"memory", false, false,
          free +
              "; a container gets more by --shm-size=256m, a machine by: mount -o "
              "remount,size=256m /dev/shm"};
}

Check CheckDisk(const PlaceFacts& disk, bool needed) {
  if (disk.path.empty()) {
    return {"disk", false, needed, "neither TMPDIR nor /tmp is a directory; create one"};
  }
  const std::string free = fmt::format("{}: {} MiB free", disk.path, disk.free_bytes / kMiB);
  if (disk.free_bytes >= kRoomBytes) return {"disk", true, needed, free};
  return {"disk", false, needed,
          free + "; remove files there, or set TMPDIR to a directory with 64 MiB or more"};
}

Check CheckMd5(const MachineFacts& facts) {
  if (!facts.md5.works) return {"MD5", false, true, facts.md5.says};
  if (!facts.fips) return {"MD5", true, true, "available through OpenSSL"};
  return {"MD5", true, true,
          "available: the machine is in FIPS mode, and OpenSSL's default provider is asked for it "
          "directly"};
}

Check CheckInjection(const TriedPart& injection) {
  return {"injection", injection.works, true, injection.says};
}

Check CheckTracing(const MachineFacts& facts) {
  if (facts.why_no_trace.empty()) return {"backend syscall", true, false, "traces any program"};
  return {
      "backend syscall", false, false,
      facts.why_no_trace + " (static programs and stdio inside libc end with exit 5 without it)"};
}

Check CheckYama(int scope) {
  const std::string value = fmt::format("kernel.yama.ptrace_scope is {}", scope);
  switch (scope) {
    case -1:
      return {"Yama", true, false, "not in this kernel: it forbids nothing"};
    case 0:
    case 1:
      return {"Yama", true, false, value + ": a process may trace its children"};
    case 2:
      return {"Yama", false, false,
              value + ": only root may trace; run as root, or: sysctl kernel.yama.ptrace_scope=1"};
    default:
      return {"Yama", false, false,
              value + ": nobody may trace until the next boot; boot with 1 or less"};
  }
}

Check CheckSeccomp(const MachineFacts& facts) {
  if (!facts.has_seccomp) return {"seccomp", true, false, "no filter is in place"};
  if (facts.why_no_trace.empty()) {
    return {"seccomp", true, false, "a filter is in place, and lets ptrace pass"};
  }
  return {"seccomp", false, false,
          "a filter is in place, as containers have it, and ptrace is refused; with docker or "
          "podman: --cap-add=SYS_PTRACE, or --security-opt seccomp=unconfined"};
}

std::string KindOf(const ProgramFacts& program) {
  if (!program.elf) return "no program that the kernel knows";
  if (program.go) return "a Go program";
  if (program.narrow) return "a 32-bit program";
  if (!program.native) return "a program for another architecture";
  return program.interpreted ? "dynamically linked" : "statically linked";
}

// Why it cannot be started; "" if it can.
std::string WhyNotStartable(const ProgramFacts& program) {
  if (program.directory) return "it is a directory; name the program in it";
  if (!program.executable) return fmt::format("it is not executable; chmod +x {}", program.path);
  if (program.elf && !program.native && !program.narrow) {
    return "it is built for another architecture; build it for this one";
  }
  if (program.interpreted && !program.loader_there) {
    return fmt::format(
        "its loader {} is not there, and the kernel then says \"not found\" of the program itself; "
        "install the libc that it was built for, or link it statically",
        program.loader);
  }
  return "";
}

// Why the library sees nothing of it; "" if it may.
std::string WhyTraced(const ProgramFacts& program) {
  if (program.narrow) return "the preload library is a 64-bit one";
  if (program.go) return "Go makes its system calls itself, past libc";
  if (program.elf && !program.interpreted) {
    return "a static program never loads a preload library";
  }
  return "";
}

Check CheckBackend(const ProgramFacts& program, const std::string& why_no_trace) {
  if (program.privileged) {
    return {"backend", false, true,
            fmt::format("it is setuid or setgid: the loader ignores LD_PRELOAD, and a traced "
                        "program does not get its rights; check a copy without them: cp {} .",
                        program.path)};
  }
  if (program.narrow) {
    return {"backend", false, true,
            "no backend sees the system calls of a 32-bit program; build it with 64 bits, or use "
            "--sink full, which needs none"};
  }
  const std::string why = WhyTraced(program);
  if (why.empty()) {
    return {"backend", true, true,
            std::string("preload first; where its control shows bytes that it did not see (stdio "
                        "inside libc), ") +
                (why_no_trace.empty() ? "syscall" : "none: " + why_no_trace)};
  }
  if (why_no_trace.empty()) return {"backend", true, true, "syscall: " + why};
  return {"backend", false, true, fmt::format("{}, and {}", why, why_no_trace)};
}

void AddSanitizer(const ProgramFacts& program, std::vector<Check>& checks) {
  if (program.sanitizer.empty()) return;
  checks.push_back({"sanitizer", true, false,
                    fmt::format("{} must come first in LD_PRELOAD, and is put there; or link it "
                                "with -static-libasan, or use --backend syscall",
                                program.sanitizer)});
}

void AddScript(const TargetFacts& facts, std::vector<Check>& checks) {
  const ProgramFacts& script = facts.program;
  if (script.shebang.empty()) {
    checks.push_back({"target", false, true,
                      fmt::format("{} is no program that the kernel knows, and has no first line "
                                  "such as #!/bin/sh; name its interpreter: -- sh {}",
                                  script.path, script.path)});
    return;
  }
  if (!facts.interpreter_missing.empty()) {
    checks.push_back({"target", false, true,
                      fmt::format("{} is a script of {}, which is not there ({}); install it, or "
                                  "change the script's first line",
                                  script.path, script.shebang, facts.interpreter_missing)});
    return;
  }
  const std::string why = WhyNotStartable(facts.interpreter);
  checks.push_back({"target", why.empty(), true,
                    fmt::format("{}: a script of {}, {}{}{}", script.path, facts.interpreter.path,
                                KindOf(facts.interpreter), why.empty() ? "" : "; ", why)});
  if (!why.empty()) return;
  AddSanitizer(facts.interpreter, checks);
  checks.push_back(CheckBackend(facts.interpreter, facts.why_no_trace));
}

}  // namespace

std::vector<Check> CheckMachine(const MachineFacts& facts) {
  std::vector<Check> checks = {{"preload library", facts.library.works, true, facts.library.says},
                               CheckWorkspace(facts),
                               CheckMemory(facts.memory),
                               CheckDisk(facts.disk, facts.workspace.empty()),
                               CheckMd5(facts),
                               CheckInjection(facts.injection),
                               CheckTracing(facts),
                               CheckYama(facts.yama_scope),
                               CheckSeccomp(facts)};
  for (const auto& [sink, part] : facts.sinks) {
    const std::string remedy =
        sink == "pty" && !part.works ? "; mount devpts, with its ptmxmode=666, at /dev/pts" : "";
    checks.push_back({"sink " + sink, part.works, false, part.says + remedy});
  }
  return checks;
}

std::vector<Check> CheckTarget(const TargetFacts& facts) {
  std::vector<Check> checks;
  if (!facts.not_found.empty()) {
    checks.push_back({"target", false, true,
                      facts.not_found + "; write its path, with a / in it, or add its directory to "
                                        "PATH"});
    return checks;
  }
  const ProgramFacts& program = facts.program;
  if (const std::string why = WhyNotStartable(program); !why.empty()) {
    checks.push_back({"target", false, true, fmt::format("{}: {}", program.path, why)});
    return checks;
  }
  if (facts.is_script) {
    AddScript(facts, checks);
    return checks;
  }
  checks.push_back({"target", true, true, fmt::format("{}: {}", program.path, KindOf(program))});
  AddSanitizer(program, checks);
  checks.push_back(CheckBackend(program, facts.why_no_trace));
  return checks;
}

}  // namespace shortwrite
