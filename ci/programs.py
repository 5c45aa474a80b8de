"""Runs the campaigns of ci/programs. Usage: programs.py [--snapshot-agreement] SHORTWRITE [NAME...]"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import tomllib

BOUNDS = ["--json", "--quiet", "--trials", "100"]
# They change how programs write.
UNSET = ("PYTHONUNBUFFERED", "PERLIO", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS")


def installed(program, work):
    """Whether the program, and what prepares it, can be started."""
    prepare = program.get("prepare")
    if prepare and subprocess.run(prepare.replace("{work}", work), shell=True,
                                  capture_output=True).returncode != 0:
        return False
    command = shlex.split(program["command"].replace("{work}", work))
    words = shlex.split(command[2]) if command[:2] == ["sh", "-c"] else command
    known = [word for word in (command[0], words[0]) if not word.startswith("cd")]
    return all(subprocess.run(["sh", "-c", 'command -v "$0"', word],
                              capture_output=True).returncode == 0 for word in known)


def campaign(shortwrite, program, work, findings, more=("--time", "60s")):
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    command = [shortwrite, "check", *BOUNDS, *more, "--corpus", findings,
               *shlex.split(program.get("options", "")), "--",
               *shlex.split(program["command"].replace("{work}", work))]
    run = subprocess.run(command, capture_output=True, text=True, env=environment,
                         stdin=subprocess.DEVNULL)
    try:
        return json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"verdict": f"exit {run.returncode}", "reason": run.stderr[-300:]}  # no campaign


def differences(program, result):
    """What is not as expected, in words."""
    found = result.get("counterexamples") or [{}]
    actual = {"verdict": result["verdict"], "backend": result.get("backend", ""),
              "schedule": found[0].get("schedule", ""), "profile": found[0].get("legal_under", "")}
    for field, value in actual.items():
        expected = program.get(field, "")
        if value not in (expected if isinstance(expected, list) else [expected]):
            yield f"{field}: expected '{expected}', got '{value}' {result.get('reason', '')}"
    if result["verdict"] == "survived" and result.get("faults_delivered", 0) == 0:
        yield "survived, and nothing was delivered"


def read_programs(names):
    with open("fixtures/programs.toml", "rb") as file:
        programs = tomllib.load(file)["program"]
    return [program for program in programs if not names or program["name"] in names]


def shown(result):
    """What a campaign says of a program, whatever the way in which its trials ran."""
    found = result.get("counterexamples") or []
    return {"verdict": result["verdict"], "backend": result.get("backend", ""),
            "schedules": [(one["schedule"], one["verdict"], one["class"]) for one in found]}


def compare_snapshots(shortwrite, names):
    """Runs each program with snapshots and without; fails where they say something else of it."""
    row = "{:<20} {:<10} {:<15} {}"
    print(row.format("program", "backend", "verdict", "snapshot"), flush=True)
    programs, differing, missing = read_programs(names), [], 0
    with tempfile.TemporaryDirectory() as work:
        for number, program in enumerate(programs):
            if not installed(program, work):
                missing += 1
                continue
            # As many trials in both, however long they take.
            results = [campaign(shortwrite, program, work, f"{work}/{choice}-{number}",
                                ("--time", "600s", "--snapshot", choice))
                       for choice in ("auto", "off")]
            cloned, started = map(shown, results)
            said = [note for note in results[0].get("notes", []) if "snapshot" in note]
            print(row.format(program["name"], cloned["backend"], cloned["verdict"],
                             said[0] if said else "served"), flush=True)
            if cloned != started or "trials" not in results[0]:
                differing.append(f"{program['name']}: {cloned} with snapshots, {started} without")
    for words in differing:
        print(f"differs: {words}")
    print(f"{len(programs) - missing} programs, {missing} left out, {len(differing)} differ")
    return 1 if differing or missing == len(programs) else 0


def main(shortwrite, names):
    programs = read_programs(names)
    row = "{:<20} {:<10} {:>6} {:>7} {:>7}  {:<15} {:<16} {}"
    print(row.format("program", "backend", "calls", "trials", "faults", "verdict", "schedule",
                     "profile"), flush=True)
    wrong, missing = [], []
    with tempfile.TemporaryDirectory() as work:
        for number, program in enumerate(programs):
            if not installed(program, work):
                missing.append(f"{program['name']} ({program['package']})")
                continue
            result = campaign(shortwrite, program, work, f"{work}/findings-{number}")
            found = (result.get("counterexamples") or [{}])[0]
            print(row.format(program["name"], result.get("backend", ""),
                             result.get("write_calls", ""), result.get("trials", ""),
                             result.get("faults_delivered", ""), result["verdict"],
                             found.get("schedule", ""), found.get("legal_under", "")).rstrip(),
                  flush=True)
            wrong += [f"{program['name']}: {words}" for words in differences(program, result)]
    for name in missing:
        print(f"left out, not installed: {name}")
    for words in wrong:
        print(f"not as expected: {words}")
    print(f"{len(programs) - len(missing)} programs, {len(missing)} left out, "
          f"{len(wrong)} not as expected")
    return 1 if wrong or len(missing) == len(programs) else 0


if __name__ == "__main__":
    if sys.argv[1] == "--snapshot-agreement":
        sys.exit(compare_snapshots(sys.argv[2], sys.argv[3:]))
    sys.exit(main(sys.argv[1], sys.argv[2:]))
