// The JSON objects that both the stream and the result are made of.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "harness/campaign/campaign.h"
#include "harness/report/report_context.h"

namespace shortwrite {

inline constexpr char kStreamSchema[] = "shortwrite/1";

// One line without its newline. Names of files need not be UTF-8, and dump() would throw: what is
// not becomes U+FFFD.
std::string JsonLine(const nlohmann::ordered_json& object);

// An object that begins with its schema and type, as each line does.
nlohmann::ordered_json TypedJson(std::string_view type);

// What one judged trial shows.
nlohmann::ordered_json EvidenceJson(const Judgement& judgement, const Diagnosis& diagnosis,
                                    const Observation& observation, const ReportContext& context);

nlohmann::ordered_json CounterexampleJson(const Counterexample& found,
                                          const ReportContext& context);

// Adds to json the bytes of both sides around the first that differs, where the output's came from,
// and what of the reference is nowhere.
void AddBytes(const Judgement& judgement, nlohmann::ordered_json& json);

// Adds what is known of a call. Its `step` counts from 1; 0: none was planned for it. One that was
// planned and not delivered was not legal there.
void AddCall(const TracedCall& call, const Observation& observation, nlohmann::ordered_json& json);

}  // namespace shortwrite
