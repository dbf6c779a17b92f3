#!/usr/bin/python3
"""Compares the segmentation of random planes, and of a corpus, with SciPy's and NumPy's own answers, pixel for pixel.

usage: test-segment-scipy.py PROGRAM     (segment-plane)

LAMINA_RANDOM_PLANES   how many random planes (default 2000)
LAMINA_RANDOM_SEED     of the first of them
LAMINA_CORPUS          a folder with images/expected.json: planes and the sha256 of their label rasters; skipped when unset

Exits 77, which is "skipped", without NumPy and SciPy.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import hashlib
import json
import os
import subprocess
import sys

from plain_numpy import TYPES, np
from segment_plane import ISAS, OBJECT

try:
    from scipy import ndimage
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

BATCH = 200


def random_size(rng, sigma):
    most = (12, 9) if sigma > 10 else (60, 50) if sigma > 3 else (200, 150)
    if rng.random() < 0.2:
        most = (6, 6)
    elif rng.random() < 0.05:
        most = (3000, 12)
    return tuple(int(rng.integers(1, n + 1)) for n in most[::-1])


def random_values(rng, dtype, shape):
    """Values over the type's whole range, or part of it; blobs, noise, flat areas, ties."""
    low, high = (-1e3, 1e3) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if rng.random() < 0.5:
        high = float(rng.choice([1, 3, 100, 4000]))
        low = 0.0 if rng.random() < 0.7 else -high
    low, high = max(low, -9e18), min(high, 1.8e19)
    kind = rng.integers(6)
    if kind == 0:
        values = rng.random(shape)
    elif kind == 1:
        values = rng.integers(0, 2, shape).astype(float)
    elif kind == 2:
        values = ndimage.gaussian_filter(rng.random(shape), 2)
        values = (values - values.min()) / max(np.ptp(values), 1e-9)
    elif kind == 3:
        values = np.full(shape, rng.random())
    elif kind == 4:
        values = np.zeros(shape)
        for _ in range(rng.integers(0, 6)):
            y, x = rng.integers(0, shape[0]), rng.integers(0, shape[1])
            values[y:y + rng.integers(1, 20), x:x + rng.integers(1, 20)] = rng.random()
    else:
        values = np.minimum(rng.random(shape) ** 8 * 2, 1)
    values = low + values * (high - low)
    if dtype.kind != "f":
        info = np.iinfo(dtype)
        values = np.clip(np.trunc(values), float(info.min), float(np.nextafter(float(info.max), 0)) if dtype.itemsize == 8 else info.max)
    return values.astype(dtype)


