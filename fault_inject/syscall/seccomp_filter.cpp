#include "fault_inject/syscall/seccomp_filter.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace shortwrite::fault_inject {
namespace {

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

bool AddTraced(const Context& context, long number) {
  return seccomp_rule_add(context.get(), SCMP_ACT_TRACE(0), static_cast<int>(number), 0) == 0;
}

// mmap of a file to which the target will write through memory.
bool AddSharedMapping(const Context& context, scmp_datum_t sharing) {
  constexpr unsigned kProtection = 2;
  constexpr unsigned kFlags = 3;
  return seccomp_rule_add(
             context.get(), SCMP_ACT_TRACE(0), SCMP_SYS(mmap), 2,
             SCMP_CMP(kProtection, SCMP_CMP_MASKED_EQ, PROT_WRITE, PROT_WRITE),
             SCMP_CMP(kFlags, SCMP_CMP_MASKED_EQ, MAP_TYPE | MAP_ANONYMOUS, sharing)) == 0;
}

bool AddRules(const Context& context, StopsAt stops) {
  for (const long number : TracedCallNumbers(stops)) {
    if (!AddTraced(context, number)) return false;
  }
  return AddSharedMapping(context, MAP_SHARED) && AddSharedMapping(context, MAP_SHARED_VALIDATE);
}

std::vector<sock_filter> Export(const Context& context) {
  std::vector<sock_filter> program;
  const int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) return program;
  if (seccomp_export_bpf(context.get(), file) == 0) {
    const off_t bytes = lseek(file, 0, SEEK_END);
    program.resize(static_cast<size_t>(bytes) / sizeof(sock_filter));
    if (pread(file, program.data(), static_cast<size_t>(bytes), 0) != bytes) program.clear();
  }
  close(file);
  return program;
}

}  // namespace

std::vector<sock_filter> BuildFilter(StopsAt stops) {
  const Context context(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (context == nullptr) return {};
  // Calls of another ABI (a 32-bit program) must not kill it, as they do by default; they stop, so
  // that it is known that some went unseen.
  if (seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(0)) != 0) return {};
  if (!AddRules(context, stops)) return {};
  return Export(context);
}

}  // namespace shortwrite::fault_inject
