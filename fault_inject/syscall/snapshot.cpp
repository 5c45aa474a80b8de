#include "fault_inject/syscall/snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace shortwrite::fault_inject {

HeldDescriptor::HeldDescriptor(int copy)
    : copy_(copy), offset_(lseek(copy, 0, SEEK_CUR)), flags_(fcntl(copy, F_GETFL)) {}

HeldDescriptor::HeldDescriptor(HeldDescriptor&& other) noexcept
    : copy_(std::exchange(other.copy_, -1)), offset_(other.offset_), flags_(other.flags_) {}

HeldDescriptor::~HeldDescriptor() {
  if (copy_ >= 0) close(copy_);
}

// A lock of flock(2) belongs to the description, which outlives the clone that took it.
bool HeldDescriptor::Restore() const {
  if ((flags_ & O_PATH) != 0) return true;
  flock(copy_, LOCK_UN);
  if (fcntl(copy_, F_GETFL) != flags_ && fcntl(copy_, F_SETFL, flags_) != 0) return false;
  return offset_ < 0 || lseek(copy_, offset_, SEEK_SET) == offset_;
}

std::string HeldDescriptor::WhyNotHeld() const {
  struct statfs system = {};
  if (flags_ < 0) return "a descriptor of it cannot be looked at";
  if (fstatfs(copy_, &system) == 0 && system.f_type == PROC_SUPER_MAGIC) {
    return "it keeps a file of /proc open, which would tell a clone of another process";
  }
  return "";
}

std::string HoldDescriptors(const ProcessHandle& process, pid_t pid,
                            std::vector<HeldDescriptor>& descriptors) {
  std::array<char, 64> path;
  snprintf(path.data(), path.size(), "/proc/%d/fd", pid);
  DIR* const open_ones = opendir(path.data());
  if (open_ones == nullptr) return "its descriptors cannot be listed";
  std::string why_not;
  while (const dirent* const entry = readdir(open_ones)) {
    if (entry->d_name[0] == '.') continue;
    const BorrowedDescriptor borrowed(process, pid, atoi(entry->d_name));
    const int copy = borrowed.get() < 0 ? -1 : fcntl(borrowed.get(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      why_not = "a descriptor of it cannot be copied";
      break;
    }
    descriptors.emplace_back(copy);
    why_not = descriptors.back().WhyNotHeld();
    if (!why_not.empty()) break;
  }
  closedir(open_ones);
  return why_not;
}

}  // namespace shortwrite::fault_inject
