"""Reads every report back with parsers that are not ours, and each line of a stream by its schema.

Usage: read_back.py SHORTWRITE SCHEMA GOLDENS FIXTURES

Streams are the kept ones, cut ones, and those of targets that print control characters, colours and
bytes that are no UTF-8, and whose files have odd names. Exits with 77, and the reason, where a
parser is not installed.
"""

import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.parsers.expat

try:
    import jsonschema
    import junitparser
except ImportError as missing:
    print(f"skipped: {missing}; on Debian: apt-get install python3-jsonschema python3-junitparser")
    sys.exit(77)
if shutil.which("prove") is None:
    print("skipped: no prove; on Debian: apt-get install perl")
    sys.exit(77)

SHORTWRITE, SCHEMA, GOLDENS, FIXTURES = map(os.path.abspath, sys.argv[1:5])
FORMATS = ("html", "junit", "tap", "sarif", "markdown")

# What the public schema of SARIF 2.1.0 demands of the parts that we write.
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["tool"],
            "additionalProperties": False,
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "tool": {"type": "object", "required": ["driver"], "properties": {
                    "driver": {"type": "object", "required": ["name"],
                               "additionalProperties": False, "properties": {
                        "name": {"type": "string"},
                        "version": {"type": "string"},
                        "rules": {"type": "array", "uniqueItems": True, "items": {
                            "type": "object", "required": ["id"],
                            "additionalProperties": False, "properties": {
                                "id": {"type": "string"},
                                "shortDescription": {"$ref": "#/definitions/message"}}}}}}}},
                "invocations": {"type": "array", "items": {
                    "type": "object", "required": ["executionSuccessful"],
                    "additionalProperties": False, "properties": {
                        "executionSuccessful": {"type": "boolean"},
                        "exitCode": {"type": "integer"},
                        "toolExecutionNotifications": {"type": "array", "items": {
                            "type": "object", "required": ["message"],
                            "additionalProperties": False, "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"$ref": "#/definitions/message"}}}}}}},
                "results": {"type": "array", "items": {
                    "type": "object", "required": ["message", "locations", "ruleId"],
                    "additionalProperties": False, "properties": {
                        "ruleId": {"type": "string"},
                        "level": {"enum": ["none", "note", "warning", "error"]},
                        "message": {"$ref": "#/definitions/message"},
                        "locations": {"type": "array", "minItems": 1, "items": {
                            "type": "object", "properties": {"physicalLocation": {
                                "type": "object", "required": ["artifactLocation"], "properties": {
                                    "artifactLocation": {"properties": {"uri": {
                                        "type": "string",
                                        "pattern": "^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$"}},
                                        "required": ["uri"]},
                                    "region": {"properties": {
                                        "startLine": {"type": "integer", "minimum": 1}}}}}}}},
                        "partialFingerprints": {"type": "object", "minProperties": 1,
                                                "additionalProperties": {"type": "string"}},
                        "properties": {"type": "object"}}}}}}},
    },
    "definitions": {"message": {"type": "object", "required": ["text"],
                                "properties": {"text": {"type": "string"}}}},
}


def run(arguments, **more):
    return subprocess.run([SHORTWRITE, *arguments], capture_output=True, check=False, **more)


