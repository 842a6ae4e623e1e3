#!/usr/bin/env python3
"""Compares Galen with PyTorch eager, as installed and at its best setting, interleaved in one run.

    bench/compare.py build/release [--train] [--precision bf16] [--extent 128] [--threads N] [--rounds 5] [--json]

It times prediction of one image, or with --train a step of training: a batch of two, forward, loss, backward, update.

Each side is a program that stays loaded and answers a line with the seconds of one run; while one runs, the others
wait. The first run of each is not counted. Times are medians, with minimum and maximum; ratios are medians of the
ratios within a round.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

# The allocator tuned for PyTorch on this glibc: no mmap and no trim per tensor, and huge pages.
TUNED_MALLOC = (
    "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=2147483647"
    ":glibc.malloc.top_pad=67108864:glibc.malloc.hugetlb=1"
)


class Side:
    def __init__(self, name, command, environment=None):
        self.name = name
        self.times = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
        )
        self.about = self.line()
        if self.line() != "ready":
            raise SystemExit(f"{name}: does not get ready")

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: ended with status {self.process.wait()}")
        return line.strip()

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        self.times.append(float(self.line()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def spread(values):
    return {"value": statistics.median(values), "low": min(values), "high": max(values), "n": len(values)}


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="build folder with the targets engine_worker, train_worker and torch_eager")
    parser.add_argument("--train", action="store_true", help="a step of training instead of a prediction")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--extent", type=int, default=128)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    programs = options.build / "bin"
    sizes = [str(options.extent), str(options.threads)]
    torch = [programs / "torch_eager", *sizes, options.precision, *(["train"] if options.train else [])]
    worker = programs / ("train_worker" if options.train else "engine_worker")
    sides = [
        Side("galen", [worker, *sizes, options.precision]),
        Side("torch_installed", torch),
        Side("torch_tuned", [*torch, "channels_last"], {"GLIBC_TUNABLES": TUNED_MALLOC}),
    ]
    for round_number in range(options.rounds):
        start = round_number % len(sides)  # the side that begins changes
        for side in sides[start:] + sides[:start]:
            side.run()
    for side in sides:
        side.close()

    galen = sides[0]
    metrics = {f"{side.name}.seconds": spread(side.times) for side in sides}
    for side in sides[1:]:
        metrics[f"{side.name}.over_galen"] = spread([b / a for a, b in zip(galen.times, side.times)])
    document = {
        "metrics": metrics,
        "machine": processor(),
        "threads": options.threads,
        "network": f"3D U-Net, 32 to 320 features, 6 stages, {options.extent}^3, {options.precision}"
        + (", a step of training with a batch of 2" if options.train else ""),
        "sides": {side.name: side.about for side in sides},
    }
    if options.json:
        json.dump(document, sys.stdout, indent=2)
        print()
        return
    print(f"{document['machine']}, {options.threads} threads\n{document['network']}")
    for side in sides:
        print(f"  {side.name}: {side.about}")
    for name, m in metrics.items():
        print(f"  {name:28} {m['value']:7.3f}  ({m['low']:.3f} to {m['high']:.3f}, {m['n']} runs)")


if __name__ == "__main__":
    main()
