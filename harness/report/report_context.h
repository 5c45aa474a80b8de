// What a report says besides the campaign's own result.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "harness/schedule/schedule.h"
#include "harness/writer/trial_payload.h"

namespace shortwrite {

struct ReportContext {
  std::string profile;
  std::string sink = "file";
  std::string program;  // the target's name, for call sites
  // "writer.c:42 (Flush)" for an address of the target's program; empty where it is not known. May
  // be missing: then no source is.
  std::function<std::string(uint64_t)> source_place;
  uint64_t seed = 0;
  bool payload_is_made = false;  // by rule, of a size that --bytes chooses
  uint64_t payload_bytes = 0;    // 0: no payload
  // The shell command that replays a schedule, ready to paste.
  // payload: unless the one that was asked for.
  std::function<std::string(const Schedule&, const std::optional<TrialPayload>& payload)>
      replay_line;
};

}  // namespace shortwrite
