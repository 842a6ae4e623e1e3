#!/usr/bin/env python3
"""Prints galen/prep/signal_reference_values.inc: small results of scipy.signal that prep's tests compare with.

    pip install numpy scipy
    scripts/reference/signals.py > galen/prep/signal_reference_values.inc

The signal is made the same way on both sides (galen/prep/signal_test.h):
value(i) = float(sin(0.07 i) + 0.5 cos(0.9 i) + 0.3 sin(0.002 i^2) + 0.01 i).
"""

import numpy
import scipy
from scipy import signal
from scipy.interpolate import CubicSpline

RATE = 250.0


def wave(n):
    i = numpy.arange(n, dtype=float)
    x = numpy.sin(0.07 * i) + 0.5 * numpy.cos(0.9 * i) + 0.3 * numpy.sin(0.002 * i * i) + 0.01 * i
    return x.astype(numpy.float32).astype(float)


def emit(name, values):
    values = numpy.asarray(values, dtype=float).ravel()
    print(f"constexpr double {name}[] = {{")
    for i in range(0, len(values), 6):
        print("    " + ", ".join(f"{v:.11g}" for v in values[i : i + 6]) + ",")
    print("};")


def sections(order, edge, kind):
    return signal.butter(order, edge, kind, fs=RATE, output="sos")


DESIGNS = {
    "lowpass": sections(4, 40, "lowpass"),
    "highpass": sections(5, 0.5, "highpass"),
    "bandpass": sections(3, [0.5, 40], "bandpass"),
    "notch": signal.tf2sos(*signal.iirnotch(50, 30, fs=RATE)),
}


def filters():
    frequencies = [0.05, 0.5, 3, 20, 40, 49, 50, 90, 120]
    x = wave(200)
    for name, sos in DESIGNS.items():
        _, h = signal.freqz_sos(sos, worN=frequencies, fs=RATE)
        emit(f"{name}_response", numpy.column_stack([h.real, h.imag]))
        emit(f"{name}_zero_phase", signal.sosfiltfilt(sos, x))
        zi = signal.sosfilt_zi(sos) * x[0]
        emit(f"{name}_causal", signal.sosfilt(sos, x, zi=zi)[0])


def kernel(up, down):
    """SignalResampler's kernel on the finer grid: 20 zero crossings, Kaiser beta 8, 0.92 of the narrower band."""
    band = 0.92 * min(1, up / down) / up
    n = numpy.arange(-numpy.ceil(20 / band), numpy.ceil(20 / band) + 1)
    share = numpy.minimum(1, numpy.abs(n * band) / 20)
    h = numpy.sinc(n * band) * numpy.i0(8 * numpy.sqrt(1 - share**2)) / numpy.i0(8) * (share < 1)
    return h / h.sum()


def resampling():
    x = wave(400)
    for up, down in [(25, 36), (2, 1), (1, 3)]:
        emit(f"resampled_{up}_{down}", signal.resample_poly(x, up, down, window=kernel(up, down)))


def spectra():
    x = wave(500)
    emit("welch_even", signal.welch(x, RATE, nperseg=64, noverlap=32)[1])
    emit("welch_odd", signal.welch(x, RATE, nperseg=45, noverlap=10)[1])
    emit("welch_short", signal.welch(x[:50], RATE, nperseg=50)[1])
    t = numpy.cumsum(0.8 + 0.1 * numpy.sin(0.7 * numpy.arange(120)))
    y = 0.8 + 0.05 * numpy.sin(2 * numpy.pi * 0.1 * t) + 0.02 * numpy.cos(2 * numpy.pi * 0.25 * t)
    f = numpy.array([0.02, 0.05, 0.1, 0.17, 0.25, 0.4])
    emit("lomb_powers", signal.lombscargle(t, y - y.mean(), 2 * numpy.pi * f))


def spline():
    t = numpy.cumsum(0.8 + 0.3 * numpy.sin(0.7 * numpy.arange(12)))
    at = t[0] + (t[-1] - t[0]) * numpy.arange(40) / 39.5
    emit("spline_natural", CubicSpline(t, numpy.sin(1.3 * t), bc_type="natural")(at))


def main():
    print(f"// Made by scripts/reference/signals.py with numpy {numpy.__version__}, scipy {scipy.__version__}.")
    filters()
    resampling()
    spectra()
    spline()


main()
