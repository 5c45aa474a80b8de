// The exec family: a child that is started with a scrubbed environment stays in the trial.
//
// Only the environment is touched, and only where it has lost our two entries; what the program
// then sees of it is what it would see in any trial. Arrays are built on the stack, because between
// fork and exec (and always in a vfork child) nothing may be allocated.
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "fault_inject/preload/attach.h"
#include "fault_inject/preload/real.h"

extern "C" char** environ;

namespace shortwrite::fault_inject {
namespace {

constexpr char kPreload[] = "LD_PRELOAD=";
constexpr size_t kPreloadBytes = sizeof(kPreload) - 1;
// execve(2) itself bounds the environment; beyond this we rather lose the child (the coverage gate
// then says so) than overflow its stack.
constexpr size_t kEntriesMax = 16384;
constexpr size_t kCombinedBytes = 4096;

bool StartsWith(const char* entry, const char* prefix, size_t bytes) {
  return strncmp(entry, prefix, bytes) == 0;
}

struct Survey {
  size_t entries = 0;
  const char* preload = nullptr;  // value of LD_PRELOAD
  bool has_region = false;
  bool has_library = false;
};

Survey Look(char* const* environment) {
  Survey survey;
  for (; environment[survey.entries] != nullptr; ++survey.entries) {
    const char* const entry = environment[survey.entries];
    if (StartsWith(entry, kPreload, kPreloadBytes)) survey.preload = entry + kPreloadBytes;
    if (strcmp(entry, region_entry) == 0) survey.has_region = true;
  }
  survey.has_library =
      survey.preload != nullptr && strstr(survey.preload, preload_entry + kPreloadBytes) != nullptr;
  return survey;
}

bool NeedsRepair(const Survey& survey) {
  return region != nullptr && !(survey.has_region && survey.has_library) &&
         survey.entries < kEntriesMax;
}

// repaired has room for two entries more than the original, and the null.
void Repair(char* const* environment, const Survey& survey, char** repaired,
            char (&combined)[kCombinedBytes]) {
  size_t count = 0;
  for (size_t i = 0; i < survey.entries; ++i) {
    if (StartsWith(environment[i], kPreload, kPreloadBytes)) continue;
    if (strcmp(environment[i], region_entry) == 0) continue;
    repaired[count++] = environment[i];
  }
  char* preload = preload_entry;
  const size_t own = strlen(preload_entry);
  const size_t theirs = survey.preload == nullptr ? 0 : strlen(survey.preload);
  if (survey.has_library || (theirs != 0 && own + theirs + 2 <= kCombinedBytes)) {
    // The target's own list keeps its order behind ours.
    memcpy(combined, survey.has_library ? kPreload : preload_entry,
           survey.has_library ? kPreloadBytes : own);
    size_t end = survey.has_library ? kPreloadBytes : own;
    if (!survey.has_library) combined[end++] = ':';
    if (end + theirs + 1 <= kCombinedBytes) {
      memcpy(combined + end, survey.preload, theirs + 1);
      preload = combined;
    }
  }
  repaired[count++] = preload;
  repaired[count++] = region_entry;
  repaired[count] = nullptr;
}

template <typename Forward>
int WithEnvironment(char* const* environment, const Forward& forward) {
  // execve(2), NOTES: Linux takes a null environment for an empty one; clearenv(3) leaves it so.
  char* const nothing[] = {nullptr};
  if (environment == nullptr && region != nullptr) environment = nothing;
  if (environment == nullptr) return forward(environment);
  const Survey survey = Look(environment);
  if (!NeedsRepair(survey)) return forward(environment);
  char combined[kCombinedBytes];
  auto** const repaired =
      static_cast<char**>(__builtin_alloca((survey.entries + 3) * sizeof(char*)));
  Repair(environment, survey, repaired, combined);
  return forward(repaired);
}

// The arguments of execl and its like: a null pointer ends them. In a struct, because a va_list is
// an array on one architecture and a value on the other.
struct Arguments {
  va_list list;
};

size_t CountArguments(const char* first, Arguments& rest) {
  size_t count = first != nullptr;
  if (first != nullptr) {
    while (va_arg(rest.list, const char*) != nullptr) ++count;
  }
  return count;
}

// Leaves rest behind the null pointer.
void CollectArguments(const char* first, Arguments& rest, char** arguments) {
  arguments[0] = const_cast<char*>(first);
  for (size_t i = 0; arguments[i] != nullptr; ++i) arguments[i + 1] = va_arg(rest.list, char*);
}

}  // namespace
}  // namespace shortwrite::fault_inject

// The array lies in the wrapper's own frame, and rest is left for what follows the arguments.
#define COLLECT(arguments, rest, first)                                                         \
  Arguments rest;                                                                               \
  va_start(rest.list, first);                                                                   \
  auto** const arguments =                                                                      \
      static_cast<char**>(__builtin_alloca((CountArguments(first, rest) + 1) * sizeof(char*))); \
  va_end(rest.list);                                                                            \
  va_start(rest.list, first);                                                                   \
  CollectArguments(first, rest, arguments)

using namespace shortwrite::fault_inject;  // NOLINT(google-build-using-namespace)

#pragma GCC visibility push(default)
extern "C" {

int execve(const char* path, char* const* arguments, char* const* environment) {
  return WithEnvironment(environment,
                         [=](char* const* e) { return real.execve(path, arguments, e); });
}
int execv(const char* path, char* const* arguments) {
  return execve(path, arguments, environ);
}
int execveat(int dir, const char* path, char* const* arguments, char* const* environment,
             int flags) {
  return WithEnvironment(
      environment, [=](char* const* e) { return real.execveat(dir, path, arguments, e, flags); });
}
int execvpe(const char* file, char* const* arguments, char* const* environment) {
  return WithEnvironment(environment,
                         [=](char* const* e) { return real.execvpe(file, arguments, e); });
}
int execvp(const char* file, char* const* arguments) {
  return execvpe(file, arguments, environ);
}
// libc's own execl would call its execve without coming by here.
int execl(const char* path, const char* first, ...) {
  COLLECT(arguments, rest, first);
  va_end(rest.list);
  return execv(path, arguments);
}
int execlp(const char* file, const char* first, ...) {
  COLLECT(arguments, rest, first);
  va_end(rest.list);
  return execvp(file, arguments);
}
int execle(const char* path, const char* first, ...) {
  COLLECT(arguments, rest, first);
  char* const* const environment = va_arg(rest.list, char* const*);
  va_end(rest.list);
  return execve(path, arguments, environment);
}
int fexecve(int fd, char* const* arguments, char* const* environment) {
  return WithEnvironment(environment,
                         [=](char* const* e) { return real.fexecve(fd, arguments, e); });
}
int posix_spawn(pid_t* child, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const* arguments,
                char* const* environment) {
  return WithEnvironment(environment, [=](char* const* e) {
    return real.posix_spawn(child, path, actions, attributes, arguments, e);
  });
}
int posix_spawnp(pid_t* child, const char* file, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const* arguments,
                 char* const* environment) {
  return WithEnvironment(environment, [=](char* const* e) {
    return real.posix_spawnp(child, file, actions, attributes, arguments, e);
  });
}

}  // extern "C"
#pragma GCC visibility pop
