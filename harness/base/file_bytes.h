// The content of a file as it was when it was read.
//
// Small files are copied; large ones are mapped, so that gigabytes of output cost address space and
// page cache, not memory of ours. A mapped file must not be truncated in place while this lives
// (SIGBUS); unlinking it is fine.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace shortwrite {

class FileBytes {
 public:
  FileBytes() = default;

  // Up to this size a file is copied, and may be changed in place afterwards.
  static constexpr uint64_t kCopiedBytesMax = 1 << 20;

  static FileBytes Of(std::string bytes);
  // Reads the regular file behind fd from its start; fd's position is left alone.
  static Result<FileBytes> Read(int fd, const std::string& name);
  static Result<FileBytes> Read(const std::string& path);

  std::string_view view() const { return view_; }
  size_t size() const { return view_.size(); }

 private:
  std::shared_ptr<const void> owner_;  // a std::string or a mapping
  std::string_view view_;
};

// Creates or replaces the file. Not atomic: for our private files only.
Status WriteFile(const std::string& path, std::string_view bytes);

}  // namespace shortwrite
