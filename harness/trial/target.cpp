#include "harness/trial/target.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "fault_inject/protocol.h"
#include "harness/trial/elf_file.h"

namespace shortwrite {
namespace {

namespace fs = std::filesystem;

constexpr char kLibraryName[] = "libshortwrite_preload.so";

std::string Replace(std::string text, const std::string& placeholder, const std::string& value) {
  for (size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
}

bool IsExecutableFile(const std::string& path) {
  struct stat state = {};
  return stat(path.c_str(), &state) == 0 && S_ISREG(state.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

bool Target::Mentions(const std::string& placeholder) const {
  return std::any_of(command.begin(), command.end(), [&](const std::string& argument) {
    return argument.find(placeholder) != std::string::npos;
  });
}

std::vector<std::string> Expand(const Target& target, const std::string& payload,
                                const std::string& out, const std::string& dir) {
  std::vector<std::string> command;
  for (const std::string& argument : target.command) {
    command.push_back(
        Replace(Replace(Replace(argument, "{payload}", payload), "{out}", out), "{dir}", dir));
  }
  return command;
}

Result<std::string> FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (IsExecutableFile(name)) return fs::absolute(name).string();
    return HarnessError(
        fmt::format("cannot start '{}': {}", name,
                    access(name.c_str(), F_OK) == 0 ? "not an executable file" : "no such file"));
  }
  const char* const path = getenv("PATH");
  std::string_view rest = path == nullptr ? "/bin:/usr/bin" : path;
  while (true) {
    const std::string_view directory = rest.substr(0, rest.find(':'));
    const std::string candidate = fmt::format("{}/{}", directory.empty() ? "." : directory, name);
    if (IsExecutableFile(candidate)) return fs::absolute(candidate).string();
    if (directory.size() == rest.size()) break;
    rest.remove_prefix(directory.size() + 1);
  }
  return HarnessError(fmt::format("cannot start '{}': not found in PATH", name));
}

std::string WhyNotPreloadable(const std::string& program) {
  const std::optional<ElfFile> elf = ReadElfFile(program);
  struct stat state = {};
  if (!elf || stat(program.c_str(), &state) != 0) return "";
  if (!elf->native) return "it is built for another architecture than the preload library";
  if (!elf->interpreted) {
    return "it is statically linked, and a static program never loads a preload library";
  }
  if ((state.st_mode & (S_ISUID | S_ISGID)) != 0 && geteuid() != 0) {
    return "it is setuid or setgid, and the loader then ignores LD_PRELOAD";
  }
  return "";
}

std::string SanitizerRuntime(const std::string& program) {
  const std::optional<ElfFile> elf = ReadElfFile(program);
  if (!elf) return "";
  for (const std::string& library : elf->needed) {
    if (library.starts_with("libasan.so") || library.starts_with("libtsan.so")) return library;
  }
  return "";
}

Result<std::string> FindPreloadLibrary() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return HarnessError("cannot find our own program: /proc is not mounted");
  const fs::path beside = self.parent_path() / kLibraryName;
  const fs::path installed =
      self.parent_path().parent_path() / SHORTWRITE_INSTALLED_LIBRARY_DIR / kLibraryName;
  for (const fs::path& candidate : {beside, installed}) {
    if (fs::exists(candidate, error)) return candidate.string();
  }
  return HarnessError(
      fmt::format("the preload library is missing: looked for {} and {}; build or "
                  "install shortwrite again",
                  beside.string(), installed.string()));
}

std::vector<std::string> TrialEnvironment(const std::string& libraries, const std::string& region,
                                          const std::string& dir) {
  std::vector<std::string> environment;
  std::string preload = "LD_PRELOAD=" + libraries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("LD_PRELOAD=")) {
      if (!libraries.empty()) preload += ':';
      preload += text.substr(strlen("LD_PRELOAD="));
      continue;
    }
    if (text.starts_with("TMPDIR=") || text.starts_with(fault_inject::kRegionVariable)) continue;
    environment.emplace_back(text);
  }
  if (preload != "LD_PRELOAD=") environment.push_back(preload);
  environment.push_back(fmt::format("{}={}", fault_inject::kRegionVariable, region));
  environment.push_back("TMPDIR=" + dir);
  return environment;
}

}  // namespace shortwrite
