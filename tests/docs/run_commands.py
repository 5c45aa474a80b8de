"""Runs the commands that a page shows, in a directory of their own, and compares what they print.

Usage: run_commands.py PROGRAM FIXTURES PAGE [--section HEADING]

FIXTURES: where the built fixtures lie; not needed where no command names a program of the reader's.
Run are the blocks of `sh` (each line is a command) and of `console` (lines after `$ `, and what they
print, on either stream; `...` stands for anything, in a line or for lines; times are not compared).
A comment directly above a block says otherwise: `<!-- run: exit=1,0 -->` has the exit statuses that
its commands must end with, `<!-- not run: REASON -->` leaves it out. Relative links must lead
somewhere. A page's blocks share one directory, as a reader's would.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NOT_AVAILABLE = 77
RUN = {"sh", "console"}
# Of a campaign, where the page does not say otherwise: its verdict, which is what is compared, needs
# no more of them.
TRIALS = 60
SHOWN = {"text", "cpp", "cmake", "toml", "yaml", "json"}

# Programs of the reader's that pages name, in terms of the fixtures.
PROGRAMS = {
    "writer": '[ $# -eq 2 ] && exec "$F/correct/plain_loop" "$@"; exec "$F/correct/poll_stdout" "$@"',
    "broken": 'exec "$F/broken/single_call_count_ignored" "$@"',
    "filter": 'exec "$F/correct/poll_stdout" /dev/stdin',
    "archive": 'name=kept$(date +%N) && ln payload "$name" && gzip -c "$name" >"$1" && rm "$name"',
}


class Block:
    def __init__(self, language, directive, line):
        self.language, self.directive, self.line, self.text = language, directive, line, []


def blocks_of(page, section):
    """The fenced blocks of a page, or of one section."""
    blocks, block, directive, here = [], None, "", section is None
    for number, line in enumerate(page.splitlines(), 1):
        if block is not None:
            if line == "```":
                blocks.append(block)
                block = None
            else:
                block.text.append(line)
        elif line.startswith("```"):
            if here:
                block = Block(line[3:], directive, number)
            directive = ""
        elif line.startswith("#"):
            here = section is None or line.lstrip("# ") == section
        elif line.startswith("<!--"):
            directive = line.removeprefix("<!--").removesuffix("-->").strip()
        else:
            directive = ""
    if block is not None:
        raise ValueError(f"line {block.line}: the block does not end")
    return blocks


def commands_of(block):
    """(command, lines that it prints or None) of a block."""
    commands = []
    for line in block.text:
        if block.language == "console" and not line.startswith("$ "):
            commands[-1][1].append(line)
        elif commands and block.language == "sh" and commands[-1][0].endswith("\\"):
            commands[-1] = (commands[-1][0] + "\n" + line, None)
        elif line and block.language == "sh":
            commands.append((line, None))
        elif line:
            commands.append((line[2:], []))
    return commands


def pattern_of(lines):
    """What `...` and times stand for."""
    text = "\n".join(lines).strip("\n")
    parts = re.split(r"(^\.\.\.\n|\.\.\.|\s+\d+\.\d{3}\b)", text, flags=re.M)
    pattern = ""
    for part in parts:
        if part == "...\n":
            pattern += r"(?:.*\n)*?"
        elif part == "...":
            pattern += r".*?"
        elif re.fullmatch(r"\s+\d+\.\d{3}", part):
            pattern += r"\s+\d+\.\d{3}"
        else:
            pattern += re.escape(part)
    return pattern


def run(command, scratch, environment):
    done = subprocess.run(["bash", "-c", command], cwd=scratch, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def check_block(block, scratch, environment):
    """What is wrong with a block, and how many of its commands were run."""
    commands = commands_of(block)
    match = re.fullmatch(r"run: exit=([\d,]+)", block.directive)
    statuses = [int(s) for s in match.group(1).split(",")] if match else [0] * len(commands)
    if len(statuses) != len(commands):
        return [f"{len(commands)} commands and {len(statuses)} exit statuses"], 0
    wrong, ran = [], 0
    for (command, expected), status in zip(commands, statuses):
        print(f"$ {command}", flush=True)
        got, output = run(command, scratch, environment)
        if got == NOT_AVAILABLE != status:
            print(f"not available here, so not compared:\n{output}")
            continue
        ran += 1
        if got != status:
            wrong.append(f"exit status {got}, expected {status}: {command}\n{output}")
        elif expected and not re.fullmatch(pattern_of(expected), output.strip("\n")):
            wrong.append(f"the page shows another output of: {command}\n{output}")
    return wrong, ran


def check_links(page, directory):
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", re.sub(r"^```.*?^```$", "", page, flags=re.S | re.M))
    return [f"leads nowhere: {target}" for target in targets
            if "://" not in target and not (directory / target).exists()]


def prepare(scratch, program, fixtures):
    (scratch / "bin").mkdir()
    (scratch / "bin/shortwrite").symlink_to(program)
    (scratch / "payload").write_text("".join(f"{n:07}\n" for n in range(20000)))
    for name, body in PROGRAMS.items() if fixtures else ():
        script = scratch / name
        script.write_text(f"#!/bin/sh\nF='{fixtures}'\n{body}\n")
        script.chmod(0o755)
    return {"PATH": f"{scratch}/bin:/usr/local/bin:/usr/bin:/bin", "HOME": str(scratch),
            "LANG": "C.UTF-8", "SHORTWRITE_TRIALS": str(TRIALS)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("program", "fixtures", "page"):
        parser.add_argument(name)
    parser.add_argument("--section")
    asked = parser.parse_args()
    path = pathlib.Path(asked.page).resolve()
    page = path.read_text()
    wrong = [] if asked.section else check_links(page, path.parent)
    ran = 0
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="shortwrite-docs-"))
    try:
        fixtures = os.path.abspath(asked.fixtures) if asked.fixtures else ""
        environment = prepare(scratch, os.path.abspath(asked.program), fixtures)
        for block in blocks_of(page, asked.section):
            at = f"{path.name}:{block.line}"
            if block.directive.startswith("not run: "):
                print(f"{at}: {block.directive}")
            elif block.language in RUN:
                found, count = check_block(block, scratch, environment)
                wrong += [f"{at}: {what}" for what in found]
                ran += count
            elif block.language not in SHOWN:
                wrong.append(f"{at}: is this run? name the block's language: "
                             f"{', '.join(sorted(RUN | SHOWN))}")
    finally:
        shutil.rmtree(scratch)
    if asked.section and ran == 0:
        wrong.append(f"{path.name}: no command was run below '{asked.section}'")
    for what in wrong:
        print(f"wrong: {what}", flush=True)
    print(f"{path.name}: {ran} commands run, {len(wrong)} things wrong")
    sys.exit(1 if wrong else 0)


main()
