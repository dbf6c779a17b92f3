#!/usr/bin/python3
"""One giant plane, or a volume, from a folder of chunks: lamina in little memory beside SciPy with all it takes.

usage: tests/bench/giant.py [DEPTH HEIGHT WIDTH [MEMORY]]    from a build folder that meson has made: build/
DEPTH 1, 16384 x 16384 and 256M if nothing is said. The labels must be SciPy's, by their sha256.
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


def make(depth, height, width):
    """The image's folder, made once for a build folder."""
    folder = os.path.join(BUILD, f"giant-{depth}-{height}-{width}.zarr")
    if os.path.isdir(folder):
        return folder
    draft = folder + ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    rng = np.random.default_rng(4)
    spots = pattern(rng)
    array = zarr.open(f"{draft}/0", mode="w", shape=(depth, height, width), dtype="<u2", dimension_separator="/",
                      chunks=(1, min(CHUNK, height), min(CHUNK, width)))
    for z in range(depth):
        for y in range(0, height, CHUNK):
            shifted = np.roll(spots, (z * 3, 311 * (y // CHUNK)), (0, 1))
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


def main(depth="1", height="16384", width="16384", memory="256M"):
    shape = int(depth), int(height), int(width)
    print(table(*shape, *compare(*shape, memory)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["scipy"]:
        run_scipy(sys.argv[2])
    else:
        main(*sys.argv[1:])
