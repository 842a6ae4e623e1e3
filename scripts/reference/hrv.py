#!/usr/bin/env python3
"""Writes tasks/ecg_rhythm/testdata/hrv_reference.json: beats, and values by NeuroKit2 and the standard's formulas.

    pip install neurokit2 wfdb
    scripts/reference/hrv.py MITDB > tasks/ecg_rhythm/testdata/hrv_reference.json

MITDB is the folder of the MIT-BIH Arrhythmia Database (of which record 114 is read). "neurokit": values of NeuroKit2,
where it follows the Task Force's standard. "formula": the standard's definitions in numpy and scipy, where NeuroKit2
deviates from it (docs/tasks/heart_rate_variability.md says where).
"""

import json
import sys

import neurokit2
import numpy
import scipy
import wfdb
from scipy import signal
from scipy.interpolate import CubicSpline

AAMI = {**dict.fromkeys("NLRej", "N"), **dict.fromkeys("AaJS", "S"), **dict.fromkeys("VE", "V"), "F": "F",
        **dict.fromkeys("/fQ", "Q")}


def synthetic(seed, n, slow):
    """Intervals [ms] with a low and a high frequency rhythm, white noise, and `slow` ms of cumulated noise."""
    random = numpy.random.default_rng(seed)
    t, out = 0.0, []
    drift = numpy.cumsum(random.standard_normal(n)) / numpy.sqrt(n) * slow
    for i in range(n):
        ms = 820 + drift[i] + 35 * numpy.sin(2 * numpy.pi * 0.09 * t) + 28 * numpy.sin(2 * numpy.pi * 0.26 * t)
        out.append(ms + 12 * random.standard_normal())
        t += out[-1] / 1000
    return numpy.round(out, 3) + 0.0005  # no difference is a whole number of ms


def record(folder, name):
    annotation = wfdb.rdann(f"{folder}/{name}", "atr")
    kept = [(int(s), AAMI[c]) for s, c in zip(annotation.sample, annotation.symbol) if c in AAMI]
    return [s for s, _ in kept], "".join(c for _, c in kept)


def nn(times, classes):
    rr = numpy.diff(times) * 1000
    good = numpy.array([a == b == "N" for a, b in zip(classes, classes[1:])])
    good &= (rr >= 200) & (rr <= 3000)
    adjacent = good[1:] & good[:-1]
    steps = numpy.diff(rr)[adjacent]
    return rr[good], numpy.asarray(times)[1:][good], steps


def windows(ms, t, length=300.0):
    begin = t[0]
    while begin + length <= t[-1]:
        yield begin, (t >= begin) & (t < begin + length)
        begin += length


def tinn(ms):
    width = 1000 / 128
    bins = numpy.floor((ms + 1e-6) / width).astype(int)
    count = numpy.bincount(bins - bins.min() + 1, minlength=bins.max() - bins.min() + 3).astype(float)
    top = int(count.argmax())
    best = (numpy.inf, 0)
    k = numpy.arange(len(count))
    for n in range(top):
        for m in range(top + 1, len(count)):
            q = numpy.interp(k, [n, top, m], [0, count[top], 0])
            best = min(best, (((count - q) ** 2).sum(), (m - n) * width))
    return best[1]


def band(f, density, low, high):
    return float(density[(f >= low - 1e-12) & (f < high - 1e-12)].sum() * (f[1] - f[0]))


def summary(name, powers):
    total, vlf, lf, hf = numpy.mean(powers, axis=0)
    return {f"{name}.total_power": total, f"{name}.vlf": vlf, f"{name}.lf": lf, f"{name}.hf": hf,
            f"{name}.lf_nu": 100 * lf / (lf + hf), f"{name}.hf_nu": 100 * hf / (lf + hf), f"{name}.lf_hf": lf / hf}


def knots(ms, t):
    """Adds points on the straight line, one every second, where more than 3 s are left out."""
    times, values = [t[0]], [ms[0]]
    for time, value in zip(t[1:], ms[1:]):
        gap, start, first = time - times[-1], times[-1], values[-1]
        for k in numpy.arange(1, gap - 0.5) if gap > 3 else []:
            times.append(start + k)
            values.append(first + k / gap * (value - first))
        times.append(time)
        values.append(value)
    return numpy.array(values), numpy.array(times)


def frequency(ms, t):
    length = min(300.0, numpy.floor(t[-1] - t[0]))
    fft, lomb = [], []
    for begin, inside in windows(ms, t, length):
        if ms[inside].sum() < 900 * length:
            continue
        i = numpy.flatnonzero(inside)
        part = slice(max(0, i[0] - 1), min(len(t), i[-1] + 2))
        value, knot = knots(ms[part], t[part])
        grid = begin + numpy.arange(int(round(length * 4))) / 4
        x = CubicSpline(knot, value, bc_type="natural")(grid)
        x[grid > knot[-1]] = value[-1]
        f, density = signal.welch(x, 4, nperseg=len(x))
        fft.append([band(f, density, *edges) for edges in ((0, 0.4), (0, 0.04), (0.04, 0.15), (0.15, 0.4))])
        y, tt = ms[inside], t[inside]
        duration = (tt[-1] - tt[0]) * len(y) / (len(y) - 1)
        f = numpy.arange(1, int(0.4 * duration) + 1) / duration
        density = 2 * signal.lombscargle(tt, y - y.mean(), 2 * numpy.pi * f) * duration / len(y)
        lomb.append([band(f, density, *edges) for edges in ((0, 0.4), (0, 0.04), (0.04, 0.15), (0.15, 0.4))])
    return {**summary("short", fft), **summary("lomb", lomb)}


