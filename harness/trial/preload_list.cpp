// Apart from spawn.cpp, so that who only needs the list is not linked with the tracer.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "harness/trial/spawn.h"
#include "harness/trial/target.h"

namespace shortwrite {

Result<std::string> PreloadList(const std::string& program, const std::string& directory) {
  const Result<std::string> library = FindPreloadLibrary();
  return library.ok() ? PreloadListOf(library.value(), program, directory) : library;
}

Result<std::string> PreloadListOf(const std::string& library, const std::string& program,
                                  const std::string& directory) {
  std::string list = library;
  if (list.find_first_of(" :\t\n") != std::string::npos) {
    const std::string link = directory + "/preload.so";
    if (symlink(list.c_str(), link.c_str()) != 0) {
      return ErrnoError(fmt::format("link '{}'", link), errno);
    }
    list = link;
  }
  const std::string runtime = SanitizerRuntime(program);
  return runtime.empty() ? list : runtime + ':' + list;
}

}  // namespace shortwrite
