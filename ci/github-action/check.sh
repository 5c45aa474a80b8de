#!/usr/bin/env bash
# Runs `shortwrite check` with INPUT_OPTIONS over INPUT_COMMAND, or over the project file where there
# is no command. Ends with 0 whatever it finds: what it found is said by the steps that follow, and
# the last of them ends with its status.
set -euo pipefail

# The words of a text that is quoted as for a shell, each ended by NUL. Nothing is evaluated.
Words() {
  [[ -z ${1//[[:space:]]/} ]] || xargs printf '%s\0' <<<"$1"
}

mapfile -d '' options < <(Words "${INPUT_OPTIONS-}")
mapfile -d '' command < <(Words "${INPUT_COMMAND-}")
[[ ${#command[@]} -eq 0 ]] || command=(-- "${command[@]}")
stream=$(mktemp "${RUNNER_TEMP:-/tmp}/shortwrite.XXXXXX.jsonl")
cd "${INPUT_DIRECTORY:-.}"
status=0
shortwrite check --json "${options[@]}" "${command[@]}" >"$stream" </dev/null || status=$?
printf 'status=%s\nstream=%s\n' "$status" "$stream" >>"$GITHUB_OUTPUT"
echo "exit status $status"
