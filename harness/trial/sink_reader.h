// Reads a stream sink while the target runs, and stores what arrives.
//
// A thread of its own, because the tracer holds the main thread in waitpid(2), which no descriptor
// wakes up. It makes no ptrace call, has all signals blocked (the alarm that ends a wait must meet
// the main thread), and touches nothing that a child between fork and exec shares but its own
// members.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

#include "harness/base/result.h"
#include "harness/trial/sink.h"

namespace shortwrite {

class SinkReader {
 public:
  // store: an empty file, open for writing; at most bytes_max go there. ends and store must outlive
  // this. halts: a slow reader makes one long pause besides, in which a target that does not wait
  // has time to show it.
  static Result<std::unique_ptr<SinkReader>> Start(const SinkSettings& settings,
                                                   const SinkEnds& ends, int store,
                                                   uint64_t bytes_max, bool halts = false);
  SinkReader(const SinkReader&) = delete;
  SinkReader& operator=(const SinkReader&) = delete;
  ~SinkReader();

  // Grows with every byte that arrives; may be asked while the target runs.
  uint64_t received_bytes() const { return received_.load(std::memory_order_relaxed); }

  // When nobody can write any more: takes what the sink still holds, and ends the thread. Never
  // waits for a writer. An Error: what arrived could not be stored.
  Status Finish();
  // After Finish: more arrived than was to be stored, and the rest is gone.
  bool overflowed() const { return overflowed_; }

 private:
  SinkReader(const SinkSettings& settings, const SinkEnds& ends, int store, uint64_t bytes_max,
             bool halts, UniqueFd stop);

  void Run();
  void Follow();
  bool StopsWithin(std::chrono::microseconds time) const;
  bool ReadOnce(size_t bytes_max);
  void Store(const char* bytes, size_t count);

  const SinkSettings settings_;
  const SinkEnds& ends_;
  const int store_;
  const uint64_t bytes_max_;
  const bool halts_;
  UniqueFd stop_;  // eventfd(2)
  std::atomic<uint64_t> received_{0};
  uint64_t stored_ = 0;
  int store_error_ = 0;
  bool overflowed_ = false;
  std::thread thread_;
};

}  // namespace shortwrite
