// Every combination of facts that legality depends on, for tests that enumerate instead of
// sampling.
#pragma once

#include <fcntl.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <ostream>

#include "fault_inject/legality.h"

namespace shortwrite::fault_inject {

inline constexpr std::array kProfiles = {Profile::kLinux, Profile::kPosix, Profile::kHostile};
inline constexpr std::array kSinks = {
    SinkClass::kRegular,         SinkClass::kPipe,         SinkClass::kTty,
    SinkClass::kStreamSocket,    SinkClass::kTcpSocket,    SinkClass::kDatagramSocket,
    SinkClass::kSeqpacketSocket, SinkClass::kBlockDevice,  SinkClass::kEventfd,
    SinkClass::kFullDevice,      SinkClass::kSealedMemory, SinkClass::kOther};
static_assert(kSinks.size() == kSinkClasses);
inline constexpr std::array<uint32_t, 5> kStatusFlags = {0, O_NONBLOCK, O_APPEND, O_DIRECT,
                                                         O_DIRECT | O_NONBLOCK};
// Around everything that has a meaning: nothing, one byte, PIPE_BUF, pages, 64 KiB, Linux' ceiling.
inline constexpr std::array<uint64_t, 24> kCounts = {
    0,     1,     2,     3,      8,          4095,       4096,       4097,
    4098,  5000,  8191,  8192,   8193,       9000,       12287,      12288,
    65535, 65536, 65537, 270001, 2147479552, 2147479553, 4294967296, UINT64_MAX};
inline constexpr std::array kCalls = {CallKind::kWrite,    CallKind::kWritev,   CallKind::kPwritev2,
                                      CallKind::kSendmmsg, CallKind::kSendfile, CallKind::kTee};

template <typename Visit>
void ForEachFacts(const Visit& visit) {
  for (const CallKind call : kCalls) {
    for (const SinkClass sink : kSinks) {
      for (const uint32_t flags : kStatusFlags) {
        for (const uint64_t movable : kCounts) {
          for (const bool nonblocking : {false, true}) {
            for (const int handler : {0, SIGWINCH}) {
              for (const Profile profile : kProfiles) {
                CallFacts facts{call, sink, flags, movable, nonblocking, handler, profile};
                visit(facts);
                facts.send_timeout = true;
                if (IsSocket(sink)) visit(facts);
              }
            }
          }
        }
      }
    }
  }
}

inline std::ostream& operator<<(std::ostream& os, const CallFacts& facts) {
  return os << "call " << int(facts.call) << " sink " << int(facts.sink) << " flags "
            << facts.status_flags << " movable " << facts.movable << " nonblocking "
            << facts.call_nonblocking << " handler " << facts.interrupting_signal << " profile "
            << int(facts.profile) << " send timeout " << facts.send_timeout;
}

}  // namespace shortwrite::fault_inject
