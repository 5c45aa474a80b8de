#include "fault_inject/intercepted_call.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fault_inject/descriptor.h"
#include "fault_inject/outputs.h"

namespace shortwrite::fault_inject {
namespace {

bool TracesFully(const Region& region) {
  return (region.header.features & kFeatureFullTrace) != 0;
}

// Looking at every signal costs as much as ten writes. Handlers are installed early or not at all,
// so after the first calls a sample will do.
bool ProbesHandlers(const Region& region, uint32_t number) {
  constexpr uint32_t kAlwaysUpTo = 64;
  constexpr uint32_t kThenEvery = 256;
  return (region.header.features & kFeatureProbeHandlers) != 0 &&
         (number <= kAlwaysUpTo || number % kThenEvery == 0);
}

TraceRecord* ClaimRecord(Region& region) {
  const uint32_t index = AtomicAdd(region.header.trace_claimed, 1);
  return index < kTraceMax ? &region.trace[index] : nullptr;
}

void Describe(const Region& region, CallKind call, int descriptor, const Caller& caller,
              TraceRecord& record) {
  if (TracesFully(region)) {
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    record.time_ns =
        static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
  }
  // An error at close is for the one who wrote.
  if (TracesFully(region) || (region.header.features & kFeatureTraceClose) != 0) {
    caller.identify(caller.context, record);
  }
  record.call = call;
  record.descriptor = descriptor;
  record.caller = caller.address;
  record.marks = caller.in_program ? kMarkCallerInProgram : 0;
}

uint16_t StepNumber(const Region& region, const Step* step) {
  return step == nullptr ? 0 : static_cast<uint16_t>(step - region.steps + 1);
}

// A file that other processes append to may have moved on by now; then the extent is off, and the
// coverage gate errs towards "not seen", never towards a pass.
int64_t FirstBytePosition(const Request& request, int descriptor, uint32_t status_flags,
                          int64_t accepted) {
  if (request.position >= 0) {
    // pwrite(2), BUGS: with O_APPEND the offset is ignored.
    if ((status_flags & O_APPEND) == 0) return request.position;
    DescriptorState state;
    if (!Inspect(descriptor, state, true)) return -1;
    return static_cast<int64_t>(state.bytes) - accepted;
  }
  const int64_t position = Position(descriptor);
  return position < accepted ? -1 : position - accepted;
}

}  // namespace

void InterceptedCall::Enter(Region& region, const Request& request, int descriptor,
                            const Caller& caller) {
  request_ = request;
  granted_ = request.asked;
  DescriptorState state;
  if (!Inspect(descriptor, state)) return;
  const bool is_stderr = request.descriptor == STDERR_FILENO;
  const FoundOutput found = FindOutput(region, descriptor, is_stderr, state);
  if (found.slot == kNoOutput) return;
  region_ = &region;
  slot_ = &region.outputs[found.slot];
  output_ = found.slot;
  inode_ = state.inode;
  is_regular_ = (state.mode & S_IFMT) == S_IFREG;

  const uint32_t number = request.movable == 0 ? 0 : AtomicAdd(slot_->calls, 1) + 1;
  if (number != 0) step_ = FindStep(region, StepSite::kWriteCall, number, found.name);
  CallFacts facts = {.call = request_.call,
                     .sink = SinkClass::kOther,
                     .status_flags = 0,
                     .movable = request_.movable,
                     .call_nonblocking = request_.nonblocking,
                     .interrupting_signal = 0,
                     .profile = region.header.profile};
  Look(region, number, state, descriptor, caller, facts);
  Decide(region, number, facts);
  OpenRecord(number, facts, caller);
}

void InterceptedCall::Look(const Region& region, uint32_t number, const DescriptorState& state,
                           int descriptor, const Caller& caller, CallFacts& facts) {
  if (step_ != nullptr || TracesFully(region)) {
    facts.status_flags = StatusFlags(descriptor);
    facts.sink = sink_ = Classify(descriptor, state);
    facts.send_timeout = HasSendTimeout(descriptor, sink_);
  }
  if (ProbesHandlers(region, number) || (step_ != nullptr && step_->fault == FaultKind::kEintr)) {
    facts.interrupting_signal = caller.interrupting_signal(
        caller.context, AnyHandlerInterrupts(facts.sink, facts.send_timeout));
  }
}

void InterceptedCall::Decide(const Region& region, uint32_t number, const CallFacts& facts) {
  if (number == 0 || !request_.may_cut) return;
  decision_ = fault_inject::Decide(step_, facts);
  if (IsNoProgress(decision_.fault) &&
      AtomicAdd(slot_->no_progress, 1) >= region.header.no_progress_max) {
    decision_ = Pass(request_.movable);
  }
  if (decision_.fault == FaultKind::kNone) return;
  granted_ = decision_.granted;
}

void InterceptedCall::OpenRecord(uint32_t number, const CallFacts& facts, const Caller& caller) {
  record_ = ClaimRecord(*region_);
  if (record_ == nullptr) return;
  Describe(*region_, request_.call, request_.descriptor, caller, *record_);
  record_->asked = request_.asked;
  record_->movable = request_.movable;
  record_->granted = granted_;
  record_->number = number;
  record_->status_flags = facts.status_flags;
  record_->output = static_cast<uint16_t>(output_);
  record_->step = StepNumber(*region_, step_);
  record_->fault = step_ == nullptr ? FaultKind::kNone : step_->fault;
  record_->sink = sink_;
  if (facts.interrupting_signal != 0) record_->marks |= kMarkHandler;
  if (request_.nonblocking) record_->marks |= kMarkNonblockingCall;
  if (facts.send_timeout) record_->marks |= kMarkSendTimeout;
  if ((facts.status_flags & O_APPEND) != 0) record_->marks |= kMarkAppend;
}

bool InterceptedCall::needs_rearming() const {
  const bool short_or_full = decision_.fault == FaultKind::kShort ||
                             decision_.fault == FaultKind::kCap ||
                             decision_.fault == FaultKind::kEagain;
  // epoll refuses regular files (epoll_ctl(2), EPERM); any other may be registered.
  return delivered_ && short_or_full && !is_regular_;
}

void InterceptedCall::MarkDelivered() {
  delivered_ = true;
  if (record_ != nullptr) record_->marks |= kMarkDelivered;
  AtomicAdd(region_->header.faults_delivered, 1);
}

bool InterceptedCall::may_be_unwatched() const {
  return is_regular_ && step_ == nullptr && !TracesFully(*region_) && !IsCopy(request_.call);
}

// The one that an error at close is for.
void InterceptedCall::RememberWriter() {
  if (record_ == nullptr || record_->process == 0) return;
  __atomic_store_n(&slot_->writer, record_->process, __ATOMIC_RELEASE);
}

void InterceptedCall::LetGo() {
  __atomic_store_n(&slot_->no_progress, 0, __ATOMIC_RELEASE);
  __atomic_fetch_add(&slot_->accepted, request_.movable, __ATOMIC_ACQ_REL);
  RememberWriter();
  if (record_ == nullptr) return;
  record_->position = -1;
  record_->result = static_cast<int64_t>(request_.movable);
  __atomic_store_n(&record_->marks,
                   static_cast<uint8_t>(record_->marks | kMarkUnwatched | kMarkPublished),
                   __ATOMIC_RELEASE);
}

bool InterceptedCall::asks_descriptor_at_return() const {
  return TracesFully(*region_) && sink_ == SinkClass::kRegular;
}

void InterceptedCall::Withdraw() {
  decision_ = Pass(request_.movable);
  granted_ = request_.asked;
  if (record_ != nullptr) record_->granted = granted_;
}

void InterceptedCall::Answered() {
  MarkDelivered();
  Publish(decision_.error == 0 ? 0 : -1, decision_.error, -1);
}

void InterceptedCall::Returned(int64_t result, int error, int descriptor) {
  if (slot_ == nullptr) return;
  if (result > 0) {
    __atomic_store_n(&slot_->no_progress, 0, __ATOMIC_RELEASE);
    __atomic_fetch_add(&slot_->accepted, static_cast<uint64_t>(result), __ATOMIC_ACQ_REL);
    RememberWriter();
    // A count that the kernel cut further is still the short write that the step asked for.
    if (decision_.fault != FaultKind::kNone && static_cast<uint64_t>(result) < request_.movable) {
      MarkDelivered();
    }
  }
  Publish(result, error, descriptor);
}

void InterceptedCall::Publish(int64_t result, int error, int descriptor) {
  if (record_ == nullptr) return;
  record_->result = result;
  record_->error = static_cast<uint16_t>(error);
  const bool placed = asks_descriptor_at_return() && result > 0;
  record_->position =
      placed ? FirstBytePosition(request_, descriptor, record_->status_flags, result) : -1;
  __atomic_store_n(&record_->marks, static_cast<uint8_t>(record_->marks | kMarkPublished),
                   __ATOMIC_RELEASE);
}

void InterceptedSync::Enter(Region& region, CallKind call, int target_descriptor, int descriptor) {
  if ((region.header.features & kFeatureTraceClose) == 0) return;
  DescriptorState state;
  if (!Inspect(descriptor, state)) return;
  const bool is_stderr = target_descriptor == STDERR_FILENO;
  const FoundOutput found = FindOutput(region, descriptor, is_stderr, state);
  if (found.slot == kNoOutput) return;
  region_ = &region;
  call_ = call;
  descriptor_ = target_descriptor;
  output_ = found.slot;
  const StepSite site = call == CallKind::kClose ? StepSite::kClose : StepSite::kSync;
  step_ = FindStep(region, site, 0, found.name);
  // Of an error at close it must be known whether a sync went well before.
  if (step_ == nullptr && call == CallKind::kClose && !TracesFully(region)) return;
  sink_ = Classify(descriptor, state);
  status_flags_ = StatusFlags(descriptor);
}

// The errno of the step's error, 0 where it is none or not legal.
int InterceptedSync::Inject(const TraceRecord& record) const {
  if (step_ == nullptr) return 0;
  const OutputSlot& slot = region_->outputs[output_];
  const bool written = __atomic_load_n(&slot.accepted, __ATOMIC_ACQUIRE) != 0;
  const bool by_closer = AtomicLoad(slot.writer) == record.process;
  const Ruling ruling = LegalToHearDelayedError(call_, sink_, status_flags_, written, by_closer);
  return ruling.legal ? DelayedError(step_, sink_, region_->header.profile) : 0;
}

int InterceptedSync::Returned(int error, const Caller& caller) {
  if (region_ == nullptr) return error;
  TraceRecord* const record = ClaimRecord(*region_);
  if (record == nullptr) return error;
  Describe(*region_, call_, descriptor_, caller, *record);
  const int injected = error == 0 ? Inject(*record) : 0;
  if (injected != 0) {
    error = injected;
    AtomicAdd(region_->header.faults_delivered, 1);
  }
  record->sink = sink_;
  record->status_flags = status_flags_;
  record->output = static_cast<uint16_t>(output_);
  record->position = -1;
  record->result = error == 0 ? 0 : -1;
  record->error = static_cast<uint16_t>(error);
  record->step = StepNumber(*region_, step_);
  record->sink = sink_;
  record->fault = step_ == nullptr ? FaultKind::kNone : step_->fault;
  if (injected != 0) record->marks |= kMarkDelivered;
  __atomic_store_n(&record->marks, static_cast<uint8_t>(record->marks | kMarkPublished),
                   __ATOMIC_RELEASE);
  return error;
}

}  // namespace shortwrite::fault_inject
