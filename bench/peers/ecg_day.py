#!/usr/bin/env python3
"""Times a day of ECG: `galen predict` (detection, classes of beats, rhythm, variability, report) against the QRS
detection alone of wfdb-python's xqrs and of NeuroKit2, and against NeuroKit2's own analysis (detection, delineation,
quality, variability; no classes, no rhythm), on the same recording, in one run, interleaved.

  bench/peers/ecg_day.py build/release/bin/galen ecg-rhythm day.hea [--peer-hours 1] [--runs 3] [--threads 2] [--precision auto]

Needs `pip install wfdb neurokit2`. The peers read the first --peer-hours (one lead, as they are made to) and are scaled
to a day; galen reads all of it, with its two leads. A day can be made of shorter WFDB recordings of format 212 by
concatenating their .dat files.
"""
import argparse
import re
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("galen")
parser.add_argument("bundle")
parser.add_argument("record")
parser.add_argument("--peer-hours", type=float, default=1)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--precision", default="auto")
arguments = parser.parse_args()

import neurokit2  # noqa: E402
import wfdb  # noqa: E402
import wfdb.processing  # noqa: E402

name = arguments.record.removesuffix(".hea")
header = wfdb.rdheader(name)
hours = header.sig_len / header.fs / 3600
length = min(header.sig_len, int(arguments.peer_hours * 3600 * header.fs))


memory = []


def galen():
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        done = subprocess.run([arguments.galen, "predict", arguments.bundle, arguments.record, "-o", folder + "/out",
                               "--threads", str(arguments.threads), "--precision", arguments.precision],
                              check=True, capture_output=True, text=True)
        seconds = time.monotonic() - begin
        memory.append(int(re.search(r"peak memory (\d+) MiB", done.stdout + done.stderr).group(1)))
        return seconds * 24 / hours


def lead():
    return wfdb.rdrecord(name, sampto=length, channels=[0]).p_signal[:, 0]


def scaled(begin):
    return (time.monotonic() - begin) * 24 * 3600 * header.fs / length


def xqrs():
    begin = time.monotonic()
    wfdb.processing.xqrs_detect(lead(), fs=header.fs, verbose=False)
    return scaled(begin)


def neurokit():
    begin = time.monotonic()
    neurokit2.ecg_peaks(neurokit2.ecg_clean(lead(), sampling_rate=header.fs), sampling_rate=header.fs)
    return scaled(begin)


def neurokit_process():
    begin = time.monotonic()
    signals, info = neurokit2.ecg_process(lead(), sampling_rate=header.fs)
    neurokit2.hrv(info["ECG_R_Peaks"], sampling_rate=header.fs)
    return scaled(begin)


systems = {"galen": galen, "wfdb xqrs": xqrs, "NeuroKit2 ecg_peaks": neurokit, "NeuroKit2 ecg_process + hrv": neurokit_process}
times = {system: [] for system in systems}
for _ in range(arguments.runs):
    for system, run in systems.items():
        times[system].append(run())
for line in open("/proc/cpuinfo"):
    if line.startswith("model name"):
        print(line.split(":", 1)[1].strip())
        break
print(f"{hours:.1f} h at {header.fs} Hz; seconds for a day, peers scaled from {length / header.fs / 3600:.1f} h; "
      f"wfdb {wfdb.__version__}, NeuroKit2 {neurokit2.__version__}")
base = statistics.median(times["galen"])
for system, seconds in times.items():
    print(f"{system:28} median {statistics.median(seconds):7.2f} s (least {min(seconds):.2f}, most {max(seconds):.2f}), "
          f"{statistics.median(seconds) / base:.1f} x")
print(f"galen: peak memory {max(memory)} MiB")
