#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/count_text.h"
#include "harness/report/campaign_record.h"
#include "harness/report/json_parts.h"
#include "harness/report/stream_fields.h"
#include "harness/report/summary.h"

namespace shortwrite {
namespace {

using Json = nlohmann::json;

CallRecord ReadCall(const StreamFields& fields) {
  CallRecord call;
  call.n = fields.Count("n");
  call.output = fields.Text("output");
  call.final_output = fields.Has("final_output") ? fields.Text("final_output") : call.output;
  call.call = fields.Text("call");
  call.asked = fields.Count("asked");
  call.movable = fields.Has("movable") ? fields.Count("movable") : call.asked;
  call.granted = fields.Count("granted");
  call.result = fields.Number("result", 0);
  call.error = static_cast<int>(std::clamp<int64_t>(fields.Number("errno", 0), 0, INT_MAX));
  call.position = fields.Number("position", -1);
  call.fault = fields.Text("fault");
  call.planned_fault = fields.Has("planned_fault") ? fields.Text("planned_fault") : call.fault;
  call.process = fields.Count("process");
  call.process_name = fields.Text("process_name");
  call.returned = fields.Flag("returned", true);
  call.then_waited = fields.Flag("then_waited", false);
  return call;
}

void ReadBytes(const StreamFields& fields, CounterexampleRecord& found) {
  const StreamFields divergence = fields.Object("divergence");
  found.divergence.offset = fields.Count("first_divergence");
  found.divergence.at = divergence.Count("at");
  found.divergence.output = divergence.Bytes("output_hex");
  found.divergence.reference = divergence.Bytes("reference_hex");
  for (const StreamFields& run : fields.Objects("runs")) {
    found.runs.push_back(
        {run.Count("at"), run.Count("bytes"), run.Text("origin"), run.Count("from")});
  }
  found.runs_after = fields.Count("runs_after");
  for (const StreamFields& extent : fields.Objects("missing")) {
    found.missing.push_back({extent.Count("at"), extent.Count("bytes")});
  }
}

CounterexampleRecord ReadCounterexample(const StreamFields& fields) {
  CounterexampleRecord found;
  found.schedule = fields.Text("schedule");
  found.raw_schedule = fields.Text("raw_schedule");
  found.verdict = fields.Text("verdict");
  found.class_name = fields.Text("class");
  found.class_title = fields.Text("class_title");
  found.class_certain = fields.Flag("class_certain", false);
  found.shape = fields.Text("shape");
  found.mechanism = fields.Text("mechanism");
  found.output = fields.Text("output");
  found.output_bytes = fields.Count("output_bytes");
  found.reference_bytes = fields.Count("reference_bytes");
  found.ended = fields.Text("ended");
  found.standstill = fields.Text("standstill");
  found.legal_under = fields.Text("legal_under");
  found.legal_reason = fields.Text("legal_reason");
  found.portability_finding = fields.Flag("portability_finding", false);
  found.recipe = fields.Text("recipe");
  found.call_site = fields.Text("call_site");
  found.fix = fields.Text("fix");
  found.payload_bytes = fields.Count("payload_bytes");
  found.payload_text = fields.Text("payload_text");
  found.trials_to_find = fields.Count("trials_to_find");
  found.confirmed = fields.Count("confirmed");
  found.replay = fields.Lines("replay");
  found.signature = fields.Text("signature");
  found.without_fault = fields.Text("without_fault");
  found.message = fields.Text("message");
  found.md5 = fields.Text("md5");
  for (const StreamFields& step : fields.Objects("planned")) {
    found.planned.push_back({step.Text("step"), step.Count("delivered")});
  }
  ReadBytes(fields, found);
  for (const StreamFields& call : fields.Objects("calls")) found.calls.push_back(ReadCall(call));
  found.calls_before = fields.Count("calls_before");
  found.calls_after = fields.Count("calls_after");
  return found;
}

// Collects the lines, in their order, into a record.
class Collector {
 public:
  // The error, in words; "" if there is none.
  std::string Add(const Json& line) {
    std::string error;
    const StreamFields fields(line, error);
    const std::string schema = fields.Text("schema");
    const std::string type = fields.Text("type");
    if (!error.empty()) return error;
    if (schema != kStreamSchema) {
      return fmt::format("its schema is '{}', and this reads '{}'", schema, kStreamSchema);
    }
    if (has_summary_) return "a line after the summary, which is the last one";
    const std::string target = fields.Text("target");
    const bool is_next = !target.empty() && type == "campaign";
    if (is_next && begun_) Turn();
    if (type == "summary") {
      if (begun_ && record_.target.empty()) return "a summary, and what it is of has no target";
      ReadSummary(fields);
      return error;
    }
    if (record_.complete) return "a line after the result; a stream holds one campaign";
    begun_ = true;
    if (!target.empty()) record_.target = target;
    if (type == "campaign") ReadCampaign(fields);
    if (type == "control") ReadControl(fields);
    if (type == "finding") {
      record_.pending =
          FindingRecord{fields.Text("schedule"), fields.Text("verdict"), fields.Lines("replay")};
    }
    if (type == "counterexample") {
      found_.push_back(ReadCounterexample(fields));
      record_.pending.reset();
    }
    if (type == "call") calls_.push_back(ReadCall(fields));
    if (type == "result") ReadResult(fields);
    return error;
  }

  std::vector<CampaignRecord> Finish() && {
    const bool is_last = record_.target.empty() || has_summary_;
    const bool is_cut_off = record_.complete && !is_last;
    if (begun_ || done_.empty()) Turn();
    if (is_cut_off) done_.push_back(Aborted());
    return std::move(done_);
  }

