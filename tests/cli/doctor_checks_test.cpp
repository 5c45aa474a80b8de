// doctor's words, by value: each lack has its exact remedy, and each target its backend.
#include "harness/cli/doctor_checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/cli/doctor_facts.h"

namespace shortwrite {
namespace {

constexpr uint64_t kMiB = 1 << 20;

MachineFacts Healthy() {
  MachineFacts facts;
  facts.library = {true, "/usr/lib/shortwrite/libshortwrite_preload.so"};
  facts.workspace = "/dev/shm";
  facts.memory = {"/dev/shm", 512 * kMiB};
  facts.disk = {"/tmp", 2048 * kMiB};
  facts.md5 = {true, ""};
  facts.injection = {true, "attaches to dynamic programs"};
  facts.yama_scope = 1;
  facts.sinks = {{"pipe", {true, "opens"}}, {"pty", {true, "opens"}}};
  return facts;
}

Check CheckNamed(const std::vector<Check>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  if (found != checks.end()) return *found;
  ADD_FAILURE() << "no check " << name;
  return {};
}

void ExpectLack(const MachineFacts& facts, const std::string& name, bool needed,
                const std::string& says) {
  const Check check = CheckNamed(CheckMachine(facts), name);
  EXPECT_FALSE(check.ok) << name;
  EXPECT_EQ(check.needed, needed) << name;
  EXPECT_NE(check.says.find(says), std::string::npos) << check.says;
}

TEST(CheckMachine, AHealthyOneLacksNothing) {
  for (const Check& check : CheckMachine(Healthy())) {
    EXPECT_TRUE(check.ok) << check.name;
    EXPECT_FALSE(check.says.empty()) << check.name;
  }
}

TEST(CheckMachine, NamesTheRemedyForEachLack) {
  MachineFacts facts = Healthy();
  facts.library = {false, "the preload library is missing"};
  ExpectLack(facts, "preload library", true, "missing");
  facts = Healthy();
  facts.workspace = "";
  ExpectLack(facts, "workspace", true, "set TMPDIR to a directory that has 64 MiB");
  facts.disk = {"/tmp", 3 * kMiB};
  ExpectLack(facts, "disk", true, "/tmp: 3 MiB free; remove files there, or set TMPDIR");
  facts = Healthy();
  facts.disk = {"/tmp", 3 * kMiB};
  ExpectLack(facts, "disk", false, "3 MiB free");
  facts.memory = {"/dev/shm", 63 * kMiB};
  ExpectLack(facts, "memory", false, "--shm-size=256m");
  ExpectLack(facts, "memory", false, "mount -o remount,size=256m /dev/shm");
  facts.memory = {};
  ExpectLack(facts, "memory", false, "mount -t tmpfs -o size=256m tmpfs /dev/shm");
  facts.md5 = {false, "install OpenSSL's default provider"};
  ExpectLack(facts, "MD5", true, "default provider");
  facts.injection = {false, "the loader ignored LD_PRELOAD"};
  ExpectLack(facts, "injection", true, "ignored LD_PRELOAD");
  facts.sinks = {{"pty", {false, "no such device"}}};
  ExpectLack(facts, "sink pty", false, "mount devpts");
}

TEST(CheckMachine, TellsWhatForbidsTracing) {
  MachineFacts facts = Healthy();
  facts.why_no_trace = "ptrace is refused";
  ExpectLack(facts, "backend syscall", false, "ptrace is refused (static programs");
  facts.has_seccomp = true;
  ExpectLack(facts, "seccomp", false, "--cap-add=SYS_PTRACE, or --security-opt seccomp=unconfined");
  facts.yama_scope = 2;
  ExpectLack(facts, "Yama", false, "sysctl kernel.yama.ptrace_scope=1");
  facts.yama_scope = 3;
  ExpectLack(facts, "Yama", false, "until the next boot");
  facts = Healthy();
  facts.has_seccomp = true;
  EXPECT_TRUE(CheckNamed(CheckMachine(facts), "seccomp").ok) << "a filter that lets ptrace pass";
  facts.yama_scope = -1;
  EXPECT_TRUE(CheckNamed(CheckMachine(facts), "Yama").ok);
}

TEST(CheckMachine, SaysWhereMd5ComesFromInFipsMode) {
  MachineFacts facts = Healthy();
  facts.fips = true;
  const Check check = CheckNamed(CheckMachine(facts), "MD5");
  EXPECT_TRUE(check.ok);
  EXPECT_NE(check.says.find("FIPS"), std::string::npos);
}

ProgramFacts Dynamic(const std::string& path = "/usr/bin/w") {
  ProgramFacts facts;
  facts.path = path;
  facts.executable = facts.elf = facts.native = facts.interpreted = facts.loader_there = true;
  facts.loader = "/lib64/ld-linux-x86-64.so.2";
  return facts;
}

TargetFacts TargetOf(ProgramFacts program) {
  TargetFacts facts;
  facts.name = "w";
  facts.program = std::move(program);
  return facts;
}

void ExpectSays(const TargetFacts& facts, const std::string& name, bool ok,
                const std::string& says) {
  const Check check = CheckNamed(CheckTarget(facts), name);
  EXPECT_EQ(check.ok, ok) << check.says;
  EXPECT_NE(check.says.find(says), std::string::npos) << check.says;
}

TEST(CheckTarget, ChoosesTheBackendAndSaysWhy) {
  ExpectSays(TargetOf(Dynamic()), "target", true, "/usr/bin/w: dynamically linked");
  ExpectSays(TargetOf(Dynamic()), "backend", true, "preload first");
  ProgramFacts program = Dynamic();
  program.interpreted = false;
  ExpectSays(TargetOf(program), "backend", true, "syscall: a static program never loads");
  program.go = true;
  ExpectSays(TargetOf(program), "target", true, "a Go program");
  ExpectSays(TargetOf(program), "backend", true, "syscall: Go makes its system calls itself");
}

// Where tracing is forbidden, those who need it cannot be checked, and the remedy is said again.
TEST(CheckTarget, NeedsTracingForSome) {
  ProgramFacts program = Dynamic();
  program.interpreted = false;
  TargetFacts facts = TargetOf(program);
  facts.why_no_trace = "ptrace is refused; --cap-add=SYS_PTRACE";
  ExpectSays(facts, "backend", false,
             "static program never loads a preload library, and ptrace is");
  facts = TargetOf(Dynamic());
  facts.why_no_trace = "ptrace is refused; --cap-add=SYS_PTRACE";
  ExpectSays(facts, "backend", true, "none: ptrace is refused");
}

TEST(CheckTarget, SaysWhyItCannotBeStarted) {
  TargetFacts missing;
  missing.not_found = "cannot start 'w': not found in PATH";
  ExpectSays(missing, "target", false, "not found in PATH; write its path, with a / in it");
  ProgramFacts program = Dynamic();
  program.executable = false;
  ExpectSays(TargetOf(program), "target", false, "chmod +x /usr/bin/w");
  program.directory = true;
  ExpectSays(TargetOf(program), "target", false, "it is a directory");
  program = Dynamic();
  program.loader_there = false;
  program.loader = "/lib/ld-musl-x86_64.so.1";
  ExpectSays(TargetOf(program), "target", false,
             "its loader /lib/ld-musl-x86_64.so.1 is not there");
  program = Dynamic();
  program.native = false;
  ExpectSays(TargetOf(program), "target", false, "another architecture");
}

TEST(CheckTarget, KnowsWhoCannotBeInjected) {
  ProgramFacts program = Dynamic();
  program.privileged = true;
  ExpectSays(TargetOf(program), "backend", false, "cp /usr/bin/w .");
  program = Dynamic();
  program.native = false;
  program.narrow = true;
  ExpectSays(TargetOf(program), "backend", false, "--sink full");
}

TEST(CheckTarget, PutsASanitizerFirst) {
  ProgramFacts program = Dynamic();
  program.sanitizer = "libasan.so.8";
  ExpectSays(TargetOf(program), "sanitizer", true, "libasan.so.8 must come first in LD_PRELOAD");
}

// Of a script its interpreter is what runs, and what is looked at.
TEST(CheckTarget, LooksAtTheInterpreterOfAScript) {
  ProgramFacts script;
  script.path = "/home/w.py";
  script.executable = true;
  TargetFacts facts = TargetOf(script);
  facts.is_script = true;
  ExpectSays(facts, "target", false, "-- sh /home/w.py");
  facts.program.shebang = "python3";
  facts.interpreter_missing = "not found in PATH";
  ExpectSays(facts, "target", false, "a script of python3, which is not there");
  facts.interpreter_missing.clear();
  facts.interpreter = Dynamic("/usr/bin/python3");
  ExpectSays(facts, "target", true, "a script of /usr/bin/python3, dynamically linked");
  ExpectSays(facts, "backend", true, "preload first");
  facts.interpreter.interpreted = false;
  ExpectSays(facts, "backend", true, "syscall");
}

TEST(InterpreterOf, ReadsTheFirstLineAsTheKernelDoes) {
  EXPECT_EQ(InterpreterOf("#!/bin/sh\necho"), "/bin/sh");
  EXPECT_EQ(InterpreterOf("#! /bin/sh -e\n"), "/bin/sh");
  EXPECT_EQ(InterpreterOf("#!/usr/bin/env python3\n"), "python3");
  EXPECT_EQ(InterpreterOf("#!/usr/bin/env -S LANG=C python3 -u\n"), "python3");
  EXPECT_EQ(InterpreterOf("#!/usr/bin/env\n"), "/usr/bin/env");
  EXPECT_EQ(InterpreterOf("#!/bin/sh"), "/bin/sh");
  EXPECT_EQ(InterpreterOf("#!\n"), "");
  EXPECT_EQ(InterpreterOf("echo\n#!/bin/sh\n"), "");
  EXPECT_EQ(InterpreterOf(""), "");
}

}  // namespace
}  // namespace shortwrite
