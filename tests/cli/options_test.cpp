#include "harness/cli/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/campaign/campaign.h"

namespace shortwrite {
namespace {

using Words = std::vector<std::string>;

Result<Options> Parse(Words words) {
  words.insert(words.begin(), "shortwrite");
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  return ParseOptions(static_cast<int>(argv.size()), argv.data());
}

template <typename T>
T Get(const Words& words) {
  const Result<Options> options = Parse(words);
  if (!options.ok()) {
    ADD_FAILURE() << options.error().message;
    return {};
  }
  const T* const value = std::get_if<T>(&options.value());
  if (value == nullptr) {
    ADD_FAILURE() << "another subcommand";
    return {};
  }
  return *value;
}

// check with the option in front of a command that names everything.
Words CheckWith(Words words) {
  words.insert(words.begin(), "check");
  for (const char* const word : {"--", "./w", "{payload}", "{out}"}) words.emplace_back(word);
  return words;
}

// What nobody asked for has its default.
TEST(Options, HaveDefaults) {
  const auto check = Get<CheckOptions>({"check", "./w", "{payload}", "{out}"});
  EXPECT_EQ(check.target.command, (Words{"./w", "{payload}", "{out}"}));
  EXPECT_EQ(check.target.profile, ProfileName::kPosix);
  EXPECT_EQ(check.target.payload, (TrialPayload{270'001}));
  EXPECT_FALSE(check.target.payload_file || check.target.existing || check.target.timeout);
  EXPECT_FALSE(check.target.reference_is_control || check.target.json || check.target.quiet);
  EXPECT_EQ(check.target.contract, Contract::kTransparent);
  EXPECT_TRUE(check.faults.shorts && check.faults.eagain && check.faults.eintr);
  EXPECT_FALSE(check.faults.terminal || check.faults.zero);
  EXPECT_EQ(check.trials_max, 500u);
  EXPECT_EQ(check.time, std::chrono::seconds(30));
  EXPECT_EQ(check.seed, 1u);
  EXPECT_EQ(check.depth, 2u);
  EXPECT_EQ(check.corpus, "");
  EXPECT_TRUE(check.target.replay_words.empty());
}

// Every option of check arrives, in both spellings of a value.
TEST(Options, OfCheckArrive) {
  const auto check = Get<CheckOptions>(CheckWith({"--trials",
                                                  "7",
                                                  "--time=5m",
                                                  "--seed",
                                                  "9",
                                                  "--depth=3",
                                                  "--faults",
                                                  "short,eio",
                                                  "--profile",
                                                  "hostile",
                                                  "--backend=preload",
                                                  "--sink",
                                                  "file",
                                                  "--bytes",
                                                  "64KiB",
                                                  "--stdin",
                                                  "payload",
                                                  "--existing",
                                                  "4096",
                                                  "--timeout",
                                                  "500ms",
                                                  "--jobs",
                                                  "2",
                                                  "--snapshot",
                                                  "off",
                                                  "--corpus",
                                                  "kept",
                                                  "--contract",
                                                  "honest",
                                                  "--reference",
                                                  "control",
                                                  "--json",
                                                  "--quiet"}));
  EXPECT_EQ(check.trials_max, 7u);
  EXPECT_EQ(check.jobs, 2u);
  EXPECT_EQ(check.time, std::chrono::minutes(5));
  EXPECT_EQ(check.seed, 9u);
  EXPECT_EQ(check.depth, 3u);
  EXPECT_TRUE(check.faults.shorts && check.faults.terminal);
  EXPECT_FALSE(check.faults.eagain || check.faults.eintr);
  EXPECT_EQ(check.target.profile, ProfileName::kHostile);
  EXPECT_EQ(check.target.payload, (TrialPayload{65'536}));
  EXPECT_EQ(check.target.stdin_text, "payload");
  EXPECT_EQ(check.target.existing, "4096");
  EXPECT_EQ(check.target.timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(check.corpus, "kept");
  EXPECT_EQ(check.target.contract, Contract::kHonest);
  EXPECT_TRUE(check.target.reference_is_control && check.target.json && check.target.quiet);
  EXPECT_EQ(Get<CheckOptions>(CheckWith({"--payload", "file"})).target.payload_file, "file");
}

// A time alone is the only bound; trials alone have the usual one beside them.
TEST(Options, TimeAloneBoundsACampaign) {
  EXPECT_EQ(Get<CheckOptions>(CheckWith({})).trials_max, 500u);
  EXPECT_EQ(Get<CheckOptions>(CheckWith({"--time", "5m"})).trials_max, kNoTrialsMax);
  EXPECT_EQ(Get<CheckOptions>(CheckWith({"--time", "5m", "--trials", "9"})).trials_max, 9u);
  EXPECT_EQ(Get<CheckOptions>(CheckWith({"--trials", "9"})).time, std::chrono::seconds(30));
  EXPECT_GE(Get<CheckOptions>(CheckWith({})).jobs, 1u);
}

// What decides the verdict stands in the replay line again; budgets and output forms do not.
TEST(Options, ReplayRepeatsWhatDecides) {
  const auto check = Get<CheckOptions>(CheckWith(
      {"--trials", "7", "--json", "--profile", "linux", "--bytes", "99", "--text", "utf8",
       "--existing", "5", "--contract", "honest", "--reference", "payload", "--timeout", "3s"}));
  EXPECT_EQ(check.target.replay_words,
            (Words{"--profile", "linux", "--existing", "5", "--timeout", "3s", "--reference",
                   "payload", "--contract", "honest"}));
  EXPECT_EQ(check.target.payload_words, (Words{"--text", "utf8", "--bytes", "99"}));
  EXPECT_EQ(PayloadWords(check.target.payload), check.target.payload_words);
}

// The target's own options are its own, with "--" and without; ours end at its name.
TEST(Options, OfTheTargetAreNotEaten) {
  const Words command = {"dd", "--json", "--trials", "x", "-h", "--", "--help"};
  Words words = {"check", "--trials", "5"};
  words.insert(words.end(), command.begin(), command.end());
  EXPECT_EQ(Get<CheckOptions>(words).target.command, command);
  EXPECT_FALSE(Get<CheckOptions>(words).target.json);
  words.insert(words.begin() + 3, "--");
  EXPECT_EQ(Get<CheckOptions>(words).target.command, command);
  // After "--" even a word that looks like an option is a command.
  EXPECT_EQ(Get<CheckOptions>({"check", "--", "--odd"}).target.command, Words{"--odd"});
  EXPECT_EQ(Get<CheckOptions>({"check", "--quiet", "--", "--odd"}).target.command, Words{"--odd"});
  EXPECT_EQ(Get<RunOptions>({"run", "--schedule", "1:short=1", "sh", "-c", "x"}).target.command,
            (Words{"sh", "-c", "x"}));
}

// Where no payload is named, the control is the reference.
TEST(Options, ReferenceFollowsTheCommand) {
  EXPECT_TRUE(Get<CheckOptions>({"check", "gzip", "-c", "f"}).target.reference_is_control);
  EXPECT_FALSE(
      Get<CheckOptions>({"check", "cp", "{payload}", "{out}"}).target.reference_is_control);
  EXPECT_FALSE(
      Get<CheckOptions>({"check", "--stdin", "payload", "cat"}).target.reference_is_control);
  EXPECT_TRUE(Get<CheckOptions>({"check", "--stdin", "f", "cat"}).target.reference_is_control);
  EXPECT_FALSE(
      Get<CheckOptions>({"check", "sh", "-c", "cat {payload}"}).target.reference_is_control);
}

// replay takes a schedule or the file of a finding.
TEST(Options, OfReplay) {
  const auto text = Get<ReplayOptions>({"replay", "--schedule", "2:eintr", "--", "./w", "{out}"});
  EXPECT_EQ(text.schedule_text, "2:eintr");
  EXPECT_EQ(text.schedule_file, "");
  const auto file = Get<ReplayOptions>({"replay", "kept.sched", "--json", "./w", "{out}"});
  EXPECT_FALSE(file.schedule_text.has_value());
  EXPECT_EQ(file.schedule_file, "kept.sched");
  EXPECT_EQ(file.target.command, (Words{"./w", "{out}"}));
  EXPECT_TRUE(file.target.json);
  EXPECT_EQ(Get<ReplayOptions>({"replay", "--schedule", "", "./w"}).schedule_text, "");
}

// The other subcommands.
TEST(Options, OfTheRest) {
  const auto run = Get<RunOptions>({"run", "--schedule", "1:short=1", "--dir", "d", "./w"});
  EXPECT_EQ(ToText(run.schedule), "1:short=1");
  EXPECT_EQ(run.dir, "d");
  const auto write =
      Get<WriteOptions>({"write", "--mode", "async", "--pattern", "AB", "--bytes", "4GiB", "f"});
  EXPECT_TRUE(write.async);
  EXPECT_EQ(write.pattern, "AB");
  EXPECT_EQ(write.bytes, uint64_t{4} << 30);
  EXPECT_EQ(write.out, "f");
  const auto verify = Get<VerifyOptions>({"verify", "--md5", "00", "--bytes", "9", "a", "b"});
  EXPECT_EQ(verify.md5, "00");
  EXPECT_EQ(verify.bytes, 9u);
  EXPECT_EQ(verify.files, (Words{"a", "b"}));
  EXPECT_TRUE(Get<DoctorOptions>({"doctor", "--json"}).json);
  EXPECT_TRUE(Get<PrintOptions>({"--version"}).text.starts_with("shortwrite "));
  EXPECT_NE(Get<PrintOptions>({"--help"}).text.find("replay"), std::string::npos);
  EXPECT_NE(Get<PrintOptions>({"check", "--help"}).text.find("--trials"), std::string::npos);
}

struct Refused {
  Words words;
  const char* names;   // what is wrong
  const char* remedy;  // what would be right
};

void PrintTo(const Refused& refused, std::ostream* os) {
  *os << refused.names;
}

class RefusedOptions : public testing::TestWithParam<Refused> {};
INSTANTIATE_TEST_SUITE_P(
    Table, RefusedOptions,
    testing::Values(
        Refused{{}, "subcommand", "--help"}, Refused{{"chekc"}, "chekc", "did you mean 'check'?"},
        Refused{{"check", "--"}, "no command", "./writer {payload} {out}"},
        Refused{{"check", "--trails", "5", "./w"}, "--trails", "did you mean '--trials'?"},
        Refused{{"check", "--jsno=yes", "./w"}, "--jsno", "did you mean '--json'?"},
        Refused{{"--versoin"}, "--versoin", "did you mean '--version'?"},
        Refused{{"--json", "check", "./w"}, "--json", "shortwrite check --json"},
        Refused{{"init", "here"}, "'here'", "see shortwrite init --help"},
        Refused{{"check", "-x", "./w"}, "-x", "--help"},
        Refused{CheckWith({"--trials", "0"}), "--trials", "from 1"},
        Refused{CheckWith({"--trials", "many"}), "--trials", "from 1"},
        Refused{CheckWith({"--depth", "9"}), "--depth", "0 to 8"},
        Refused{CheckWith({"--jobs", "0"}), "--jobs", "from 1"},
        Refused{CheckWith({"--seed", "-1"}), "--seed", "from 0"},
        Refused{CheckWith({"--time", "soon"}), "--time", "30s"},
        Refused{CheckWith({"--timeout", "0"}), "--timeout", "30s"},
        Refused{CheckWith({"--bytes", "4 KiB"}), "--bytes", "KiB, MiB"},
        Refused{CheckWith({"--bytes", "0"}), "--bytes", "needs no write call"},
        Refused{CheckWith({"--faults", "shrt"}), "--faults", "recoverable"},
        Refused{CheckWith({"--profile", "windows"}), "--profile", "linux, posix, hostile"},
        Refused{CheckWith({"--backend", "magic"}), "--backend", "auto, preload, syscall"},
        Refused{CheckWith({"--sink", "tape"}), "--sink", "file, pipe, socket, pty"},
        Refused{CheckWith({"--sink", "pipe:fast"}), "--sink", "nonblock, slow"},
        Refused{CheckWith({"--sink", "pipe:"}), "--sink", "nonblock, slow"},
        Refused{CheckWith({"--sink", "socket"}), "--sink socket", "stdout"},
        Refused{CheckWith({"--sink", "pipe:nonblock"}), "--sink pipe:nonblock", "stdout"},
        Refused{CheckWith({"--sink", "file:nonblock"}), "--sink file:nonblock", "stdout"},
        Refused{CheckWith({"--sink", "file:slow"}), "--sink file:slow", "pipe:slow"},
        Refused{CheckWith({"--sink", "pty", "--existing", "5"}), "--existing", "--sink file"},
        Refused{
            {"run", "--schedule", "1:short=1", "--sink", "pipe", "./w"}, "--sink pipe", "| cat"},
        Refused{CheckWith({"--contract", "x"}), "--contract", "transparent, honest"},
        Refused{CheckWith({"--snapshot", "on"}), "--snapshot", "auto, off"},
        Refused{CheckWith({"--reference", "x"}), "--reference", "payload, control"},
        Refused{{"check", "--reference", "payload", "ls"}, "--reference", "{payload}"},
        Refused{{"check", "--existing", "5", "ls"}, "--existing", "{out}"},
        Refused{CheckWith({"--payload", "f", "--bytes", "5"}), "--payload", "exclude"},
        Refused{{"replay", "--", "./w"}, "replay", "--schedule TEXT"},
        Refused{{"replay", "f.sched", "--schedule", "1:eintr", "./w"}, "f.sched", "one of"},
        Refused{{"run", "./w"}, "--schedule", "--help"},
        Refused{{"run", "--schedule", "x:short=1", "./w"}, "column 1", "call"},
        Refused{{"write", "--mode", "fast", "f"}, "--mode", "sync, async"},
        Refused{{"write", "--mode", "sync", "--pattern", "A", "f"}, "--bytes", "4GiB"},
        Refused{{"write", "--mode", "sync", "--bytes", "x", "f"}, "--bytes", "KiB, MiB"},
        Refused{{"verify", "--bytes", "x", "f"}, "--bytes", "KiB, MiB"}));

// Each malformed command line is a usage error that names what is wrong and what would be right.
TEST_P(RefusedOptions, NameOptionAndRemedy) {
  const Result<Options> options = Parse(GetParam().words);
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.error().kind, ErrorKind::kUsage);
  const std::string& message = options.error().message;
  EXPECT_NE(message.find(GetParam().names), std::string::npos) << message;
  EXPECT_NE(message.find(GetParam().remedy), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

// The user's comparison arrives, and stands in the replay line again; an empty one is refused.
TEST(Options, JudgeArrives) {
  const Result<Options> options = Parse(CheckWith({"--judge", "zdiff \"$1\" \"$2\""}));
  ASSERT_TRUE(options.ok()) << options.error().message;
  const TargetOptions& target = std::get<CheckOptions>(options.value()).target;
  EXPECT_EQ(target.judge, "zdiff \"$1\" \"$2\"");
  EXPECT_EQ(target.replay_words, (Words{"--judge", "zdiff \"$1\" \"$2\""}));
  EXPECT_FALSE(Parse(CheckWith({"--judge", ""})).ok());
}

// A sink is a kind and what is added to it, in any order, and stands in the replay line.
TEST(Options, SinksArrive) {
  const auto sink = [](const std::string& text) {
    return Get<CheckOptions>({"check", "--sink", text, "./w", "{payload}"}).target.sink;
  };
  EXPECT_EQ(sink("file"), SinkSettings{});
  EXPECT_EQ(sink("file:nonblock"), (SinkSettings{SinkKind::kFile, true, false}));
  EXPECT_EQ(sink("pipe"), (SinkSettings{SinkKind::kPipe, false, false}));
  EXPECT_EQ(sink("socket:slow"), (SinkSettings{SinkKind::kSocket, false, true}));
  EXPECT_EQ(sink("pty:slow:nonblock"), (SinkSettings{SinkKind::kPty, true, true}));
  EXPECT_EQ(Get<CheckOptions>(CheckWith({"--sink", "pipe:slow"})).target.replay_words,
            (Words{"--sink", "pipe:slow"}));
  const auto replay =
      Get<ReplayOptions>({"replay", "--schedule", "1:eagain", "--sink", "pipe:nonblock", "./w"});
  EXPECT_EQ(replay.target.sink, (SinkSettings{SinkKind::kPipe, true, false}));
}

}  // namespace
}  // namespace shortwrite
