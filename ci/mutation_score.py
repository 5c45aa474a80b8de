"""Runs the campaigns of ci/mutation-score, whose opening comment lists the options."""

import argparse
import glob
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

# They change how programs write.
UNSET = ("PYTHONUNBUFFERED", "PERLIO", "LD_PRELOAD")
SURVIVED, COUNTEREXAMPLE, VACUOUS = 0, 1, 5
# What the build makes of a source with this suffix; what is not here keeps its name.
PROGRAM_SUFFIX = {".c": "", ".cpp": "", ".go": "", ".rs": "", ".java": ".jar"}
# Without these compilers the build leaves their programs out.
OPTIONAL_COMPILER = {".go": "go", ".rs": "rustc", ".java": "javac"}
BYTES = 270001
ROW = "{:<5} {:<34} {:<5} {:<15} {:>6}  {:<25} {:<6} {:<6} {:<5} {:>5} {:>5} {:>5}"


class Writer:
    def __init__(self, source, build):
        self.name, suffix = os.path.splitext(os.path.basename(source))
        self.header = {}
        with open(source) as file:
            for line in file:
                match = re.fullmatch(r"(?://|#) ([a-z]+):(.*)\n", line)
                if not match:
                    break
                self.header[match[1]] = match[2].strip()
        kind = os.path.basename(os.path.dirname(source))
        program = os.path.abspath(f"{build}/fixtures/{kind}/{self.name}")
        self.program = program + PROGRAM_SUFFIX.get(suffix, suffix)
        self.compiler = OPTIONAL_COMPILER.get(suffix)
        first = self.header["command"].split()[0]
        self.interpreter = None if first == "{program}" else first

    def command(self):
        return [self.program if word == "{program}" else word
                for word in self.header["command"].split()]

    def steps(self):
        return len(self.header["schedule"].split())

    def options(self, profile):
        """None where the profile has no such fault at all."""
        text = self.header.get("options", "")
        if profile == "linux":
            if "--profile" in text:
                return None
            text = "--profile linux " + self.header.get("linux", text)
        faults = self.header.get("faults")
        return text.split() + (["--faults", faults] if faults else [])


def writers(kind, build, only):
    for source in sorted(glob.glob(f"fixtures/writers/{kind}/*.*")):
        writer = Writer(source, build)
        if only in (None, writer.name):
            yield writer


def lack(writer):
    """What of this machine's tools it cannot do without; None: nothing."""
    if writer.compiler and not os.path.exists(writer.program):
        return writer.compiler
    if writer.interpreter and subprocess.run(["sh", "-c", 'command -v "$0"', writer.interpreter],
                                             capture_output=True).returncode != 0:
        return writer.interpreter
    return None


