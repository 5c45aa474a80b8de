"""Long campaigns, and killed ones; started by ci/endurance. Usage: endurance.py BUILD TRIALS"""

import glob
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20
SAMPLE_S = 0.2
# What an allocator keeps for itself may differ between two campaigns.
GROWTH_BYTES_MAX = 2 * MIB
END_S_MAX = 120


class Wrong(Exception):
    """The harness grew, left something behind, or ended otherwise than it should."""


def demand(condition, what):
    if not condition:
        raise Wrong(what)


def text_of(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""  # it has ended meanwhile


class Process:
    """One that was alive at a moment; its start time tells it from a later one of that number."""

    def __init__(self, pid):
        words = text_of(f"/proc/{pid}/stat").rpartition(")")[2].split()
        self.pid = pid
        self.state, self.parent, self.start = (words[0], int(words[1]), words[19]) if words else (
            "X", 0, "")

    def is_alive(self):
        now = Process(self.pid)
        return now.start == self.start and now.state != "X"

    def own_bytes(self):
        """Memory that is no file's."""
        lines = text_of(f"/proc/{self.pid}/status").splitlines()
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))

    def descriptors(self):
        try:
            return len(os.listdir(f"/proc/{self.pid}/fd"))
        except OSError:
            return 0

    def is_of(self, program):
        try:
            return os.path.samefile(f"/proc/{self.pid}/exe", program)
        except OSError:
            return False


def tree(root):
    """root and all below it."""
    everybody = [Process(int(name)) for name in os.listdir("/proc") if name.isdigit()]
    found, pids = [], {root}
    grown = True
    while grown:
        more = [one for one in everybody if one not in found
                and (one.pid in pids or one.parent in pids)]
        grown = bool(more)
        found += more
        pids |= {one.pid for one in more}
    return found


def directories(pids):
    """Those that processes of these numbers made, and did not remove."""
    bases = {"/dev/shm", "/tmp", os.environ.get("TMPDIR", "/tmp")}
    return [path for base in bases for pid in pids
            for path in glob.glob(f"{base}/shortwrite-*-{pid}-*")]


def processes_naming(paths):
    return [pid for pid in os.listdir("/proc") if pid.isdigit()
            and any(path in text_of(f"/proc/{pid}/cmdline") for path in paths)]


class Campaign:
    def __init__(self, build, directory, trials, jobs):
        self.program = f"{build}/shortwrite"
        command = [self.program, "check", "--json", "--quiet", "--backend", "syscall", "--bytes",
                   "4096", "--trials", str(trials), "--jobs", str(jobs), "--time", "360m", "--",
                   f"{build}/fixtures/correct/plain_loop", "{payload}", "{out}"]
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        text=True, cwd=directory)
        self.seen = {}
        self.places = set()

    def look(self):
        """Everybody of it that is alive now; remembers them, and where they work."""
        alive = tree(self.process.pid)
        for one in alive:
            self.seen[one.pid, one.start] = one
        self.places |= set(directories({one.pid for one in alive}))
        return alive

    def harness(self):
        return [one for one in self.look() if one.is_of(self.program)]

    def await_clones(self):
        """Until its guard, its main process and a worker are there, and two targets are held."""
        deadline = time.monotonic() + END_S_MAX
        while time.monotonic() < deadline:
            alive = self.look()
            demand(self.process.poll() is None, "it ended before it was killed")
            harness = [one for one in alive if one.is_of(self.program)]
            if len(harness) >= 3 and sum(one.state == "t" for one in alive) >= 2:
                return
            time.sleep(0.01)
        raise Wrong("no trial ran in a clone")

    def end(self):
        out, _ = self.process.communicate()
        return out.splitlines()

    def left(self):
        alive = [one.pid for one in self.seen.values() if one.is_alive()]
        return alive + processes_naming(self.places), [p for p in self.places if os.path.exists(p)]

    def demand_nothing_left(self, what):
        deadline = time.monotonic() + END_S_MAX
        processes, places = self.left()
        while (processes or places) and time.monotonic() < deadline:
            time.sleep(0.05)
            processes, places = self.left()
        demand(not processes and not places, f"{what}: left are {processes} and {places}")


def watch(campaign):
    """Memory and descriptors of all processes of the harness together, until it ends."""
    samples = []
    while campaign.process.poll() is None:
        alive = campaign.harness()
        samples.append((sum(one.own_bytes() for one in alive),
                        sum(one.descriptors() for one in alive), len(alive)))
        time.sleep(SAMPLE_S)
    # Others met it at its start, at its end, or between a fork and an exec.
    usual = statistics.mode(count for _, _, count in samples)
    return [(size, fds) for size, fds, count in samples if count == usual]


def long_campaign(build, directory, trials):
    campaign = Campaign(build, directory, trials, 2)
    # Its stream is one line per campaign and control, which no pipe is too small for.
    samples = watch(campaign)
    result = json.loads(campaign.end()[-1])
    spent = time.monotonic() - campaign.started
    demand(result["verdict"] == "survived", f"verdict {result['verdict']}: {result['reason']}")
    demand(result["trials"] == trials, f"{result['trials']} trials, wanted {trials}")
    demand(result["faults_delivered"] >= trials // 2, "hardly a fault was delivered")
    unserved = [note for note in result["notes"] if "snapshot" in note]
    demand(not unserved, f"the trials did not run in clones: {unserved}")
    campaign.demand_nothing_left("at the end")
    demand(len(samples) >= 8, f"over after {len(samples)} samples: ask for more trials")
    quarter = len(samples) // 4
    early, late = samples[quarter:2 * quarter], samples[-quarter:]
    grown = max(size for size, _ in late) - max(size for size, _ in early)
    most_fds = [max(fds for _, fds in part) for part in (early, late)]
    print(f"{trials} trials in {spent:.0f} s: memory of all processes "
          f"{max(size for size, _ in early) / MIB:.1f} MiB in the second quarter, "
          f"{max(size for size, _ in late) / MIB:.1f} MiB in the last; "
          f"descriptors {most_fds[0]}, {most_fds[1]}", flush=True)
    demand(grown <= GROWTH_BYTES_MAX, f"memory grew by {grown / MIB:.1f} MiB")
    demand(most_fds[1] <= most_fds[0] + 2, f"descriptors grew from {most_fds[0]} to {most_fds[1]}")


def killed_campaign(build, directory, which):
    # Enough to be killed in the midst of; without a worker it goes on to its end.
    campaign = Campaign(build, directory, 2000, 2)
    try:
        campaign.await_clones()
        # The guard adopts the workers, and leads no session; the main process leads its own.
        below = [one.pid for one in campaign.harness() if one.parent == campaign.process.pid]
        mains = [pid for pid in below if os.getsid(pid) == pid]
        workers = [pid for pid in below if os.getsid(pid) != pid]
        os.kill({"guard": [campaign.process.pid], "main process": mains,
                 "worker": workers}[which][0], signal.SIGKILL)
    finally:
        if sys.exc_info()[0] is not None:
            campaign.process.terminate()
    campaign.end()
    campaign.demand_nothing_left(f"{which} killed")
    print(f"{which} killed: exit status {campaign.process.returncode}, nothing left", flush=True)


def main(build, trials):
    try:
        with tempfile.TemporaryDirectory() as directory:
            for which in ("guard", "main process", "worker"):
                killed_campaign(build, directory, which)
            long_campaign(build, directory, trials)
    except Wrong as error:
        print(f"endurance: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), int(sys.argv[2])))
