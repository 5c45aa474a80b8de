#include "harness/trial/worker_pool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "harness/base/unique_fd.h"
#include "harness/trial/process_tree.h"
#include "harness/trial/watch.h"
#include "harness/trial/workspace.h"
#include "tests/trial/children.h"
#include "tests/trial/guarded.h"

namespace shortwrite {
namespace {

// Answers each request by itself and by who answered; "die" by its own death, "no" by an Error.
WorkerBegin Echo() {
  return [] {
    return WorkerAnswer([](const std::string& request) -> Result<std::string> {
      if (request == "die") raise(SIGKILL);
      if (request == "no") return HarnessError("no");
      return request + ' ' + std::to_string(getpid());
    });
  };
}

// A signal between the look at the flag and the wait would be lost, were they not blocked.
Result<std::string> WaitForStop() {
  const sigset_t stops = StopSignals();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &stops, &before);
  while (!StopRequested()) sigsuspend(&before);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return HarnessError("stopped");
}

std::map<uint64_t, std::optional<std::string>> TakeAll(WorkerPool& pool) {
  std::map<uint64_t, std::optional<std::string>> answers;
  while (pool.in_flight() > 0) {
    Result<WorkerPool::Answer> answer = pool.Await();
    EXPECT_TRUE(answer.ok());
    if (!answer.ok()) break;
    EXPECT_TRUE(answers.emplace(answer.value().ticket, answer.value().bytes).second);
  }
  return answers;
}

// A process is a zombie once its first thread is; one that a sanitizer started beside it may still
// hold its descriptors then. A pidfd is readable when none is left.
void AwaitEveryThreadsEnd(pid_t pid, const std::function<void()>& end) {
  // glibc 2.36 declares pidfd_open without C linkage.
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  ASSERT_TRUE(pidfd.valid());
  end();
  pollfd gone = {pidfd.get(), POLLIN, 0};
  while (poll(&gone, 1, -1) < 0 && errno == EINTR) {
  }
  ASSERT_NE(gone.revents & POLLIN, 0);
}

// Every request is answered once, by processes that are nobody's children here; also an empty one,
// and one that is large.
TEST(WorkerPool, AnswersEveryRequest) {
  RunGuarded([] {
    WorkerPool pool(3, Echo());
    ASSERT_EQ(pool.workers(), 3u);
    EXPECT_TRUE(Descendants(getpid()).empty());
    std::map<uint64_t, std::optional<std::string>> answers;
    std::set<std::string> who;
    uint64_t ticket = 0;
    for (int round = 0; round < 50; ++round) {
      while (pool.room() > 0) {
        const std::string request = ticket % 7 == 0 ? "" : std::string(ticket * 100, 'x');
        ASSERT_TRUE(pool.Submit(ticket++, request));
      }
      EXPECT_FALSE(pool.Submit(9999, "there is no room"));
      answers.merge(TakeAll(pool));
    }
    ASSERT_EQ(answers.size(), ticket);
    for (const auto& [number, answer] : answers) {
      ASSERT_TRUE(answer.has_value()) << number;
      who.insert(answer->substr(answer->find(' ')));
      if (number % 7 != 0) {
        EXPECT_EQ(answer->find(' '), number * 100);
      }
    }
    EXPECT_EQ(who.size(), 3u);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "none of them is a child";
  });
}

// What a dead worker had to do is not answered, and the others go on.
TEST(WorkerPool, ADeadWorkersRequestsAreGivenBack) {
  RunGuarded([] {
    WorkerPool pool(2, Echo());
    for (const char* const how : {"die", "no"}) {
      ASSERT_GT(pool.workers(), 0u);
      const size_t before = pool.workers();
      ASSERT_TRUE(pool.Submit(1, how));
      const auto answers = TakeAll(pool);
      ASSERT_EQ(answers.size(), 1u);
      EXPECT_EQ(answers.at(1), std::nullopt);
      EXPECT_EQ(pool.workers(), before - 1);
    }
    EXPECT_FALSE(pool.Submit(2, "nobody is left"));
    EXPECT_EQ(pool.room(), 0u);
  });
}

// One that dies while it has nothing to do is not asked again.
TEST(WorkerPool, ADeadWorkerIsNotAsked) {
  RunGuarded([] {
    WorkerPool pool(2, Echo());
    ASSERT_TRUE(pool.Submit(1, ""));
    const std::string answer = pool.Await().value().bytes.value();
    const pid_t pid = std::stoi(answer);
    AwaitEveryThreadsEnd(pid, [pid] { ASSERT_EQ(kill(pid, SIGKILL), 0); });
    for (uint64_t ticket = 2; ticket < 4; ++ticket) ASSERT_TRUE(pool.Submit(ticket, "x"));
    for (const auto& [ticket, bytes] : TakeAll(pool)) EXPECT_TRUE(bytes.has_value()) << ticket;
    EXPECT_EQ(pool.workers(), 1u);
  });
}

// One that cannot begin is none.
TEST(WorkerPool, WhoCannotBeginIsNotThere) {
  RunGuarded([] {
    WorkerPool pool(2, []() -> Result<WorkerAnswer> { return HarnessError("no place"); });
    uint64_t ticket = 0;
    while (pool.Submit(ticket, "x")) ++ticket;
    EXPECT_LE(ticket, 4u);
    for (const auto& [number, bytes] : TakeAll(pool)) EXPECT_FALSE(bytes) << number;
    EXPECT_EQ(pool.workers(), 0u);
  });
}

// Its end is theirs: they stop what they do and clean up before it is over.
TEST(WorkerPool, EndsItsWorkers) {
  RunGuarded([] {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    {
      WorkerPool pool(2, [&]() -> Result<WorkerAnswer> {
        auto workspace = std::make_shared<Workspace>(Workspace::Create(1 << 20).value());
        return WorkerAnswer([workspace, out = ends[1]](const std::string&) -> Result<std::string> {
          const std::string line = workspace->base() + '\n';
          if (write(out, line.data(), line.size()) < 0) return HarnessError("pipe");
          return WaitForStop();
        });
      });
      ASSERT_TRUE(pool.Submit(1, "x"));
      ASSERT_TRUE(pool.Submit(2, "x"));
      std::string bases;
      char byte = 0;
      while (std::count(bases.begin(), bases.end(), '\n') < 2 && read(ends[0], &byte, 1) == 1) {
        bases += byte;
      }
      const std::string first = bases.substr(0, bases.find('\n'));
      EXPECT_TRUE(std::filesystem::exists(first));
    }
    close(ends[1]);
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 0) << "somebody still holds the other end";
    close(ends[0]);
  });
}

