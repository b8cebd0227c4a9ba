"""Runs theriac bench embed and bench_bert.py alternately and prints the table; called by tools/bench_embed_against_pytorch.

A pair is one run of the reference and, right after it (before it in every second pair), ours in every precision. A ratio
is ours / theirs in tokens per second of one pair. Needs only the standard library.
"""
import os
import platform
import statistics
import subprocess
import sys
import time

from bench_pairs import distribution, run


def main(reference, python, theriac, pairs, threads, texts, precisions):
    pairs, texts, precisions = int(pairs), int(texts), precisions.split(",")
    counts = [int(count) for count in threads.split(",")]
    rows, memories, used = {}, {}, {}

    # Four batches of texts of about equal length, as 64 texts give with its own 16: of fewer texts in one batch the
    # reference would compute more padding.
    batch = min(16, (texts + 3) // 4)

    def theirs(count):
        documents, memory = run(
            [python, os.path.join(reference, "bench_bert.py"), "--threads", str(count), "--texts", str(texts),
             "--batch", str(batch)])
        return documents[0], memory

    def ours(count, precision):
        documents, memory = run(
            [theriac, "bench", "embed", "--json", "--threads", str(count), "--texts", str(texts),
             "--precision", precision])
        return documents[0], memory

    loads = []
    started = time.time()
    for pair in range(pairs):
        print(f"   pair {pair + 1} of {pairs}, {time.time() - started:.0f} s", file=sys.stderr, flush=True)
        for count in counts:
            loads.append(os.getloadavg()[0])
            reports = [] if pair % 2 == 0 else [ours(count, precision) for precision in precisions]
            document, memory = theirs(count)
            reports = reports or [ours(count, precision) for precision in precisions]
            speeds = [f"{report['precision']} {report['tokens_per_second']:.0f}" for report, _ in reports]
            print(
                f"   {count} threads: transformers {document['tokens_per_second']:.0f} tokens/s, ours "
                f"{', '.join(speeds)}; load {loads[-1]:.1f}", file=sys.stderr, flush=True)
            for precision, (report, our_memory) in zip(precisions, reports):
                used[precision] = report
                rows.setdefault((count, precision), []).append((document["tokens_per_second"], report))
                memories.setdefault((count, precision), []).append((memory, our_memory))

    print("| threads | ours in | transformers | Theriac | ratio | least | most | Theriac, of processor time | peak memory |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for (count, precision), results in rows.items():
        ratios = [report["tokens_per_second"] / speed for speed, report in results]
        their, our = (statistics.median(side) for side in zip(*memories[count, precision]))
        median = {key: statistics.median(report[key] for _, report in results)
                  for key in ("tokens_per_second", "tokens_per_processor_second")}
        print(
            f"| {count} | {used[precision]['precision']} | {statistics.median(s for s, _ in results):,.0f} tokens/s "
            f"| {median['tokens_per_second']:,.0f} tokens/s | **{statistics.median(ratios):.2f}** | {min(ratios):.2f} "
            f"| {max(ratios):.2f} | {median['tokens_per_processor_second']:,.0f} tokens/s "
            f"| {their:,.0f} against {our:,.0f} MiB |")
    report = used[precisions[0]]
    versions = subprocess.run(
        [python, "-c", "import torch, transformers; print('torch', torch.__version__ + ', transformers', "
         "transformers.__version__)"], capture_output=True, text=True).stdout.strip()
    print()
    print(
        f"Median of {pairs} pairs on {time.strftime('%Y-%m-%d')}: {report['processor']}, {os.cpu_count()} processors, "
        f"{report['instruction_set']}, {distribution()}, Linux {platform.release()}; load {min(loads):.1f} to "
        f"{max(loads):.1f} while it ran. {versions}, in float32; BERT-base with random weights, {texts} texts of 16 to 256 "
        f"tokens ({report['tokens']:,} here), transformers in sorted batches of {batch}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
