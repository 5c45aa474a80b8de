/* System calls without a libc between, on a stack of choice, and what they leave in the registers
 * of their arguments. kHasRawCall is 0 where nobody has written it yet. */
#ifndef SHORTWRITE_TESTS_RAW_CALL_H
#define SHORTWRITE_TESTS_RAW_CALL_H

struct raw_call {
  long number;
  long arguments[6]; /* afterwards: what the registers hold */
  long result;       /* negative: the errno */
};

#if defined(__x86_64__)
enum { kHasRawCall = 1 };

__attribute__((unused)) static void make_raw_call(struct raw_call* call) {
  register long fourth __asm__("r10") = call->arguments[3];
  register long fifth __asm__("r8") = call->arguments[4];
  register long sixth __asm__("r9") = call->arguments[5];
  long result = call->number;
  long first = call->arguments[0];
  long second = call->arguments[1];
  long third = call->arguments[2];
  __asm__ volatile("syscall"
                   : "+a"(result), "+D"(first), "+S"(second), "+d"(third), "+r"(fourth),
                     "+r"(fifth), "+r"(sixth)
                   :
                   : "rcx", "r11", "memory");
  long after[6] = {first, second, third, fourth, fifth, sixth};
  __builtin_memcpy(call->arguments, after, sizeof(after));
  call->result = result;
}

/* With the stack pointer at stack; three arguments. */
__attribute__((unused)) static long raw_call_on_stack(void* stack, long number, long first,
                                                      long second, long third) {
  long result = number;
  __asm__ volatile(
      "mov %%rsp, %%rbx\n\t"
      "mov %[stack], %%rsp\n\t"
      "syscall\n\t"
      "mov %%rbx, %%rsp"
      : "+a"(result)
      : [stack] "r"(stack), "D"(first), "S"(second), "d"(third)
      : "rbx", "rcx", "r11", "memory");
  return result;
}

/* write(2) as a 32-bit program calls it. */
__attribute__((unused)) static long write_as_32_bit(int fd, const void* low_bytes, long size) {
  long result = 4;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"((long)fd), "c"(low_bytes), "d"(size)
                   : "r8", "r9", "r10", "r11", "memory");
  return result;
}

#else
enum { kHasRawCall = 0 };

__attribute__((unused)) static void make_raw_call(struct raw_call* call) {
  (void)call;
}
__attribute__((unused)) static long raw_call_on_stack(void* stack, long number, long first,
                                                      long second, long third) {
  (void)stack, (void)number, (void)first, (void)second, (void)third;
  return -1;
}
__attribute__((unused)) static long write_as_32_bit(int fd, const void* low_bytes, long size) {
  (void)fd, (void)low_bytes, (void)size;
  return -1;
}
#endif

/* The exit status of a guest that cannot show its point here. */
enum { kCannotShow = 77 };

#endif
