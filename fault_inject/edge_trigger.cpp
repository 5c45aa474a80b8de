#include "fault_inject/edge_trigger.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "fault_inject/raw_syscall.h"

namespace shortwrite::fault_inject {
namespace {

struct DirectoryEntry {  // getdents64(2)
  uint64_t inode;
  int64_t offset;
  uint16_t bytes;
  uint8_t type;
  char name[1];
};

// A path below /proc, put together without stdio.
class ProcPath {
 public:
  ProcPath() { Append("/proc/"); }
  ProcPath& Append(const char* text) {
    while (*text != '\0' && length_ + 1 < sizeof(text_)) text_[length_++] = *text++;
    text_[length_] = '\0';
    return *this;
  }
  const char* text() const { return text_; }

 private:
  char text_[64] = {};
  uint32_t length_ = 0;
};

int ParseDescriptor(const char* name) {
  int value = 0;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;
    value = value * 10 + (*name - '0');
  }
  return value;
}

bool IsEpoll(const char* process, const char* descriptor) {
  constexpr char kLink[] = "anon_inode:[eventpoll]";
  ProcPath path;
  path.Append(process).Append("/fd/").Append(descriptor);
  char target[sizeof(kLink)];
  const long bytes = RawSyscall(SYS_readlinkat, AT_FDCWD, AsArgument(path.text()),
                                AsArgument(target), sizeof(target));
  return bytes == static_cast<long>(sizeof(kLink)) - 1 &&
         memcmp(target, kLink, sizeof(kLink) - 1) == 0;
}

// The number behind a field's name in a line of fdinfo.
uint64_t Field(const char* line, const char* name, unsigned base) {
  const char* at = strstr(line, name);
  if (at == nullptr) return 0;
  at += strlen(name);
  while (*at == ' ') ++at;
  uint64_t value = 0;
  while (true) {
    const char c = *at++;
    unsigned digit = base;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    if (digit >= base) return value;
    value = value * base + digit;
  }
}

// Takes in the text of fdinfo piece by piece, and what it says of the inode line by line.
class FdinfoReader {
 public:
  FdinfoReader(int epoll, uint64_t inode, EdgeRegistration* found, uint32_t room)
      : epoll_(epoll), inode_(inode), found_(found), room_(room) {}

  uint32_t Read(const char* path) {
    const long file = RawSyscall(SYS_openat, AT_FDCWD, AsArgument(path), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char piece[512];
    long bytes = 0;
    while ((bytes = RawSyscall(SYS_read, file, AsArgument(piece), sizeof(piece))) > 0) {
      for (long i = 0; i < bytes; ++i) TakeIn(piece[i]);
    }
    RawSyscall(SYS_close, file);
    return count_;
  }

 private:
  void TakeIn(char c) {
    if (c != '\n') {
      if (length_ + 1 < sizeof(line_)) line_[length_++] = c;
      return;
    }
    line_[length_] = '\0';
    length_ = 0;
    if (strncmp(line_, "tfd:", strlen("tfd:")) == 0) TakeInLine();
  }

  void TakeInLine() {
    const auto events = static_cast<uint32_t>(Field(line_, "events:", 16));
    if (Field(line_, "ino:", 16) != inode_ || count_ == room_) return;
    if ((events & EPOLLET) == 0 || (events & EPOLLOUT) == 0) return;
    found_[count_++] = {epoll_, static_cast<int>(Field(line_, "tfd:", 10)), events,
                        Field(line_, "data:", 16)};
  }

  int epoll_;
  uint64_t inode_;
  EdgeRegistration* found_;
  uint32_t room_;
  uint32_t count_ = 0;
  char line_[160] = {};
  uint32_t length_ = 0;
};

}  // namespace

uint32_t FindEdgeRegistrations(const char* process, uint64_t inode, EdgeRegistration* found,
                               uint32_t room) {
  ProcPath directory;
  directory.Append(process).Append("/fd");
  const long listing = RawSyscall(SYS_openat, AT_FDCWD, AsArgument(directory.text()),
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (listing < 0) return 0;
  uint32_t count = 0;
  alignas(DirectoryEntry) char entries[1024];
  long bytes = 0;
  while ((bytes = RawSyscall(SYS_getdents64, listing, AsArgument(entries), sizeof(entries))) > 0) {
    for (long at = 0; at < bytes;) {
      const auto* const entry = reinterpret_cast<const DirectoryEntry*>(entries + at);
      at += entry->bytes;
      const int descriptor = ParseDescriptor(entry->name);
      if (descriptor < 0 || !IsEpoll(process, entry->name)) continue;
      ProcPath info;
      info.Append(process).Append("/fdinfo/").Append(entry->name);
      count += FdinfoReader(descriptor, inode, found + count, room - count).Read(info.text());
    }
  }
  RawSyscall(SYS_close, listing);
  return count;
}

}  // namespace shortwrite::fault_inject
