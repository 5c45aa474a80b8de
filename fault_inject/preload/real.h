// The real functions behind the wrappers.
//
// They are reached through libc, not by raw system calls, because libc's are cancellation points
// and other interposers (a sanitizer's) may stand between. Looked up once, in the constructor: a
// look-up inside a wrapper would take the loader's lock in a signal handler. Before that, and where
// a libc lacks a function, the entry holds a raw system call.
#pragma once

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

// sendmmsg's element, layout fixed by the kernel; glibc declares it only with _GNU_SOURCE.
struct mmsghdr;

namespace shortwrite::fault_inject {

inline constexpr size_t kSignalSetBytes = 8;  // the kernel's sigset_t

// One line per wrapped function: result, name, parameters, arguments as system call words.
#define SHORTWRITE_REAL_FUNCTIONS(X)                                                              \
  X(ssize_t, write, (int a, const void* b, size_t c), SYS_write, W(a), W(b), W(c))                \
  X(ssize_t, pwrite64, (int a, const void* b, size_t c, int64_t d), SYS_pwrite64, W(a), W(b),     \
    W(c), W(d))                                                                                   \
  X(ssize_t, writev, (int a, const iovec* b, int c), SYS_writev, W(a), W(b), W(c))                \
  X(ssize_t, pwritev64, (int a, const iovec* b, int c, int64_t d), SYS_pwritev, W(a), W(b), W(c), \
    W(d))                                                                                         \
  X(ssize_t, pwritev64v2, (int a, const iovec* b, int c, int64_t d, int e), SYS_pwritev2, W(a),   \
    W(b), W(c), W(d), 0, W(e))                                                                    \
  X(ssize_t, sendto, (int a, const void* b, size_t c, int d, const sockaddr* e, socklen_t f),     \
    SYS_sendto, W(a), W(b), W(c), W(d), W(e), W(f))                                               \
  X(ssize_t, sendmsg, (int a, const msghdr* b, int c), SYS_sendmsg, W(a), W(b), W(c))             \
  X(int, sendmmsg, (int a, mmsghdr* b, unsigned c, int d), SYS_sendmmsg, W(a), W(b), W(c), W(d))  \
  X(ssize_t, sendfile64, (int a, int b, int64_t* c, size_t d), SYS_sendfile, W(a), W(b), W(c),    \
    W(d))                                                                                         \
  X(ssize_t, splice, (int a, int64_t* b, int c, int64_t* d, size_t e, unsigned f), SYS_splice,    \
    W(a), W(b), W(c), W(d), W(e), W(f))                                                           \
  X(ssize_t, tee, (int a, int b, size_t c, unsigned d), SYS_tee, W(a), W(b), W(c), W(d))          \
  X(ssize_t, vmsplice, (int a, const iovec* b, size_t c, unsigned d), SYS_vmsplice, W(a), W(b),   \
    W(c), W(d))                                                                                   \
  X(ssize_t, copy_file_range, (int a, int64_t* b, int c, int64_t* d, size_t e, unsigned f),       \
    SYS_copy_file_range, W(a), W(b), W(c), W(d), W(e), W(f))                                      \
  X(int, epoll_wait, (int a, epoll_event* b, int c, int d), SYS_epoll_pwait, W(a), W(b), W(c),    \
    W(d), 0, kSignalSetBytes)                                                                     \
  X(int, epoll_pwait, (int a, epoll_event* b, int c, int d, const sigset_t* e), SYS_epoll_pwait,  \
    W(a), W(b), W(c), W(d), W(e), kSignalSetBytes)                                                \
  X(int, epoll_pwait2, (int a, epoll_event* b, int c, const timespec* d, const sigset_t* e),      \
    SYS_epoll_pwait2, W(a), W(b), W(c), W(d), W(e), kSignalSetBytes)                              \
  X(int, close, (int a), SYS_close, W(a))                                                         \
  X(int, fsync, (int a), SYS_fsync, W(a))                                                         \
  X(int, fdatasync, (int a), SYS_fdatasync, W(a))                                                 \
  X(int, execve, (const char* a, char* const* b, char* const* c), SYS_execve, W(a), W(b), W(c))   \
  X(int, execveat, (int a, const char* b, char* const* c, char* const* d, int e), SYS_execveat,   \
    W(a), W(b), W(c), W(d), W(e))

// Functions of libc that no single system call replaces: null until looked up.
#define SHORTWRITE_REAL_LIBRARY_FUNCTIONS(X)                                           \
  X(int, poll, (pollfd*, nfds_t, int))                                                 \
  X(int, ppoll, (pollfd*, nfds_t, const timespec*, const sigset_t*))                   \
  X(int, __poll_chk, (pollfd*, nfds_t, int, size_t))                                   \
  X(int, __ppoll_chk, (pollfd*, nfds_t, const timespec*, const sigset_t*, size_t))     \
  X(int, select, (int, fd_set*, fd_set*, fd_set*, timeval*))                           \
  X(int, pselect, (int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*))  \
  X(int, execvpe, (const char*, char* const*, char* const*))                           \
  X(int, fexecve, (int, char* const*, char* const*))                                   \
  X(int, posix_spawn,                                                                  \
    (pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*, \
     char* const*, char* const*))                                                      \
  X(int, posix_spawnp,                                                                 \
    (pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*, \
     char* const*, char* const*))

struct RealFunctions {
#define X(result, name, parameters, ...) result(*name) parameters;
  SHORTWRITE_REAL_FUNCTIONS(X)
  SHORTWRITE_REAL_LIBRARY_FUNCTIONS(X)
#undef X
};

extern RealFunctions real;

void LookUpRealFunctions();

}  // namespace shortwrite::fault_inject
