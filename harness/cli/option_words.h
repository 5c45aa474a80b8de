// The words that options take, each list in one place: help, errors and completions have them from
// here.
#pragma once

#include <array>
#include <string_view>

#include "harness/trial/sink.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

inline constexpr std::array<std::string_view, 3> kProfileWords = {"linux", "posix", "hostile"};
inline constexpr std::array<std::string_view, 3> kBackendWords = {"auto", "preload", "syscall"};
inline constexpr std::array<std::string_view, 2> kReferenceWords = {"payload", "control"};
inline constexpr std::array<std::string_view, 2> kContractWords = {"transparent", "honest"};
inline constexpr std::array<std::string_view, 2> kSnapshotWords = {"auto", "off"};
inline constexpr std::array<std::string_view, 2> kModeWords = {"sync", "async"};
// These two in the order of ColourWish and ProgressWish.
inline constexpr std::array<std::string_view, 3> kColorWords = {"auto", "always", "never"};
inline constexpr std::array<std::string_view, 4> kProgressWords = {"auto", "line", "plain", "none"};
inline constexpr std::array<std::string_view, 3> kShellWords = {"bash", "zsh", "fish"};
inline constexpr auto kTextWords = kPayloadTexts;

// A kind, and after colons flags, but for the last: it takes none.
inline constexpr std::string_view kFullSink = "full";
inline constexpr std::array<std::string_view, 5> kSinkKindWords = {
    kSinkWords[0], kSinkWords[1], kSinkWords[2], kSinkWords[3], kFullSink};
inline constexpr std::array<std::string_view, 2> kSinkFlagWords = {"nonblock", "slow"};

// With commas between them. ParseFaultSet knows what they mean.
inline constexpr std::array<std::string_view, 14> kFaultWords = {
    "recoverable", "terminal", "all", "short", "eagain", "eintr", "zero",
    "enospc",      "edquot",   "eio", "efbig", "epipe",  "close", "fsync"};

}  // namespace shortwrite
