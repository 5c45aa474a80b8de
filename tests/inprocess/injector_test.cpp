// Claim: for as long as an injector lives, its schedule applies to the write calls of this process
// to that output, really, and to nothing else; and it tells what happened.
#include <shortwrite/injector.h>
#include <shortwrite/main.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "harness/base/file_bytes.h"
#include "harness/base/unique_fd.h"

namespace shortwrite::inprocess {
namespace {

UniqueFd Create(const std::string& path, int flags = 0) {
  return UniqueFd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0666));
}

std::string Content(const std::string& path) {
  return std::string(FileBytes::Read(path).value().view());
}

TEST(Injector, AWriteIsReallyShort) {
  ScopedInjector injector(Schedule("1:short=2"), "out");
  const UniqueFd fd = Create(injector.path());
  EXPECT_EQ(write(fd.get(), "abcde", 5), 2);
  EXPECT_EQ(Content(injector.path()), "ab");
  EXPECT_EQ(write(fd.get(), "cde", 3), 3);
  const Trace& trace = injector.Stop();
  ASSERT_EQ(trace.calls.size(), 2u);
  EXPECT_EQ(trace.calls[0].call, "write");
  EXPECT_EQ(trace.calls[0].output, "out");
  EXPECT_EQ(trace.calls[0].asked, 5u);
  EXPECT_EQ(trace.calls[0].granted, 2u);
  EXPECT_EQ(trace.calls[0].result, 2);
  EXPECT_EQ(trace.calls[0].fault, "short");
  EXPECT_TRUE(trace.calls[0].delivered);
  EXPECT_EQ(trace.calls[0].legal_under, "linux");
  EXPECT_EQ(trace.calls[1].fault, "");
  EXPECT_EQ(trace.faults_delivered, 1u);
  EXPECT_EQ(trace.accepted_bytes, 5u);
  EXPECT_EQ(trace.unseen_bytes, 0u);
  EXPECT_EQ(trace.violation, "");
}

// A fault that is not legal here is not injected: this descriptor does not have O_NONBLOCK.
TEST(Injector, OnlyWhatIsLegal) {
  ScopedInjector injector(Schedule("1:eagain 2:short=1"), "out");
  const UniqueFd fd = Create(injector.path());
  EXPECT_EQ(write(fd.get(), "abc", 3), 3);
  EXPECT_EQ(write(fd.get(), "def", 3), 1);
  const Trace& trace = injector.Stop();
  EXPECT_EQ(trace.calls[0].fault, "eagain");
  EXPECT_FALSE(trace.calls[0].delivered);
  EXPECT_EQ(trace.faults_delivered, 1u);
}

TEST(Injector, NothingAppliesAfterItsEnd) {
  std::string path;
  const Totals before = TotalsSoFar();
  {
    ScopedInjector injector(Schedule("*:short=1"), "out");
    path = injector.path();
    const UniqueFd fd = Create(path);
    EXPECT_EQ(write(fd.get(), "abc", 3), 1);
  }
  const UniqueFd fd = Create(path);
  EXPECT_EQ(write(fd.get(), "abc", 3), 3);
  EXPECT_EQ(TotalsSoFar().faults_delivered - before.faults_delivered, 1u);
  EXPECT_EQ(TotalsSoFar().write_calls - before.write_calls, 1u);
}

TEST(Injector, EachTrialStartsAlike) {
  for (int i = 0; i < 3; ++i) {
    ScopedInjector injector(Schedule("1:short=1"), "out");
    const UniqueFd fd = Create(injector.path(), O_EXCL);
    ASSERT_TRUE(fd.valid());
    EXPECT_EQ(write(fd.get(), "abc", 3), 1);
    EXPECT_EQ(injector.Stop().calls.size(), 1u);
    EXPECT_EQ(injector.Stop().calls[0].number, 1u);
  }
}

