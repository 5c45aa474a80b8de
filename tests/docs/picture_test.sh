#!/bin/sh
# Claim: README's picture is what the program draws today.
#
# Usage: picture_test.sh PYTHON SOURCES PROGRAM WRITER
set -e
drawn=$(mktemp)
trap 'rm -f "$drawn"' EXIT
"$1" "$2/ci/picture.py" "$3" "$4" >"$drawn"
cmp "$drawn" "$2/harness/docs/picture.svg" || {
  echo "harness/docs/picture.svg is not what the program draws; run ci/picture, and look at it"
  exit 1
}
