#!/usr/bin/python3
"""One giant plane, or a volume, from a folder of chunks: lamina in little memory beside SciPy with all it takes.

usage: tests/bench/giant.py [DEPTH HEIGHT WIDTH [MEMORY]]    from a build folder that meson has made: build/
DEPTH 1, 16384 x 16384 and 256M if nothing is said. The labels must be SciPy's, by their sha256.
Of a plane, after ninja tests/bench/read-pieces, also what reading the labels in pieces takes: where memory holds all
bands, and where it does not.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
os.environ.pop("MALLOC_PERTURB_", None)

import hashlib
import json
import shutil
import sys

import numpy as np
import zarr
from scipy import ndimage

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import BUILD, digests, good, lamina, run

CHUNK = 1024
ROWS = 512


def pattern(rng):
    """Spots of all sizes, as a piece that can be repeated."""
    spots = np.zeros((CHUNK, CHUNK), "f4")
    for radius in (2, 4, 9):
        points = np.zeros_like(spots)
        points[rng.integers(0, CHUNK, 300), rng.integers(0, CHUNK, 300)] = rng.uniform(0.3, 1, 300)
        blurred = ndimage.gaussian_filter(points, radius, mode="wrap")
        spots = np.maximum(spots, blurred / blurred.max())
    return 3000 * spots


def stripes():
    """Many runs, few objects."""
    return np.tile(np.where(np.arange(CHUNK) % 8 < 4, 900.0, 0.0), (CHUNK, 1))


def make(depth, height, width, striped=False):
    """The image's folder, made once for a build folder."""
    folder = os.path.join(BUILD, f"{'striped' if striped else 'giant'}-{depth}-{height}-{width}.zarr")
    if os.path.isdir(folder):
        return folder
    draft = folder + ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    rng = np.random.default_rng(4)
    spots = stripes() if striped else pattern(rng)
    array = zarr.open(f"{draft}/0", mode="w", shape=(depth, height, width), dtype="<u2", dimension_separator="/",
                      chunks=(1, min(CHUNK, height), min(CHUNK, width)))
    for z in range(depth):
        for y in range(0, height, CHUNK):
            shifted = np.roll(spots, (z * 3, 0 if striped else 311 * (y // CHUNK)), (0, 1))
            piece = np.tile(shifted, (1, -(-width // CHUNK)))[:min(CHUNK, height - y), :width]
            array[z, y:y + CHUNK] = (piece + rng.integers(90, 160, piece.shape, "u2")).astype("u2")
    axes = [{"name": name, "type": "space"} for name in "zyx"]
    scale = [{"type": "scale", "scale": [1, 1, 1]}]
    datasets = [{"path": "0", "coordinateTransformations": scale}]
    with open(f"{draft}/.zgroup", "w", encoding="utf-8") as file:
        json.dump({"zarr_format": 2}, file)
    with open(f"{draft}/.zattrs", "w", encoding="utf-8") as file:
        json.dump({"multiscales": [{"version": "0.4", "axes": axes, "datasets": datasets}]}, file)
    os.rename(draft, folder)
    return folder


def run_scipy(folder):
    """What a Python programmer would write; the digests come after, so that they cost no memory more."""
    image = zarr.open(f"{folder}/0", mode="r")[:]
    if len(image) == 1:
        image = image[0]
    smoothed = ndimage.gaussian_filter(image, 1)
    labels, n = ndimage.label(smoothed > 0.33 * smoothed.max())
    print(n, *(hashlib.sha256(plane).hexdigest() for plane in labels.reshape(-1, *labels.shape[-2:])))


def compare(depth=1, height=16384, width=16384, memory="256M", options=""):
    """The runs of lamina and of SciPy, which must find the same labels, and how many objects there are."""
    folder = make(depth, height, width)
    chain = f"idr-s3-source location={folder} ! parallel-segment memory={memory} {options}"
    if depth > 1:
        chain += " volume=true"
    ours = good(lamina("run", chain, "-j", "2", timeout=3000))
    scipy = good(run(sys.executable, os.path.abspath(__file__), "scipy", folder, timeout=3000))
    n, *expected = scipy.out.split()
    found = digests(chain, "labels", timeout=3000)
    assert [digest for digest, _ in found.values()] == expected, "labels differ"
    assert f"objects {n}" in ours.out, f"{ours.out} not {n} objects"
    return ours, scipy, int(n)


def table(depth, height, width, ours, scipy, n):
    lines = [f"{depth} x {height} x {width}: {n} objects, the same labels"]
    for name, r in (("lamina, 2 threads", ours), ("SciPy", scipy)):
        lines.append(f"{name:20}{r.seconds:8.2f} s {r.cpu:8.2f} s of CPU, peak {r.peak / 1e6:6.0f} MB")
    return "\n".join(lines + [f"{scipy.seconds / ours.seconds:.1f} times as fast, "
                              f"in {ours.peak / scipy.peak:.2f} of the memory"])


def read_pieces(folder, parallel_segment, width=0, height=0, callers=1):
    """What reading the labels in such pieces takes: seconds of CPU, megabytes, bands that were made again."""
    program = os.path.join(BUILD, "bench", "read-pieces")
    chain = f"idr-s3-source location={folder} ! parallel-segment {parallel_segment}"
    out = good(run(program, chain, "labels", str(width), str(height), str(callers), "2", timeout=3000)).out
    _, cpu, peak, _, again = (float(word) for word in out.split())
    return cpu, peak, again


def pieces(height, width, memory, rounds=5):
    """A line for each shape of pieces: medians of interleaved rounds."""
    ways = [("whole",), (128, 128), (width, 16), (width, 1), (128, 128, 2), (128, 128, 4)]
    for name, striped in (("spots", False), ("stripes", True)):
        folder = make(1, height, width, striped)
        taken = [[read_pieces(folder, f"memory={memory}", *(way if len(way) > 1 else ())) for way in ways]
                 for _ in range(rounds)]
        taken = np.median(taken, 0)
        for way, (cpu, peak, again) in zip(ways, taken):
            shape = "whole" if len(way) == 1 else f"{way[0]} x {way[1]}" + (f", {way[2]} callers" if way[2:] else "")
            yield (f"{name:8}labels {shape:22}{cpu:6.2f} s of CPU, {cpu / taken[0][0]:.2f} of the whole, peak "
                   f"{peak:5.0f} MB, {again:.0f} bands made again")


def main(depth="1", height="16384", width="16384", memory="256M"):
    shape = int(depth), int(height), int(width)
    print(table(*shape, *compare(*shape, memory)))
    if depth == "1" and os.path.exists(os.path.join(BUILD, "bench", "read-pieces")):
        print(*pieces(*shape[1:], memory), sep="\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["scipy"]:
        run_scipy(sys.argv[2])
    else:
        main(*sys.argv[1:])
