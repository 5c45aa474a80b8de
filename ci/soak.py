"""Runs the campaigns of ci/soak. Usage: soak.py BUILD TRIALS"""

import glob
import json
import os
import subprocess
import sys
import tempfile

SINKS = ["file", "pipe", "pipe:nonblock", "pipe:slow", "pipe:nonblock:slow", "socket",
         "socket:nonblock", "socket:nonblock:slow", "pty", "pty:nonblock", "pty:nonblock:slow"]
PROFILES = ["posix", "linux"]
SURVIVED, VACUOUS = 0, 5


def writers(build):
    """Name, header and program of each correct writer. Interpreters are left out: their start takes
    longer than a hundred trials of a small program."""
    for source in sorted(glob.glob("fixtures/writers/correct/*.c*")):
        name = os.path.splitext(os.path.basename(source))[0]
        header = {}
        with open(source) as file:
            for line in file:
                if not line.startswith("// ") or ":" not in line:
                    break
                key, _, value = line[3:].partition(":")
                header[key.strip()] = value.strip()
        yield name, header, os.path.abspath(f"{build}/fixtures/correct/{name}")


def sinks_of(header):
    """What opens {out} writes to a file, and to the kinds of stream that its header names; its
    O_NONBLOCK is its own affair."""
    if "{out}" in header["command"]:
        kinds = header.get("sinks", "").split()
        return ["file"] + [kind + pace for kind in kinds for pace in ("", ":slow")]
    needs_stream = "--sink" in header.get("options", "")
    return [sink for sink in SINKS if sink != "file" or not needs_stream]


def payload_bytes(sink):
    """A slow reader takes a page at a time."""
    return 40001 if ":slow" in sink else 140001


def campaign(build, program, command, sink, profile, trials, seed, work):
    words = [word.replace("{program}", program) for word in command.split()]
    run = subprocess.run([os.path.abspath(f"{build}/shortwrite"), "check", "--json", "--quiet",
                          "--trials", str(trials), "--time", "30m", "--seed", str(seed), "--sink",
                          sink, "--profile", profile, "--corpus", f"{work}/found", "--bytes",
                          str(payload_bytes(sink)), "--", *words],
                         cwd=work, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    lines = run.stdout.splitlines()
    return run, json.loads(lines[-1]) if lines else {}


def main(build, trials):
    totals = {"campaigns": 0, "trials": 0, "faults": 0, "vacuous": 0}
    wrong = []
    with tempfile.TemporaryDirectory() as work:
        for seed, (name, header, program) in enumerate(writers(build), 1):
            for sink in sinks_of(header):
                for profile in PROFILES:
                    run, result = campaign(build, program, header["command"], sink, profile, trials,
                                           seed, work)
                    what = f"{name} --sink {sink} --profile {profile}"
                    totals["campaigns"] += 1
                    totals["trials"] += result.get("trials", 0)
                    totals["faults"] += result.get("faults_delivered", 0)
                    if run.returncode == VACUOUS:
                        totals["vacuous"] += 1
                        print(f"vacuous: {what}: {result.get('reason', '')}", flush=True)
                    elif run.returncode == SURVIVED:
                        print(f"{result['trials']} trials, {result['faults_delivered']} faults: "
                              f"{what}", flush=True)
                    else:
                        wrong.append(what)
                        print(f"exit {run.returncode}: {what}: {result.get('reason', '')}\n"
                              f"{run.stderr[-2000:]}", flush=True)
    print(", ".join(f"{count} {name}" for name, count in totals.items()) +
          f", {len(wrong)} not survived")
    return 1 if wrong or totals["faults"] == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
