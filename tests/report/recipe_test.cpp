#include "harness/report/recipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/trial/traces.h"

namespace shortwrite {
namespace {

TracedCall At(int64_t position, TracedCall call) {
  call.position = position;
  return call;
}

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A limit of the file's size ends a write at a byte. What it does to the next write is said only
// where there is one.
TEST(Recipe, ShortOfAFileBySizeLimit) {
  const std::string last = Recipe(Trace({At(0, Call(1, 100)), At(100, Cut(Call(2, 100), 1))}));
  EXPECT_TRUE(Has(last, "prlimit --fsize=101 COMMAND ends write 2 there")) << last;
  EXPECT_FALSE(Has(last, "EFBIG")) << last;
  EXPECT_FALSE(Has(last, "ulimit")) << "bash counts in 1024 bytes";
  const std::string goes_on = Recipe(Trace({At(0, Cut(Call(1, 100), 1)), At(1, Call(2, 99))}));
  EXPECT_TRUE(Has(goes_on, "--fsize=1 ")) << goes_on;
  EXPECT_TRUE(Has(goes_on, "then write 2 fails with EFBIG, and SIGXFSZ kills")) << goes_on;
  const std::string by_shell = Recipe(Trace({At(0, Cut(Call(1, 5000), 2048))}));
  EXPECT_TRUE(Has(by_shell, "(bash: ulimit -f 2)")) << by_shell;
}

// A file system fills up by pages, so only a cut at one of them can be its doing.
TEST(Recipe, ShortOfAFileBySpace) {
  const std::string both =
      Recipe(Trace({At(0, Cut(Call(1, 10000), 4096)), At(4096, Call(2, 5904))}));
  EXPECT_TRUE(Has(both, "or the output on a tmpfs with 4096 bytes free; for write 2 to succeed"))
      << both;
  EXPECT_FALSE(Has(Recipe(Trace({At(0, Cut(Call(1, 10000), 4095))})), "tmpfs"));
}

// A disk that is full, and stays so: short, then ENOSPC, exactly.
TEST(Recipe, FullDisk) {
  const TracedCall error = Answered(Call(2, 5904), FaultKind::kEnospc, ENOSPC);
  const std::string short_first = Recipe(Trace({At(0, Cut(Call(1, 10000), 4096)), error}));
  EXPECT_EQ(short_first, "the output on a tmpfs with 4096 bytes free");
  const std::string at_once = Recipe(Trace({At(0, Call(1, 4096)), error, At(4096, Call(3, 10))}));
  EXPECT_TRUE(Has(at_once, "4096 bytes free; for write 3 to succeed")) << at_once;
  EXPECT_EQ(Recipe(Trace({At(0, Call(1, 4000)), error})), "") << "some of it would still fit";
}

// Short, then EFBIG: what the size limit does by itself.
TEST(Recipe, SizeLimit) {
  const TracedCall error = Answered(Call(2, 99), FaultKind::kEfbig, EFBIG);
  const std::string text = Recipe(Trace({At(0, Cut(Call(1, 100), 1)), error}));
  EXPECT_TRUE(Has(text, "prlimit --fsize=1 COMMAND")) << text;
  EXPECT_FALSE(Has(text, "but then")) << text;
  EXPECT_TRUE(Has(Recipe(Trace({At(0, Call(1, 100)), error})), "--fsize=100 "));
}

// A pipe of one page stops the writer after each; stopping and continuing it ends the call.
TEST(Recipe, ShortOfAPipe) {
  const std::string first = Recipe(Trace({Cut(Call(1, 10000, "pipe"), 4096)}));
  EXPECT_TRUE(Has(first, "one page (F_SETPIPE_SZ 4096) whose reader pauses at write 1")) << first;
  EXPECT_TRUE(Has(first, "kill -STOP and then kill -CONT")) << first;
  const std::string later =
      Recipe(Trace({Call(1, 100, "pipe"), Cut(Call(2, 10000, "pipe"), 8192)}));
  EXPECT_TRUE(Has(later, "takes the first 100 bytes, takes 4096 of write 2 and pauses")) << later;
  const std::string nonblocking = Recipe(Trace({Nonblocking(Cut(Call(1, 10000, "pipe"), 8192))}));
  EXPECT_TRUE(Has(nonblocking, "a pipe of 8192 bytes")) << nonblocking;
  EXPECT_FALSE(Has(nonblocking, "STOP")) << nonblocking;
}

// A full pipe refuses, or waits to be interrupted.
TEST(Recipe, StallsOfAPipe) {
  const std::string eagain = Recipe(Trace(
      {Call(1, 9, "pipe"), Nonblocking(Answered(Call(2, 9, "pipe"), FaultKind::kEagain, EAGAIN))}));
  EXPECT_TRUE(Has(eagain, "full when write 2 comes and O_NONBLOCK")) << eagain;
  const std::string eintr =
      Recipe(Trace({Handled(Answered(Call(1, 9, "pipe"), FaultKind::kEintr, EINTR))}));
  EXPECT_TRUE(Has(eintr, "fill the pipe before the start; while the call waits")) << eintr;
  EXPECT_TRUE(Has(eintr, "without SA_RESTART, by a timer")) << eintr;
}

// Where no way is known that gives just this, nothing is claimed.
TEST(Recipe, ClaimsNothingElse) {
  const auto flagged = [](TracedCall call, uint32_t flags) {
    call.status_flags = flags;
    return call;
  };
  const TracedCall cut = At(0, Cut(Call(1, 10000), 4096));
  TracedCall elsewhere = At(0, Call(1, 9));
  elsewhere.output = 0;
  const std::vector<Observation> traces = {
      Trace({}),
      Trace({At(0, Call(1, 9))}),
      Trace({Cut(Call(1, 100), 1)}),                    // where it stood was not traced
      Trace({At(7, Cut(Call(1, 100), 1))}),             // what was there before is not known
      Trace({elsewhere, At(0, Cut(Call(1, 100), 1))}),  // the limit would meet that file too
      Trace({flagged(cut, O_DIRECT)}),
      Trace({At(0, Cut(Call(1, 100), 1, "posix"))}),        // Linux does not do it
      Trace({cut, At(4096, Cut(Call(2, 5904), 1))}),        // two limits
      Trace({Answered(Call(1, 9), FaultKind::kEio, EIO)}),  // needs a broken disk
      Trace({At(0, Call(1, 9)), Close(EIO)}),
      Trace({Cut(Call(1, 10000, "pipe"), 1808)}),  // what the last page holds is not known
      Trace({Nonblocking(Cut(Call(1, 65536, "pipe"), 12288))}),  // no pipe has three pages
      Trace({Cut(Call(1, 100, "TCP socket"), 1)}),
      Trace({Answered(Call(1, 9, "pipe"), FaultKind::kEpipe, EPIPE)}),
  };
  for (const Observation& trace : traces) EXPECT_EQ(Recipe(trace), "");
}

}  // namespace
}  // namespace shortwrite