def with_abcd(options, work):
    """The same number of bytes, but all alike."""
    size = int(options[options.index("--bytes") + 1]) if "--bytes" in options else BYTES
    path = f"{work}/abcd-{size}"
    with open(path, "wb") as file:
        file.write((b"ABCD" * (size // 4 + 1))[:size])
    at = options.index("--bytes") if "--bytes" in options else len(options)
    return options[:at] + options[at + 2:] + ["--payload", path]


class Campaign:
    """One run of the tool: its exit status, its result, and how long it took."""

    def __init__(self, build, writer, options, work):
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        self.first = None  # seconds until the first failure was told
        line = ""
        with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(
                [os.path.abspath(f"{build}/shortwrite"), "check", "--json", "--quiet",
                 "--corpus", f"{work}/found-{writer.name}", *options, "--", *writer.command()],
                cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, text=True) as run:
            for line in run.stdout:
                if self.first is None and json.loads(line)["type"] == "finding":
                    self.first = time.monotonic() - begin
            self.status = run.wait()
            self.seconds = time.monotonic() - begin
            errors.seek(0)
            self.result = json.loads(line) if line else {"reason": errors.read()[-300:]}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Score:
    """One broken writer's row."""

    def __init__(self, writer, run, sweep_only):
        result, status = run.result, run.status
        self.writer, self.seconds, self.cpu = writer, run.seconds, run.cpu
        self.first = run.first or 0
        self.verdict = result.get("verdict", f"exit {status}")
        all_found = result.get("counterexamples", [])
        # The search begins only where the whole sweep has found nothing.
        searched = "random schedules" in result.get("completeness", "")
        self.is_found = status == COUNTEREXAMPLE and bool(all_found)
        self.is_found &= not (sweep_only and searched)
        self.trials = min((found["trials_to_find"] for found in all_found), default=None)
        stated = writer.header["verdict"]
        self.best = next((found for found in all_found if found["verdict"] == stated),
                         all_found[0] if all_found else {})
        self.reason = result.get("reason", "")
        if not self.is_found:
            self.best = {}

    def steps(self):
        return len(self.best["schedule"].split())

    def is_small(self):
        return self.is_found and self.steps() <= self.writer.steps()

    def named(self):
        return self.best.get("class", "")

    def is_diagnosed(self):
        return self.is_found and self.named() == self.writer.header["class"]

    def is_candidate(self):
        """Classes that look the same from outside are named together."""
        return self.is_diagnosed() or (
            self.writer.header["class"] in self.best.get("class_candidates", []))

    def is_wrongly_certain(self):
        return self.best.get("class_certain", False) and not self.is_diagnosed()

    def right(self):
        if self.is_diagnosed():
            return "yes"
        return "among" if self.is_candidate() else "NO"

    def legal_under(self):
        return self.best.get("legal_under", "")

    def row(self):
        sign = {True: "yes", False: "NO"}
        words = [self.writer.header["class"], self.writer.name, sign[self.is_found],
                 self.best.get("verdict", self.verdict),
                 self.trials if self.is_found and self.best["schedule"] else "-",
                 self.best.get("schedule", "") or "(none needed)" if self.is_found else "",
                 sign[self.is_small()], self.named() or "-", self.right(), f"{self.first:.1f}",
                 f"{self.seconds:.1f}", f"{self.cpu:.1f}"]
        notes = []
        if self.is_found and self.best["verdict"] != self.writer.header["verdict"]:
            notes.append(f"stated: {self.writer.header['verdict']}")
        if self.is_found and not self.is_small():
            notes.append(f"stated: {self.writer.header['schedule']}")
        if not self.is_found:
            notes.append(self.reason)
        return (ROW.format(*words) + "  " + "; ".join(notes)).rstrip()


def score_broken(arguments, work):
    print(ROW.format("class", "broken writer", "found", "verdict", "trials", "shrunk to", "small",
                     "named", "right", "first", "s", "cpu"), flush=True)
    scores, left_out, absent = [], [], 0
    for writer in writers("broken", arguments.build, arguments.only):
        options = writer.options(arguments.profile)
        if options is None or lack(writer):
            why = "not in this profile" if options is None else f"no {lack(writer)} here"
            absent += options is not None
            left_out.append(f"{writer.name} ({why})")
            continue
        if arguments.payload:
            options = with_abcd(options, work)
        if arguments.depth is not None:
            options += ["--depth", str(arguments.depth)]
        score = Score(writer, Campaign(arguments.build, writer, options, work),
                      arguments.sweep_only)
        print(score.row(), flush=True)
        scores.append(score)
    for name in left_out:
        print(f"left out: {name}")
    return scores, absent


def totals_of(scores):
    trials = [score.trials for score in scores if score.is_found and score.best["schedule"]]
    return {"writers": len(scores),
            "found": sum(score.is_found for score in scores),
            "small": sum(score.is_small() for score in scores),
            "diagnosed": sum(score.is_diagnosed() for score in scores),
            "candidates": sum(score.is_candidate() for score in scores),
            "median_trials": statistics.median(trials) if trials else 0}


def convictions(arguments, work):
    """Of correct writers, in words, and how many of these ran."""
    wrong, ran = [], 0
    for writer in writers("correct", arguments.build, arguments.only):
        if lack(writer):
            print(f"left out: {writer.name} (no {lack(writer)} here)", flush=True)
            continue
        ran += 1
        run = Campaign(arguments.build, writer, writer.options(arguments.profile), work)
        result = run.result
        if run.status not in (SURVIVED, VACUOUS):
            wrong.append(f"{writer.name}: exit {run.status}: {result.get('verdict')} "
                         f"{result.get('reason', '')}")
        if run.status == VACUOUS:
            print(f"vacuous: {writer.name}: {result.get('reason', '')}", flush=True)
    return wrong, ran


def regressions(totals, bounds, absent):
    """What is worse than the file says, in words. Whose language is not here cannot be missed."""
    for name in ("writers", "found", "small", "diagnosed", "candidates"):
        if totals[name] + absent < bounds[name]:
            yield f"{name}: {totals[name]}, and was {bounds[name]}"
    if totals["median_trials"] > bounds["median_trials_max"]:
        yield f"median of trials: {totals['median_trials']}, over {bounds['median_trials_max']}"


def print_totals(scores, totals):
    latest = max(scores, key=lambda score: score.first)
    slowest = max(scores, key=lambda score: score.seconds)
    print(f"\n{totals['found']} of {totals['writers']} broken writers found, "
          f"{totals['small']} shrunk to at most the stated schedule, "
          f"{totals['diagnosed']} diagnosed right, "
          f"{totals['candidates']} with the right class among those that look alike")
    print(f"classes: {len({s.writer.header['class'] for s in scores if s.is_found})} of "
          f"{len({s.writer.header['class'] for s in scores})} found")
    most = max((score.trials for score in scores if score.is_found), default=0)
    print(f"trials to the first counterexample: median {totals['median_trials']:g}, most {most}; "
          f"told after {statistics.median(score.first for score in scores):.1f} s, the last after "
          f"{latest.first:.1f} s ({latest.writer.name})")
    print(f"slowest campaign: {slowest.seconds:.1f} s ({slowest.writer.name}); "
          f"all: {sum(score.seconds for score in scores):.0f} s, and "
          f"{sum(score.cpu for score in scores):.0f} s of processors")
    busiest = max(scores, key=lambda score: score.cpu)
    print(f"most time of processors: {busiest.cpu:.1f} s ({busiest.writer.name})")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="ci/mutation-score")
    parser.add_argument("build")
    parser.add_argument("--profile", choices=["posix", "linux"], default="posix")
    parser.add_argument("--payload", choices=["abcd"])
    parser.add_argument("--depth", type=int)
    parser.add_argument("--sweep-only", action="store_true")
    parser.add_argument("--only")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    is_ablation = bool(arguments.payload or arguments.depth is not None or arguments.sweep_only)
    with tempfile.TemporaryDirectory() as work:
        scores, absent = score_broken(arguments, work)
        wrong = [f"{score.writer.name}: {score.named()} is called certain"
                 for score in scores if score.is_wrongly_certain()]
        if scores:
            totals = totals_of(scores)
            print_totals(scores, totals)
        if arguments.profile == "linux":
            wrong += [f"{score.writer.name}: legal under '{score.legal_under()}' only"
                      for score in scores if score.legal_under() not in ("linux", "")]
        if not is_ablation:
            convicted, ran = convictions(arguments, work)
            print(f"{len(convicted)} of {ran} correct writers convicted")
            wrong += convicted
    if not is_ablation and not arguments.only:
        with open("fixtures/mutation_score.toml", "rb") as file:
            wrong += regressions(totals, tomllib.load(file)[arguments.profile], absent)
    for words in wrong:
        print(f"wrong: {words}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
