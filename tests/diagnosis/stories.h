// Trials by hand, for the diagnosis: a script of calls becomes the trace and the output that they
// would have left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/diagnosis/diagnose.h"

namespace shortwrite {

// Every 8-byte window occurs once.
std::string ScriptPayload();

// One write call on the output. `sends` are the bytes that it offers, of which it gets `accepted`
// away; all unless said. A negative one is an errno.
struct ScriptCall {
  std::string sends;
  std::optional<int64_t> accepted = std::nullopt;
  std::string call = "write";
  std::optional<uint64_t> position = std::nullopt;  // else where the last call ended
  uint32_t process = 1;
  uint32_t thread = 0;  // else one of its own for each process
};

struct Script {
  std::vector<ScriptCall> calls;
  std::vector<uint64_t> control = {100, 100, 100};  // sizes of the control's calls
  TargetEnd end = {TargetEnd::Kind::kExited, 0};
  std::string message = {};
  std::string existing = {};
  std::string reference = ScriptPayload();
  bool stream = false;
  bool nonblocking = false;
  bool handles_signals = false;
  bool through_library = false;  // which makes the calls for the program
  FaultKind fault = FaultKind::kShort;
  std::string sync = {};  // "close" or "fsync": a call of this name fails with EIO at the end
  std::string schedule = "1:short=1";
};

// What the diagnosis of a script looks at. Not to be moved: the evidence refers to the rest.
class PlayedScript {
 public:
  explicit PlayedScript(const Script& script);
  PlayedScript(const PlayedScript&) = delete;
  PlayedScript& operator=(const PlayedScript&) = delete;

  Evidence evidence() const;

 private:
  Script script_;
  Schedule schedule_;
  Observation control_;
  Observation trial_;
  Judgement judgement_;
};

// Reference bytes [from, from + bytes).
std::string Part(uint64_t from, uint64_t bytes);

Diagnosis DiagnoseScript(const Script& script);

}  // namespace shortwrite
