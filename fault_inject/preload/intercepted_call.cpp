#include "fault_inject/preload/intercepted_call.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fault_inject/preload/attach.h"
#include "fault_inject/preload/descriptor.h"
#include "fault_inject/preload/raw_syscall.h"

namespace shortwrite::fault_inject {
namespace {

constexpr uint32_t kNoOutput = UINT32_MAX;

// The slot of a key: the one that has it, or the next free one, claimed now. No locks: whoever wins
// the compare-and-swap owns the slot's text; all others look up the name for themselves.
uint32_t FindSlot(uint64_t key, bool claim, bool& claimed) {
  for (uint32_t i = 1; i < kOutputsMax; ++i) {
    uint64_t present = __atomic_load_n(&region->output_keys[i], __ATOMIC_ACQUIRE);
    if (present == 0) {
      if (!claim) return kNoOutput;
      claimed = __atomic_compare_exchange_n(&region->output_keys[i], &present, key, false,
                                            __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
      if (claimed) return i;
    }
    if (present == key) return i;
  }
  if (claim) AtomicAdd(region->header.outputs_dropped, 1);
  return kNoOutput;
}

uint32_t NameOf(const char* path) {
  for (uint32_t i = 0; i < region->header.name_count && i < kNamesMax; ++i) {
    if (strcmp(region->names[i], path) == 0) return kNameFirst + i;
  }
  return kNameNone;
}

struct FoundOutput {
  uint32_t slot = kNoOutput;
  uint32_t name = kNameNone;
};

FoundOutput FindOutput(int descriptor, const DescriptorState& state) {
  const RegionHeader& header = region->header;
  if (state.device == header.stdout_device && state.inode == header.stdout_inode) {
    if (header.stdout_is_output == 0) return {};
    if (descriptor == STDERR_FILENO && header.stderr_shares_stdout != 0) return {};
    return {0, region->outputs[0].name};
  }
  if (state.device != header.dir_device || (state.mode & S_IFMT) != S_IFREG) return {};

  const uint64_t key = OutputKey(state.device, state.inode);
  bool claimed = false;
  uint32_t index = FindSlot(key, false, claimed);
  if (index != kNoOutput) {
    const uint32_t name = AtomicLoad(region->outputs[index].name);
    if (name != kNameAny) return {index, name};
  }
  char path[kPathBytes];
  const uint32_t bytes =
      PathBelow(header.dir_path, header.dir_path_bytes, descriptor, path, sizeof(path));
  if (bytes == 0) return {};
  const uint32_t name = NameOf(path);
  if (index == kNoOutput) index = FindSlot(key, true, claimed);
  if (claimed) {
    OutputSlot& slot = region->outputs[index];
    memcpy(slot.path, path, bytes + 1);
    slot.path_bytes = bytes;
    __atomic_store_n(&slot.name, name, __ATOMIC_RELEASE);
  }
  return {index, name};
}

// Looking at every signal costs as much as ten writes. Handlers are installed early or not at all,
// so after the first calls a sample will do.
bool ProbesHandlers(uint32_t number) {
  constexpr uint32_t kAlwaysUpTo = 64;
  constexpr uint32_t kThenEvery = 256;
  return (region->header.features & kFeatureProbeHandlers) != 0 &&
         (number <= kAlwaysUpTo || number % kThenEvery == 0);
}

TraceRecord* ClaimRecord() {
  const uint32_t index = AtomicAdd(region->header.trace_claimed, 1);
  return index < kTraceMax ? &region->trace[index] : nullptr;
}

bool TracesFully() {
  return (region->header.features & kFeatureFullTrace) != 0;
}

void DescribeMoment(TraceRecord& record) {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  record.time_ns =
      static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
  record.process = static_cast<uint32_t>(RawSyscall(SYS_getpid));
  record.thread = static_cast<uint32_t>(RawSyscall(SYS_gettid));
}

void Describe(TraceRecord& record, CallKind call, int descriptor, const void* caller) {
  if (TracesFully()) DescribeMoment(record);
  record.call = call;
  record.descriptor = descriptor;
  const auto address = reinterpret_cast<uintptr_t>(caller);
  const bool in_program = address >= program_begin && address < program_end;
  record.caller = in_program ? address - program_begin : address;
  record.marks = in_program ? kMarkCallerInProgram : 0;
}

// A file that other processes append to may have moved on by now; then the extent is off, and the
// coverage gate errs towards "not seen", never towards a pass.
int64_t FirstBytePosition(const Request& request, uint32_t status_flags, SinkClass sink,
                          ssize_t accepted) {
  if (!TracesFully() || sink != SinkClass::kRegular || accepted <= 0) return -1;
  if (request.position >= 0) {
    // pwrite(2), BUGS: with O_APPEND the offset is ignored.
    if ((status_flags & O_APPEND) == 0) return request.position;
    DescriptorState state;
    if (!Inspect(request.descriptor, state, true)) return -1;
    return static_cast<int64_t>(state.bytes) - accepted;
  }
  const int64_t position = Position(request.descriptor);
  return position < accepted ? -1 : position - accepted;
}

}  // namespace

InterceptedCall::InterceptedCall(const Request& request, const void* caller)
    : request_(request), granted_(request.asked) {
  if (region == nullptr) return;
  DescriptorState state;
  if (!Inspect(request.descriptor, state)) return;
  const FoundOutput found = FindOutput(request.descriptor, state);
  if (found.slot == kNoOutput) return;
  slot_ = &region->outputs[found.slot];
  output_ = found.slot;
  output_name_ = found.name;

  const uint32_t number = request.movable == 0 ? 0 : AtomicAdd(slot_->calls, 1) + 1;
  if (number != 0) step_ = FindStep(*region, StepSite::kWriteCall, number, output_name_);
  uint32_t status_flags = 0;
  if (step_ != nullptr || TracesFully()) {
    status_flags = StatusFlags(request.descriptor);
    sink_ = Classify(request.descriptor, state);
  }
  if (ProbesHandlers(number) || (step_ != nullptr && step_->fault == FaultKind::kEintr)) {
    handler_ = HandlerCanInterrupt();
  }
  Decide(number, status_flags);
  OpenRecord(caller, number, status_flags);
}

void InterceptedCall::Decide(uint32_t number, uint32_t status_flags) {
  if (number == 0 || !request_.may_cut) return;
  const CallFacts facts = {request_.call,        sink_,    status_flags,          request_.movable,
                           request_.nonblocking, handler_, region->header.profile};
  decision_ = fault_inject::Decide(step_, facts);
  if (IsNoProgress(decision_.fault) &&
      AtomicAdd(slot_->no_progress, 1) >= region->header.no_progress_max) {
    decision_ = Pass(request_.movable);
  }
  if (decision_.fault == FaultKind::kNone) return;
  granted_ = decision_.granted;
}

void InterceptedCall::OpenRecord(const void* caller, uint32_t number, uint32_t status_flags) {
  record_ = ClaimRecord();
  if (record_ == nullptr) return;
  Describe(*record_, request_.call, request_.descriptor, caller);
  record_->asked = request_.asked;
  record_->movable = request_.movable;
  record_->granted = granted_;
  record_->number = number;
  record_->status_flags = status_flags;
  record_->output = static_cast<uint16_t>(output_);
  record_->step = step_ == nullptr ? 0 : static_cast<uint16_t>(step_ - region->steps + 1);
  record_->fault = step_ == nullptr ? FaultKind::kNone : step_->fault;
  record_->sink = sink_;
  if (handler_) record_->marks |= kMarkHandler;
  if (request_.nonblocking) record_->marks |= kMarkNonblockingCall;
  if ((status_flags & O_APPEND) != 0) record_->marks |= kMarkAppend;
}

ssize_t InterceptedCall::Answer() {
  if (record_ != nullptr) record_->marks |= kMarkDelivered;
  AtomicAdd(region->header.faults_delivered, 1);
  const ssize_t result = decision_.error == 0 ? 0 : -1;
  Publish(result, decision_.error);
  if (decision_.signal != 0 && !request_.no_signal) {
    RawSyscall(SYS_tgkill, RawSyscall(SYS_getpid), RawSyscall(SYS_gettid), decision_.signal);
  }
  if (decision_.error != 0) errno = decision_.error;
  return result;
}

ssize_t InterceptedCall::Finish(ssize_t result) {
  if (slot_ == nullptr) return result;
  const int error = result < 0 ? errno : 0;
  if (result > 0) {
    __atomic_store_n(&slot_->no_progress, 0, __ATOMIC_RELEASE);
    __atomic_fetch_add(&slot_->accepted, static_cast<uint64_t>(result), __ATOMIC_ACQ_REL);
    // A count that the kernel cut further is still the short write that the step asked for.
    if (decision_.fault != FaultKind::kNone && static_cast<uint64_t>(result) < request_.movable) {
      if (record_ != nullptr) record_->marks |= kMarkDelivered;
      AtomicAdd(region->header.faults_delivered, 1);
    }
  }
  Publish(result, error);
  return result;
}

void InterceptedCall::Publish(ssize_t result, int error) {
  if (record_ == nullptr) return;
  record_->result = result;
  record_->error = error;
  record_->position = FirstBytePosition(request_, record_->status_flags, sink_, result);
  __atomic_store_n(&record_->marks, static_cast<uint8_t>(record_->marks | kMarkPublished),
                   __ATOMIC_RELEASE);
}

InterceptedSync::InterceptedSync(CallKind call, int descriptor, const void* caller)
    : request_{.call = call, .descriptor = descriptor, .asked = 0, .movable = 0}, caller_(caller) {
  if (region == nullptr || (region->header.features & kFeatureTraceClose) == 0) return;
  DescriptorState state;
  if (!Inspect(descriptor, state)) return;
  const FoundOutput found = FindOutput(descriptor, state);
  if (found.slot == kNoOutput) return;
  is_output_ = true;
  output_ = found.slot;
  const StepSite site = call == CallKind::kClose ? StepSite::kClose : StepSite::kSync;
  step_ = FindStep(*region, site, 0, found.name);
}

int InterceptedSync::Finish(int result) {
  if (!is_output_) return result;
  int error = result < 0 ? errno : 0;
  const int injected = error == 0 ? DelayedError(step_) : 0;
  if (injected != 0) {
    error = injected;
    AtomicAdd(region->header.faults_delivered, 1);
  }
  if (TraceRecord* const record = ClaimRecord(); record != nullptr) {
    Describe(*record, request_.call, request_.descriptor, caller_);
    record->output = static_cast<uint16_t>(output_);
    record->position = -1;
    record->result = error == 0 ? 0 : -1;
    record->error = error;
    record->step = step_ == nullptr ? 0 : static_cast<uint16_t>(step_ - region->steps + 1);
    record->fault = injected == 0 ? FaultKind::kNone : step_->fault;
    if (injected != 0) record->marks |= kMarkDelivered;
    __atomic_store_n(&record->marks, static_cast<uint8_t>(record->marks | kMarkPublished),
                     __ATOMIC_RELEASE);
  }
  if (injected == 0) return result;
  errno = injected;
  return -1;
}

}  // namespace shortwrite::fault_inject
