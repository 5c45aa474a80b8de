#include "harness/trial/shared_region.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "fault_inject/protocol.h"
#include "harness/base/unique_fd.h"
#include "harness/trial/region_text.h"

namespace shortwrite {
namespace {

namespace fi = fault_inject;

fi::FaultKind ToRegion(FaultKind fault) {
  switch (fault) {
    case FaultKind::kShort:
      return fi::FaultKind::kShort;
    case FaultKind::kCap:
      return fi::FaultKind::kCap;
    case FaultKind::kEagain:
      return fi::FaultKind::kEagain;
    case FaultKind::kEintr:
      return fi::FaultKind::kEintr;
    case FaultKind::kZero:
      return fi::FaultKind::kZero;
    case FaultKind::kEnospc:
      return fi::FaultKind::kEnospc;
    case FaultKind::kEdquot:
      return fi::FaultKind::kEdquot;
    case FaultKind::kEio:
      return fi::FaultKind::kEio;
    case FaultKind::kEfbig:
      return fi::FaultKind::kEfbig;
    case FaultKind::kEpipe:
      return fi::FaultKind::kEpipe;
  }
  return fi::FaultKind::kNone;
}

fi::StepSite ToRegion(StepSite site) {
  switch (site) {
    case StepSite::kCalls:
      return fi::StepSite::kWriteCall;
    case StepSite::kClose:
      return fi::StepSite::kClose;
    case StepSite::kFsync:
      return fi::StepSite::kSync;
  }
  return fi::StepSite::kWriteCall;
}

fi::AmountUnit ToRegion(Amount::Unit unit) {
  switch (unit) {
    case Amount::Unit::kBytes:
      return fi::AmountUnit::kBytes;
    case Amount::Unit::kAllBut:
      return fi::AmountUnit::kAllBut;
    case Amount::Unit::kPercent:
      return fi::AmountUnit::kPercent;
  }
  return fi::AmountUnit::kBytes;
}

// The name's number in the region, added if it is new; kNameAny when there is no room.
uint32_t NameNumber(fi::Region& region, const std::string& name) {
  uint32_t& count = region.header.name_count;
  for (uint32_t i = 0; i < count; ++i) {
    if (name == region.names[i]) return fi::kNameFirst + i;
  }
  if (count == fi::kNamesMax || name.size() >= fi::kNameBytes) return fi::kNameAny;
  memcpy(region.names[count], name.c_str(), name.size() + 1);
  return fi::kNameFirst + count++;
}

Status InstallSteps(fi::Region& region, const Schedule& schedule) {
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    const Step& step = schedule.steps[i];
    uint32_t name = fi::kNameAny;
    if (!step.output.empty()) {
      name = NameNumber(region, step.output);
      if (name == fi::kNameAny) {
        return UsageError(
            fmt::format("schedule: at most {} outputs can be named, each in fewer "
                        "than {} bytes",
                        fi::kNamesMax, fi::kNameBytes));
      }
    }
    region.steps[i] = {step.amount.value,
                       step.calls.first,
                       step.calls.last == kOpenEnd ? fi::kLastCall : step.calls.last,
                       name,
                       ToRegion(step.fault),
                       ToRegion(step.amount.unit),
                       ToRegion(step.site),
                       0};
  }
  region.header.step_count = static_cast<uint32_t>(schedule.steps.size());
  return Ok();
}

Result<fi::Region*> MapRegion(int fd, const std::string& path) {
  void* const address =
      mmap(nullptr, sizeof(fi::Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return ErrnoError(fmt::format("map '{}'", path), errno);
  return static_cast<fi::Region*>(address);
}

}  // namespace

bool NeedsCloses(const Schedule& schedule) {
  return schedule.empty() || std::any_of(schedule.steps.begin(), schedule.steps.end(),
                                         [](const Step& s) { return s.site != StepSite::kCalls; });
}

Result<SharedRegion> SharedRegion::Create(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoError(fmt::format("create '{}'", path), errno);
  if (ftruncate(fd.get(), sizeof(fi::Region)) != 0) {
    return ErrnoError(fmt::format("size '{}'", path), errno);
  }
  Result<fi::Region*> region = MapRegion(fd.get(), path);
  if (!region.ok()) return region.error();
  fi::RegionHeader& header = region.value()->header;
  header.magic = fi::kMagic;
  header.version = fi::kVersion;
  header.region_bytes = sizeof(fi::Region);
  return SharedRegion(path, region.value());
}

Result<SharedRegion> SharedRegion::Open(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError(fmt::format("open '{}'", path), errno);
  // Before anything is mapped: touching a page behind the end of a file is a SIGBUS.
  fi::RegionHeader header = {};
  const off_t bytes = lseek(fd.get(), 0, SEEK_END);
  if (bytes != static_cast<off_t>(sizeof(fi::Region)) ||
      pread(fd.get(), &header, sizeof(header), 0) != static_cast<ssize_t>(sizeof(header)) ||
      header.magic != fi::kMagic || header.version != fi::kVersion) {
    return HarnessError(fmt::format("'{}' is not a shared region of this version", path));
  }
  Result<fi::Region*> region = MapRegion(fd.get(), path);
  if (!region.ok()) return region.error();
  return SharedRegion(path, region.value());
}

SharedRegion::SharedRegion(std::string path, fi::Region* region)
    : path_(std::move(path)), region_(region) {}

SharedRegion::SharedRegion(SharedRegion&& other) noexcept
    : path_(std::move(other.path_)), region_(std::exchange(other.region_, nullptr)) {}

SharedRegion::~SharedRegion() {
  if (region_ != nullptr) munmap(region_, sizeof(fi::Region));
}

void SharedRegion::Clear() {
  fi::RegionHeader& header = region_->header;
  const uint32_t records = std::min(header.trace_claimed, fi::kTraceMax);
  memset(region_->trace, 0, records * sizeof(fi::TraceRecord));
  for (uint32_t i = 0; i < fi::kOutputsMax; ++i) {
    if (i > 0 && region_->output_keys[i] == 0) break;
    region_->output_keys[i] = 0;
    // Paths are overwritten when the slot is claimed again.
    memset(&region_->outputs[i], 0, offsetof(fi::OutputSlot, path));
  }
  header.attached = header.version_mismatches = header.trace_claimed = 0;
  header.outputs_dropped = header.faults_delivered = header.unseen_ways = 0;
  header.name_count = 0;
  memset(region_->processes, 0,
         std::min(header.processes_named, fi::kProcessesMax) * sizeof(fi::ProcessName));
  header.processes_named = 0;
}

Status SharedRegion::Prepare(const RegionSettings& settings, const Schedule& schedule) {
  Clear();
  fi::RegionHeader& header = region_->header;
  if (settings.dir.size() >= sizeof(header.dir_path)) {
    return HarnessError(
        fmt::format("the trial's directory has too long a path: '{}'", settings.dir));
  }
  memcpy(header.dir_path, settings.dir.c_str(), settings.dir.size() + 1);
  header.dir_path_bytes = static_cast<uint32_t>(settings.dir.size());
  header.dir_device = settings.dir_identity.device;
  header.stdout_device = settings.stdout_identity.device;
  header.stdout_inode = settings.stdout_identity.inode;
  header.stdout_is_output = settings.stdout_is_output;
  header.stderr_shares_stdout = settings.stderr_shares_stdout;
  header.profile = static_cast<fi::Profile>(settings.profile);
  header.no_progress_max = 8;
  header.features = (NeedsCloses(schedule) ? fi::kFeatureTraceClose : 0) |
                    (schedule.empty() ? fi::kFeatureProbeHandlers : 0) |
                    (schedule.empty() || settings.full_trace ? fi::kFeatureFullTrace : 0) |
                    (!schedule.empty() && settings.full_trace ? fi::kFeatureTraceWaits : 0);
  if (Status installed = InstallSteps(*region_, schedule); !installed.ok()) return installed;
  // Slot 0 is stdout's, whatever its key: the library knows stdout by the header.
  region_->output_keys[0] = 1;
  fi::OutputSlot& standard = region_->outputs[0];
  memcpy(standard.path, settings.stdout_name.c_str(), settings.stdout_name.size() + 1);
  standard.path_bytes = static_cast<uint32_t>(settings.stdout_name.size());
  standard.name = fi::kNameNone;
  for (uint32_t i = 0; i < header.name_count; ++i) {
    if (settings.stdout_name == region_->names[i]) standard.name = fi::kNameFirst + i;
  }
  schedule_ = schedule;
  return Ok();
}

void SharedRegion::Suspend() {
  fi::RegionHeader& header = region_->header;
  // No device has this number: the kernel's have 32 bits.
  __atomic_store_n(&header.dir_device, UINT64_MAX, __ATOMIC_RELEASE);
  __atomic_store_n(&header.stdout_device, UINT64_MAX, __ATOMIC_RELEASE);
}

uint64_t SharedRegion::accepted_bytes() const {
  uint64_t total = __atomic_load_n(&region_->outputs[0].accepted, __ATOMIC_RELAXED);
  for (uint32_t i = 1; i < fi::kOutputsMax && region_->output_keys[i] != 0; ++i) {
    total += __atomic_load_n(&region_->outputs[i].accepted, __ATOMIC_RELAXED);
  }
  return total;
}

uint32_t SharedRegion::calls_seen() const {
  return fi::AtomicLoad(region_->header.trace_claimed);
}

std::vector<std::string> SharedRegion::ReadPrograms() const {
  std::vector<std::string> programs(
      std::min(fi::AtomicLoad(region_->header.processes_named), fi::kProcessesMax));
  for (size_t i = 0; i < programs.size(); ++i) {
    const char* const name = region_->processes[i].name;
    programs[i].assign(name, strnlen(name, fi::kProcessNameBytes));
  }
  return programs;
}

// The last name that the process got before this record; 0: none.
uint32_t SharedRegion::ProgramOf(uint32_t process, uint32_t record) const {
  uint32_t program = 0;
  const uint32_t count =
      std::min(fi::AtomicLoad(region_->header.processes_named), fi::kProcessesMax);
  for (uint32_t i = 0; i < count; ++i) {
    const fi::ProcessName& named = region_->processes[i];
    if (named.process == process && named.first_record <= record) program = i + 1;
  }
  return program;
}

std::vector<TracedCall> SharedRegion::ReadCalls() const {
  const uint32_t count = std::min(calls_seen(), fi::kTraceMax);
  std::vector<TracedCall> calls(count);
  std::map<uint32_t, uint32_t> processes;  // raw ids, numbered by first appearance
  std::map<uint32_t, uint32_t> threads;
  for (uint32_t i = 0; i < count; ++i) {
    const fi::TraceRecord& record = region_->trace[i];
    TracedCall& call = calls[i];
    call.time_ns = record.time_ns - region_->trace[0].time_ns;
    call.asked = record.asked;
    call.movable = record.movable;
    call.granted = record.granted;
    call.result = record.result;
    call.position = record.position;
    call.caller = record.caller;
    call.caller_in_program = (record.marks & fi::kMarkCallerInProgram) != 0;
    call.number = record.number;
    call.process = processes.emplace(record.process, processes.size() + 1).first->second;
    call.thread = threads.emplace(record.thread, threads.size() + 1).first->second;
    if (record.process != 0) call.program = ProgramOf(record.process, i);
    call.error = record.error;
    call.descriptor = record.descriptor;
    call.status_flags = record.status_flags;
    call.output = record.output;
    call.step = record.step;
    call.call = CallName(record.call);
    call.sink = SinkName(record.sink);
    call.handler_can_interrupt = (record.marks & fi::kMarkHandler) != 0;
    call.must_not_wait = (record.marks & fi::kMarkNonblockingCall) != 0;
    call.send_timeout = (record.marks & fi::kMarkSendTimeout) != 0;
    call.delivered = (record.marks & fi::kMarkDelivered) != 0;
    call.watched = (record.marks & fi::kMarkUnwatched) == 0;
    call.returned = (record.marks & fi::kMarkPublished) != 0;
    call.then_waited = record.waited != 0;
    if (call.step == 0 || call.step > schedule_.steps.size()) continue;
    call.fault = schedule_.steps[call.step - 1].fault;
    if (!call.delivered) continue;
    const RecordLegality legality = ExplainLegality(record);
    call.legal_under = legality.profile;
    call.legal_reason = legality.reason;
  }
  return calls;
}

void SharedRegion::ReadInto(Observation& observation) const {
  const fi::RegionHeader& header = region_->header;
  observation.attached = header.attached;
  observation.version_mismatches = header.version_mismatches;
  observation.trace_dropped =
      header.trace_claimed > fi::kTraceMax ? header.trace_claimed - fi::kTraceMax : 0;
  observation.outputs_dropped = header.outputs_dropped;
  observation.faults_delivered = header.faults_delivered;
  observation.unseen_ways = UnseenWays(header.unseen_ways);
  observation.calls = ReadCalls();
  observation.programs = ReadPrograms();
  for (uint32_t i = 0; i < fi::kOutputsMax && region_->output_keys[i] != 0; ++i) {
    const fi::OutputSlot& slot = region_->outputs[i];
    observation.touched.push_back(
        {std::string(slot.path, std::min<size_t>(slot.path_bytes, sizeof(slot.path))), ""});
  }
}

int SharedRegion::SlotOf(const FileIdentity& file) const {
  const uint64_t key = fi::OutputKey(file.device, file.inode);
  for (uint32_t i = 1; i < fi::kOutputsMax && region_->output_keys[i] != 0; ++i) {
    if (region_->output_keys[i] == key) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace shortwrite
