// What a campaign's stream says, as a value: all that any renderer looks at.
//
// Texts are safe to show: valid UTF-8 without control characters, which stand there as \x1b or
// \u{202e} (plain_text.h). They are not escaped for any format; that is the renderer's work.
// Fields that a stream lacks have these defaults. harness/docs/json.md says what each means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace shortwrite {

struct CallRecord {
  uint64_t n = 0;  // on its output, from 1; 0: nothing to write, or not a write call
  std::string output;
  std::string final_output;
  std::string call;
  uint64_t asked = 0;
  uint64_t movable = 0;
  uint64_t granted = 0;
  int64_t result = 0;
  int error = 0;
  int64_t position = -1;
  std::string fault;          // delivered; "" if none was
  std::string planned_fault;  // "" if none was
  uint64_t process = 0;
  std::string process_name;
  bool returned = true;
  bool then_waited = false;  // for readiness, before the next call

  uint64_t accepted() const { return result > 0 ? static_cast<uint64_t>(result) : 0; }
};

struct PlannedRecord {
  std::string step;
  uint64_t delivered = 0;  // times
};

struct RunRecord {
  uint64_t at = 0;
  uint64_t bytes = 0;
  std::string origin;  // "reference", "zero", "existing", "foreign"
  uint64_t from = 0;
};

struct ExtentRecord {
  uint64_t at = 0;
  uint64_t bytes = 0;
};

// The bytes themselves: they are not text.
struct DivergenceRecord {
  uint64_t offset = 0;
  uint64_t at = 0;  // of the first byte of both sides
  std::string output;
  std::string reference;
};

struct FindingRecord {
  std::string schedule;
  std::string verdict;
  std::string replay;
};

struct CounterexampleRecord {
  std::string schedule;
  std::string raw_schedule;
  std::string verdict;
  std::string class_name;
  std::string class_title;
  bool class_certain = false;
  std::string shape;
  std::string mechanism;
  std::string output;
  uint64_t output_bytes = 0;
  uint64_t reference_bytes = 0;
  std::string ended;
  std::string standstill;
  std::string legal_under;
  std::string legal_reason;
  bool portability_finding = false;
  std::string recipe;
  std::string call_site;
  std::string fix;
  uint64_t payload_bytes = 0;
  std::string payload_text;
  uint64_t trials_to_find = 0;
  uint64_t confirmed = 0;
  std::string replay;
  std::string signature;
  std::string without_fault;
  std::string message;
  std::string md5;
  std::vector<PlannedRecord> planned;
  DivergenceRecord divergence;
  std::vector<RunRecord> runs;
  uint64_t runs_after = 0;
  std::vector<ExtentRecord> missing;
  std::vector<CallRecord> calls;
  uint64_t calls_before = 0;  // left out of the stream
  uint64_t calls_after = 0;
};

struct ControlRecord {
  std::string ended;
  uint64_t write_calls = 0;
  uint64_t output_bytes = 0;
};

struct CampaignRecord {
  std::string target;  // its name in the project file; "" if there was none
  // Of its first line.
  std::string version;
  std::vector<std::string> command;
  std::vector<std::string> options;
  std::string profile;
  std::string sink;
  std::string backend;  // what was asked for, until the result says which it was
  uint64_t seed = 0;

  std::optional<ControlRecord> control;
  // Found, and not yet examined when the stream was cut off.
  std::optional<FindingRecord> pending;
  // Those that the result keeps, in its order; without a result all that were found.
  std::vector<CounterexampleRecord> counterexamples;
  bool is_replay = false;  // of one schedule, without any search
  // Its one trial, if nothing was wrong in it.
  std::optional<CounterexampleRecord> trial;

  // Of its last line; without it the campaign was cut off, and `verdict` is kAborted.
  bool complete = false;
  std::string verdict;
  int exit_status = 0;
  std::string backend_reason;
  std::string reason;
  uint64_t trials = 0;
  uint64_t faults_planned = 0;
  uint64_t faults_delivered = 0;
  uint64_t controls = 0;
  uint64_t write_calls = 0;
  uint64_t output_bytes = 0;
  std::string completeness;
  std::vector<std::string> notes;
  std::vector<std::string> warnings;

  bool survived() const { return complete && verdict == "survived"; }
};

// The verdict of a campaign that was cut off: whatever it had found by then, it never survived.
inline constexpr std::string_view kAborted = "aborted";

// One or two sentences: how the campaign as a whole ended.
std::string DescribeEnd(const CampaignRecord& record);

// Reads a stream. Unknown fields and types of lines are passed over, for a later version may have
// written them; a last line without its newline may be cut off. Anything else that is no stream is
// a usage error that names the line. name is for messages.
Result<CampaignRecord> ReadStream(std::string_view text, const std::string& name);
// The same of a stream that may hold several targets', one after the other; at least one. What a
// stream that was cut off has no campaign of is an aborted one.
Result<std::vector<CampaignRecord>> ReadStreams(std::string_view text, const std::string& name);

}  // namespace shortwrite