def alpha(ms, shortest, longest):
    y = numpy.cumsum(ms - ms.mean())
    scales = numpy.arange(shortest, longest + 1)
    f = []
    for n in scales:
        parts = y[: len(y) // n * n].reshape(-1, n)
        lines = numpy.polynomial.polynomial.polyfit(numpy.arange(n), parts.T, 1)
        fit = lines[0][:, None] + lines[1][:, None] * numpy.arange(n)
        f.append(numpy.sqrt(((parts - fit) ** 2).mean()))
    return float(numpy.polyfit(numpy.log(scales), numpy.log(f), 1)[0])


def formula(ms, t, steps):
    out = {"nn50": float((numpy.abs(steps) > 50 + 1e-6).sum()), "dfa_alpha1": alpha(ms, 4, 16), "dfa_alpha2": alpha(ms, 16, 64)}
    parts = [ms[w] for _, w in windows(ms, t) if ms[w].sum() >= 150_000]
    if len(parts) >= 3:
        out["sdann"] = float(numpy.std([p.mean() for p in parts], ddof=1))
        out["sdnn_index"] = float(numpy.mean([p.std(ddof=1) for p in parts]))
    if t[-1] - t[0] > 1200:
        out["tinn"] = tinn(ms)
    out["pnn50"] = 100 * out["nn50"] / len(ms)
    out["pnn20"] = 100 * float((numpy.abs(steps) > 20 + 1e-6).sum()) / len(ms)
    return {**out, **frequency(ms, t)}


def neurokit(ms, t, steps):
    peaks = {"RRI": ms, "RRI_Time": t}
    time = neurokit2.hrv_time(peaks).iloc[0]
    out = {"mean_nn": time.HRV_MeanNN, "sdnn": time.HRV_SDNN, "rmssd": time.HRV_RMSSD, "sdsd": time.HRV_SDSD,
           "mean_hr": 60000 / time.HRV_MeanNN}
    if t[-1] - t[0] > 1200:
        out["triangular_index"] = time.HRV_HTI
    other = neurokit2.hrv_nonlinear(peaks).iloc[0]
    out |= {"sd1": other.HRV_SD1, "sd2": other.HRV_SD2, "sample_entropy": other.HRV_SampEn, "approximate_entropy": other.HRV_ApEn}
    if len(steps) == len(ms) - 1:
        for name, low, high in (("dfa_alpha1", 4, 16), ("dfa_alpha2", 16, 64)):
            value = neurokit2.fractal_dfa(ms, scale=numpy.arange(low, high + 1), overlap=False)[0]
            print(name, "NeuroKit2", value, file=sys.stderr)
    print({k: v for k, v in time.items() if k[4:] in ("SDANN5", "SDNNI5", "TINN", "pNN50")}, file=sys.stderr)
    print(neurokit2.hrv_frequency(peaks, psd_method="welch", normalize=False, interpolation_rate=4, silent=True).iloc[0].to_dict(), file=sys.stderr)
    return out


def main():
    series = []
    for name, ms in (("5 min, made up", synthetic(1, 380, 20)), ("35 min, made up", synthetic(2, 2560, 150))):
        times = numpy.concatenate([[0.0], numpy.cumsum(ms) / 1000])
        series.append({"name": name, "source": "scripts/reference/hrv.py", "rr_ms": [round(float(v), 4) for v in ms]})
        series[-1]["classes"] = "N" * len(times)
    samples, classes = record(sys.argv[1], "114")
    series.append({"name": "MIT-BIH 114", "source": "MIT-BIH Arrhythmia Database 1.0.0, record 114, reference beats (Moody, Mark, IEEE EMBM "
                   "2001; Goldberger et al., Circulation 2000), doi:10.13026/C2F305, ODC-By 1.0", "rate_hz": 360,
                   "samples": samples, "classes": classes})
    for s in series:
        times = numpy.array(s["samples"]) / 360 if "samples" in s else numpy.concatenate([[0.0], numpy.cumsum(s["rr_ms"]) / 1000])
        ms, t, steps = nn(times, s["classes"])
        s["nn_intervals"] = len(ms)
        print(s["name"], len(ms), len(times) - 1, file=sys.stderr)
        s["neurokit"] = {k: float(v) for k, v in neurokit(ms, t, steps).items()}
        s["formula"] = {k: float(v) for k, v in formula(ms, t, steps).items()}
    made = f"scripts/reference/hrv.py with neurokit2 {neurokit2.__version__}, numpy {numpy.__version__}, scipy {scipy.__version__}"
    json.dump({"made_by": made, "series": series}, sys.stdout)
    print()


main()
