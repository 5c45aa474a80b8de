// Whatever the bytes, they are a schedule, a payload and flags; and the write-all loop under it, in
// this process, on a real file, writes the payload and nothing else.
//
// With SHORTWRITE_PLANT_BUG the loop forgets what a short write left over from the third call on,
// which shows that the same fuzzer finds such a thing.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <shortwrite/injector.h>
#include <shortwrite/main.h>

#include "harness/writer/write_all.h"

namespace {

using shortwrite::inprocess::InjectorOptions;
using shortwrite::inprocess::Judged;
using shortwrite::inprocess::Payload;
using shortwrite::inprocess::Profile;
using shortwrite::inprocess::Schedule;
using shortwrite::inprocess::ScopedInjector;

// Takes the input apart; zeros follow its end.
class Bytes {
 public:
  Bytes(const uint8_t* input, size_t bytes) : next_(input), end_(input + bytes) {}
  bool any() const { return next_ != end_; }
  unsigned Take() { return any() ? *next_++ : 0; }
  unsigned TakeTwo() {
    const unsigned high = Take();
    return high << 8 | Take();
  }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

// Three to five bytes a step. Only faults that a correct loop survives.
std::string StepFrom(Bytes& bytes) {
  const unsigned kind = bytes.Take();
  const unsigned first = 1 + bytes.Take() % 64;
  std::string step = std::to_string(first);
  switch (kind >> 4 & 3) {
    case 1:
      step += '-';
      break;
    case 2:
      step += '-' + std::to_string(first + bytes.Take() % 16);
      break;
    default:
      break;
  }
  switch (kind % 8) {
    case 0:
    case 1:
      return step + ":short=" + std::to_string(1 + bytes.TakeTwo());
    case 2:
      return step + ":short=-" + std::to_string(1 + bytes.TakeTwo());
    case 3:
      return step + ":short=" + std::to_string(1 + bytes.Take() % 99) + '%';
    case 4:
      // Not below this, so that an input takes no thousand calls.
      return step + ":cap=" + std::to_string(64 + bytes.TakeTwo());
    case 5:
      return step + ":eagain";
    case 6:
      return step + ":eintr";
    default:
      return step + ":zero";
  }
}

std::string ScheduleFrom(Bytes& bytes) {
  constexpr int kStepsMax = 32;
  std::string text = StepFrom(bytes);
  for (int i = 1; i < kStepsMax && bytes.any(); ++i) text += ' ' + StepFrom(bytes);
  return text;
}

bool Write(int fd, const Payload& payload, [[maybe_unused]] uint64_t request_bytes_max) {
#ifdef SHORTWRITE_PLANT_BUG
  size_t done = 0;
  for (int call = 1; done < payload.size(); ++call) {
    const ssize_t n = write(fd, payload.data() + done, payload.size() - done);
    if (n < 0) continue;
    done = call > 2 ? payload.size() : done + static_cast<size_t>(n);
  }
  return true;
#else
  return shortwrite::WriteAll(fd, payload.data(), payload.size(),
                              {.request_bytes_max = request_bytes_max, .on_progress = nullptr})
      .complete();
#endif
}

[[noreturn]] void Abort(const std::string& why) {
  fprintf(stderr, "%s\n", why.c_str());
  abort();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  shortwrite::inprocess::StartInjected(*argc, *argv, SHORTWRITE_PRELOAD_LIBRARY);
  // Without SA_RESTART, so that EINTR is legal.
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t input_bytes) {
  shortwrite::inprocess::TakeOverFromParent();  // AFL++ runs inputs in children, one at a time
  Bytes bytes(input, input_bytes);
  const unsigned choice = bytes.Take();
  // Small enough that one byte a call is no slow input.
  const Payload payload = Payload::PositionCoded(bytes.TakeTwo() % 8192);
  const Schedule schedule(ScheduleFrom(bytes));
  const InjectorOptions options = {.profile = static_cast<Profile>(choice % 3)};
  ScopedInjector injector(schedule, "out", options);
  const int flags = (choice & 4 ? O_NONBLOCK : 0) | (choice & 8 ? O_APPEND : 0);
  const int fd = open(injector.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  if (fd < 0) Abort("cannot create the output");
  const bool complete = Write(fd, payload, choice & 16 ? 1000 : 0);
  close(fd);
  if (!complete) Abort("the loop gave up under " + schedule.text());
  if (const Judged judged = injector.Judge(payload); !judged) Abort(judged.explanation);
  if (injector.Stop().unseen_bytes > 0) Abort("bytes arrived unseen");
  return 0;
}
