#!/usr/bin/python3
"""Times the segmentation of a plane, one thread, beside SciPy and OpenCV in the same run, and prints the ratios.

usage: bench-segment.py PROGRAM [--rounds N] [--seconds S] [--isa plain|avx2|avx512]     (PROGRAM: bench-segment)

Planes are made up (threads, nuclei, a camera's noise), or with --plane FILE.npy somebody's own. Each round times every
contestant once, one after the other; what is printed are medians over the rounds, of processor time. SciPy and ours give the same labels;
OpenCV rounds differently and sums in fixed point. Ours measures the objects as well, the others only label them.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import argparse
import statistics
import subprocess
import tempfile
import time

import numpy as np
from scipy import ndimage

try:
    import cv2
except ImportError:
    cv2 = None

SIZES = [(128, 135), (2048, 2168)]
SIGMA = 1.0
STAGES = ["smooth", "runs", "label", "measure"]


def make_plane(height, width):
    """Threads that wander through the plane, nuclei, and a camera's noise."""
    rng = np.random.default_rng(0)
    threads, nuclei = np.zeros((2, height, width), "f4")
    for _ in range(max(8, height * width // 2500)):
        n = rng.integers(40, 200)
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.02) + np.cumsum(rng.normal(0, 0.003, n)))
        y = np.rint(rng.uniform(0, height) + 0.5 * np.cumsum(np.sin(heading))).astype(int)
        x = np.rint(rng.uniform(0, width) + 0.5 * np.cumsum(np.cos(heading))).astype(int)
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        threads[y[inside], x[inside]] = 1
    n = max(4, height * width // 2000)
    nuclei[rng.integers(0, height, n), rng.integers(0, width, n)] = rng.uniform(0.5, 1.5, n)
    light = 4 * ndimage.gaussian_filter(threads, 1.1) + 60 * ndimage.gaussian_filter(nuclei, 3.2)
    counts = rng.poisson(4 + 90 * light)
    return (100 + 7 * counts + rng.integers(0, 7, counts.shape)).astype("u2")


def run_scipy(plane):
    smooth = ndimage.gaussian_filter(plane, SIGMA)
    return ndimage.label(smooth > 0.33 * smooth.max())


def run_opencv(plane):
    smooth = cv2.GaussianBlur(plane, (0, 0), SIGMA, borderType=cv2.BORDER_REFLECT)
    mask = cv2.compare(smooth, float(0.33 * cv2.minMaxLoc(smooth)[1]), cv2.CMP_GT)
    return cv2.connectedComponents(mask, connectivity=4, ltype=cv2.CV_32S)


def time_python(function, plane, seconds):
    """The median of some calls, in microseconds of processor time."""
    times, end = [], time.process_time() + seconds
    while len(times) < 3 or time.process_time() < end:
        start = time.process_time()
        function(plane)
        times.append(time.process_time() - start)
    return 1e6 * statistics.median(times)


def time_ours(options, path, plane):
    command = [options.program, path, plane.dtype.name, str(plane.shape[1]), str(plane.shape[0]), str(SIGMA),
               str(options.seconds)]
    output = subprocess.run(command + options.isa, capture_output=True, text=True, check=True).stdout
    return {name: float(value) for name, value in map(str.split, output.splitlines())}


def compare(options, plane):
    rounds = []
    with tempfile.NamedTemporaryFile(suffix=".raw") as file:
        file.write(np.ascontiguousarray(plane).tobytes())
        file.flush()
        for _ in range(options.rounds):
            row = time_ours(options, file.name, plane)
            row["SciPy"] = time_python(run_scipy, plane, options.seconds)
            if cv2 and plane.dtype.name in ("uint8", "uint16"):
                row["OpenCV"] = time_python(run_opencv, plane, options.seconds)
            rounds.append(row)
    return {name: statistics.median(row[name] for row in rounds) for name in rounds[0]}


def report(plane, medians):
    mega = plane.size / 1e6
    whole = medians["whole"]
    print(f"{plane.shape[0]} x {plane.shape[1]} {plane.dtype}, sigma {SIGMA:g}: {run_scipy(plane)[1]} objects")
    print(f"  {'ours, with objects':<20}{whole:12.1f} us {1e6 * mega / whole:9.1f} Mpx/s")
    for name in ("SciPy", "OpenCV"):
        if name in medians:
            print(f"  {name:<20}{medians[name]:12.1f} us {1e6 * mega / medians[name]:9.1f} Mpx/s"
                  f"   ours is {medians[name] / whole:.1f} times as fast")
    stages = {name: medians[name] for name in STAGES}
    stages["keep and paint"] = max(0, whole - sum(stages.values()))
    for name, value in stages.items():
        print(f"    {name:<18}{value:12.1f} us {1e-3 * value / mega:9.3f} ns/px   {value / medians['copy']:6.1f} memcpys")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--isa", action="append", default=[], choices=["plain", "avx2", "avx512"])
    parser.add_argument("--plane", action="append", default=[])
    options = parser.parse_args()
    if cv2:
        cv2.setNumThreads(1)
    for plane in map(np.load, options.plane) if options.plane else (make_plane(*size) for size in SIZES):
        report(plane, compare(options, plane))


main()
