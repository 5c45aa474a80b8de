// Several workers (worker_process.h), and who of them has what to do.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/trial/watch.h"
#include "harness/trial/worker_process.h"

namespace shortwrite {

class WorkerPool {
 public:
  // As many as can be had; none is no error, for the caller can do the work, too.
  WorkerPool(uint32_t workers, const WorkerBegin& begin);

  size_t workers() const { return workers_.size(); }
  // Requests that somebody would take at once.
  size_t room() const;
  // Requests that are not answered yet.
  size_t in_flight() const;

  // Hands a request to the worker that has the least to do. False: nobody takes it.
  bool Submit(uint64_t ticket, const std::string& request);

  struct Answer {
    uint64_t ticket = 0;
    std::optional<std::string> bytes;  // none: its worker died
  };
  // The next answer; something must be in flight. An Error when a signal asks us to stop. told: now
  // and then, of how long we have waited.
  Result<Answer> Await(const WhileRunning& told = {});

 private:
  struct Worker {
    WorkerProcess process;
    std::deque<uint64_t> tickets;  // in the order in which they will be answered
  };

  Status WaitUntilReadable(const WhileRunning& told);
  // Its answer, or its end: then nothing that it still had to do will be answered.
  void TakeFrom(std::list<Worker>::iterator worker);

  std::list<Worker> workers_;
  std::deque<Answer> answers_;  // that came, or will not come
};

}  // namespace shortwrite
