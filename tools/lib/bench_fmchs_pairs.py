"""Trains FMCHS with theriac and with a PyTorch prototype alternately and prints the ratio table; called by
tools/bench_fmchs_against_pytorch.

A pair is one run of the prototype and ours right after it (before it in every second pair). A ratio is theirs / ours of one
pair. The prototype prints a line per epoch, "NAME EPOCH 5.1s loss …" with the seconds of training alone, after it has scored
the validation and test rows; the time between two lines is an epoch with both evaluations. Needs only the standard library.
"""
import csv
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from bench_pairs import Measurement, distribution

EPOCH = re.compile(r"^bench \d+ ([0-9.]+)s loss ")
SCORED = re.compile(r"^scored and ranked .* in ([0-9.]+) s$", re.MULTILINE)


class Memory:
    """Peak memory in MiB of a process and its children, all together: each one's own peak, asked 20 times a second."""

    def __init__(self, pid):
        self.pid, self.peaks, self.over = pid, {}, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.over.wait(0.05):
            for pid in [self.pid, *self.children()]:
                try:
                    status = open(f"/proc/{pid}/status").read()
                except OSError:
                    continue
                peak = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
                if peak:
                    self.peaks[pid] = max(self.peaks.get(pid, 0), int(peak.group(1)))

    def children(self):
        try:
            tasks = os.listdir(f"/proc/{self.pid}/task")
            lists = [open(f"/proc/{self.pid}/task/{task}/children").read() for task in tasks]
        except OSError:
            return []
        return " ".join(lists).split()

    def total(self):
        self.over.set()
        self.thread.join()
        return sum(self.peaks.values()) / 1024


def start(command, errors, **options):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return subprocess.Popen(command, stderr=errors, text=True, env=environment, **options)


def check(process, command, errors):
    if process.wait() != 0:
        errors.seek(0)
        last = [line for line in errors.read().splitlines() if line.strip()][-1:] or ["no message"]
        sys.exit(f"error: {' '.join(command)} failed: {last[0]}")


def theirs(reference, python, epochs):
    """Medians of a run of the prototype: training, training with both evaluations, in seconds; peak memory."""
    options = ["--epochs", str(epochs), "--every", "1", "--patience", str(epochs + 1), "--name", "bench"]
    command = [python, os.path.join(reference, "fmchs.py"), *options]
    training, whole = [], []
    with tempfile.TemporaryFile("w+") as errors:
        process = start(command, errors, stdout=subprocess.PIPE)
        memory = Memory(process.pid)
        last = None
        for line in process.stdout:
            now = time.monotonic()
            found = EPOCH.match(line)
            if found and last is not None:
                training.append(float(found.group(1)))
                whole.append(now - last)
            if found or line.startswith("bench params "):
                last = now
        check(process, command, errors)
    if len(training) != epochs:
        sys.exit(
            f"error: {' '.join(command)} printed {len(training)} lines 'bench EPOCH SECONDSs loss …' where {epochs} were "
            "expected")
    return statistics.median(training), statistics.median(whole), memory.total()


