// A process beside this one that answers requests, one after the other: bytes in, bytes out.
//
// It is no child of ours but a sibling, for a runner of trials takes every process below its own to
// be a part of its trial, waits for it and kills it (exec_runner.h). So the worker may run trials,
// too, and neither meets the other's. It ends when we do, however that happens: our guard
// (supervisor.h) kills what we leave, and the worker is told when the guard itself dies. Outside a
// guard it belongs to whoever adopts orphans.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"

namespace shortwrite {

// What a worker does about a request. An Error ends the worker.
using WorkerAnswer = std::function<Result<std::string>(const std::string& request)>;
// Runs once in the worker, before its first request; what it returns may own what it needs.
using WorkerBegin = std::function<Result<WorkerAnswer>()>;

class WorkerProcess {
 public:
  // No thread may be running, and no child. close_in_worker: descriptors that keep somebody else's
  // end in view.
  static Result<WorkerProcess> Start(const WorkerBegin& begin,
                                     const std::function<void()>& close_in_worker);
  WorkerProcess(WorkerProcess&&) = default;
  WorkerProcess& operator=(WorkerProcess&&) = default;
  ~WorkerProcess();  // asks it to stop, and waits until it has

  // False: it does not take it now, or never will.
  bool Send(const std::string& request) const;
  // What it answered; none: it is dead. Blocks unless fd() is readable.
  std::optional<std::string> Receive() const;

  // In another worker: not ours to talk to, nor to end.
  void Disown();

  int fd() const { return socket_.get(); }
  pid_t pid() const { return pid_; }

 private:
  WorkerProcess(UniqueFd socket, UniqueFd pidfd, pid_t pid)
      : socket_(std::move(socket)), pidfd_(std::move(pidfd)), pid_(pid) {}

  UniqueFd socket_;
  UniqueFd pidfd_;
  pid_t pid_;
};

}  // namespace shortwrite
