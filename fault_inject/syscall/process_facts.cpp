#include "fault_inject/syscall/process_facts.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fault_inject/syscall/tracee_memory.h"

namespace shortwrite::fault_inject {
namespace {

size_t ReadProcFile(pid_t process, const char* name, void* to, size_t bytes) {
  std::array<char, 64> path;
  snprintf(path.data(), path.size(), "/proc/%d/%s", process, name);
  const int file = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t got = read(file, to, bytes);
  close(file);
  return got < 0 ? 0 : static_cast<size_t>(got);
}

int Field(const char* status, const char* name, int absent) {
  const char* const at = strstr(status, name);
  return at == nullptr ? absent : static_cast<int>(strtol(at + strlen(name), nullptr, 10));
}

uint64_t MaskField(const char* status, const char* name) {
  const char* const at = strstr(status, name);
  return at == nullptr ? 0 : strtoull(at + strlen(name), nullptr, 16);
}

using StatusText = std::array<char, 4096>;

StatusText ReadStatus(pid_t thread) {
  StatusText text;
  text[ReadProcFile(thread, "status", text.data(), text.size() - 1)] = '\0';
  return text;
}

}  // namespace

Kinship ReadKinship(pid_t thread) {
  const StatusText status = ReadStatus(thread);
  return {Field(status.data(), "\nTgid:", thread), Field(status.data(), "\nPPid:", 0)};
}

SignalFacts ReadSignals(pid_t thread) {
  const StatusText status = ReadStatus(thread);
  const uint64_t pending =
      MaskField(status.data(), "\nSigPnd:") | MaskField(status.data(), "\nShdPnd:");
  const uint64_t by_default = SignalBit(SIGCHLD) | SignalBit(SIGURG) | SignalBit(SIGWINCH);
  return {pending & ~MaskField(status.data(), "\nSigBlk:"),
          MaskField(status.data(), "\nSigIgn:") |
              (by_default & ~MaskField(status.data(), "\nSigCgt:"))};
}

int CountFilters(pid_t thread) {
  return Field(ReadStatus(thread).data(), "\nSeccomp_filters:", -1);
}

void ReadProcessName(pid_t process, char (&name)[kProcessNameBytes]) {
  const size_t bytes = ReadProcFile(process, "comm", name, kProcessNameBytes - 1);
  name[bytes] = '\0';
  if (bytes > 0 && name[bytes - 1] == '\n') name[bytes - 1] = '\0';
}

void ReadProgramBounds(pid_t process, TracedProcess& traced) {
  traced.program_begin = traced.program_end = 0;
  std::array<Elf64_auxv_t, 64> vector;
  const size_t bytes = ReadProcFile(process, "auxv", vector.data(), sizeof(vector));
  uint64_t headers = 0;
  uint64_t count = 0;
  for (size_t i = 0; i < bytes / sizeof(Elf64_auxv_t); ++i) {
    if (vector[i].a_type == AT_PHDR) headers = vector[i].a_un.a_val;
    if (vector[i].a_type == AT_PHNUM) count = vector[i].a_un.a_val;
  }
  std::array<Elf64_Phdr, 32> table;
  if (count == 0 || count > table.size()) return;
  if (!ReadMemory(process, headers, table.data(), count * sizeof(Elf64_Phdr))) return;
  uint64_t bias = 0;
  uint64_t end = 0;
  for (uint64_t i = 0; i < count; ++i) {
    if (table[i].p_type == PT_PHDR) bias = headers - table[i].p_vaddr;
    if (table[i].p_type == PT_LOAD) end = table[i].p_vaddr + table[i].p_memsz;
  }
  if (end == 0) return;
  traced.program_begin = bias;
  traced.program_end = bias + end;
}

uint32_t NativeArchitecture() {
#if defined(__x86_64__)
  return AUDIT_ARCH_X86_64;
#else
  return AUDIT_ARCH_AARCH64;
#endif
}

bool MayFilterFreely() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data = {};
  if (syscall(SYS_capget, &header, data.data()) != 0) return false;
  return (data[0].effective & (1u << CAP_SYS_ADMIN)) != 0;
}

}  // namespace shortwrite::fault_inject
