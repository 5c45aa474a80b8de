"""Prints a stream's counterexamples as workflow commands of GitHub's.

Usage: annotations.py STREAM
"""
import json
import re
import subprocess
import sys

SHOWN = 8


def message(text):
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text):
    return message(text).replace(":", "%3A").replace(",", "%2C")


def annotation(kind, text, **properties):
    words = ",".join(f"{name}={property_value(str(value))}" for name, value in properties.items())
    return f"::{kind} {words}::{message(text)}"


def place(call_site):
    """File and line of a call site, if the repository has one file of that name."""
    match = re.match(r"([^:]+):(\d+)", call_site)
    if not match:
        return {}
    name, line = match.groups()
    try:
        listed = subprocess.run(["git", "ls-files", "-z", "--", name, f":(glob)**/{name}"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return {}
    files = set(filter(None, listed.stdout.decode(errors="replace").split("\0")))
    return {"file": files.pop(), "line": line} if len(files) == 1 else {}


def of_counterexample(found):
    kind = "warning" if found.get("suppressed") else "error"
    title = f"{found['verdict']}: {found.get('class', '')} {found.get('class_title', '')}".rstrip(": ")
    text = "\n".join(filter(None, (found.get("mechanism", ""), f"schedule: {found['schedule']}",
                                   found.get("replay", ""))))
    return annotation(kind, text, title=title, **place(found.get("call_site", "")))


def annotations_of(lines):
    found, ended, last = [], False, []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue  # of a stream that was cut off; it has no end, which is said below
        if record.get("type") == "counterexample":
            found.append(of_counterexample(record))
        elif record.get("type") in ("result", "summary"):
            ended = True
            if record.get("reason"):
                last.append(annotation("error", record["reason"], title=record["verdict"]))
        elif record.get("type") == "campaign":
            ended = False
    if not ended:
        last.append(annotation("error", "the stream has no end: nothing is proved", title="aborted"))
    return found + last


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as stream:
        annotations = annotations_of(stream)
    print("\n".join(annotations[:SHOWN]))
    if len(annotations) > SHOWN:
        print(annotation("error", f"{len(annotations) - SHOWN} more; the job's summary has them",
                         title="shortwrite"))


main()
