#include "fault_inject/descriptor.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fault_inject/raw_syscall.h"

namespace shortwrite::fault_inject {
namespace {

// The kernel's struct statx has one layout everywhere (statx(2)); devices come in two halves, and
// are put together as libc's st_dev is, because the harness compares with that.
constexpr uint64_t DeviceOf(uint64_t major, uint64_t minor) {
  return (major & 0xfffff000u) << 32 | (major & 0xfffu) << 8 | (minor & 0xffffff00u) << 12 |
         (minor & 0xffu);
}

constexpr uint32_t kTypeMask = 0170000;
constexpr uint32_t kTypeRegular = 0100000;
constexpr uint32_t kTypePipe = 0010000;
constexpr uint32_t kTypeSocket = 0140000;
constexpr uint32_t kTypeBlock = 0060000;
constexpr uint32_t kTypeCharacter = 0020000;

// devices.txt of the kernel: 4 virtual consoles and serial lines, 5 /dev/tty and /dev/console, 136
// to 143 pseudo-terminals.
bool IsTtyMajor(uint32_t major) {
  return major == 4 || major == 5 || (major >= 136 && major <= 143);
}

}  // namespace

bool Inspect(int descriptor, DescriptorState& state, bool with_size) {
  struct statx found;  // filled by the kernel as far as mask says
  const unsigned mask = STATX_TYPE | STATX_INO | (with_size ? STATX_SIZE : 0u);
  if (RawSyscall(SYS_statx, descriptor, AsArgument(""), AT_EMPTY_PATH, mask, AsArgument(&found)) !=
      0) {
    return false;
  }
  state.device = DeviceOf(found.stx_dev_major, found.stx_dev_minor);
  state.inode = found.stx_ino;
  state.bytes = with_size ? found.stx_size : 0;
  state.mode = found.stx_mode;
  state.special_device = found.stx_rdev_major;
  return true;
}

SinkClass Classify(int descriptor, const DescriptorState& state) {
  switch (state.mode & kTypeMask) {
    case kTypeRegular:
      return SinkClass::kRegular;
    case kTypePipe:
      return SinkClass::kPipe;
    case kTypeBlock:
      return SinkClass::kBlockDevice;
    case kTypeCharacter:
      return IsTtyMajor(state.special_device) ? SinkClass::kTty : SinkClass::kOther;
    case kTypeSocket: {
      int type = 0;
      socklen_t bytes = sizeof(type);
      const long failed = RawSyscall(SYS_getsockopt, descriptor, SOL_SOCKET, SO_TYPE,
                                     AsArgument(&type), AsArgument(&bytes));
      return failed == 0 && type == SOCK_STREAM ? SinkClass::kStreamSocket
                                                : SinkClass::kDatagramSocket;
    }
    default:
      return SinkClass::kOther;
  }
}

uint32_t StatusFlags(int descriptor) {
  const long flags = RawSyscall(SYS_fcntl, descriptor, F_GETFL);
  return flags < 0 ? 0 : static_cast<uint32_t>(flags);
}

int64_t Position(int descriptor) {
  const long position = RawSyscall(SYS_lseek, descriptor, 0, SEEK_CUR);
  return position < 0 ? -1 : position;
}

uint32_t PathBelow(const char* dir, uint32_t dir_bytes, int descriptor, char* path,
                   uint32_t bytes) {
  // Not /proc/self: a process's descriptors go with its first thread.
  char link[32] = "/proc/thread-self/fd/";
  char digits[12];
  uint32_t count = 0;
  auto rest = static_cast<uint32_t>(descriptor);
  do {
    digits[count++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  char* end = link + strlen(link);
  while (count != 0) *end++ = digits[--count];
  *end = '\0';

  char full[1024 + kPathBytes];
  const long length =
      RawSyscall(SYS_readlinkat, AT_FDCWD, AsArgument(link), AsArgument(full), sizeof(full));
  if (length <= static_cast<long>(dir_bytes) + 1) return 0;
  if (memcmp(full, dir, dir_bytes) != 0 || full[dir_bytes] != '/') return 0;
  uint32_t below = static_cast<uint32_t>(length) - dir_bytes - 1;
  if (below >= bytes) below = bytes - 1;
  memcpy(path, full + dir_bytes + 1, below);
  path[below] = '\0';
  return below;
}

uint64_t SourceBytes(int descriptor, int64_t position) {
  DescriptorState state;
  if (!Inspect(descriptor, state, true)) return UINT64_MAX;
  switch (state.mode & kTypeMask) {
    case kTypeRegular: {
      // Files of /proc and /sys say 0 and hold more.
      if (state.bytes == 0) return UINT64_MAX;
      const int64_t from = position >= 0 ? position : Position(descriptor);
      if (from < 0) return UINT64_MAX;
      const auto offset = static_cast<uint64_t>(from);
      return offset >= state.bytes ? 0 : state.bytes - offset;
    }
    case kTypePipe: {
      int available = 0;
      const long failed = RawSyscall(SYS_ioctl, descriptor, FIONREAD, AsArgument(&available));
      return failed == 0 && available > 0 ? static_cast<uint64_t>(available) : UINT64_MAX;
    }
    default:
      return UINT64_MAX;
  }
}

}  // namespace shortwrite::fault_inject
