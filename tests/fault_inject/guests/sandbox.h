/* What a guest needs to give up system calls on pain of death. */
#ifndef SHORTWRITE_TESTS_SANDBOX_H
#define SHORTWRITE_TESTS_SANDBOX_H

#include <sys/prctl.h>
#include <sys/syscall.h>

/* seccomp(2), for a libc that comes without the kernel's headers. */
struct instruction {
  unsigned short code;
  unsigned char if_true, if_false;
  unsigned value;
};
struct program {
  unsigned short length;
  const struct instruction* instructions;
};
enum { kLoadNumber = 0x20, kJumpIfEqual = 0x15, kReturn = 0x06, kFilterMode = 2 };
#define PERMIT(number)              \
  {kJumpIfEqual, 0, 1, (number)}, { \
    kReturn, 0, 0, 0x7fff0000u      \
  }
#define KILL \
  { kReturn, 0, 0, 0x80000000u }

/* filter: an array of instructions. */
#define ENTER_SANDBOX(filter)                                                      \
  do {                                                                             \
    const struct program program = {sizeof(filter) / sizeof((filter)[0]), filter}; \
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);                            \
    CHECK(prctl(PR_SET_SECCOMP, kFilterMode, &program, 0, 0) == 0);                \
  } while (0)

#endif
