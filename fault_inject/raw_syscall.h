// System calls without libc: no errno, no cancellation point, no other interposer in between.
//
// For our own questions (what is this descriptor?), which the target must not notice, and as the
// way on for calls made before the constructor has run. Results follow the kernel's convention:
// -4095..-1 is a negated errno. AsLibc() turns that into libc's.
#pragma once

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>

// For code that also runs in a child which shares its parent's memory: a sanitizer's bookkeeping
// there would be that of the parent's thread.
#if defined(__clang__)
#define SHORTWRITE_UNSANITIZED __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#define SHORTWRITE_UNSANITIZED __attribute__((no_sanitize("address,thread,undefined")))
#endif

namespace shortwrite::fault_inject {

#if defined(__x86_64__)
SHORTWRITE_UNSANITIZED inline long RawSyscall(long number, long a = 0, long b = 0, long c = 0,
                                              long d = 0, long e = 0, long f = 0) {
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
SHORTWRITE_UNSANITIZED inline long RawSyscall(long number, long a = 0, long b = 0, long c = 0,
                                              long d = 0, long e = 0, long f = 0) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
}
#else
#error "the preload library knows the system call convention of x86-64 and aarch64 only"
#endif

SHORTWRITE_UNSANITIZED inline long AsArgument(const void* pointer) {
  return reinterpret_cast<long>(pointer);
}
// What the kernel fills in: to be distinguished, or it would be called uninitialised.
SHORTWRITE_UNSANITIZED inline long AsArgument(void* pointer) {
  return reinterpret_cast<long>(pointer);
}

inline long AsLibc(long result) {
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // namespace shortwrite::fault_inject