 private:
  static CampaignRecord Aborted(const std::string& target = {}) {
    CampaignRecord record;
    record.target = target;
    record.verdict = kAborted;
    return record;
  }

  // The record in hand is at its end.
  void Turn() {
    if (!record_.complete) {
      record_.verdict = kAborted;
      record_.counterexamples = std::move(found_);
    }
    done_.push_back(std::move(record_));
    record_ = {};
    found_.clear();
    calls_.clear();
    begun_ = false;
  }

  // What a signal kept from being run has no lines of its own.
  void ReadSummary(const StreamFields& fields) {
    if (begun_) Turn();
    has_summary_ = true;
    for (const StreamFields& row : fields.Objects("targets")) {
      if (row.Text("verdict") == kNotRun) done_.push_back(Aborted(row.Text("target")));
    }
  }

  void ReadCampaign(const StreamFields& fields) {
    record_.version = fields.Text("version");
    record_.command = fields.Texts("command");
    record_.options = fields.Texts("options");
    record_.profile = fields.Text("profile");
    record_.sink = fields.Text("sink");
    record_.backend = fields.Text("backend");
    record_.seed = fields.Count("seed");
  }

  void ReadControl(const StreamFields& fields) {
    record_.control = ControlRecord{fields.Text("ended"), fields.Count("write_calls"),
                                    fields.Count("output_bytes")};
    record_.write_calls = record_.control->write_calls;
    record_.output_bytes = record_.control->output_bytes;
  }

  // What the result does not keep was withdrawn: a control that was repeated after a failure can
  // show that the failure means nothing.
  void ReadCounterexamples(const StreamFields& fields) {
    for (const StreamFields& entry : fields.Objects("counterexamples")) {
      CounterexampleRecord kept = ReadCounterexample(entry);
      const auto line =
          std::find_if(found_.begin(), found_.end(), [&](const CounterexampleRecord& found) {
            return found.schedule == kept.schedule && found.verdict == kept.verdict &&
                   found.output == kept.output;
          });
      record_.counterexamples.push_back(line == found_.end() ? std::move(kept) : *line);
    }
    // A replay's result is itself the one trial; `schedule` is what tells it.
    record_.is_replay = fields.Has("schedule");
    if (!record_.is_replay) return;
    CounterexampleRecord trial = ReadCounterexample(fields);
    trial.calls = std::move(calls_);
    if (record_.verdict == "survived" || record_.exit_status != 1) {
      record_.trial = std::move(trial);
    } else {
      record_.counterexamples.push_back(std::move(trial));
    }
  }

  void ReadResult(const StreamFields& fields) {
    record_.complete = true;
    record_.pending.reset();
    record_.verdict = fields.Text("verdict");
    record_.exit_status =
        static_cast<int>(std::clamp<int64_t>(fields.Number("exit", 3), 0, UINT8_MAX));
    // A result of a failure of ours says nothing of these.
    if (fields.Has("backend")) record_.backend = fields.Text("backend");
    if (fields.Has("profile")) record_.profile = fields.Text("profile");
    if (fields.Has("sink")) record_.sink = fields.Text("sink");
    if (fields.Has("seed")) record_.seed = fields.Count("seed");
    record_.backend_reason = fields.Text("backend_reason");
    record_.reason = fields.Text("reason");
    record_.trials = fields.Count("trials");
    record_.faults_planned = fields.Count("faults_planned");
    record_.faults_delivered = fields.Count("faults_delivered");
    record_.controls = fields.Count("controls");
    if (fields.Has("write_calls")) record_.write_calls = fields.Count("write_calls");
    if (fields.Has("output_bytes")) record_.output_bytes = fields.Count("output_bytes");
    record_.completeness = fields.Text("completeness");
    record_.notes = fields.Texts("notes");
    record_.warnings = fields.Texts("warnings");
    for (const StreamFields& one : fields.Objects("suppressed")) {
      record_.notes.push_back(fmt::format("suppressed: {} under '{}': {}",
                                          one.Text("signature_name"), one.Text("schedule"),
                                          one.Text("suppression")));
    }
    ReadCounterexamples(fields);
  }

  std::vector<CampaignRecord> done_;
  bool begun_ = false;  // record_ has lines
  bool has_summary_ = false;
  CampaignRecord record_;
  std::vector<CounterexampleRecord> found_;
  std::vector<CallRecord> calls_;  // of a replay
};

}  // namespace

std::string DescribeEnd(const CampaignRecord& record) {
  const size_t found = record.counterexamples.size();
  if (!record.complete) {
    return fmt::format("the campaign was cut off; {} until then, and nothing is known of the rest",
                       CountText(found, "counterexample"));
  }
  if (record.survived()) return "exit status 0 and every output equal to the reference";
  if (found > 0) return CountText(found, "counterexample");
  return record.reason;
}

Result<CampaignRecord> ReadStream(std::string_view text, const std::string& name) {
  Result<std::vector<CampaignRecord>> records = ReadStreams(text, name);
  if (!records.ok()) return records.error();
  if (records.value().size() == 1) return std::move(records.value().front());
  return UsageError(fmt::format("{}: holds {} campaigns, not one", name, records.value().size()));
}

Result<std::vector<CampaignRecord>> ReadStreams(std::string_view text, const std::string& name) {
  Collector collector;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    const auto broken = [&](const std::string& why) {
      return UsageError(
          fmt::format("{}: line {}: {}; `shortwrite check --json` prints such a "
                      "stream, one object a line",
                      name, number, why));
    };
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) {
      // Whoever was killed may have left half a line, the last one.
      if (newline == std::string_view::npos) break;
      return broken("not JSON");
    }
    if (const std::string error = collector.Add(json); !error.empty()) return broken(error);
  }
  return std::move(collector).Finish();
}

}  // namespace shortwrite
