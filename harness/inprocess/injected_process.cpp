#include "harness/inprocess/injected_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "harness/base/unique_fd.h"
#include "harness/trial/workspace.h"

namespace shortwrite::inprocess {
namespace {

constexpr char kRemedy[] =
    "shortwrite's preload library is not in this process, so no fault can be injected and nothing "
    "would be tested. Start the tests by RunAllTests() of <shortwrite/main.h>, or call "
    "StartInjected() first in main; in CMake, shortwrite_add_gtest(TARGET) does it. A message of "
    "the loader above may say more";

[[noreturn]] void Refuse(const std::string& what) {
  throw InjectorError(what);
}

}  // namespace

std::string StartedBase() {
  const char* const started = getenv(kStartedVariable);
  if (started == nullptr) return "";
  const std::string_view text = started;
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return "";
  return text.substr(colon + 1) == std::to_string(getppid()) ? std::string(text.substr(0, colon))
                                                             : "";
}

InjectedProcess::InjectedProcess(std::string base, SharedRegion region)
    : base_(std::move(base)), dir_(base_ + "/dir"), region_(std::move(region)) {
  const UniqueFd fd(open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Result<FileIdentity> identity = Identify(fd.get());
  if (!identity.ok()) Refuse("the private directory is gone: " + identity.error().message);
  private_settings_ = {.dir = dir_,
                       .dir_identity = identity.value(),
                       .stdout_identity = {},
                       .stdout_is_output = false};
}

std::unique_ptr<InjectedProcess> InjectedProcess::Attach() {
  const std::string base = StartedBase();
  if (base.empty()) Refuse(kRemedy);
  Result<SharedRegion> region = SharedRegion::Open(base + "/region");
  if (!region.ok()) Refuse(std::string(kRemedy) + " (" + region.error().message + ")");
  Observation observation;
  region.value().ReadInto(observation);
  if (observation.version_mismatches > 0) {
    Refuse(
        "the preload library and the library that this program is linked with are of different "
        "versions; build the program again");
  }
  if (observation.attached == 0) Refuse(kRemedy);
  region.value().Suspend();
  return std::unique_ptr<InjectedProcess>(new InjectedProcess(base, std::move(region).value()));
}

InjectedProcess& InjectedProcess::Own() {
  static const std::unique_ptr<InjectedProcess> own = Attach();
  return *own;
}

InjectedProcess& InjectedProcess::Get() {
  InjectedProcess& own = Own();
  if (!own.fork_mark_.is_ours()) {
    Refuse(
        "a forked child cannot inject: it shares the region with its parent; start a program of "
        "its own, or let a parent that waits hand over by TakeOverFromParent()");
  }
  return own;
}

void InjectedProcess::TakeOverFromParent() {
  InjectedProcess& own = Own();
  if (own.fork_mark_.is_ours()) return;
  if (own.busy_) Refuse("the parent was in the middle of a trial when it forked");
  own.fork_mark_.Set();
}

void InjectedProcess::Begin(const RegionSettings& settings, const shortwrite::Schedule& schedule) {
  if (busy_) Refuse("another injector is alive in this process; only one can be");
  const Status prepared = region_.Prepare(settings, schedule);
  if (!prepared.ok()) {
    region_.Suspend();
    Refuse(prepared.error().message);
  }
  busy_ = true;
}

void InjectedProcess::End() {
  region_.Suspend();
  busy_ = false;
}

}  // namespace shortwrite::inprocess