// Who waits for a worker hears that he does.
TEST(WorkerPool, ALongWaitIsTold) {
  RunGuarded([] {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    WorkerPool pool(1, [&] {
      return WorkerAnswer([in = ends[0]](const std::string&) -> Result<std::string> {
        char byte = 0;
        if (read(in, &byte, 1) != 1) return HarnessError("pipe");
        return std::string("told");
      });
    });
    ASSERT_TRUE(pool.Submit(1, "x"));
    const auto tell = [&](std::chrono::milliseconds) { EXPECT_EQ(write(ends[1], "x", 1), 1); };
    EXPECT_EQ(pool.Await(tell).value().bytes, "told");
    for (const int end : ends) close(end);
  });
}

// A stop signal ends the wait.
TEST(WorkerPool, AStopSignalEndsTheWait) {
  RunGuarded([] {
    WorkerPool pool(1, [] {
      return WorkerAnswer([](const std::string&) -> Result<std::string> {
        kill(getppid(), SIGTERM);  // the guard, which hands it on
        return WaitForStop();
      });
    });
    ASSERT_TRUE(pool.Submit(1, "x"));
    const Result<WorkerPool::Answer> answer = pool.Await();
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().kind, ErrorKind::kInterrupted);
  });
}

}  // namespace
}  // namespace shortwrite
