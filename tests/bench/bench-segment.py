#!/usr/bin/python3
"""Times the segmentation of a plane, one thread, beside SciPy, scikit-image and OpenCV in the same run, and prints ratios.

usage: bench-segment.py PROGRAM [--rounds N] [--seconds S] [--isa plain|avx2|avx512] [--threads] [--count]
PROGRAM: bench-segment; bench-opencv is taken from beside it, where OpenCV was there to build it, else OpenCV's Python module.

Planes are made up (threads, nuclei, a camera's noise), or with --plane FILE.npy somebody's own. Each round times every
contestant once, one after the other; what is printed are medians over the rounds, of processor time. SciPy and ours give
the same labels; OpenCV sums 16-bit pixels in fixed point and rounds, scikit-image smooths in floating point. Ours measures
the objects as well, the others only label them. The roofline is what memory alone costs: the plane copied, labels zeroed.
--threads: one thread beside two, each with planes of its own. --count: instructions, by callgrind, which knows AVX2 at most.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time

import numpy as np
from scipy import ndimage

try:
    from skimage import filters, measure
except ImportError:
    filters = None
try:
    import cv2
except ImportError:
    cv2 = None

SIZES = [(128, 135), (2048, 2168)]
SIGMA = 1.0
STAGES = ["smooth", "runs", "label", "measure", "paint"]
PEERS = ["SciPy", "scikit-image", "OpenCV"]


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


def run_skimage(plane):
    smooth = filters.gaussian(plane, SIGMA, preserve_range=True)
    return measure.label(smooth > 0.33 * smooth.max(), connectivity=1)


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


def describe(path, plane):
    return [path, plane.dtype.name, str(plane.shape[1]), str(plane.shape[0]), str(SIGMA)]


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def time_ours(options, path, plane):
    output = run([options.program, *describe(path, plane), "time", str(options.seconds), *options.isa])
    return {name: float(value) for name, value in map(str.split, output.splitlines())}


def time_opencv(options, path, plane):
    program = os.path.join(os.path.dirname(options.program), "bench-opencv")
    if os.path.exists(program):
        return float(run([program, *describe(path, plane), str(options.seconds)]))
    return time_python(run_opencv, plane, options.seconds) if cv2 else None


def time_all(options, path, plane):
    row = time_ours(options, path, plane)
    row["SciPy"] = time_python(run_scipy, plane, options.seconds)
    if filters:
        row["scikit-image"] = time_python(run_skimage, plane, options.seconds)
    if plane.dtype.name in ("uint8", "uint16"):
        row["OpenCV"] = time_opencv(options, path, plane)
    return {name: value for name, value in row.items() if value is not None}


def count(options, path, plane):
    """Instructions that each stage takes: those of three times less those of one."""
    def collect(stage, times):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", options.program]
        command += [*describe(path, plane), "count", stage, str(times), "avx2"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        return int(re.search(r"Collected : (\d+)", output)[1])

    return {stage: (collect(stage, 3) - collect(stage, 1)) / 2 for stage in ["whole", *STAGES]}


def compare_threads(options, path, plane):
    """How many times as fast two threads are, by the clock and by processor time, which other programs do not lengthen."""
    output = run([options.program, *describe(path, plane), "threads", str(options.seconds), *options.isa])
    rates = np.array([line.split()[1:] for line in output.splitlines()], float)
    return np.median(rates[1::2] / rates[::2], axis=0)


def report(plane, medians, counts):
    mega = plane.size / 1e6
    whole = medians["whole"]
    roofline = medians["copy"] + medians["clear"]
    print(f"{plane.shape[0]} x {plane.shape[1]} {plane.dtype}, sigma {SIGMA:g}: {run_scipy(plane)[1]} objects")
    print(f"  {'ours, with objects':<20}{whole:12.1f} us {1e6 * mega / whole:9.1f} Mpx/s")
    for name in PEERS:
        if name in medians:
            print(f"  {name:<20}{medians[name]:12.1f} us {1e6 * mega / medians[name]:9.1f} Mpx/s"
                  f"   ours is {medians[name] / whole:.1f} times as fast")
    print(f"  {'roofline':<20}{roofline:12.1f} us {1e6 * mega / roofline:9.1f} Mpx/s   {100 * roofline / whole:.0f} % of ours")
    stages = {name: medians[name] for name in STAGES}
    stages["all else"] = max(0, whole - sum(stages.values()))
    counts = dict(counts)
    if counts:
        counts["all else"] = counts["whole"] - sum(counts[name] for name in STAGES)
    for name, value in stages.items():
        instructions = f"   {counts[name] / plane.size:6.2f} instructions/px (AVX2)" if counts else ""
        print(f"    {name:<18}{value:12.1f} us {mega * 1e6 / max(value, 1e-3):9.1f} Mpx/s {1e-3 * value / mega:7.3f} ns/px{instructions}")


def bench(options, plane):
    with tempfile.NamedTemporaryFile(suffix=".raw") as file:
        file.write(np.ascontiguousarray(plane).tobytes())
        file.flush()
        rounds = [time_all(options, file.name, plane) for _ in range(options.rounds)]
        medians = {name: statistics.median(row[name] for row in rounds) for name in rounds[0]}
        report(plane, medians, count(options, file.name, plane) if options.count else {})
        if options.threads:
            clock, busy = compare_threads(options, file.name, plane)
            print(f"  two threads on {os.cpu_count()} processors: {clock:.2f} times one; by processor time {busy:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--isa", action="append", default=[], choices=["plain", "avx2", "avx512"])
    parser.add_argument("--threads", action="store_true")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--plane", action="append", default=[])
    options = parser.parse_args()
    if cv2:
        cv2.setNumThreads(1)
    for plane in map(np.load, options.plane) if options.plane else (make_plane(*size) for size in SIZES):
        bench(options, plane)


main()