class Page(html.parser.HTMLParser):
    """That each tag is closed by its own, and which texts stand in the page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.texts, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)


class Strict:
    """The schema, and that a line has no field which it does not describe."""

    def __init__(self, path):
        self.schema = json.loads(pathlib.Path(path).read_text())
        jsonschema.Draft7Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft7Validator(self.schema)

    def parts(self, rule, value):
        """The rule and all that it refers to and that applies to value."""
        yield rule
        if "$ref" in rule:
            yield from self.parts(self.schema["definitions"][rule["$ref"].split("/")[-1]], value)
        for part in rule.get("allOf", []):
            yield from self.parts(part, value)
        if "if" in rule:
            holds = jsonschema.Draft7Validator({**rule["if"], "definitions":
                                                self.schema["definitions"]}).is_valid(value)
            yield from self.parts(rule.get("then" if holds else "else", {}), value)

    def undescribed(self, rule, value, path="$"):
        parts = list(self.parts(rule, value))
        if isinstance(value, list):
            for part in parts:
                for i, element in enumerate(value):
                    if "items" in part:
                        yield from self.undescribed(part["items"], element, f"{path}[{i}]")
        if isinstance(value, dict):
            for name, inner in value.items():
                known = [p["properties"][name] for p in parts if name in p.get("properties", {})]
                if not known:
                    yield f"{path}.{name}"
                for rule_of_it in known:
                    yield from self.undescribed(rule_of_it, inner, f"{path}.{name}")

    def check(self, line):
        self.validator.validate(line)
        unknown = list(self.undescribed(self.schema, line))
        assert not unknown, f"not in the schema: {unknown}"


def kept_streams():
    for path in sorted(pathlib.Path(GOLDENS).glob("stream_*.jsonl")):
        stream = path.read_bytes()
        yield path.stem, stream
        yield f"{path.stem}, cut", stream[: len(stream) * 2 // 3]
    yield "replay", (pathlib.Path(GOLDENS) / "replay.jsonl").read_bytes()
    yield "nothing", b""


# A short write is forgotten; what is printed and what the file is called is as odd as can be.
ODD_WRITER = r"""
import os, sys
names = {"plain": b"plain", "odd": b"<script>alert('x')</script>\n\"q\" & \xff\x1b[31m\xe2\x80\xae#"}
os.mkdir(sys.argv[1] + "/d")
path = os.fsencode(sys.argv[1]) + b"/d/" + names[sys.argv[2]].replace(b"/", b"|")
fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
for i in range(3):
    n = os.write(fd, b"abcdefgh" * 50 + bytes([i]))
    if n < 401:
        os.write(2, b"\x1b[1;31mshort\x1b[0m \xff\xfe </failure> ]]> # SKIP \x00\x07\t" + path + b"\n")
