#include "harness/trial/sink_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "harness/base/file_bytes.h"
#include "tests/ptys.h"
#include "tests/trial/children.h"

namespace shortwrite {
namespace {

constexpr uint64_t kRoom = uint64_t{1} << 30;

class SinkReaderTest : public testing::Test {
 protected:
  void Start(const SinkSettings& settings, uint64_t bytes_max = kRoom) {
    ends_ = OpenSink(settings, "").value();
    store_ =
        UniqueFd(open((directory_.path() + "/store").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    reader_ = SinkReader::Start(settings, ends_, store_.get(), bytes_max).value();
  }

  std::string Stored() const {
    return std::string(FileBytes::Read(directory_.path() + "/store").value().view());
  }

  // As a blocking target would; ends_.target must be blocking.
  void WriteAll(const std::string& bytes) {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t n = write(ends_.target.get(), bytes.data() + done, bytes.size() - done);
      ASSERT_GT(n, 0) << errno;
      done += static_cast<size_t>(n);
    }
  }

  static std::string Numbers(size_t bytes) {
    std::string text;
    for (int i = 0; text.size() < bytes; ++i) text += std::to_string(i) + '\n';
    return text;
  }

  TemporaryDirectory directory_;
  SinkEnds ends_;
  UniqueFd store_;
  std::unique_ptr<SinkReader> reader_;
};

class EverySinkReader : public SinkReaderTest, public testing::WithParamInterface<SinkSettings> {
 protected:
  void SetUp() override {
    if (GetParam().kind == SinkKind::kPty && !WhyNoPtys().empty()) GTEST_SKIP() << WhyNoPtys();
  }
};

INSTANTIATE_TEST_SUITE_P(Sinks, EverySinkReader,
                         testing::Values(SinkSettings{SinkKind::kPipe, false, false},
                                         SinkSettings{SinkKind::kPipe, false, true},
                                         SinkSettings{SinkKind::kSocket, false, false},
                                         SinkSettings{SinkKind::kSocket, false, true},
                                         SinkSettings{SinkKind::kPty, false, false},
                                         SinkSettings{SinkKind::kPty, false, true}),
                         [](const auto& sink) {
                           return std::string(kSinkWords[static_cast<size_t>(sink.param.kind)]) +
                                  (sink.param.slow ? "_slow" : "");
                         });

// More than any buffer holds gets through, whole and in order, although the writer's end stays
// open.
TEST_P(EverySinkReader, TakesWhateverAWriterGives) {
  Start(GetParam());
  const std::string bytes = Numbers(1 << 20);
  WriteAll(bytes);
  ASSERT_TRUE(reader_->Finish().ok());
  EXPECT_EQ(reader_->received_bytes(), bytes.size());
  EXPECT_EQ(Stored(), bytes);
  EXPECT_FALSE(reader_->overflowed());
}

// What the sink holds when its writer is gone is not lost.
TEST_P(EverySinkReader, LosesNothingAtTheEnd) {
  Start(GetParam());
  Child writer([this] {
    const std::string_view words = "the very last words";
    return write(ends_.target.get(), words.data(), words.size()) == 19 ? 0 : 1;
  });
  EXPECT_EQ(writer.Wait(), 0);
  ASSERT_TRUE(reader_->Finish().ok());
  EXPECT_EQ(Stored(), "the very last words");
}

// Nobody ever writes: the end does not wait for anybody.
TEST_P(EverySinkReader, EndsWithoutAByte) {
  Start(GetParam());
  ASSERT_TRUE(reader_->Finish().ok());
  EXPECT_EQ(reader_->received_bytes(), 0u);
}

// Behind the bound it goes on reading, so that no writer blocks, and stores no more.
TEST_P(EverySinkReader, StoresNoMoreThanItsBound) {
  constexpr uint64_t kBound = 100'000;
  Start(GetParam(), kBound);
  WriteAll(Numbers(1 << 20));
  ASSERT_TRUE(reader_->Finish().ok());
  EXPECT_TRUE(reader_->overflowed());
  EXPECT_LE(Stored().size(), kBound);
}

// Exactly the bound is not too much.
TEST_F(SinkReaderTest, TheBoundItselfFits) {
  Start({.kind = SinkKind::kPipe}, 5);
  WriteAll("12345");
  ASSERT_TRUE(reader_->Finish().ok());
  EXPECT_FALSE(reader_->overflowed());
  EXPECT_EQ(Stored(), "12345");
}

// A socket that was shut down is at its end for good: no error, and nothing lost.
TEST_F(SinkReaderTest, AShutDownSocketIsAtItsEnd) {
  Start({.kind = SinkKind::kSocket});
  WriteAll("before");
  ASSERT_EQ(shutdown(ends_.target.get(), SHUT_WR), 0);
  ASSERT_TRUE(reader_->Finish().ok());
  EXPECT_EQ(Stored(), "before");
}

// What arrives but cannot be stored is the harness's error, never an output that looks short.
TEST_F(SinkReaderTest, AStoreThatFailsIsAnError) {
  const SinkSettings pipe = {.kind = SinkKind::kPipe};
  ends_ = OpenSink(pipe, "").value();
  store_ = UniqueFd(open("/dev/full", O_WRONLY | O_CLOEXEC));
  reader_ = SinkReader::Start(pipe, ends_, store_.get(), kRoom).value();
  WriteAll("lost");
  EXPECT_FALSE(reader_->Finish().ok());
}

// A signal to the process never runs on the reader's thread: its wait is not the one to be ended.
TEST_F(SinkReaderTest, TakesNoSignal) {
  Start({.kind = SinkKind::kPipe});
  static std::atomic<int> on_main{0};
  static std::atomic<int> elsewhere{0};
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = [](int) { ++(gettid() == getpid() ? on_main : elsewhere); };
  sigaction(SIGUSR1, &action, &before);
  for (int i = 0; i < 50; ++i) kill(getpid(), SIGUSR1);
  while (on_main + elsewhere == 0) std::this_thread::yield();
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(elsewhere, 0);
}

}  // namespace
}  // namespace shortwrite
