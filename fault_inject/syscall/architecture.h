// The one place that knows a processor's registers.
//
// To add an architecture: another Registers here, and another RawSyscall in raw_syscall.h.
#pragma once

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

namespace shortwrite::fault_inject {

// The general registers of a stopped thread (ptrace(2), PTRACE_GETREGSET).
template <typename Raw>
bool LoadRegisters(pid_t thread, Raw& raw) {
  iovec view = {&raw, sizeof(raw)};
  return ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &view) == 0;
}
template <typename Raw>
bool StoreRegisters(pid_t thread, const Raw& raw) {
  iovec view = {const_cast<Raw*>(&raw), sizeof(raw)};
  return ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &view) == 0;
}

#if defined(__x86_64__)

// clone(2): which argument is the address for CLONE_CHILD_SETTID.
inline constexpr int kCloneThreadId = 3;

class Registers {
 public:
  bool Load(pid_t thread) { return LoadRegisters(thread, raw_); }
  bool Store(pid_t thread) const { return StoreRegisters(thread, raw_); }

  uint64_t argument(int index) const { return const_cast<Registers*>(this)->Argument(index); }
  void set_argument(int index, uint64_t value) { Argument(index) = value; }
  int64_t result() const { return static_cast<int64_t>(raw_.rax); }
  void set_result(int64_t result) { raw_.rax = static_cast<uint64_t>(result); }
  uint64_t instruction_pointer() const { return raw_.rip; }
  uint64_t stack_pointer() const { return raw_.rsp; }

  // At the entry of a call: makes it another one; -1: none at all.
  bool SetNumber(pid_t /*thread*/, long number) {
    raw_.orig_rax = static_cast<uint64_t>(number);
    return true;
  }
  // At a stop inside or behind a system call: the thread will execute the instruction again, as a
  // call of this number.
  void Repeat(long number) {
    constexpr uint64_t kSyscallBytes = 2;
    raw_.rip -= kSyscallBytes;
    raw_.rax = static_cast<uint64_t>(number);
    raw_.orig_rax = static_cast<uint64_t>(-1);
  }
  // At a stop for a signal: the call that it ended with EINTR; -1: none, or it could not be made
  // again.
  long interrupted_call() const {
    return raw_.rax == static_cast<uint64_t>(-EINTR) ? static_cast<long>(raw_.orig_rax) : -1;
  }

 private:
  unsigned long long& Argument(int index) {
    switch (index) {
      case 0:
        return raw_.rdi;
      case 1:
        return raw_.rsi;
      case 2:
        return raw_.rdx;
      case 3:
        return raw_.r10;
      case 4:
        return raw_.r8;
      default:
        return raw_.r9;
    }
  }

  user_regs_struct raw_ = {};
};

#elif defined(__aarch64__)

inline constexpr int kCloneThreadId = 4;

class Registers {
 public:
  bool Load(pid_t thread) { return LoadRegisters(thread, raw_); }
  bool Store(pid_t thread) const { return StoreRegisters(thread, raw_); }

  uint64_t argument(int index) const { return raw_.regs[index]; }
  void set_argument(int index, uint64_t value) { raw_.regs[index] = value; }
  int64_t result() const { return static_cast<int64_t>(raw_.regs[0]); }
  // Also the first argument: a call that is made again needs it restored.
  void set_result(int64_t result) { raw_.regs[0] = static_cast<uint64_t>(result); }
  uint64_t instruction_pointer() const { return raw_.pc; }
  uint64_t stack_pointer() const { return raw_.sp; }
  uint64_t link() const { return raw_.regs[30]; }

  bool SetNumber(pid_t thread, long number) {
    int value = static_cast<int>(number);
    iovec view = {&value, sizeof(value)};
    return ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &view) == 0;
  }
  void Repeat(long number) {
    constexpr uint64_t kSyscallBytes = 4;
    raw_.pc -= kSyscallBytes;
    raw_.regs[8] = static_cast<uint64_t>(number);
  }
  // The result has taken the place of the first argument.
  long interrupted_call() const { return -1; }

 private:
  user_regs_struct raw_ = {};
};

#else
#error "the tracer knows the registers of x86-64 and aarch64 only"
#endif

}  // namespace shortwrite::fault_inject
