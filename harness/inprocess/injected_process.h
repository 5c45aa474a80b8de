// This process, with the preload library in it and a region to steer it by.
#pragma once

#include <memory>
#include <string>

#include <shortwrite/injector.h>

#include "harness/inprocess/fork_mark.h"
#include "harness/trial/shared_region.h"

namespace shortwrite::inprocess {

// Set for the second process by the first: BASE:PID, the private directory and who made it. A
// program that the second process starts inherits it and must not take the region for its own, so
// it holds only where PID is the parent.
inline constexpr char kStartedVariable[] = "SHORTWRITE_STARTED";

// BASE, if this process was started by StartInjected, else empty.
std::string StartedBase();

class InjectedProcess {
 public:
  // The one of this process, found at the first call. Throws InjectorError, with the remedy, where
  // the library is missing.
  static InjectedProcess& Get();
  // main.h says what for.
  static void TakeOverFromParent();

  const std::string& base() const { return base_; }
  const std::string& dir() const { return dir_; }
  SharedRegion& region() { return region_; }

  // Ends the one trial at a time. Begin throws InjectorError if another goes on.
  void Begin(const RegionSettings& settings, const shortwrite::Schedule& schedule);
  void End();

  // Of the private directory, whose files are outputs.
  const RegionSettings& private_settings() const { return private_settings_; }

  Totals totals;

 private:
  InjectedProcess(std::string base, SharedRegion region);
  static std::unique_ptr<InjectedProcess> Attach();
  static InjectedProcess& Own();

  std::string base_;
  std::string dir_;
  SharedRegion region_;
  RegionSettings private_settings_;
  ForkMark fork_mark_;
  bool busy_ = false;
};

}  // namespace shortwrite::inprocess
