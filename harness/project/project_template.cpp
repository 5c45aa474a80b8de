#include "harness/project/project_template.h"

namespace shortwrite {

std::string_view ProjectTemplate() {
  return R"toml(# What `shortwrite check` tests in this project. Run it without a command, anywhere below this file:
#   shortwrite check                     every target
#   shortwrite check --target example    this one
# Paths, and the directory that a target runs in, are those of this file. An option on the command
# line goes before SHORTWRITE_TRIALS and its like in the environment, and these before this file.

[defaults]              # of every target
trials = 200            # at most; also: time = "30s", seed = 1, depth = 2, jobs = 4
# profile = "posix"     # what counts as legal: linux, posix or hostile
# corpus = "shortwrite-corpus"    # keep what fails in shortwrite-corpus/NAME/, and run it first

[targets.example]
# {payload}: the bytes to write; {out}: the file to write; {dir}: the trial's own directory.
# An array is run as it is; a string goes through `sh -c`.
command = ["cat", "{payload}"]
# sink = ["file", "pipe"]         # what stdout, or {out}, is; a list: once with each
# faults = "all"                  # also a full disk, and errors at close and fsync
# contract = "honest"             # an error that is reported is good enough
# reference = "control"           # for what transforms its payload: a compiler, gzip
# judge = 'cmp "$1" "$2"'         # where the bytes may differ: says whether they mean the same
# stdin = "payload"
# existing = 300000               # {out} holds so many bytes beforehand
# payload = "sample.bin"          # or: bytes = "64KiB", text = "utf8"
# timeout = "30s"
# backend = "auto"

# A counterexample that you know of and tolerate for now: it is reported, and does not fail.
# [[suppressions]]
# target = "example"
# class = "W01"
# verdict = "corrupted"
# reason = "waits for the new writer"
# expires = 2027-01-31
)toml";
}

}  // namespace shortwrite
