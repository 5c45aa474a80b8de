#include "harness/cli/verify_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "harness/cli/command_output.h"
#include "harness/cli/verify_file.h"

namespace shortwrite {
namespace {

// Larger lists are no lists; reading a disk image by mistake must not fill the memory.
constexpr uint64_t kManifestBytesMax = 64ULL << 20;

Status CheckOptions(const VerifyOptions& options) {
  const int sources = (options.manifest ? 1 : 0) + (options.md5 ? 1 : 0) +
                      (options.pattern ? 1 : 0) + (options.against ? 1 : 0);
  if (sources != 1) {
    return UsageError(
        "verify: say what is right by exactly one of --manifest FILE, --md5 HEX, --pattern TEXT "
        "--bytes N and --against FILE");
  }
  if (options.bytes && !options.md5 && !options.pattern) {
    return UsageError("verify: --bytes goes with --md5 or --pattern; leave it out");
  }
  if (options.pattern && !options.bytes) {
    return UsageError("verify: --pattern is repeated to a size; add --bytes N");
  }
  if (options.pattern && options.pattern->empty() && *options.bytes > 0) {
    return UsageError("verify: an empty --pattern cannot fill any bytes; give it a text");
  }
  if (options.files.empty() && !options.manifest) {
    return UsageError("verify: nothing to verify; name a FILE");
  }
  return Ok();
}

// Whatever is wrong with a file that the user named as the measure is for the user to mend.
Error AsUsage(const Error& error) {
  return UsageError("verify: " + error.message);
}

Result<Manifest> ReadManifest(const std::string& path) {
  const Result<Payload> file = Payload::File(path);
  if (!file.ok()) return AsUsage(file.error());
  if (file.value().size() > kManifestBytesMax) {
    return UsageError(
        fmt::format("verify: '{}' has {} bytes, too many for a manifest; name a list "
                    "of digests",
                    path, file.value().size()));
  }
  const Result<std::string> text = ReadWhole(file.value());
  if (!text.ok()) return AsUsage(text.error());
  return ParseManifest(text.value(), path);
}

Result<Expectation> ExpectationOf(const VerifyOptions& options) {
  Expectation expectation;
  expectation.bytes = options.bytes;
  if (options.md5) {
    Result<std::string> md5 = ParseMd5(*options.md5);
    if (!md5.ok()) return UsageError("verify: --md5: " + md5.error().message);
    expectation.md5 = std::move(md5).value();
  } else if (options.pattern) {
    expectation.payload = Payload::Pattern(*options.pattern, *options.bytes);
  } else {
    Result<Payload> file = Payload::File(*options.against);
    if (!file.ok()) return AsUsage(file.error());
    expectation.payload = std::move(file).value();
  }
  return expectation;
}

class VerdictPrinter {
 public:
  explicit VerdictPrinter(const VerifyOptions& options) : options_(options) {}

  Status Print(const std::string& name, const FileVerdict& verdict) {
    ++files_;
    if (!verdict.right) ++wrong_;
    if (options_.json) return PrintJson(Json(name, verdict));
    if (verdict.right && options_.quiet) return Ok();
    std::string line = EscapedName(name) + (verdict.right ? ": OK" : ": FAILED");
    if (!verdict.right) line += ": " + verdict.reason;
    if (!verdict.matched.empty()) line += fmt::format(" (as {})", EscapedName(verdict.matched));
    return PrintOutput(line + "\n");
  }

  Result<ExitStatus> Finish() const {
    const ExitStatus exit = wrong_ == 0 ? ExitStatus::kSurvived : ExitStatus::kCounterexample;
    if (!options_.json) return exit;
    const Status printed = PrintJson({{"schema", "shortwrite/1"},
                                      {"type", "result"},
                                      {"files", files_},
                                      {"wrong", wrong_},
                                      {"exit", static_cast<int>(exit)}});
    if (!printed.ok()) return printed.error();
    return exit;
  }

 private:
  static nlohmann::ordered_json Json(const std::string& name, const FileVerdict& verdict) {
    nlohmann::ordered_json object = {{"schema", "shortwrite/1"},
                                     {"type", "verify"},
                                     {"file", name},
                                     {"right", verdict.right},
                                     {"bytes", verdict.found.bytes}};
    if (!verdict.found.md5.empty()) object["md5"] = verdict.found.md5;
    if (!verdict.matched.empty()) object["entry"] = verdict.matched;
    if (!verdict.right) object["reason"] = verdict.reason;
    return object;
  }

  const VerifyOptions& options_;
  uint64_t files_ = 0;
  uint64_t wrong_ = 0;
};

Status VerifyAgainst(const VerifyOptions& options, VerdictPrinter& printer) {
  const Result<Expectation> expectation = ExpectationOf(options);
  if (!expectation.ok()) return expectation.error();
  for (const std::string& file : options.files) {
    const Result<FileVerdict> verdict = VerifyFile(file, expectation.value());
    if (!verdict.ok()) return verdict.error();
    if (Status printed = printer.Print(file, verdict.value()); !printed.ok()) return printed;
  }
  return Ok();
}

Status VerifyManifest(const VerifyOptions& options, const Manifest& manifest,
                      VerdictPrinter& printer) {
  std::vector<std::string> files = options.files;
  if (files.empty()) {
    for (const ManifestEntry& entry : manifest) files.push_back(entry.name);
  }
  for (const std::string& file : files) {
    const Result<FileVerdict> verdict = VerifyListedFile(file, manifest);
    if (!verdict.ok()) return verdict.error();
    if (Status printed = printer.Print(file, verdict.value()); !printed.ok()) return printed;
  }
  return Ok();
}

}  // namespace

ExitStatus RunVerify(const VerifyOptions& options) {
  if (const Status checked = CheckOptions(options); !checked.ok()) return Fail(checked.error());
  VerdictPrinter printer(options);
  Status verified = Ok();
  if (options.manifest) {
    const Result<Manifest> manifest = ReadManifest(*options.manifest);
    if (!manifest.ok()) return Fail(manifest.error());
    if (manifest.value().empty()) {
      PrintMessage(fmt::format("shortwrite: verify: '{}' lists no file, so nothing was verified\n",
                               *options.manifest));
      return ExitStatus::kVacuous;
    }
    verified = VerifyManifest(options, manifest.value(), printer);
  } else {
    verified = VerifyAgainst(options, printer);
  }
  if (!verified.ok()) return Fail(verified.error());
  const Result<ExitStatus> exit = printer.Finish();
  return exit.ok() ? exit.value() : Fail(exit.error());
}

}  // namespace shortwrite