def ours(theriac, config, cohort, epochs, folder):
    """Median of an epoch with its validation; seconds of scoring and ranking the test split, and of the whole `theriac
    evaluate`; peak memory of coordinator and worker."""
    settings = [f"cohort={cohort}", f"epochs={epochs}", "patience=0", "threads=1"]
    command = [theriac, "train", "--config", config, "--workers", "1", "--out", folder]
    command += [part for setting in settings for part in ("--set", setting)]
    with tempfile.TemporaryFile("w+") as errors:
        process = start(command, errors, stdout=subprocess.DEVNULL)
        memory = Memory(process.pid)
        check(process, command, errors)
    with open(os.path.join(folder, "metrics.csv"), newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    command = [theriac, "evaluate", folder, "--json"]
    with tempfile.TemporaryFile("w+") as errors:
        started = time.monotonic()
        process = start(command, errors, stdout=subprocess.PIPE)
        output = process.stdout.read()
        check(process, command, errors)
        evaluated = time.monotonic() - started
        errors.seek(0)
        scored = SCORED.search(errors.read())
    if not scored:
        sys.exit(f"error: {' '.join(command)} did not say how long it scored")
    return statistics.median(seconds), (float(scored.group(1)), evaluated), memory.total(), json.loads(output)


def main(reference, python, theriac, config, cohort, pairs, epochs):
    pairs, epochs = int(pairs), int(epochs)
    described = subprocess.run([theriac, "describe", cohort, "--json"], capture_output=True, text=True)
    if described.returncode != 0:
        sys.exit(f"error: theriac describe {cohort} failed: {described.stderr.strip()}")
    sizes = {split: counts["visits"] for split, counts in json.loads(described.stdout)["splits"].items()}
    validation, test = sizes["validation"], sizes["test"]

    rows = [
        Measurement("epoch: training; ours with validation", "s", 2),
        Measurement("epoch: training and validation, both", "s", 2),
        Measurement("scores and metrics of the test split", "s", 2),
        Measurement("peak memory; ours: coordinator and worker", "MiB", 0),
    ]
    if os.getloadavg()[0] > 0.5 * os.cpu_count():
        print(
            f"   load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors: other programs run; times say little",
            file=sys.stderr)
    started = time.time()
    commands = []
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(pairs):
            print(f"   pair {pair + 1} of {pairs}, {time.time() - started:.0f} s", file=sys.stderr, flush=True)
            run = os.path.join(folder, f"run{pair}")
            if pair % 2 == 0:
                their, our = theirs(reference, python, epochs), ours(theriac, config, cohort, epochs, run)
            else:
                our, their = ours(theriac, config, cohort, epochs, run), theirs(reference, python, epochs)
            training, whole, their_memory = their
            seconds, evaluated, our_memory, report = our
            # The prototype scores validation and test after every epoch: by rows, this is each one's share.
            scoring = max(0.0, whole - training)
            rows[0].pairs.append((training, seconds))
            rows[1].pairs.append((training + scoring * validation / (validation + test), seconds))
            rows[2].pairs.append((scoring * test / (validation + test), evaluated[0]))
            commands.append(evaluated[1])
            rows[3].pairs.append((their_memory, our_memory))

    torch = subprocess.run(
        [python, "-c", "import torch; print(torch.__version__)"], capture_output=True, text=True).stdout.strip()
    version = subprocess.run([theriac, "--version"], capture_output=True, text=True).stdout.strip()
    print("| what | PyTorch | Theriac | ratio | least | most |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in rows:
        print(row.row())
    print()
    print(
        f"Median of {pairs} pair{'s' if pairs > 1 else ''} of {epochs} epochs on {time.strftime('%Y-%m-%d')}: one thread, "
        f"{processor()}, {os.cpu_count()} processors, {distribution()}, Linux {platform.release()}; load "
        f"{os.getloadavg()[1]:.1f} while it ran. torch {torch} against Theriac {version}, float32.")
    print(
        f"{sizes['train']:,} training, {validation:,} validation and {test:,} test prescriptions. Our seconds (metrics.csv) "
        "are training and validation, checkpoint excluded; theirs are training alone, to 0.1 s. Their evaluations are the "
        "rest of the time between two epochs, shared by rows. The whole `theriac evaluate`, which starts, reads the cohort and "
        f"the run's features, makes the graph and counts the baselines, takes {statistics.median(commands):.1f} s "
        f"(F1@5 {report['F1@5']:.4f} here).")


def processor():
    try:
        return re.search(r"^model name\s*: (.*)$", open("/proc/cpuinfo").read(), re.MULTILINE).group(1).strip()
    except (OSError, AttributeError):
        return platform.machine()


if __name__ == "__main__":
    main(*sys.argv[1:])
