// The in-process row of ci/bench: a write-all of 4 KiB under an injector, whose first call is
// short, beside the same file written and read with libc's own functions. In turns, in one process.
//
// Usage: bench_inprocess LIBRARY
// Prints the medians in nanoseconds of processor time for a trial, bare first; exits 1 if a trial
// was not what it should be.
#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <shortwrite/injector.h>
#include <shortwrite/main.h>

namespace {

using shortwrite::inprocess::Payload;
using shortwrite::inprocess::Schedule;
using shortwrite::inprocess::ScopedInjector;

constexpr int kTrials = 2000;  // in a round
constexpr int kRounds = 15;

[[noreturn]] void Fail(const std::string& what) {
  fprintf(stderr, "bench_inprocess: %s\n", what.c_str());
  exit(1);
}

struct Functions {
  ssize_t (*write)(int, const void*, size_t);
  int (*close)(int);
};

bool WriteAll(const Functions& use, const char* path, const Payload& payload) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  size_t done = 0;
  while (fd >= 0 && done < payload.size()) {
    const ssize_t n = use.write(fd, payload.data() + done, payload.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  return use.close(fd) == 0 && done == payload.size();
}

// What any check of a written file has to do: it begins without one, and reads what came.
bool BareTrial(const Functions& libc, const char* path, const Payload& payload, std::string& into) {
  if (unlink(path) != 0 || !WriteAll(libc, path, payload)) return false;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t n = read(fd, into.data(), into.size());
  return libc.close(fd) == 0 && n == static_cast<ssize_t>(payload.size()) &&
         into.compare(0, payload.size(), payload.bytes()) == 0;
}

bool Trial(const Functions& injected, const Schedule& schedule, const Payload& payload) {
  ScopedInjector injector(schedule, "out");
  return WriteAll(injected, injector.path().c_str(), payload) && injector.Judge(payload) &&
         injector.Stop().faults_delivered == 1;
}

// A trial waits for nothing, so its processor time is what it takes on a core of its own, whoever
// else is running.
int64_t ProcessorNs() {
  timespec spent = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return int64_t{spent.tv_sec} * 1'000'000'000 + spent.tv_nsec;
}

template <typename OneTrial>
int64_t Round(const OneTrial& trial) {
  const int64_t start = ProcessorNs();
  for (int i = 0; i < kTrials; ++i) {
    if (!trial()) Fail("a trial went wrong");
  }
  return (ProcessorNs() - start) / kTrials;
}

int64_t Median(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) Fail("usage: bench_inprocess LIBRARY");
  shortwrite::inprocess::StartInjected(argc, argv, argv[1]);
  void* const libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  if (libc == nullptr) Fail("no libc.so.6 in this process");
  const Functions bare = {
      reinterpret_cast<ssize_t (*)(int, const void*, size_t)>(dlsym(libc, "write")),
      reinterpret_cast<int (*)(int)>(dlsym(libc, "close"))};
  const Functions injected = {write, close};
  if (bare.write == injected.write) Fail("the preload library is not in this process");

  const Payload payload = Payload::PositionCoded(4096);
  const Schedule schedule("1:short=1");
  const std::string path = shortwrite::inprocess::ScratchPath("bare");
  std::string into(payload.size() + 1, '\0');
  if (!WriteAll(bare, path.c_str(), payload)) Fail("cannot write");
  std::vector<int64_t> without;
  std::vector<int64_t> with;
  for (int i = 0; i < kRounds; ++i) {
    without.push_back(Round([&] { return BareTrial(bare, path.c_str(), payload, into); }));
    with.push_back(Round([&] { return Trial(injected, schedule, payload); }));
  }
  printf("%lld %lld\n", static_cast<long long>(Median(without)),
         static_cast<long long>(Median(with)));
}
