#include "harness/trial/worker_pool.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <vector>

#include "harness/trial/watch.h"
#include "harness/trial/workspace.h"

namespace shortwrite {
namespace {

// One to work on, and one that it finds when that is done.
constexpr size_t kTicketsMax = 2;

bool IsReadable(const WorkerProcess& process) {
  pollfd state = {process.fd(), POLLIN, 0};
  return poll(&state, 1, 0) > 0;
}

}  // namespace

WorkerPool::WorkerPool(uint32_t workers, const WorkerBegin& begin) {
  for (uint32_t i = 0; i < workers; ++i) {
    Result<WorkerProcess> process = WorkerProcess::Start(begin, [this] {
      for (Worker& other : workers_) other.process.Disown();
    });
    if (!process.ok()) return;
    workers_.push_back({std::move(process).value(), {}});
  }
}

size_t WorkerPool::room() const {
  size_t room = 0;
  for (const Worker& worker : workers_) room += kTicketsMax - worker.tickets.size();
  return room;
}

size_t WorkerPool::in_flight() const {
  size_t count = answers_.size();
  for (const Worker& worker : workers_) count += worker.tickets.size();
  return count;
}

bool WorkerPool::Submit(uint64_t ticket, const std::string& request) {
  while (true) {
    const auto least = std::min_element(
        workers_.begin(), workers_.end(),
        [](const Worker& a, const Worker& b) { return a.tickets.size() < b.tickets.size(); });
    if (least == workers_.end() || least->tickets.size() >= kTicketsMax) return false;
    if (least->process.Send(request)) {
      least->tickets.push_back(ticket);
      return true;
    }
    // The dead would be chosen again and again.
    if (!IsReadable(least->process)) return false;
    TakeFrom(least);
  }
}

Result<WorkerPool::Answer> WorkerPool::Await(const WhileRunning& told) {
  assert(in_flight() > 0);
  while (answers_.empty()) {
    if (Status readable = WaitUntilReadable(told); !readable.ok()) return readable.error();
    for (auto worker = workers_.begin(); worker != workers_.end();) {
      const auto next = std::next(worker);
      if (IsReadable(worker->process)) TakeFrom(worker);
      worker = next;
    }
  }
  Answer answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

// A signal between the look at the flag and the wait would be lost, were they not blocked.
Status WorkerPool::WaitUntilReadable(const WhileRunning& told) {
  using std::chrono::steady_clock;
  constexpr timespec kBetween = {0, 100'000'000};
  const auto began = steady_clock::now();
  std::vector<pollfd> states;
  for (const Worker& worker : workers_) states.push_back({worker.process.fd(), POLLIN, 0});
  const sigset_t stops = StopSignals();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &stops, &before);
  while (!StopRequested() && ppoll(states.data(), states.size(), &kBetween, &before) == 0) {
    if (!told) continue;
    told(std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began));
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (StopRequested()) return Error{ErrorKind::kInterrupted, "stopped by a signal"};
  return Ok();
}

void WorkerPool::TakeFrom(std::list<Worker>::iterator worker) {
  std::optional<std::string> bytes = worker->process.Receive();
  if (bytes && !worker->tickets.empty()) {
    answers_.push_back({worker->tickets.front(), std::move(bytes)});
    worker->tickets.pop_front();
    return;
  }
  for (const uint64_t ticket : worker->tickets) answers_.push_back({ticket, std::nullopt});
  workers_.erase(worker);
  // It may have left a target running, and its files.
  CleanStaleWorkspaces();
}

}  // namespace shortwrite
