// What `explain` knows, as tables. Each word is explained in one place; the title of a class is
// diagnosis/rules.cpp's, and what a verdict means report/explain.cpp's.
#pragma once

#include <span>
#include <string_view>

namespace shortwrite {

// C that does it right; the pattern is what matters, declarations are left out.
namespace pattern {
extern const std::string_view kWriteAll;    // one buffer, blocking
extern const std::string_view kPositional;  // pwrite
extern const std::string_view kVector;      // writev
extern const std::string_view kCopy;        // sendfile, copy_file_range, splice
extern const std::string_view kWait;        // EAGAIN, in a loop of its own
extern const std::string_view kQueue;       // EAGAIN, in an event loop
extern const std::string_view kCheckEnd;    // close, fsync
extern const std::string_view kRollBack;    // a record that did not fit
extern const std::string_view kReplace;     // a whole file, new
}  // namespace pattern

struct Entry {
  std::string_view name;     // "W01", "corrupted", "short"
  std::string_view cause;    // prose
  std::string_view bug;      // C, or "" where there is none
  std::string_view fix;      // C, or what to do
  std::string_view threads;  // "owner/repository#number ...", or ""
};

std::span<const Entry> CountEntries();      // W01-W07: no loop, or the count is not believed
std::span<const Entry> CursorEntries();     // W08-W21: accounting
std::span<const Entry> CallEntries();       // W22-W32: vectors, EINTR, copies
std::span<const Entry> ReadinessEntries();  // W33-W41: EAGAIN
std::span<const Entry> LayerEntries();      // W42-W49: buffers, errors, records
std::span<const Entry> VerdictEntries();
std::span<const Entry> FaultEntries();

}  // namespace shortwrite
