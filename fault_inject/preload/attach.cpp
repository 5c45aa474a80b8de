#include "fault_inject/preload/attach.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "fault_inject/preload/real.h"
#include "fault_inject/process_names.h"
#include "fault_inject/raw_syscall.h"

extern "C" char** environ;

namespace shortwrite::fault_inject {

constinit Region* region = nullptr;
constinit uintptr_t program_begin = 0;
constinit uintptr_t program_end = 0;
constinit char program_name[kProcessNameBytes] = {};
constinit char preload_entry[1200] = {};
constinit char region_entry[1200] = {};

namespace {

const char* CopyEntry(char* const* environment, const char* prefix, char (&copy)[1200]) {
  const size_t prefix_bytes = strlen(prefix);
  for (char* const* entry = environment; *entry != nullptr; ++entry) {
    if (strncmp(*entry, prefix, prefix_bytes) != 0) continue;
    const size_t bytes = strlen(*entry) + 1;
    if (bytes > sizeof(copy)) return nullptr;
    memcpy(copy, *entry, bytes);
    return copy + prefix_bytes;
  }
  return nullptr;
}

// The auxiliary vector lies behind the environment on the initial stack (getauxval(3)).
void FindProgram(char* const* environment) {
  while (*environment != nullptr) ++environment;
  const auto* aux = reinterpret_cast<const Elf64_auxv_t*>(environment + 1);
  uintptr_t headers = 0;
  uint64_t count = 0;
  for (; aux->a_type != AT_NULL; ++aux) {
    if (aux->a_type == AT_PHDR) headers = aux->a_un.a_val;
    if (aux->a_type == AT_PHNUM) count = aux->a_un.a_val;
  }
  const auto* header = reinterpret_cast<const Elf64_Phdr*>(headers);
  uintptr_t bias = 0;
  uintptr_t end = 0;
  for (uint64_t i = 0; header != nullptr && i < count; ++i) {
    if (header[i].p_type == PT_PHDR) bias = headers - header[i].p_vaddr;
    if (header[i].p_type == PT_LOAD) end = header[i].p_vaddr + header[i].p_memsz;
  }
  if (end == 0) return;
  program_begin = bias;
  program_end = bias + end;
}

void MapRegion(const char* path) {
  const long fd = RawSyscall(SYS_openat, AT_FDCWD, AsArgument(path), O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  const long address =
      RawSyscall(SYS_mmap, 0, sizeof(Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  RawSyscall(SYS_close, fd);
  if (address < 0 && address > -4096) return;
  auto* const mapped = reinterpret_cast<Region*>(address);
  if (mapped->header.magic != kMagic) return;
  if (mapped->header.version != kVersion || mapped->header.region_bytes != sizeof(Region)) {
    AtomicAdd(mapped->header.version_mismatches, 1);
    return;
  }
  AtomicAdd(mapped->header.attached, 1);
  // Now: later a thread may have given itself a name of its own.
  RawSyscall(SYS_prctl, PR_GET_NAME, AsArgument(program_name));
  NameProcess(*mapped, static_cast<uint32_t>(RawSyscall(SYS_getpid)),
              AtomicLoad(mapped->header.trace_claimed), program_name);
  region = mapped;
}

// musl passes no arguments to constructors, so the environment comes from its variable; both libcs
// have set it by now, because a preloaded library is initialised after those that it could need.
__attribute__((constructor)) void Attach() {
  LookUpRealFunctions();
  if (environ == nullptr) return;
  constexpr char kPrefix[] = "SHORTWRITE_REGION=";
  static_assert(sizeof(kPrefix) == sizeof(kRegionVariable) + 1);
  const char* const path = CopyEntry(environ, kPrefix, region_entry);
  if (path == nullptr || CopyEntry(environ, "LD_PRELOAD=", preload_entry) == nullptr) return;
  FindProgram(environ);
  MapRegion(path);
}

}  // namespace
}  // namespace shortwrite::fault_inject
