"""Takes the measurements of ci/bench and prints its table; started by ci/bench.

Each row: a figure, its baseline, how they compare, and the bar. Both are measured in turns, so that
what else the machine does hits both; the median of the rounds counts. Before a row prints a figure
it has checked that what it measured really happened: faults delivered, outputs right.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20
GIB = 1 << 30
PAYLOAD_BYTES = 4096
FORK_ROUNDS = 2000  # of bench_fork.c
GOLDEN_4GIB_MD5 = "6a628b7c7be4251d724217b78b52ef6c"


PYTHON_WRITER = """import os, sys
with open(sys.argv[1], 'rb') as source:
    rest = source.read()
out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
while rest:
    rest = rest[os.write(out, rest):]
"""

# What that has left to do at its first output, in a fork of it: see bench_fork.c.
PYTHON_FORKS = """import os, statistics, sys, time
with open(sys.argv[1], 'rb') as source:
    payload = source.read()
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
spent = []
for _ in range(40):
    start = time.monotonic_ns()
    child = os.fork()
    if child == 0:
        out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(out, payload[os.write(out, payload[:1]):])
        sys.exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(1)
    os.unlink(sys.argv[2])
    spent.append(time.monotonic_ns() - start)
print(int(statistics.median(spent)))
"""


class WrongResult(Exception):
    """What was measured did not do what the row claims."""


def demand(condition, what):
    if not condition:
        raise WrongResult(what)


def output_of(command, **kwargs):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **kwargs)
    demand(done.returncode == 0, f"exit status {done.returncode}: {command}\n{done.stderr}")
    return done.stdout


def processor_ns():
    """Of all that we started and waited for, and of what these waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def is_tmpfs(directory):
    return output_of(["stat", "-f", "-c", "%T", directory]).strip() == "tmpfs"


def place_for(size_bytes):
    """Memory where it is ample, so that no disk is measured; else TMPDIR."""
    with open("/proc/meminfo") as meminfo:
        available = next(int(line.split()[1]) << 10 for line in meminfo
                         if line.startswith("MemAvailable"))
    shm = "/dev/shm"
    if (os.path.isdir(shm) and is_tmpfs(shm) and available > 2 * size_bytes
            and shutil.disk_usage(shm).free > size_bytes + GIB):
        return shm
    return tempfile.gettempdir()


