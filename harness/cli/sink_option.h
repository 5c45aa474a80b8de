// The value of --sink.
#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/cli/command_line.h"
#include "harness/cli/option_words.h"
#include "harness/trial/sink.h"

namespace shortwrite {

// "KIND[:nonblock][:slow]", or "full".
Result<SinkSettings> ParseSink(const std::string& text);

// What cannot be had together with the rest of the command line.
Status CheckSink(const SinkSettings& sink, const RawTarget& raw, bool names_output);

}  // namespace shortwrite
