#!/usr/bin/env bash
# Adds the report of STREAM to the job's summary. GitHub refuses a step's summary above 1 MiB as a
# whole, so a longer one is cut, at a line.
set -euo pipefail

bytes_max=$((900 * 1024))
report=$(mktemp)
trap 'rm -f "$report"' EXIT
shortwrite report --from "$STREAM" --markdown "$report"
LC_ALL=C awk -v max="$bytes_max" '
  { bytes += length($0) + 1 }
  bytes > max { if (fenced) print "```"; print "\n(Cut: the summary of a step is at most 1 MiB.)"; exit }
  { print }
  /^```/ { fenced = !fenced }' "$report" >>"$GITHUB_STEP_SUMMARY"
