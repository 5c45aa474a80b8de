#include "harness/cli/version.h"

#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <nlohmann/json.hpp>

#include "harness/cli/option_words.h"
#include "harness/report/report_format.h"

namespace shortwrite {
namespace {

using Json = nlohmann::ordered_json;

std::string Kernel() {
  utsname names = {};
  if (uname(&names) != 0) return "unknown";
  return std::string(names.sysname) + ' ' + names.release + ' ' + names.machine;
}

std::string Compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

}  // namespace

std::string VersionText() {
  return "shortwrite " SHORTWRITE_VERSION "\n";
}

std::string VersionJson() {
  Json json = {{"schema", "shortwrite/1"}, {"type", "version"}, {"version", SHORTWRITE_VERSION}};
  json["commit"] = SHORTWRITE_COMMIT;
  json["backends"] = {kBackendWords[1], kBackendWords[2]};
  json["libc"] = std::string("glibc ") + gnu_get_libc_version();
  json["kernel"] = Kernel();
  json["compiler"] = Compiler();
  Json& features = json["features"];
  features["profiles"] = kProfileWords;
  features["sinks"] = kSinkKindWords;
  features["faults"] = kFaultWords;
  features["snapshots"] = true;
  for (const ReportFormat& format : ReportFormats()) features["reports"].push_back(format.name);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace shortwrite