// A program writes to a temporary file first; a step may name one of the two.
TEST(Injector, EveryFileOfTheDirectoryIsAnOutput) {
  ScopedInjector injector(Schedule("1@out.tmp:short=1"), "out");
  const std::string temporary = injector.path() + ".tmp";
  const UniqueFd other = Create(injector.path());
  EXPECT_EQ(write(other.get(), "abc", 3), 3);
  const UniqueFd fd = Create(temporary);
  EXPECT_EQ(write(fd.get(), "abc", 3), 1);
  EXPECT_EQ(injector.Stop().calls[1].output, "out.tmp");
}

TEST(Injector, APathOfTheCallers) {
  const std::string directory = ScratchPath("callers");
  std::filesystem::create_directory(directory);
  std::ofstream(directory + "/out") << "12";
  ScopedInjector injector(Schedule("1:short=1"), directory + "/out");
  const UniqueFd fd = Create(injector.path(), O_APPEND);
  EXPECT_EQ(write(fd.get(), "345", 3), 1);
  EXPECT_EQ(injector.Stop().unseen_bytes, 0u);
  EXPECT_EQ(Content(directory + "/out"), "123");
}

TEST(Injector, ADescriptor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const UniqueFd duplicate(dup(writer.get()));
  ScopedInjector injector(Schedule("1:eagain 2@stdout:short=1"), writer.get());
  EXPECT_EQ(injector.path(), "");
  EXPECT_EQ(write(writer.get(), "abc", 3), -1);
  EXPECT_EQ(errno, EAGAIN);
  const std::string large(5000, 'x');  // up to PIPE_BUF a pipe write is whole
  EXPECT_LT(write(duplicate.get(), large.data(), large.size()), 5000);
  const Trace& trace = injector.Stop();
  EXPECT_EQ(trace.faults_delivered, 2u);
  EXPECT_EQ(trace.calls[0].output, "stdout");
  EXPECT_THROW(injector.Judge(Payload("abc")), InjectorError);
}

TEST(Injector, ChildrenAreInIt) {
  const std::string preloaded = getenv("LD_PRELOAD");
  if (preloaded.find("libasan") != std::string::npos ||
      preloaded.find("libtsan") != std::string::npos) {
    GTEST_SKIP() << "a shell and dd do not bear a sanitizer's runtime, which they inherit here";
  }
  ScopedInjector injector(Schedule("1:short=1"), "out");
  ASSERT_EQ(setenv("OUTPUT", injector.path().c_str(), 1), 0);
  // NOLINTNEXTLINE(bugprone-command-processor): a fixed text
  ASSERT_NE(system("exec dd bs=10 count=1 if=/dev/zero of=\"$OUTPUT\" 2>/dev/null"), -1);
  EXPECT_GE(injector.Stop().faults_delivered, 1u);
}

TEST(Injector, BytesThatNobodySawAreCounted) {
  ScopedInjector injector(Schedule("1:short=1"), "out", {.may_bypass = true});
  const UniqueFd fd = Create(injector.path());
  EXPECT_EQ(write(fd.get(), "ab", 2), 1);
  ASSERT_EQ(ftruncate(fd.get(), 6), 0);
  void* const memory = mmap(nullptr, 6, PROT_WRITE, MAP_SHARED, fd.get(), 0);
  ASSERT_NE(memory, MAP_FAILED);
  static_cast<char*>(memory)[5] = 'f';
  munmap(memory, 6);
  EXPECT_EQ(injector.Stop().unseen_bytes, 5u);
}

TEST(Injector, RefusesWhatItCannotDo) {
  EXPECT_THROW(ScopedInjector(Schedule(), "/no/such/directory/out"), InjectorError);
  EXPECT_THROW(ScopedInjector(Schedule(), ""), InjectorError);
  EXPECT_THROW(ScopedInjector(Schedule(), 987), InjectorError);
  ScopedInjector injector(Schedule(), "out");
  EXPECT_THROW(ScopedInjector(Schedule(), "other"), InjectorError);
  EXPECT_THROW(Schedule("1:shirt=1"), std::invalid_argument);
  EXPECT_THROW(Schedule("full=3"), std::invalid_argument);
}

