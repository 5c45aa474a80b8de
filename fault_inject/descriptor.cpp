#include "fault_inject/descriptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

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

SinkClass ClassifyCharacterDevice(const DescriptorState& state) {
  if (IsTtyMajor(state.special_major)) return SinkClass::kTty;
  const bool is_full = state.special_major == 1 && state.special_minor == 7;  // devices.txt
  return is_full ? SinkClass::kFullDevice : SinkClass::kOther;
}

int SocketOption(int descriptor, int option) {
  int value = -1;
  socklen_t bytes = sizeof(value);
  RawSyscall(SYS_getsockopt, descriptor, SOL_SOCKET, option, AsArgument(&value),
             AsArgument(&bytes));
  return value;
}

SinkClass ClassifySocket(int descriptor) {
  switch (SocketOption(descriptor, SO_TYPE)) {
    case SOCK_STREAM:
      return SocketOption(descriptor, SO_PROTOCOL) == IPPROTO_TCP ? SinkClass::kTcpSocket
                                                                  : SinkClass::kStreamSocket;
    case SOCK_SEQPACKET:
      return SinkClass::kSeqpacketSocket;
    default:
      return SinkClass::kDatagramSocket;
  }
}

// Only memory of memfd_create has seals that forbid growth; every other file answers an error, or
// that it may not be sealed.
SinkClass ClassifyRegular(int descriptor) {
  const long seals = RawSyscall(SYS_fcntl, descriptor, F_GET_SEALS);
  return seals > 0 && (seals & F_SEAL_GROW) != 0 ? SinkClass::kSealedMemory : SinkClass::kRegular;
}

// What the link at DIRECTORY/descriptor points to.
long ReadLink(const char* directory, int descriptor, char* target, size_t bytes) {
  char link[32];
  const size_t directory_bytes = strlen(directory);
  memcpy(link, directory, directory_bytes + 1);
  char digits[12];
  uint32_t count = 0;
  auto rest = static_cast<uint32_t>(descriptor);
  do {
    digits[count++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  char* end = link + directory_bytes;
  while (count != 0) *end++ = digits[--count];
  *end = '\0';
  return RawSyscall(SYS_readlinkat, AT_FDCWD, AsArgument(link), AsArgument(target),
                    static_cast<long>(bytes));
}

// What /proc calls the file; negative if it does not say. A process's descriptors go with its first
// thread, and then the thread's own directory still has them; to look there costs more.
long NameOfFile(int descriptor, char* name, size_t bytes) {
  const long length = ReadLink("/proc/self/fd/", descriptor, name, bytes);
  return length >= 0 ? length : ReadLink("/proc/thread-self/fd/", descriptor, name, bytes);
}

// Files without a type have no other mark than the name that /proc gives them.
SinkClass ClassifyAnonymous(int descriptor) {
  constexpr char kName[] = "anon_inode:[eventfd]";
  char name[sizeof(kName)];
  const long length = NameOfFile(descriptor, name, sizeof(name));
  const bool is_eventfd =
      length == static_cast<long>(sizeof(kName) - 1) && memcmp(name, kName, sizeof(kName) - 1) == 0;
  return is_eventfd ? SinkClass::kEventfd : SinkClass::kOther;
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
  state.special_major = found.stx_rdev_major;
  state.special_minor = found.stx_rdev_minor;
  return true;
}

SinkClass Classify(int descriptor, const DescriptorState& state) {
  switch (state.mode & kTypeMask) {
    case kTypeRegular:
      return ClassifyRegular(descriptor);
    case kTypePipe:
      return SinkClass::kPipe;
    case kTypeBlock:
      return SinkClass::kBlockDevice;
    case kTypeCharacter:
      return ClassifyCharacterDevice(state);
    case kTypeSocket:
      return ClassifySocket(descriptor);
    default:
      return ClassifyAnonymous(descriptor);
  }
}

bool HasSendTimeout(int descriptor, SinkClass sink) {
  switch (sink) {
    case SinkClass::kStreamSocket:
    case SinkClass::kTcpSocket:
    case SinkClass::kDatagramSocket:
    case SinkClass::kSeqpacketSocket:
      break;
    default:
      return false;
  }
  timeval timeout = {};
  socklen_t bytes = sizeof(timeout);
  const long failed = RawSyscall(SYS_getsockopt, descriptor, SOL_SOCKET, SO_SNDTIMEO,
                                 AsArgument(&timeout), AsArgument(&bytes));
  return failed == 0 && (timeout.tv_sec != 0 || timeout.tv_usec != 0);
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
  char full[1024 + kPathBytes];
  const long length = NameOfFile(descriptor, full, sizeof(full));
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