class Bench:
    def __init__(self, build, mode):
        quick = mode != "full"
        self.clock = processor_ns if mode == "cpu" else time.monotonic_ns
        self.in_cpu = mode == "cpu"
        self.shortwrite = f"{build}/shortwrite"
        self.loops = f"{build}/bench_loops"
        self.forks = {"dynamic": f"{build}/bench_fork", "static": f"{build}/bench_fork_static"}
        self.fixtures = f"{build}/fixtures"
        self.inprocess_loop = [f"{build}/bench_inprocess", f"{build}/libshortwrite_preload.so"]
        self.writer = f"{build}/fixtures/correct/plain_loop"
        self.rounds = 3 if quick else 9
        self.large_bytes = 256 * MIB if quick else 4 * GIB
        self.dir = tempfile.mkdtemp(prefix="shortwrite-bench-", dir=place_for(0))
        self.large_dir = tempfile.mkdtemp(prefix="shortwrite-bench-", dir=place_for(self.large_bytes))
        self.campaign_peak = 0
        self.payload = f"{self.dir}/payload"
        self.out = f"{self.dir}/out"
        with open(self.payload, "wb") as payload:
            payload.write(os.urandom(PAYLOAD_BYTES))

    def close(self):
        shutil.rmtree(self.dir)
        shutil.rmtree(self.large_dir)

    # Trials

    def plant_corpus(self, count):
        """As many schedules, each one short write at another byte: what check runs first."""
        corpus = f"{self.dir}/corpus-{count}"
        if os.path.isdir(corpus):
            return corpus
        os.mkdir(corpus)
        for accepted in range(1, count + 1):
            with open(f"{corpus}/{accepted:04}.sched", "w") as schedule:
                schedule.write(f"shortwrite-schedule 1\n1:short={accepted}\n")
        return corpus

    def check_ns(self, backend, corpus, trials, snapshot="off", writer=()):
        """Time of a campaign with exactly these trials."""
        command = [self.shortwrite, "check", "--json", "--quiet", "--backend", backend, "--trials",
                   str(trials), "--time", "600s", "--jobs", "1", "--snapshot", snapshot, "--corpus", corpus,
                   "--payload", self.payload, "--", *(writer or (self.writer,)), "{payload}", "{out}"]
        start = self.clock()
        lines = output_of(command, cwd=self.dir).splitlines()
        spent_ns = self.clock() - start
        result = json.loads(lines[-1])
        demand(result["verdict"] == "survived", f"verdict {result['verdict']}")
        demand(result["trials"] == trials, f"{result['trials']} trials, wanted {trials}")
        demand(result["faults_delivered"] == trials, f"{result['faults_delivered']} faults delivered")
        unserved = [note for note in result["notes"] if "snapshot" in note]
        demand(not unserved, f"the trials did not run in clones: {unserved}")
        return spent_ns

    def spawn_ns(self, rounds, prefix=(), compare=True, writer=()):
        reference = self.payload if compare else "-"
        return self.per_round(rounds, (self.loops, "spawn", str(rounds), self.out, reference, *prefix,
                              *(writer or (self.writer,)), self.payload, self.out))

    def per_round(self, rounds, command):
        """What the command prints, or the processor's time for each of its rounds."""
        start = self.clock()
        printed = int(output_of(command))
        return (self.clock() - start) / rounds if self.in_cpu else printed

    def demand_delivery(self, prefix, name):
        """The tool's fault reaches this program: with an error that is fatal it must fail."""
        done = subprocess.run([*prefix, self.writer, self.payload, self.out],
                              stdin=subprocess.DEVNULL, capture_output=True)
        demand(done.returncode == 1, f"{name} delivers no fault: exit status {done.returncode}")

    def trials(self):
        few, many = (100, 300) if self.rounds < 9 else (100, 600)
        others = many // 10
        strace = lambda error: ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e",
                                "trace=write", "-e", f"inject=write:error={error}:when=1"]
        fiu = lambda errno: ["fiu-run", "-x", "-f", "", "-c",
                             f"enable name=posix/io/rw/write,failinfo={errno},onetime"]
        self.demand_delivery(strace("ENOSPC"), "strace")
        self.demand_delivery(fiu(28), "fiu-run")
        corpora = {n: self.plant_corpus(n) for n in (few, many)}
        times = {"preload": [], "syscall": [], "bare": [], "strace": [], "fiu": []}
        for _ in range(self.rounds):
            for backend in ("preload", "syscall"):
                # The difference of two campaigns, so that start-up and controls cancel.
                spent = (self.check_ns(backend, corpora[many], many)
                         - self.check_ns(backend, corpora[few], few))
                times[backend].append(spent / (many - few))
            times["bare"].append(self.spawn_ns(many - few, compare=False))
            times["strace"].append(self.spawn_ns(others, strace("EINTR")))
            times["fiu"].append(self.spawn_ns(others, fiu(4)))
        middle = {name: statistics.median(values) for name, values in times.items()}
        ratio = lambda a, b: statistics.median(x / y for x, y in zip(times[a], times[b]))
        yield ("one trial, 4 KiB / bare posix_spawn+waitpid", ms(middle["preload"]),
               ms(middle["bare"]), *at_most(ratio("preload", "bare"), 1.25))
        for name, text in (("strace", "strace --inject"), ("fiu", "fiu-run -x")):
            yield (f"trials per second / loop over {text}", per_second(middle["preload"]),
                   per_second(middle[name]), *at_least(ratio(name, "preload"), 4))
        yield ("traced trials per second / loop over strace", per_second(middle["syscall"]),
               per_second(middle["strace"]), *at_least(ratio("strace", "syscall"), 2))

    def snapshots(self):
        """Trials in clones of a held target, beside new starts of it under the same backend."""
        few, many = (100, 300) if self.rounds < 9 else (100, 600)
        corpora = {n: self.plant_corpus(n) for n in (few, many)}
        strace = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=write", "-e"]
        python, python_forks = f"{self.dir}/writer.py", f"{self.dir}/forks.py"
        for path, program in ((python, PYTHON_WRITER), (python_forks, PYTHON_FORKS)):
            with open(path, "w") as source:
                source.write(program)
        writers = {"C": [self.writer], "stdio": [f"{self.fixtures}/unseen/stdio_writer"],
                   "static": [f"{self.fixtures}/unseen/static_writer"],
                   "CPython": ["/usr/bin/python3", python]}
        for name, writer in writers.items():
            counts = (few, many) if name != "CPython" else (few, 3 * few // 2)
            if counts[1] not in corpora:
                corpora[counts[1]] = self.plant_corpus(counts[1])
            clones, starts, forks, writers_forks, loops = [], [], [], [], []
            # stdio does not survive EINTR; a signal that nobody handles costs strace as much.
            inject = "inject=write:" + ("error=EINTR" if name == "C" else "signal=SIGCHLD") + ":when=1"
            fork = [self.forks["static" if name == "static" else "dynamic"]]
            last_part = ([*fork, self.out] if name != "CPython" else
                         ["/usr/bin/python3", python_forks, self.payload, self.out])
            for _ in range(self.rounds):
                for times, snapshot in ((clones, "auto"), (starts, "off")):
                    spent = [self.check_ns("syscall", corpora[n], n, snapshot, writer)
                             for n in counts]
                    times.append((spent[1] - spent[0]) / (counts[1] - counts[0]))
                writers_forks.append(int(output_of(last_part)))
                if name != "CPython":
                    forks.append(self.per_round(FORK_ROUNDS, fork))
                    loops.append(self.spawn_ns(many // 10, [*strace, inject], writer=writer))
            middle = statistics.median(clones)
            yield (f"snapshot trials per second, {name} / by exec", per_second(middle),
                   per_second(statistics.median(starts)),
                   *at_least(statistics.median(a / b for a, b in zip(starts, clones)), 3))
            if not self.in_cpu:
                yield (f"a snapshot trial, {name} / untraced fork that writes", ms(middle),
                       ms(statistics.median(writers_forks)), *just(clones, writers_forks))
            if name == "CPython":
                continue
            yield (f"snapshot trials per second, {name} / loop over strace", per_second(middle),
                   per_second(statistics.median(loops)),
                   *at_least(statistics.median(a / b for a, b in zip(loops, clones)), 20))
            yield (f"a snapshot trial, {name} / bare fork+exit+wait", ms(middle),
                   ms(statistics.median(forks)),
                   *at_most(statistics.median(a / b for a, b in zip(clones, forks)), 2))

    # Campaigns

    def campaign(self, writer, *options):
        """The lines of a campaign's stream, each with the time at which it came."""
        command = [self.shortwrite, "check", "--json", "--quiet", *options, "--",
                   f"{self.fixtures}/{writer}", "{payload}", "{out}"]
        lines = []
        start = time.monotonic_ns()
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, cwd=self.dir) as process:
            for text in process.stdout:
                lines.append((time.monotonic_ns() - start, json.loads(text)))
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        # Of the largest of its processes.
        self.campaign_peak = max(self.campaign_peak, usage.ru_maxrss << 10)
        return lines

    def jobs(self):
        """The same trials in one worker and in two."""
        trials = 1000 if self.rounds < 9 else 3000
        ratios, walls = [], {1: [], 2: []}
        for _ in range(self.rounds):
            for jobs, times in walls.items():
                end_ns, result = self.campaign("correct/plain_loop", "--bytes", "4096", "--time",
                                               "600s", "--trials", str(trials), "--jobs",
                                               str(jobs))[-1]
                demand((result["verdict"], result["trials"]) == ("survived", trials),
                       f"{result['verdict']} after {result['trials']} trials")
                times.append(end_ns)
            ratios.append(walls[1][-1] / walls[2][-1])
        yield (f"{trials} trials, two jobs / one", seconds(statistics.median(walls[2])),
               seconds(statistics.median(walls[1])), *at_least(statistics.median(ratios), 1.8))
        alone, beside = self.jobs_floor()
        yield ("bare fork+exit+wait, on two processors / on one", ms(statistics.median(beside)),
               ms(statistics.median(alone)), *just(alone, beside))

    def jobs_floor(self):
        """What a second processor is worth to processes that only fork."""
        alone, beside = [], []
        for _ in range(self.rounds):
            alone.append(int(output_of([self.forks["dynamic"]])))
            pair = [subprocess.Popen(["taskset", "-c", str(processor), self.forks["dynamic"]],
                                     stdout=subprocess.PIPE, text=True)
                    for processor in sorted(os.sched_getaffinity(0))[:2]]
            beside.append(statistics.mean(int(process.communicate()[0]) for process in pair) / 2)
        return alone, beside

    def commands(self):
        """What a user waits for, with every default."""
        walls, found = [], []
        for _ in range(self.rounds):
            end_ns, result = self.campaign("correct/plain_loop")[-1]
            demand(result["verdict"] == "survived", f"verdict {result['verdict']}")
            walls.append(end_ns)
            lines = self.campaign("broken/single_call_count_ignored")
            demand(lines[-1][1]["verdict"] == "corrupted", f"verdict {lines[-1][1]['verdict']}")
            found.append(next(at for at, line in lines if line["type"] == "counterexample"))
        wall, first = statistics.median(walls), statistics.median(found)
        yield ("check of a correct C program, whole command", seconds(wall), "", "", "< 3 s",
               word(wall < 3e9))
        yield ("check of a broken one, to its counterexample", seconds(first), "", "", "< 0.3 s",
               word(first < 0.3e9))
        yield ("largest process of these campaigns", f"{self.campaign_peak / MIB:.1f} MiB", "", "",
               "< 64 MiB", word(self.campaign_peak < 64 * MIB))

    def inprocess(self):
        """A write-all of 4 KiB with one short write, injected and judged in the test's own process;
        bare, the same file removed, written and read. In time of one processor."""
        pairs = []
        for _ in range(self.rounds):
            words = output_of(self.inprocess_loop).split()
            pairs.append((int(words[0]), int(words[1])))
        bare, injected = (statistics.median(side) for side in zip(*pairs))
        rate = 1e9 / injected
        yield ("trials per second in process", f"{rate:.0f} /s", f"{1e9 / bare:.0f} /s", "",
               ">= 15000 /s", word(rate >= 15000))
        yield ("one trial in process, 4 KiB / bare", ns(injected), ns(bare),
               *at_most(statistics.median(i / b for b, i in pairs), 2))

    # The tracer

    def loop_ns(self, prefix, call, size, count, file):
        return int(output_of([*prefix, self.loops, "loop", call, str(size), str(count), file]))

    def traced(self):
        """A target that makes one kind of call, bare, traced by us, and traced by strace."""
        ours = [self.shortwrite, "run", "--backend", "syscall", "--dir", self.dir, "--schedule",
                "1:short=1", "--"]
        done = subprocess.run([*ours, self.loops, "loop", "write", "2", "1", "{dir}/loop"],
                              stdin=subprocess.DEVNULL, capture_output=True)
        demand(done.returncode == 1, "the tracer delivers no fault")
        strace = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=write", "-e",
                  "inject=write:error=ENOSPC:when=60000"]
        file = f"{self.dir}/loop"
        cost, strace_cost, stops, reads, bare_reads = [], [], [], [], []
        idle = [word.replace("1:short=1", "1000000:short=1") for word in ours]
        for _ in range(self.rounds):
            bare = self.loop_ns([], "write", 1, 20000, file)
            cost.append(self.idle_ns(idle, "write", 1, 20000) - bare)
            strace_cost.append(self.loop_ns(strace, "write", 1, 20000, file) - bare)
            stops.append(int(output_of([self.loops, "stops", "20000"])))
            bare_reads.append(self.loop_ns([], "read", 32768, 100000, file))
            reads.append(self.idle_ns(idle, "read", 32768, 100000))
        pairs = list(zip(cost, strace_cost))
        yield ("an intercepted call, traced / by strace", ns(statistics.median(cost)),
               ns(statistics.median(strace_cost)),
               *at_most(statistics.median(a / b for a, b in pairs), 0.25))
        yield ("an intercepted call, traced", ns(statistics.median(cost)), "", "", "<= 15000 ns",
               word(statistics.median(cost) <= 15000))
        yield ("an intercepted call, traced / a bare stop of ptrace", ns(statistics.median(cost)),
               ns(statistics.median(stops)), *just(cost, stops))
        yield ("a read of 32 KiB, traced / bare", ns(statistics.median(reads)),
               ns(statistics.median(bare_reads)),
               *at_most(statistics.median(a / b for a, b in zip(reads, bare_reads)), 1.05))

    def idle_ns(self, prefix, call, size, count):
        """Under the tracer, with a fault that never comes: that is exit status 5, and a message."""
        done = subprocess.run([*prefix, self.loops, "loop", call, str(size), str(count),
                               "{dir}/loop"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        demand(done.returncode == 5, f"exit status {done.returncode}: {done.stderr}")
        return int(done.stdout)

    # Write calls

    def calls(self):
        """A call at which nothing is injected: in a trial, whose first call took the fault, and in a
        control, where the library also looks for signal handlers."""
        directory = f"{self.dir}/calls"
        os.mkdir(directory)
        demand(is_tmpfs(directory), "no tmpfs with room, so no write call to tmpfs to measure")
        for size, unit, schedule, kind in ((4096, "4 KiB", "1:short=1", "trial"),
                                           (4096, "4 KiB", "", "control"),
                                           (65536, "64 KiB", "1:short=1", "trial")):
            pairs, looks = [], []
            for _ in range(self.rounds):
                words = output_of([self.shortwrite, "run", "--backend", "preload", "--schedule",
                                   schedule, "--dir", directory, "--", self.loops, "calls", str(size), "{dir}/file",
                                   "1" if schedule else "2"]).split()
                pairs.append((int(words[0]), int(words[1])))
                looks.append(int(words[2]))
            bare, shimmed = (statistics.median(side) for side in zip(*pairs))
            row = (f"write call of {unit} in a {kind} / bare", f"{shimmed:.0f} ns", f"{bare:.0f} ns")
            if size == 4096:
                more = statistics.median(with_ - without for without, with_ in pairs)
                yield (*row, f"{more:+.0f} ns", "<= +1000 ns", word(more <= 1000))
                if kind == "trial":
                    yield ("what that adds / a statx(2), of which it needs one", ns(more),
                           ns(statistics.median(looks)),
                           *just([with_ - without for without, with_ in pairs], looks))
            else:
                yield (*row, *at_most(statistics.median(w / b for b, w in pairs), 1.10))

    # Large files

    def watch(self, command):
        wall_ns, peak_kib = output_of([self.loops, "watch", *command]).split()
        return int(wall_ns), int(peak_kib) << 10

    def large_files(self):
        """Writes and verifies a large file and one of a quarter of it."""
        large, small = self.large_bytes, self.large_bytes // 4
        paths = {size: f"{self.large_dir}/file-{size}" for size in (large, small)}
        rounds = max(3, self.rounds // 3)
        kinds = ("write --mode sync", "write --mode async", "verify")
        walls = {(kind, size): [] for kind in kinds for size in paths}
        peaks = {kind: 0 for kind in kinds}
        against_md5sum = []
        md5sum_walls = []
        for _ in range(rounds):
            for size, path in paths.items():
                for kind in kinds[:2]:
                    if os.path.exists(path):
                        os.unlink(path)
                    wall_ns, peak = self.watch([self.shortwrite, *kind.split(), "--quiet",
                                                "--pattern", "ABCD", "--bytes", str(size), path])
                    walls[kind, size].append(wall_ns)
                    peaks[kind] = max(peaks[kind], peak)
                    demand(os.path.getsize(path) == size, f"{path} has a wrong size")
                start = time.monotonic_ns()
                md5 = output_of(["md5sum", path]).split()[0]
                md5sum_ns = time.monotonic_ns() - start
                demand(size != 4 * GIB or md5 == GOLDEN_4GIB_MD5, f"{path}: MD5 {md5}")
                wall_ns, peak = self.watch([self.shortwrite, "verify", "--quiet", "--md5", md5,
                                            "--bytes", str(size), path])
                walls["verify", size].append(wall_ns)
                peaks["verify"] = max(peaks["verify"], peak)
                if size == large:
                    against_md5sum.append(wall_ns / md5sum_ns)
                    md5sum_walls.append(md5sum_ns)
        self.demand_conviction(paths[small], small)
        middle = {key: statistics.median(values) for key, values in walls.items()}
        size_text = f"{large // MIB} MiB"
        yield (f"verify of {size_text} / md5sum", seconds(middle["verify", large]),
               seconds(statistics.median(md5sum_walls)),
               *at_most(statistics.median(against_md5sum), 1.1))
        for kind in kinds:
            growth = statistics.median(
                a / b for a, b in zip(walls[kind, large], walls[kind, small])) / 4
            yield (f"{kind}: {size_text} / 4 x a quarter of it", seconds(middle[kind, large]),
                   seconds(middle[kind, small]), *at_most(growth, 1.25))
            yield (f"{kind} of {size_text}: anonymous memory", f"{peaks[kind] / MIB:.1f} MiB", "",
                   "", "< 64 MiB", word(peaks[kind] < 64 * MIB))

    def demand_conviction(self, path, size):
        """A verify that passes everything would be fast."""
        with open(path, "r+b") as file:
            file.seek(size - 1)
            file.write(b"!")
        done = subprocess.run([self.shortwrite, "verify", "--quiet", "--pattern", "ABCD", "--bytes",
                               str(size), path], stdin=subprocess.DEVNULL, capture_output=True)
        demand(done.returncode == 1, f"verify of a wrong file: exit status {done.returncode}")


def ms(ns):
    return f"{ns / 1e6:.3f} ms"


def ns(count):
    return f"{count:.0f} ns"


def seconds(ns):
    return f"{ns / 1e9:.2f} s"


def per_second(ns):
    return f"{1e9 / ns:.0f} /s"


def word(good):
    return "ok" if good else "OVER"


def at_most(ratio, bar):
    return f"{ratio:.2f}", f"<= {bar}", word(ratio <= bar)


def at_least(ratio, bar):
    return f"{ratio:.2f}", f">= {bar}", word(ratio >= bar)


def just(measured, baselines):
    """A ratio that says what this machine can do at all, and has no bar."""
    return f"{statistics.median(a / b for a, b in zip(measured, baselines)):.2f}", "", ""


def main(mode, build, names):
    bench = Bench(build, mode)
    line = "{:<57} {:>11} {:>11} {:>8}  {:<11} {}"
    print(f"{os.cpu_count()} processors, {os.uname().sysname} {os.uname().release}, "
          f"load {os.getloadavg()[0]:.1f}; medians of rounds in turns"
          + ("; trials and snapshots in processor time" if mode == "cpu" else ""))
    print(line.format("row", "measured", "baseline", "ratio", "bar", "").rstrip(), flush=True)
    wrong = 0
    try:
        groups = [bench.trials, bench.snapshots, bench.jobs, bench.commands, bench.inprocess,
                  bench.traced, bench.calls, bench.large_files]
        unknown = set(names) - {rows.__name__ for rows in groups}
        if unknown:
            print(f"bench: no such rows: {', '.join(sorted(unknown))}", file=sys.stderr)
            return 2
        for rows in groups:
            if names and rows.__name__ not in names:
                continue
            try:
                for row in rows():
                    print(line.format(*row).rstrip(), flush=True)
            except WrongResult as error:
                print(f"{rows.__name__}: not measured: {error}", flush=True)
                wrong += 1
    finally:
        bench.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
