#!/usr/bin/env bash
# Puts shortwrite on the PATH of the steps that follow: the installed one that INPUT_PROGRAM names, or
# one built from the sources that this action comes with.
set -euo pipefail

program=${INPUT_PROGRAM-}
if [[ -z $program ]]; then
  sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  # shellcheck source=ci/lib.sh
  source "$sources/ci/lib.sh"
  "$sources/ci/setup"
  Build release shortwrite libshortwrite_preload.so
  program=$sources/build/release/shortwrite
fi
"$program" --version
dirname "$(realpath "$(command -v "$program")")" >>"$GITHUB_PATH"
