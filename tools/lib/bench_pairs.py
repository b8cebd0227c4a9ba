"""Runs theriac and the PyTorch reference alternately and prints the ratio table; called by tools/bench_against_pytorch.

A pair is one run of the reference and ours right after it (before it in every second pair), so that both see the same
machine. A ratio is theirs / ours of one pair. Needs only the standard library.
"""
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time


def run(command):
    """Runs a program; returns its JSON lines or document, and its peak memory in MiB."""
    with tempfile.TemporaryFile("w+") as error_file:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=error_file, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        error_file.seek(0)
        errors = error_file.read()
    if process.returncode != 0:
        last = [line for line in errors.splitlines() if line.strip()][-1:] or ["no message"]
        sys.exit(f"error: {' '.join(command)} failed: {last[0]}")
    try:
        documents = [json.loads(output)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in output.splitlines() if line.strip()]
    return documents, usage.ru_maxrss / 1024


class Measurement:
    """One row of the table: pairs of (theirs, ours)."""

    def __init__(self, name, unit, digits):
        self.name, self.unit, self.digits, self.pairs = name, unit, digits, []

    def row(self):
        theirs, ours = (statistics.median(side) for side in zip(*self.pairs))
        ratios = [a / b for a, b in self.pairs]
        cells = [self.name, f"{theirs:.{self.digits}f} {self.unit}", f"{ours:.{self.digits}f} {self.unit}"]
        cells += [f"**{statistics.median(ratios):.2f}**", f"{min(ratios):.2f}", f"{max(ratios):.2f}"]
        return "| " + " | ".join(cells) + " |"


def main(reference, python, theriac, pairs, threads, steps, precisions):
    pairs, threads, steps, precisions = int(pairs), int(threads), int(steps), precisions.split(",")
    molecules = os.path.join(reference, "..", "data", "molecules", "atc3_smiles_nlammr_m3.json")
    rows = {}
    shape, memories = {}, {}

    def theirs(*options):
        documents, memory = run([python, os.path.join(reference, "bench_step.py"), *map(str, options)])
        return documents, memory

    def ours(kind, *options):
        documents, memory = run([theriac, "bench", kind, "--json", "--molecules", molecules, *map(str, options)])
        return documents[0], memory

    def alternate(pair, first, *others):
        """All, the first one first or last in turns; the results in the order of the arguments."""
        if pair % 2 == 0:
            return [first()] + [other() for other in others]
        results = [other() for other in others]
        return [first()] + results

    def note(name, unit, digits, a, b):
        rows.setdefault(name, Measurement(name, unit, digits)).pairs.append((a, b))

    def step(pair, thread_count, batch, variants):
        count = steps if batch == 8 else max(5, steps // 3)
        runs = [(precision, name, options) for precision in precisions for name, options in variants]

        def run_ours(precision, options):
            counted = 200 if "--workers" in options else 2 * count
            return ours("step", "--batch", batch, "--precision", precision, "--steps", counted, *options)

        (documents, memory), *reports = alternate(
            pair, lambda: theirs("--threads", thread_count, "--steps", count, "--batch", batch),
            *[lambda p=precision, o=options: run_ours(p, o) for precision, _, options in runs])
        for (precision, name, options), (report, our_memory) in zip(runs, reports):
            suffix = "" if precision == "float32" else f", ours {precision}"
            note(name + suffix, "ms", 2, documents[0]["step_ms"], report["step_ms"])
            shape.update({"ours": report, "theirs": documents[0]})
            if "--workers" in options:
                memories[f"peak memory, batch {batch}; ours {threads} workers together{suffix}"] = (
                    memory, report["peak_memory_mib"])
            elif thread_count == 1:
                memories[f"peak memory, batch {batch}, 1 thread{suffix}"] = (memory, our_memory)

    def evaluation(pair):
        (documents, _), (report, _) = alternate(
            pair, lambda: theirs("--threads", 1, "--steps", 1, "--eval"), lambda: ours("eval", "--threads", 1))
        seconds = {d["eval"]: d["seconds"] for d in documents if "eval" in d}
        note("evaluation, 2,072 visits, molecules once", "s", 3, seconds["gin_once"], report["seconds"])
        note("evaluation, molecules every batch (as the authors)", "s", 3, seconds["gin_per_batch"], report["seconds"])

    if os.getloadavg()[0] > 0.5 * os.cpu_count():
        print(
            f"   load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors: other programs run; threads that wait for "
            "each other will look far too slow", file=sys.stderr)
    started = time.time()
    for pair in range(pairs):
        print(f"   pair {pair + 1} of {pairs}, {time.time() - started:.0f} s", file=sys.stderr, flush=True)
        step(pair, 1, 8, [("step, 1 thread", ["--threads", 1])])
        if threads > 1:
            step(pair, threads, 8, [
                (f"step, {threads} threads", ["--threads", threads]),
                (f"step, {threads} threads; ours {threads} workers", ["--workers", threads]),
            ])
        step(pair, 1, 64, [("step of 64 visits, 1 thread", ["--threads", 1])])
        evaluation(pair)
        for name, (their_memory, our_memory) in memories.items():
            note(name, "MiB", 0, their_memory, our_memory)

    our, their = shape["ours"], shape["theirs"]
    torch = subprocess.run(
        [python, "-c", "import torch; print(torch.__version__)"], capture_output=True, text=True).stdout.strip()
    version = subprocess.run([theriac, "--version"], capture_output=True, text=True).stdout.strip()
    print("| what | PyTorch | Theriac | ratio | least | most |")
    print("|---|---:|---:|---:|---:|---:|")
    for measurement in rows.values():
        print(measurement.row())
    print()
    print(
        f"Median of {pairs} pairs on {time.strftime('%Y-%m-%d')}: {our['processor']}, {os.cpu_count()} processors, "
        f"{our['instruction_set']}, {distribution()}, Linux {platform.release()}; load {os.getloadavg()[1]:.1f} while it "
        f"ran. torch {torch} in float32 against Theriac {version} in {' and '.join(precisions)}.")
    print(
        f"Batch 8 unless said, history {our['history']}, d_enc {our['d_enc']}, d_K {our['d_k']}, d_s {our['d_s']}, "
        f"{our['layers']} GIN layers, {our['medications']} medications, {our['molecule_count']} molecules, "
        f"{our['atoms']:,} atoms, {our['directed_edges']:,} directed edges; {our['parameters']:,} parameters here, "
        f"{their['parameters']:,} there.")


def distribution():
    try:
        fields = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
        return fields["PRETTY_NAME"].strip('"')
    except (OSError, KeyError, ValueError):
        return platform.system()


if __name__ == "__main__":
    main(*sys.argv[1:])