// After a refusal the next one works.
TEST(Injector, TooLongADirectoryIsRefusedAndForgotten) {
  std::string directory = ScratchPath("long");
  while (directory.size() < 1100) {
    std::filesystem::create_directory(directory);
    directory += '/' + std::string(200, 'd');
  }
  std::filesystem::create_directory(directory);
  EXPECT_THROW(ScopedInjector(Schedule(), directory + "/out"), InjectorError);
  EXPECT_NO_THROW(ScopedInjector(Schedule(), "out"));
}

TEST(Injector, WhatArrivesUnseenOnADescriptorIsCounted) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  ScopedInjector injector(Schedule("1:short=50%"), writer.get(), {.may_bypass = true});
  const std::string large(6000, 'x');
  const ssize_t seen = write(writer.get(), large.data(), large.size());
  ASSERT_LT(seen, 6000);
  EXPECT_TRUE(injector.Judge(Payload("abc"), "abc"));
  EXPECT_EQ(injector.Stop().unseen_bytes, 0u);
  EXPECT_TRUE(injector.Judge(Payload(large), large));
  EXPECT_EQ(injector.Stop().unseen_bytes, 6000u - static_cast<uint64_t>(seen));
}

// It would steer its parent's region.
TEST(Injector, AForkedChildCannotInject) {
  ASSERT_TRUE(IsInjectable());
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) _exit(IsInjectable() ? 1 : 0);
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

// What a fork server needs: the parent waits, its children inject one after the other.
TEST(Injector, AForkedChildMayTakeOverFromAParentThatWaits) {
  ASSERT_TRUE(IsInjectable());
  for (int i = 0; i < 2; ++i) {
    const pid_t pid = fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      TakeOverFromParent();
      ScopedInjector injector(Schedule("1:short=2"), "out");
      const UniqueFd fd = Create(injector.path());
      _exit(write(fd.get(), "abcde", 5) == 2 && injector.Stop().faults_delivered == 1 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  ScopedInjector injector(Schedule("1:short=1"), "out");
  const UniqueFd fd = Create(injector.path());
  EXPECT_EQ(write(fd.get(), "abc", 3), 1) << "the parent's turn again";
}

TEST(Injector, NobodyTakesOverInTheMiddleOfATrial) {
  const ScopedInjector injector(Schedule("1:short=1"), "out");
  const UniqueFd fd = Create(injector.path());
  EXPECT_EQ(write(fd.get(), "abc", 3), 1);
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    try {
      TakeOverFromParent();
    } catch (const InjectorError&) {
      _exit(7);
    }
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Injector, AForkedChildThatLeavesTheScopeEndsNothing) {
  pid_t pid = -1;
  auto injector = std::make_unique<ScopedInjector>(Schedule("1:short=1"), "out");
  pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    injector.reset();
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  const UniqueFd fd = Create(injector->path());
  EXPECT_EQ(write(fd.get(), "abc", 3), 1);
}

TEST(Vacuity, SaysWhy) {
  EXPECT_EQ(DescribeVacuity({}), "");
  EXPECT_EQ(DescribeVacuity({.trials = 2, .write_calls = 5, .faults_delivered = 1}), "");
  EXPECT_NE(DescribeVacuity({.trials = 2, .write_calls = 5}).find("no fault was delivered in 2"),
            std::string::npos);
  EXPECT_NE(DescribeVacuity({.trials = 2}).find("no write call"), std::string::npos);
  EXPECT_NE(DescribeVacuity({.trials = 2, .write_calls = 5, .faults_delivered = 1, .bypassed = 1})
                .find("in 1 of 2 trials bytes"),
            std::string::npos);
  EXPECT_NE(DescribeVacuity({.trials = 2, .faults_delivered = 1, .violations = 1}).find("mistake"),
            std::string::npos);
}

}  // namespace
}  // namespace shortwrite::inprocess
