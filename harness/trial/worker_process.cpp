#include "harness/trial/worker_process.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include "harness/trial/watch.h"

namespace shortwrite {
namespace {

// Messages keep their bounds, and none is empty: 0 bytes read mean that the other side has gone.
constexpr char kMark = '+';

// None: the other side has gone, or a signal asks us to stop.
std::optional<std::string> ReceiveFrom(int socket, int flags = 0) {
  ssize_t size = 0;
  do {
    size = recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC | flags);
  } while (size < 0 && errno == EINTR && !StopRequested());
  if (size <= 0) return std::nullopt;
  std::string message(static_cast<size_t>(size), '\0');
  if (recv(socket, message.data(), message.size(), 0) != size) return std::nullopt;
  return message.substr(1);
}

// Until a signal asks us to stop, or the other side has gone.
void Serve(int socket, const WorkerAnswer& answer) {
  while (!StopRequested()) {
    const std::optional<std::string> request = ReceiveFrom(socket);
    if (!request) return;
    const Result<std::string> answered = answer(*request);
    if (!answered.ok()) return;
    const std::string message = kMark + answered.value();
    if (send(socket, message.data(), message.size(), MSG_NOSIGNAL) < 0) return;
  }
}

// Whoever forked us may have been held to one processor, beside a target that it traces; with all
// workers on that one, they would gain nothing.
void UseProcessorsOf(pid_t pid) {
  cpu_set_t processors;
  if (sched_getaffinity(pid, sizeof(processors), &processors) != 0) return;
  sched_setaffinity(0, sizeof(processors), &processors);
}

// Told by the first message that it has been adopted: only then is there a parent to be bound to.
void LiveAsWorker(int socket, const WorkerBegin& begin) {
  // One that the caller ignores would never end us, and our own end comes by it.
  signal(SIGTERM, SIG_DFL);
  InstallStopHandlers();
  if (!ReceiveFrom(socket)) return;
  const pid_t guard = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != guard) return;
  UseProcessorsOf(guard);
  try {
    Result<WorkerAnswer> answer = begin();
    if (answer.ok()) Serve(socket, answer.value());
  } catch (const std::exception&) {
    // No memory: whoever waits for the answer learns by our end that there is none.
  }
}

struct Ends {
  UniqueFd ours;
  UniqueFd workers;
};

Result<Ends> MakeEnds() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
    return ErrnoError("create a worker's socket", errno);
  }
  return Ends{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// While it lives, orphans of ours are not adopted by us but by whoever is next.
class OrphansGoElsewhere {
 public:
  OrphansGoElsewhere() {
    prctl(PR_GET_CHILD_SUBREAPER, &before_);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
  }
  OrphansGoElsewhere(const OrphansGoElsewhere&) = delete;
  OrphansGoElsewhere& operator=(const OrphansGoElsewhere&) = delete;
  ~OrphansGoElsewhere() { prctl(PR_SET_CHILD_SUBREAPER, before_); }

 private:
  int before_ = 0;
};

// A child that forks the worker, says its number, and ends.
Result<pid_t> ForkSibling(const Ends& ends, const std::function<void()>& body) {
  const OrphansGoElsewhere elsewhere;
  const pid_t between = fork();
  if (between < 0) return ErrnoError("fork a worker", errno);
  if (between == 0) {
    const pid_t worker = fork();
    if (worker == 0) {
      body();
      // Nothing that the parent would have run at its end is ours to run.
      _exit(0);
    }
    std::string message(1, kMark);
    message.append(reinterpret_cast<const char*>(&worker), sizeof(worker));
    _exit(send(ends.workers.get(), message.data(), message.size(), MSG_NOSIGNAL) > 0 ? 0 : 1);
  }
  while (waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
  }
  const std::optional<std::string> said = ReceiveFrom(ends.ours.get(), MSG_DONTWAIT);
  pid_t worker = -1;
  if (said && said->size() == sizeof(worker)) memcpy(&worker, said->data(), sizeof(worker));
  if (worker <= 0) return HarnessError("cannot fork a worker");
  return worker;
}

}  // namespace

Result<WorkerProcess> WorkerProcess::Start(const WorkerBegin& begin,
                                           const std::function<void()>& close_in_worker) {
  Result<Ends> ends = MakeEnds();
  if (!ends.ok()) return ends.error();
  UniqueFd& ours = ends.value().ours;
  UniqueFd& workers = ends.value().workers;
  const Result<pid_t> pid = ForkSibling(ends.value(), [&] {
    // Else our own end would keep the socket open, and theirs keep others' open.
    ours = UniqueFd();
    close_in_worker();
    LiveAsWorker(workers.get(), begin);
  });
  if (!pid.ok()) return pid.error();
  // glibc 2.36 declares pidfd_open without C linkage.
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid.value(), 0)));
  WorkerProcess worker(std::move(ours), std::move(pidfd), pid.value());
  if (!worker.Send("")) return HarnessError("a worker died before its first request");
  return worker;
}

WorkerProcess::~WorkerProcess() {
  if (!socket_.valid()) return;
  socket_ = UniqueFd();
  // By its descriptor: its number may be another's by now.
  if (!pidfd_.valid()) return;
  (void)syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGTERM, nullptr, 0);
  pollfd ended = {pidfd_.get(), POLLIN, 0};
  while (poll(&ended, 1, -1) < 0 && errno == EINTR) {
  }
}

void WorkerProcess::Disown() {
  socket_ = UniqueFd();
  pidfd_ = UniqueFd();
}

bool WorkerProcess::Send(const std::string& request) const {
  const std::string message = kMark + request;
  return send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

std::optional<std::string> WorkerProcess::Receive() const {
  return ReceiveFrom(socket_.get());
}

}  // namespace shortwrite
