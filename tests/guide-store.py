#!/usr/bin/python3
"""Makes the array of the IDR guide: level 4 of image 4007801, of which the planes round the middle are there.

The shape, the chunks and the compressor are the real ones; the pixels are made up: nuclei and bright
curved structures of an embryo that a light sheet passes through, with the camera's noise.

usage: tests/guide-store.py FOLDER [HALF-T HALF-Z]

FOLDER/4007801.zarr gets the planes of c=0 t=middle:HALF-T z=middle:HALF-Z: 4 * HALF-T * HALF-Z of
them, 5,000 if nothing else is asked for. A folder that has them already is left alone.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import json
import os
import shutil
import sys
from multiprocessing import Pool

import numpy as np
from numcodecs import Blosc
from scipy import ndimage

SHAPES = [(532, 2, 988, y, x) for y, x in ((2048, 2169), (1024, 1084), (512, 542), (256, 271), (128, 135))]
HEIGHT, WIDTH = SHAPES[-1][-2:]
CODEC = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE)


def middle(size, half):
    """The guide's own choice: range(middle - half, middle + half)."""
    return range(size // 2 - half, size // 2 + half)


def embryo(rng, depth):
    """Light from @depth slices: threads that wander through them, and nuclei."""
    volume = np.zeros((depth, HEIGHT, WIDTH), "f4")
    for _ in range(depth):
        n = rng.integers(80, 400)
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.02) + np.cumsum(rng.normal(0, 0.003, n)))
        z = rng.uniform(0, depth) + np.cumsum(np.full(n, rng.normal(0, 0.04)))
        y = rng.uniform(0, HEIGHT) + 0.5 * np.cumsum(np.sin(heading))
        x = rng.uniform(0, WIDTH) + 0.5 * np.cumsum(np.cos(heading))
        place = np.rint([z, y, x]).astype(int)
        inside = ((place >= 0) & (place < np.array(volume.shape)[:, None])).all(0)
        volume[tuple(place[:, inside])] = 1
    nuclei = np.zeros_like(volume)
    n = depth * 3
    nuclei[rng.integers(0, depth, n), rng.integers(0, HEIGHT, n), rng.integers(0, WIDTH, n)] = rng.uniform(0.5, 1.5, n)
    return 14 * ndimage.gaussian_filter(volume, 1.1) + 230 * ndimage.gaussian_filter(nuclei, (2, 3.2, 3.2))


def write_frame(job):
    folder, t, slices, first, last, weight = job
    rng = np.random.default_rng(t)
    light = (1 - weight) * first + weight * last
    counts = rng.poisson(4 + 90 * light)
    frame = (100 + 7 * counts + rng.integers(0, 7, counts.shape)).astype("<u2")
    for plane, z in zip(frame, slices):
        os.makedirs(f"{folder}/4/{t}/0/{z}/0")
        with open(f"{folder}/4/{t}/0/{z}/0/0", "wb") as file:
            file.write(CODEC.encode(np.ascontiguousarray(plane)))


def write_metadata(folder):
    axes = [{"name": "t", "type": "time"}, {"name": "c", "type": "channel"}]
    axes += [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    datasets = [{"path": str(level), "coordinateTransformations": [
        {"type": "scale", "scale": [1, 1, 1, 0.4 * 2**level, 0.4 * 2**level]}]} for level in range(len(SHAPES))]
    attributes = {"multiscales": [{"version": "0.4", "axes": axes, "datasets": datasets}],
                  "omero": {"version": "0.4", "id": 1, "rdefs": {"defaultT": 265, "defaultZ": 494, "model": "color"},
                            "channels": [{"label": label, "color": color, "active": True,
                                          "window": {"min": 0, "max": 65535, "start": 100, "end": 1500}}
                                         for label, color in (("0", "00FF00"), ("1", "FF0000"))]}}
    for name, value in ((".zgroup", {"zarr_format": 2}), (".zattrs", attributes)):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            json.dump(value, file)
    for level, shape in enumerate(SHAPES):
        os.makedirs(f"{folder}/{level}", exist_ok=True)
        array = {"zarr_format": 2, "shape": shape, "chunks": (1, 1, 1, *np.minimum(shape[-2:], 1024).tolist()),
                 "dtype": "<u2", "order": "C", "fill_value": 0, "filters": None, "dimension_separator": "/",
                 "compressor": CODEC.get_config()}
        with open(f"{folder}/{level}/.zarray", "w", encoding="utf-8") as file:
            json.dump(array, file)


def make(parent, half_t=25, half_z=50):
    """Makes PARENT/4007801.zarr unless it is there; what is there is whole."""
    folder = os.path.join(parent, "4007801.zarr")
    if os.path.isdir(folder):
        return folder
    draft = folder + ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    os.makedirs(draft)
    write_metadata(draft)
    rng = np.random.default_rng(4007801)
    frames, slices = middle(SHAPES[-1][0], half_t), middle(SHAPES[-1][2], half_z)
    first, last = embryo(rng, len(slices)), embryo(rng, len(slices))
    jobs = [(draft, t, slices, first, last, i / len(frames)) for i, t in enumerate(frames)]
    with Pool() as pool:
        pool.map(write_frame, jobs, chunksize=1)
    os.rename(draft, folder)
    return folder


if __name__ == "__main__":
    print(make(sys.argv[1], *(int(half) for half in sys.argv[2:4])))
