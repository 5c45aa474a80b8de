#include "fault_inject/preload/real.h"

#include <dlfcn.h>

#include "fault_inject/raw_syscall.h"

namespace shortwrite::fault_inject {
namespace {

template <typename T>
long W(T* pointer) {
  return AsArgument(pointer);
}
template <typename T>
long W(T integer) {
  return static_cast<long>(integer);
}

#define X(result, name, parameters, number, ...)                         \
  result Raw_##name parameters {                                         \
    return static_cast<result>(AsLibc(RawSyscall(number, __VA_ARGS__))); \
  }
SHORTWRITE_REAL_FUNCTIONS(X)
#undef X

template <typename Function>
void LookUp(Function*& entry, const char* name) {
  if (void* found = dlsym(RTLD_NEXT, name); found != nullptr) {
    entry = reinterpret_cast<Function*>(found);
  }
}

}  // namespace

constinit RealFunctions real = {
#define X(result, name, parameters, ...) Raw_##name,
    SHORTWRITE_REAL_FUNCTIONS(X)
#undef X
#define X(result, name, parameters) nullptr,
        SHORTWRITE_REAL_LIBRARY_FUNCTIONS(X)
#undef X
};

void LookUpRealFunctions() {
#define X(result, name, ...) LookUp(real.name, #name);
  SHORTWRITE_REAL_FUNCTIONS(X)
  SHORTWRITE_REAL_LIBRARY_FUNCTIONS(X)
#undef X
}

}  // namespace shortwrite::fault_inject
