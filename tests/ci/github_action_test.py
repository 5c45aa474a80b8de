"""Claim: the steps of the GitHub action, and the recipe for GitLab, do what a forge expects of them.

Usage: github_action_test.py PROGRAM FIXTURES ROOT

The steps run here as a runner runs them, with files of its own behind GITHUB_*. Exits with 77, and
the reason, where PyYAML is not installed.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml
except ImportError:
    print("skipped: no yaml; on Debian: apt-get install python3-yaml")
    sys.exit(77)

PROGRAM, FIXTURES, ROOT = map(os.path.abspath, sys.argv[1:4])
ACTION = os.path.join(ROOT, "ci/github-action")
SUMMARY_MAX = 1024 * 1024


def counterexample(number, **fields):
    record = {"type": "counterexample", "verdict": "corrupted", "class": "W01", "class_title": "it",
              "schedule": f"{number}:short=1", "mechanism": "m", "replay": "r", "call_site": ""}
    return json.dumps({**record, **fields}) + "\n"


RESULT = json.dumps({"type": "result", "verdict": "corrupted", "reason": ""}) + "\n"


class Action(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.bin = self.scratch / "bin"
        self.bin.mkdir()
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin", "HOME": scratch.name, "LANG": "C.UTF-8",
            "RUNNER_TEMP": scratch.name, "GITHUB_ACTION_PATH": ACTION,
            **{f"GITHUB_{name}": str(self.scratch / name)
               for name in ("PATH", "OUTPUT", "STEP_SUMMARY")}}

    def step(self, script, directory=None, expect=0, **variables):
        done = subprocess.run([os.path.join(ACTION, script)], cwd=directory or self.scratch,
                              env={**self.environment, **variables}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, expect, done.stdout.decode())
        return done.stdout.decode()

    def written(self, name):
        return (self.scratch / name).read_text()

    def install(self):
        self.step("install.sh", INPUT_PROGRAM=PROGRAM)
        path = self.written("PATH").strip()
        self.environment["PATH"] = f"{path}:{self.environment['PATH']}"
        return path

    def check(self, command, options=""):
        """What the step gives to those that follow."""
        (self.scratch / "OUTPUT").write_text("")
        self.step("check.sh", INPUT_COMMAND=command, INPUT_OPTIONS=options)
        return dict(line.split("=", 1) for line in self.written("OUTPUT").splitlines())

    def annotate(self, stream, directory=None):
        path = self.scratch / "stream"
        path.write_text(stream)
        return self.step("annotate.sh", directory=directory, STREAM=str(path)).splitlines()

    def test_puts_the_program_on_the_path(self):
        self.assertEqual(self.install(), os.path.dirname(os.path.realpath(PROGRAM)))

    def test_says_what_it_found(self):
        self.install()
        outputs = self.check(f"'{FIXTURES}/broken/single_call_count_ignored' {{payload}} \"{{out}}\"",
                             "--trials 20")
        self.assertEqual(outputs["status"], "1")
        lines = self.step("annotate.sh", STREAM=outputs["stream"]).splitlines()
        self.assertTrue(lines[0].startswith("::error title=corrupted%3A W01"), lines)
        self.assertIn("%0Aschedule: 1:short=1%0A", lines[0])
        self.step("summarize.sh", STREAM=outputs["stream"])
        self.assertIn("1:short=1", self.written("STEP_SUMMARY"))
        self.assertIn("shortwrite replay", self.written("STEP_SUMMARY"))

    def test_a_survivor_has_no_annotation(self):
        self.install()
        outputs = self.check(f"{FIXTURES}/correct/plain_loop {{payload}} {{out}}", "--trials 20")
        self.assertEqual(outputs["status"], "0")
        self.assertEqual(self.step("annotate.sh", STREAM=outputs["stream"]).strip(), "")
        self.step("summarize.sh", STREAM=outputs["stream"])
        self.assertIn("survived", self.written("STEP_SUMMARY"))

    def test_what_proves_nothing_is_said(self):
        self.install()
        outputs = self.check("true", "--trials 2")
        self.assertNotIn(outputs["status"], ("0", "1"))
        lines = self.step("annotate.sh", STREAM=outputs["stream"]).splitlines()
        self.assertTrue(lines[0].startswith("::error title="), lines)

    def test_a_wrong_option_fails(self):
        self.install()
        outputs = self.check("true", "--no-such-option")
        self.assertEqual(outputs["status"], "2")
        self.assertIn("title=aborted", "".join(self.step("annotate.sh", STREAM=outputs["stream"])))

    def test_words_are_not_evaluated(self):
        self.install()
        self.check("'$(touch evaluated)' `touch evaluated`", "--trials 1")
        self.assertFalse((self.scratch / "evaluated").exists())

    def test_at_most_eight_and_how_many_more(self):
        lines = self.annotate("".join(counterexample(n) for n in range(12)) + RESULT)
        self.assertEqual(len(lines), 9)
        self.assertIn("4 more", lines[8])
        self.assertEqual(len(self.annotate("".join(counterexample(n) for n in range(8)) + RESULT)), 8)

    def test_escapes(self):
        lines = self.annotate(counterexample(1, verdict="a,b:c", mechanism="100%\r\n::error::x")
                              + RESULT)
        self.assertEqual(lines, ["::error title=a%2Cb%3Ac%3A W01 it::"
                                 "100%25%0D%0A::error::x%0Aschedule: 1:short=1%0Ar"])

    def test_what_is_suppressed_is_a_warning(self):
        self.assertTrue(self.annotate(counterexample(1, suppressed="known") + RESULT)[0]
                        .startswith("::warning "))

    def test_a_cut_stream_is_an_error(self):
        lines = self.annotate(counterexample(1) + '{"type":"resu')
        self.assertEqual(len(lines), 2)
        self.assertIn("title=aborted", lines[1])

    def test_names_the_line_of_a_file_in_the_repository(self):
        repository = self.scratch / "repository"
        (repository / "src").mkdir(parents=True)
        for name in ("src/writer.c", "src/twice.c", "twice.c"):
            (repository / name).write_text("")
        for words in (["init", "-q"], ["add", "."]):
            subprocess.run(["git", *words], cwd=repository, env=self.environment, check=True)
        for site, place in (("writer.c:42 (flush)", ",file=src/writer.c,line=42::"),
                            ("twice.c:7 (flush)", "it::"), ("writer+0x11", "it::")):
            line = self.annotate(counterexample(1, call_site=site) + RESULT, repository)[0]
            # A set has no order, but these properties do.
            self.assertIn(place, line)

    def test_cuts_a_long_summary(self):
        fake = self.bin / "shortwrite"
        fake.write_text("#!/bin/sh\nfor last; do :; done\n"
                        "{ echo '```'; yes \"$(printf '\\303\\274%0100d' 0)\" | head -n 20000; } >\"$last\"\n")
        fake.chmod(0o755)
        self.step("summarize.sh", STREAM="none")
        summary = (self.scratch / "STEP_SUMMARY").read_bytes()
        self.assertGreater(len(summary), 850 * 1024)
        self.assertLess(len(summary), 901 * 1024)
        self.assertIn("Cut:", summary.decode())  # and no character was cut
        self.assertEqual(summary.decode().count("```"), 2)

    def test_is_an_action(self):
        action = yaml.safe_load(pathlib.Path(ACTION, "action.yml").read_text())
        self.assertEqual(action["runs"]["using"], "composite")
        given = set()
        for step in action["runs"]["steps"]:
            self.assertEqual(step["shell"], "bash")
            script = re.fullmatch(r'"\$GITHUB_ACTION_PATH/(\S+)"', step["run"])
            if script:
                self.assertTrue(os.access(os.path.join(ACTION, script.group(1)), os.X_OK), step)
            given |= set(re.findall(r"inputs\.(\w+)", json.dumps(step)))
        self.assertEqual(given, set(action["inputs"]))
        self.assertEqual(set(action["outputs"]), {"status", "stream"})


class GitLab(unittest.TestCase):
    def test_is_a_job_with_an_artefact(self):
        text = pathlib.Path(ROOT, "ci/gitlab-ci.example.yml").read_text()
        job = yaml.safe_load(text)["shortwrite"]
        command = " ".join(job["script"])
        self.assertIn(f"--junit {job['artifacts']['reports']['junit']} ", command)
        self.assertEqual(job["artifacts"]["when"], "always")


unittest.main(argv=sys.argv[:1], verbosity=2)
