# Shared by the scripts of ci/: sourced, never run.
#
# Gives: root (of the checkout), jobs, and the functions below. All that these say goes to stderr,
# so that a script's stdout carries results alone.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034  # for the scripts that source this file
jobs=${SHORTWRITE_JOBS:-$(nproc)}

# Prints the opening comment of the running script, which is its help text.
Usage() {
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0"
}

Say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

Die() {
  Say "$*"
  exit 1
}

# Quietly LOG COMMAND...: the command's output goes to the log, and is shown only if it fails.
Quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null && return 0
  local status=$?
  cat "$log" >&2
  Say "failed with exit status $status: $*"
  return "$status"
}

# What makes a full build cheap; a tree that somebody has configured stays as it is. But for the
# sanitizers, each file of the harness is compiled alone, as users do it: so it includes what it
# needs, and a fuzzer can bring its own build of one.
QuickOptions() {
  case $1 in
    dev) printf '%s\n' -DSHORTWRITE_UNITY=tests "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1" ;;
    clang) printf '%s\n' -DSHORTWRITE_UNITY=tests "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1" ;;
    tsan) printf '%s\n' -DSHORTWRITE_UNITY=all "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1" ;;
    asan-ubsan) printf '%s\n' -DSHORTWRITE_UNITY=all -DCMAKE_CXX_FLAGS_DEBUG=-g1 ;;
  esac
}

# Build PRESET [TARGET...]: configures and builds; without targets, everything.
Build() {
  local preset=$1
  shift
  local log="$root/build/$preset.build.log" targets=() quick=()
  [[ $# -eq 0 ]] || targets=(--target "$@")
  [[ -e $root/build/$preset/CMakeCache.txt ]] || mapfile -t quick < <(QuickOptions "$preset")
  Say "building preset $preset"
  Quietly "$log" env -C "$root" cmake --preset "$preset" "${quick[@]}" &&
    Quietly "$log" env -C "$root" cmake --build --preset "$preset" --parallel "$jobs" \
      "${targets[@]}"
}

# The C and C++ files of this project, one path a line, from the root.
OwnSources() {
  (cd "$root" && find harness fault_inject tests fixtures ci -type f -regex '.*\.\(c\|cpp\|h\)' |
    sort)
}
