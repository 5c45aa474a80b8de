#!/usr/bin/env bash
# Turns the counterexamples in STREAM into annotations, at the line of the program where one is known.
# A job shows ten of a kind, so there are eight, and one that counts the rest.
set -euo pipefail

python3 "$(dirname "${BASH_SOURCE[0]}")/annotations.py" "$STREAM"
