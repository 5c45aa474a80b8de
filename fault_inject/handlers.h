// Which signal could make a write call return EINTR. Pure.
//
// Needs libc headers only: it is compiled into the preload library.
#pragma once

#include <signal.h>
#include <stdint.h>

namespace shortwrite::fault_inject {

inline constexpr int kSignalsMax = 64;

constexpr uint64_t SignalBit(int signal) {
  return uint64_t{1} << (signal - 1);
}

// What the kernel's rt_sigaction takes and gives, alike on x86-64 and aarch64.
struct KernelSigaction {
  uint64_t handler;
  uint64_t flags;
  uint64_t restorer;
  uint64_t mask;
};

// The handlers that a process has installed.
struct CaughtSignals {
  uint64_t handlers[kSignalsMax] = {};  // address by signal - 1; 0: default action or ignored
  uint64_t restarting = 0;              // SignalBit: with SA_RESTART

  void Set(int signal, const KernelSigaction& action) {
    const auto ignored = reinterpret_cast<uintptr_t>(SIG_IGN);
    handlers[signal - 1] = action.handler == ignored ? 0 : action.handler;
    restarting &= ~SignalBit(signal);
    if ((action.flags & SA_RESTART) != 0) restarting |= SignalBit(signal);
  }
};

// Asked to end, or ended by an error of their own.
inline constexpr uint64_t kEndingSignals =
    SignalBit(SIGHUP) | SignalBit(SIGINT) | SignalBit(SIGQUIT) | SignalBit(SIGILL) |
    SignalBit(SIGTRAP) | SignalBit(SIGABRT) | SignalBit(SIGBUS) | SignalBit(SIGFPE) |
    SignalBit(SIGSEGV) | SignalBit(SIGPIPE) | SignalBit(SIGTERM) | SignalBit(SIGSTKFLT) |
    SignalBit(SIGXCPU) | SignalBit(SIGXFSZ) | SignalBit(SIGSYS) | SignalBit(SIGPWR);
// Used inside glibc (32, 33) and musl (32 to 34).
inline constexpr uint64_t kLibcSignals = SignalBit(32) | SignalBit(33) | SignalBit(34);

// Those that a program gets unasked come first: a timer's signal means something to it.
inline constexpr int kHarmlessFirst[] = {SIGCHLD, SIGWINCH, SIGURG, SIGCONT};

// A signal with a handler without SA_RESTART, which is not blocked, and whose handler may be
// expected to return; 0: there is none. Handlers of signals that ask a program to end usually clean
// up and die; then nobody ever sees EINTR, and a program that does not handle it is right. So these
// signals do not count, nor does any signal that shares its handler with one of them.
//
// any_handler: those with SA_RESTART count too; see AnyHandlerInterrupts() in legality.h.
inline int InterruptingSignal(const CaughtSignals& caught, uint64_t blocked, bool any_handler) {
  const auto interrupts = [&](int signal) {
    const uint64_t handler = caught.handlers[signal - 1];
    const uint64_t restarting = any_handler ? 0 : caught.restarting;
    const uint64_t excluded = kEndingSignals | kLibcSignals | blocked | restarting;
    if (handler == 0 || (excluded & SignalBit(signal)) != 0) return false;
    for (int other = 1; other <= kSignalsMax; ++other) {
      const bool ending = (kEndingSignals & SignalBit(other)) != 0;
      if (ending && caught.handlers[other - 1] == handler) return false;
    }
    return true;
  };
  for (const int signal : kHarmlessFirst) {
    if (interrupts(signal)) return signal;
  }
  for (int signal = 1; signal <= kSignalsMax; ++signal) {
    if (interrupts(signal)) return signal;
  }
  return 0;
}

}  // namespace shortwrite::fault_inject
