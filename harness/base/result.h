// A value, or the reason why there is none.
//
// For errors of the environment and of what the user gave us: cannot spawn, cannot map, malformed
// text. What the *target* does is never an Error; it is an observation to be judged. std::expected
// needs C++23.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace shortwrite {

// Who has to act. It decides the exit status (harness/docs/cli.md).
enum class ErrorKind {
  kUsage,        // the user gave something malformed: exit 2
  kHarness,      // we could not do our work: exit 3
  kUnavailable,  // asked for something that this machine or build lacks: exit 77
  kInterrupted,  // a signal asked us to stop: exit 75
  kUntrusted,    // what came before is worth nothing, and has to be run again another way: else 3
};

struct Error {
  ErrorKind kind;
  std::string message;  // one line; says what, where, and what to do about it
};

inline Error UsageError(std::string message) {
  return {ErrorKind::kUsage, std::move(message)};
}
inline Error HarnessError(std::string message) {
  return {ErrorKind::kHarness, std::move(message)};
}

// Turns errno into an Error: "open 'x': No such file or directory". The only place that does.
Error ErrnoError(const std::string& what, int error_number);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  const T& value() const& {
    assert(ok());
    return *std::get_if<T>(&state_);
  }
  T& value() & {
    assert(ok());
    return *std::get_if<T>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<T>(&state_));
  }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<Error>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status Ok() {
  return Unit{};
}

}  // namespace shortwrite
