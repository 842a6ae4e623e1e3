#!/usr/bin/env python3
"""Prints galen/prep/reference_values.inc: small results of numpy and scipy that prep's tests compare with.

    pip install numpy scipy
    scripts/reference/prep.py > galen/prep/reference_values.inc

The image is made the same way on both sides: value(x, y, z) = sin(0.9 x) + cos(0.7 y) * 0.5 + sin(0.4 x y) * 0.3 + 0.1 z.
"""

import numpy
import scipy
from scipy import ndimage


def image(nx, ny, nz):
    z, y, x = numpy.meshgrid(numpy.arange(nz), numpy.arange(ny), numpy.arange(nx), indexing="ij")
    return numpy.sin(0.9 * x) + numpy.cos(0.7 * y) * 0.5 + numpy.sin(0.4 * x * y) * 0.3 + 0.1 * z


def emit(name, values):
    values = numpy.asarray(values, dtype=float).ravel()
    print(f"constexpr double {name}[] = {{")
    for i in range(0, len(values), 8):
        print("    " + ", ".join(f"{v:.7g}" for v in values[i : i + 8]) + ",")
    print("};")


def zoom(source, shape, order):
    factors = [n / m for n, m in zip(shape, source.shape)]
    return ndimage.zoom(source, factors, order=order, mode="nearest", grid_mode=True)


def main():
    print(f"// Made by scripts/reference/prep.py with numpy {numpy.__version__}, scipy {scipy.__version__}.")
    source = image(7, 6, 5)
    emit("cubic_finer", zoom(source, (6, 9, 10), 3))
    emit("cubic_coarser", zoom(source, (3, 4, 5), 3))
    emit("linear_finer", zoom(source, (6, 9, 10), 1))
    # An oblique grid: rotated by 20 degrees about z, shifted; values inside the image.
    angle = numpy.deg2rad(20)
    k, j, i = numpy.meshgrid(numpy.arange(2), numpy.arange(3), numpy.arange(3), indexing="ij")
    x = 2.2 + numpy.cos(angle) * i - numpy.sin(angle) * j
    y = 1.4 + numpy.sin(angle) * i + numpy.cos(angle) * j
    z = 1.25 + k
    emit("cubic_oblique", ndimage.map_coordinates(source, [z, y, x], order=3, mode="nearest"))
    emit("linear_oblique", ndimage.map_coordinates(source, [z, y, x], order=1, mode="nearest"))
    emit("percentiles", numpy.percentile(source, [0.5, 99.5]))
    emit("moments", [source.mean(), source.std()])
    emit("blurred", ndimage.gaussian_filter(source, 0.8, mode="nearest"))


main()
