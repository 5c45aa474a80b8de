#include "harness/campaign/novelty.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace shortwrite {
namespace {

// FNV-1a: the same in every process and on every machine, which std::hash need not be.
class Hash {
 public:
  Hash& Add(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) Mix(static_cast<uint8_t>(value >> shift));
    return *this;
  }
  Hash& Add(std::string_view text) {
    for (const char c : text) Mix(static_cast<uint8_t>(c));
    Mix(0);
    return *this;
  }
  uint64_t value() const { return value_; }

 private:
  void Mix(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  uint64_t value_ = 0xcbf29ce484222325;
};

constexpr size_t kKnownMax = size_t{1} << 17;

// Each kind of trait counts for itself.
enum Kind : uint64_t { kEvents, kSite, kEnd };

// What a call came to. Counts are left out: another cut alone is no other behaviour.
uint64_t ClassOf(const TracedCall& call) {
  constexpr uint64_t kFull = 0;
  constexpr uint64_t kShort = 1;
  constexpr uint64_t kErrors = 2;
  if (!call.returned) return kErrors;
  if (call.result < 0) return kErrors + static_cast<uint64_t>(std::max(call.error, 1));
  return static_cast<uint64_t>(call.result) < call.movable ? kShort : kFull;
}

uint64_t SiteOf(const TracedCall& call) {
  return call.caller_in_program ? call.caller : 0;
}

// Once, twice, a few times, often.
uint64_t RunClass(uint64_t length) {
  return length <= 2 ? length : length <= 8 ? 3 : 4;
}

// The events of one output, in their order.
class Events {
 public:
  explicit Events(std::vector<uint64_t>& traits) : traits_(traits) {}

  void Add(uint64_t event) {
    if (length_ > 0 && event == event_) {
      ++length_;
      return;
    }
    Close();
    event_ = event;
    length_ = 1;
  }

  void Close() {
    if (length_ == 0) return;
    const uint64_t event = Hash().Add(event_).Add(RunClass(length_)).value();
    traits_.push_back(Hash().Add(kEvents).Add(last_[0]).Add(last_[1]).Add(event).value());
    last_ = {last_[1], event};
  }

 private:
  std::vector<uint64_t>& traits_;
  std::array<uint64_t, 2> last_ = {};
  uint64_t event_ = 0;
  uint64_t length_ = 0;
};

// How it ended, what it left behind, and whether it had anything to say.
uint64_t ExitPath(const Observation& observation) {
  Hash hash;
  hash.Add(kEnd).Add(static_cast<uint64_t>(observation.end.kind));
  hash.Add(static_cast<uint64_t>(observation.end.number));
  hash.Add(observation.diagnostics_bytes > 0 || !observation.diagnostics.empty() ? 1 : 0);
  for (const OutputFile& output : observation.outputs) hash.Add(output.name);
  return hash.value();
}

}  // namespace

std::vector<uint64_t> TraitsOf(const Observation& observation) {
  std::vector<uint64_t> traits = {ExitPath(observation)};
  // By output alone: a trace without times does not say which process made a call.
  std::map<uint32_t, Events> events;
  for (const TracedCall& call : observation.calls) {
    const uint64_t event =
        Hash().Add(call.call).Add(call.output).Add(ClassOf(call)).Add(SiteOf(call)).value();
    events.try_emplace(call.output, traits).first->second.Add(event);
    if (!call.delivered) continue;
    traits.push_back(
        Hash().Add(kSite).Add(SiteOf(call)).Add(static_cast<uint64_t>(call.fault)).value());
  }
  for (auto& [output, last] : events) last.Close();
  std::sort(traits.begin(), traits.end());
  traits.erase(std::unique(traits.begin(), traits.end()), traits.end());
  return traits;
}

bool Novelty::Learn(const std::vector<uint64_t>& traits) {
  // A target whose names or sites are never the same twice would fill the memory.
  if (known_.size() >= kKnownMax) return false;
  bool new_one = false;
  for (const uint64_t trait : traits) new_one |= known_.insert(trait).second;
  return new_one;
}

}  // namespace shortwrite