"""


def live_streams(directory):
    writer = directory / "odd_writer.py"
    writer.write_text(ODD_WRITER)
    for name in ("plain", "odd"):
        yield f"writer of {name} names", [
            "--trials", "20", "--", sys.executable, str(writer), "{dir}", name]
    yield "silent loss", ["--trials", "5", "--sink", "pipe", "--backend", "preload", "--",
                          f"{FIXTURES}/broken/single_call_count_ignored", "{payload}", "{out}"]
    yield "hang", ["--trials", "5", "--", f"{FIXTURES}/broken/waits_for_wrong_descriptor",
                   "{payload}", "{out}"]
    yield "shortage", ["--trials", "5", "--sink", "full", "--",
                       f"{FIXTURES}/broken/single_call_count_ignored", "{payload}", "{out}"]
    yield "correct", ["--trials", "5", "--", f"{FIXTURES}/correct/plain_loop", "{payload}", "{out}"]
    yield "no such program", ["--", str(directory / "no <such> program")]
    yield "failing control", ["--", "sh", "-c", r"printf '\033[31mno\377 # TO%s # SKIP\n' DO >&2; exit 3"]


class ReadBack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.live = []
        with tempfile.TemporaryDirectory() as directory:
            for name, arguments in live_streams(pathlib.Path(directory)):
                end = run(["check", "--quiet", "--json", *arguments], cwd=directory)
                assert b'"type":"result"' in end.stdout, end.stderr
                cls.live.append((name, end.stdout))
        verdicts = [json.loads(stream.splitlines()[-1])["verdict"] for _, stream in cls.live]
        assert verdicts == ["misreported", "misreported", "corrupted", "hung", "false-success",
                            "survived", "inconclusive",
                            "inconclusive"], verdicts

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.directory = pathlib.Path(self.temporary.name)

    def rendered(self, stream):
        options = [word for name in FORMATS
                   for word in (f"--{name}", str(self.directory / f"report.{name}"))]
        end = run(["report", "--from", "-", *options], input=stream)
        self.assertEqual(end.returncode, 0, end.stderr)
        return {name: (self.directory / f"report.{name}").read_bytes() for name in FORMATS}

    def streams(self):
        yield from kept_streams()
        yield from self.live

    def each_report(self):
        for name, stream in self.streams():
            print(name)  # shown where a test fails
            lines = [json.loads(line) for line in stream.split(b"\n")
                     if line.endswith(b"}") and line.startswith(b"{")]
            yield name, lines, self.rendered(stream)

    def test_lines_match_the_schema(self):
        strict = Strict(SCHEMA)
        goldens = [(p.name, p.read_bytes()) for p in sorted(pathlib.Path(GOLDENS).glob("*.jsonl"))]
        seen = set()
        for name, stream in [*goldens, *self.streams()]:
            for line in stream.split(b"\n"):
                if "cut" in name and not line.endswith(b"}"):
                    continue
                if not line:
                    continue
                with self.subTest(stream=name, line=line[:80]):
                    parsed = json.loads(line)
                    seen.add(parsed["type"])
                    strict.check(parsed)
        self.assertEqual(seen, {"campaign", "control", "finding", "counterexample", "call", "result"})

    def test_schema_refuses(self):
        strict = Strict(SCHEMA)
        good = json.loads((pathlib.Path(GOLDENS) / "stream_corrupted.jsonl").read_text().split("\n")[3])
        strict.check(good)
        for change in ({"schema": "other"}, {"type": "weather"}, {"verdict": "fine"}, {"runs": [{}]},
                       {"divergence": {}}, {"calls": [{"n": -1}]}, {"calls_before": -1}):
            with self.assertRaises(jsonschema.ValidationError, msg=change):
                strict.check({**good, **change})
        with self.assertRaises(AssertionError):
            strict.check({**good, "new": 1})

    def test_junit(self):
        for name, lines, reports in self.each_report():
            xml.parsers.expat.ParserCreate().Parse(reports["junit"], True)
            path = self.directory / "report.junit"
            suites = list(junitparser.JUnitXml.fromfile(str(path)))
            cases = [case for suite in suites for case in suite]
            failures = [case for case in cases
                        if any(isinstance(r, junitparser.Failure) for r in case.result)]
            errors = [case for case in cases
                      if any(isinstance(r, junitparser.Error) for r in case.result)]
            self.assertEqual(len(cases), suites[0].tests)
            self.assertEqual(len(failures), suites[0].failures)
            self.assertEqual(len(errors), suites[0].errors)
            self.assertEqual(len(failures), self.found(lines))
            self.assertEqual(not failures and not errors, self.survived(lines), name)

    def test_tap(self):
        for name, lines, reports in self.each_report():
            path = self.directory / "report.tap"
            end = subprocess.run(["prove", "--exec", "cat", "--verbose", str(path)],
                                 capture_output=True, check=False)
            self.assertNotIn(b"Parse errors", end.stdout + end.stderr, end.stdout)
            self.assertEqual(end.returncode == 0, self.survived(lines), end.stdout)
            failed = re.search(rb"Failed: (\d+)\)", end.stdout)
            expected = self.found(lines) + (0 if self.ended(lines) else 1)
            self.assertEqual(int(failed.group(1)) if failed else 0, expected, end.stdout)

    def test_tap_yaml(self):
        reader = ("use TAP::Parser; my $p = TAP::Parser->new({tap => join '', <STDIN>}); my $n = 0;"
                  "while (my $r = $p->next) { next unless $r->is_yaml; $n++; "
                  "die 'no map' unless ref $r->data eq 'HASH'; } print $n;")
        for _, lines, reports in self.each_report():
            end = subprocess.run(["perl", "-e", reader], input=reports["tap"], capture_output=True,
                                 check=False)
            self.assertEqual(end.returncode, 0, end.stderr)
            self.assertEqual(int(end.stdout), self.found(lines) + 1)

    def test_sarif(self):
        jsonschema.Draft7Validator.check_schema(SARIF)
        for name, lines, reports in self.each_report():
            document = json.loads(reports["sarif"])
            jsonschema.validate(document, SARIF)
            results = document["runs"][0]["results"]
            self.assertEqual(len(results), self.found(lines))
            rules = {rule["id"] for rule in document["runs"][0]["tool"]["driver"]["rules"]}
            self.assertEqual(rules, {result["ruleId"] for result in results})

    def test_html(self):
        for name, lines, reports in self.each_report():
            page = Page()
            page.feed(reports["html"].decode())
            page.close()
            self.assertEqual(page.open, [], "all tags are closed")
            self.assertFalse(page.tags & {"script", "link", "iframe", "img", "object", "form"})
            self.assertLess(len(reports["html"]), 1 << 20)
            text = "".join(page.texts)
            for line in lines:
                if line["type"] == "result" and line.get("counterexamples"):
                    self.assertIn(line["counterexamples"][0]["schedule"], text)

    def test_markdown(self):
        for _, lines, reports in self.each_report():
            text = reports["markdown"].decode()
            self.assertLessEqual(len(reports["markdown"]), 900 * 1024)
            # Outside fenced blocks nothing may open a tag.
            outside, fence = [], None
            for line in text.split("\n"):
                mark = re.match(r"^(`{3,})", line)
                if fence is None and mark:
                    fence = mark.group(1)
                elif fence is not None and line == fence:
                    fence = None
                elif fence is None:
                    outside.append(line)
            self.assertIsNone(fence, "all fences are closed")
            self.assertNotRegex("\n".join(outside), r"(?<!\\)<")

    def test_several_targets(self):
        """Each format holds all targets of a project file, in one document."""
        targets = {"good": "correct/plain_loop", "bad": "broken/single_call_count_ignored",
                   "again": "broken/single_call_count_ignored", "absent": "broken/no-such-program"}
        (self.directory / "shortwrite.toml").write_text("".join(
            f'[targets.{name}]\ncommand = ["{FIXTURES}/{path}", "{{payload}}", "{{out}}"]\ntrials = 5\n'
            for name, path in targets.items()))
        end = run(["check", "--quiet", "--json"], cwd=self.directory)
        results = [line for line in map(json.loads, end.stdout.splitlines())
                   if line["type"] == "result"]
        self.assertEqual([line["verdict"] for line in results],
                         ["survived", "corrupted", "corrupted", "inconclusive"], end.stderr)
        found = sum(len(line.get("counterexamples", [])) for line in results)
        self.assertGreater(found, 0)
        reports = self.rendered(end.stdout)

        suites = list(junitparser.JUnitXml.fromfile(str(self.directory / "report.junit")))
        self.assertEqual([suite.name for suite in suites], list(targets))
        prove = subprocess.run(["prove", "--exec", "cat", "--verbose",
                                str(self.directory / "report.tap")], capture_output=True, check=False)
        self.assertNotIn(b"Parse errors", prove.stdout + prove.stderr, prove.stdout)
        self.assertEqual(int(re.search(rb"Failed: (\d+)\)", prove.stdout).group(1)), found + 1)
        document = json.loads(reports["sarif"])
        jsonschema.validate(document, SARIF)
        self.assertEqual(len(document["runs"]), 1, "who takes up results refuses several of a tool")
        self.assertEqual(len(document["runs"][0]["results"]), found)
        rules = [rule["id"] for rule in document["runs"][0]["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), len(set(rules)), "one rule, however many break it")
        marks = {result["partialFingerprints"]["shortwrite/v1"]
                 for result in document["runs"][0]["results"]}
        self.assertEqual(len(marks), found, "a mistake of two targets is two results")
        self.assertEqual([invocation["executionSuccessful"]
                          for invocation in document["runs"][0]["invocations"]], [True, True, True, False])
        page = Page()
        page.feed(reports["html"].decode())
        page.close()
        self.assertEqual(page.open, [], "all tags are closed")
        for text in ["".join(page.texts), reports["markdown"].decode()]:
            for name, line in zip(targets, results):
                self.assertIn(f"{name}: {line['verdict']}", text)

    @staticmethod
    def ended(lines):
        """A verdict was reached."""
        return bool(lines) and lines[-1]["type"] == "result" and lines[-1]["exit"] in (0, 1)

    def survived(self, lines):
        return self.ended(lines) and lines[-1]["verdict"] == "survived"

    def found(self, lines):
        if lines and lines[-1]["type"] == "result":
            last = lines[-1]
            if "counterexamples" in last:
                return len(last["counterexamples"])
            return 1 if "schedule" in last and last["exit"] == 1 else 0
        return sum(line["type"] == "counterexample" for line in lines)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], buffer=True)