def spoil(rng, plane):
    """Extremes, in some pixels or all: the ends of the type, and what floats have beyond numbers."""
    if plane.dtype.kind == "f":
        info = np.finfo(plane.dtype)
        extremes = [np.nan, np.inf, -np.inf, info.max, info.min, info.tiny, -0.0, 0.0]
    else:
        info = np.iinfo(plane.dtype)
        extremes = [info.max, info.max - 1, info.max // 2 + 1, info.min, 0]
    value = plane.dtype.type(extremes[rng.integers(len(extremes))])
    if rng.random() < 0.3:
        plane[...] = value
    else:
        plane[rng.random(plane.shape) < rng.choice([0.003, 0.1, 0.9])] = value
    return plane


def random_case(seed):
    rng = np.random.default_rng(seed)
    dtype = np.dtype(TYPES[rng.integers(len(TYPES))])
    sigma = float(rng.choice([0, 0.1, 0.3, 0.5, 1, 1, 1, 2.7, 10, 100, rng.random() * 4]))
    plane = random_values(rng, dtype, random_size(rng, sigma))
    if rng.random() < 0.25:
        plane = spoil(rng, plane)
    fraction = float(rng.choice([0.33, 0.33, 0.33, 0, 0.9, 1, 1.5, -0.5]))
    return {"name": f"seed {seed}", "plane": plane, "sigma": sigma, "fraction": fraction, "isa": seed % ISAS}


def segment(program, cases):
    """Labels and objects of each case, from one run of the program."""
    message = bytearray()
    for case in cases:
        height, width = case["plane"].shape
        message += np.array([TYPES.index(case["plane"].dtype.str[1:]), case["isa"], width, height], "i8").tobytes()
        message += np.array([case["sigma"], case["fraction"]], "f8").tobytes()
        message += case["plane"].tobytes()
    answer = subprocess.run([program], input=bytes(message), stdout=subprocess.PIPE, check=True).stdout
    offset = 0
    for case in cases:
        n = int(np.frombuffer(answer, "i4", 1, offset)[0])
        labels = np.frombuffer(answer, "i4", case["plane"].size, offset + 4).reshape(case["plane"].shape)
        offset += 4 + 4 * labels.size
        yield labels, np.frombuffer(answer, OBJECT, n, offset)
        offset += n * OBJECT.itemsize
    assert offset == len(answer)


def close(ours, theirs):
    return np.allclose(ours, theirs, rtol=1e-12, atol=0, equal_nan=True)


def check_objects(plane, labels, objects):
    """What differs from NumPy's figures, or None."""
    for found, box in zip(objects, ndimage.find_objects(labels)):
        inside = labels[box] == found["label"]
        pixels = plane[box][inside]
        rows, columns = np.nonzero(inside)
        if list(found["box"]) != [box[1].start, box[0].start, box[1].stop, box[0].stop]:
            return f"object {found['label']}: bounding box {found['box']}, not {box}"
        if found["area"] != inside.sum():
            return f"object {found['label']}: area"
        if not close(found["x"], columns.mean() + box[1].start) or not close(found["y"], rows.mean() + box[0].start):
            return f"object {found['label']}: centroid {found['x']}, {found['y']}"
        if not (found["max"] == float(pixels.max()) or np.isnan(found["max"]) and np.isnan(pixels.max())):
            return f"object {found['label']}: maximum {found['max']}, not {pixels.max()}"
        mean = mean_of(pixels)
        size = float(np.abs(pixels.astype("f8")).max()) if np.isfinite(mean) else 1
        if not close(found["mean"], mean) and not abs(found["mean"] - mean) <= 1e-12 * size:
            return f"object {found['label']}: mean {found['mean']!r}, not {mean!r}"
    return None


def mean_of(pixels):
    if pixels.dtype.kind != "f":
        return sum(pixels.tolist()) / len(pixels)
    return pixels.astype("g").mean().astype("f8")


def check(case, labels, objects):
    plane = case["plane"]
    smooth = ndimage.gaussian_filter(plane, case["sigma"])
    expected, n = ndimage.label(smooth > case["fraction"] * smooth.max())
    where = f"{case['name']}: {plane.dtype} {plane.shape} sigma {case['sigma']} fraction {case['fraction']} isa {case['isa']}"
    if not np.array_equal(labels, expected):
        return f"{where}: {np.sum((labels > 0) != (expected > 0))} pixels above, {np.sum(labels != expected)} labels differ"
    if len(objects) != n or list(objects["label"]) != list(range(1, n + 1)):
        return f"{where}: {len(objects)} objects, not {n}"
    problem = check_objects(plane, expected, objects)
    return problem and f"{where}: {problem}"


def check_random(program, n, seed):
    problems = []
    for start in range(seed, seed + n, BATCH):
        cases = [random_case(i) for i in range(start, min(start + BATCH, seed + n))]
        for case, (labels, objects) in zip(cases, segment(program, cases)):
            problems += filter(None, [check(case, labels, objects)])
    return problems


def corpus_planes(folder):
    """Planes that are as the table says, with the sha256 that their labels must have."""
    import tifffile

    with open(os.path.join(folder, "images", "expected.json"), encoding="utf-8") as file:
        images = json.load(file)["images"]
    for image in images:
        if not image["path"].endswith((".tif", ".tiff")):
            continue
        pixels = tifffile.imread(os.path.join(folder, "images", image["path"]))
        for row in image["planes"]:
            plane = pixels[tuple(row["index"])] if list(pixels.shape) == image["shape"] else pixels
            plane = np.ascontiguousarray(plane)
            if hashlib.sha256(plane).hexdigest() == row["plane_sha256"] and plane.dtype.str[1:] in TYPES:
                yield {"name": f"{image['path']} {row['index']}", "plane": plane.astype(plane.dtype.newbyteorder("=")),
                       "sigma": 1.0, "fraction": 0.33}, row["label_sha256"]


def check_corpus(program, folder):
    problems, n = [], 0
    for case, expected in corpus_planes(folder):
        for isa, (labels, _) in enumerate(segment(program, [dict(case, isa=isa) for isa in range(ISAS)])):
            if hashlib.sha256(labels).hexdigest() != expected:
                problems.append(f"{case['name']}: labels differ, isa {isa}")
        n += 1
    print(f"# {n} planes of the corpus")
    return problems if n > 0 else ["no plane of the corpus could be read"]


def main():
    program = sys.argv[1]
    n = int(os.environ.get("LAMINA_RANDOM_PLANES", "2000"))
    problems = check_random(program, n, int(os.environ.get("LAMINA_RANDOM_SEED", "0")))
    print(f"# {n} random planes")
    if "LAMINA_CORPUS" in os.environ:
        try:
            problems += check_corpus(program, os.environ["LAMINA_CORPUS"])
        except ImportError as error:
            print(f"# corpus: skipped, {error}")
    else:
        print("# corpus: skipped, LAMINA_CORPUS is unset")
    for problem in problems[:20]:
        print(problem)
    print(f"{len(problems)} of the planes differ")
    return 1 if problems else 0


sys.exit(main())
