#include "harness/inprocess/fork_mark.h"

#include <sys/mman.h>
#include <unistd.h>

namespace shortwrite::inprocess {
namespace {

constexpr size_t kPageBytes = 4096;

pid_t* MapPage() {
  void* const page =
      mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, kPageBytes, MADV_WIPEONFORK) == 0) return static_cast<pid_t*>(page);
  munmap(page, kPageBytes);
  return nullptr;
}

}  // namespace

ForkMark::ForkMark() : page_(MapPage()) {
  Set();
}

ForkMark::~ForkMark() {
  if (page_ != nullptr) munmap(page_, kPageBytes);
}

void ForkMark::Set() {
  pid_ = getpid();
  if (page_ != nullptr) *page_ = pid_;
}

bool ForkMark::is_ours() const {
  return page_ != nullptr ? *page_ != 0 : pid_ == getpid();
}

}  // namespace shortwrite::inprocess
