#!/usr/bin/python3
"""Compares what is measured of objects with scikit-image's regionprops, and with NumPy where that has no answer.

usage: test-objects-scipy.py PROGRAM     (segment-plane)

LAMINA_RANDOM_PLANES   how many random planes (default 150)
LAMINA_RANDOM_SEED     of the first of them

Exits 77, which is "skipped", without NumPy, SciPy and scikit-image.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import subprocess
import sys

from plain_numpy import TYPES, np
from segment_plane import ISAS, OBJECT

try:
    from scipy import ndimage
    from skimage import measure
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

BATCH = 100


def random_mask(rng, shape):
    """Specks, lines, rings, blobs that touch the edges, corners that touch, everything, nothing."""
    kind = rng.integers(8)
    mask = np.zeros(shape, bool)
    height, width = shape
    if kind == 0:
        return rng.random(shape) < rng.choice([0.01, 0.3, 0.6, 0.9])
    if kind == 1:
        return ndimage.gaussian_filter(rng.random(shape), rng.choice([1.0, 2.0, 4.0])) > 0.5
    if kind == 2:
        mask[rng.integers(0, height, 5)] = True
        mask[:, rng.integers(0, width, 5)] = True
        return mask
    if kind == 3:
        y, x = np.ogrid[:height, :width]
        for _ in range(6):
            distance = np.hypot(y - rng.integers(0, height), x - rng.integers(0, width))
            radius = rng.random() * max(shape) / 3
            mask |= abs(distance - radius) < rng.choice([0.6, 1.0, 3.0])
        return mask
    if kind == 4:
        y, x = np.ogrid[:height, :width]
        return (y // rng.integers(1, 4) + x // rng.integers(1, 4)) % 2 == 0
    if kind == 5:
        n = min(shape)
        mask[np.arange(n), np.arange(n)] = True
        return mask | (np.random.default_rng(1).random(shape) < 0.05)
    if kind == 6:
        return ~mask
    mask[rng.integers(0, height), rng.integers(0, width)] = True
    return mask


def random_plane(rng, mask, dtype):
    """Values that are above half of the maximum where the mask is, else below."""
    if dtype.kind == "f":
        values = rng.random(mask.shape) * 0.4 + 0.6 * mask
        return (values * rng.choice([1.0, 1e-3, 1e6])).astype(dtype)
    top = int(np.iinfo(dtype).max) if rng.random() < 0.5 else int(rng.integers(6, 100))
    high = rng.integers(top // 2 + 1, top, mask.shape, dtype, endpoint=True)
    low = rng.integers(np.iinfo(dtype).min if rng.random() < 0.5 else 0, top // 3, mask.shape, dtype, endpoint=True)
    plane = np.where(mask, high, low).astype(dtype)
    plane[0, 0] = top
    return plane


def random_case(seed):
    rng = np.random.default_rng(seed)
    dtype = np.dtype(TYPES[rng.integers(len(TYPES))])
    most = (40, 4200) if rng.random() < 0.05 else (60, 200)
    shape = tuple(int(rng.integers(1, n + 1)) for n in most)
    plane = random_plane(rng, random_mask(rng, shape), dtype)
    if dtype.kind == "f" and rng.random() < 0.2:
        plane[rng.random(shape) < 0.01] = np.inf
    return {"name": f"seed {seed}: {dtype} {shape}", "plane": plane, "isa": seed % ISAS}


def segment(program, cases):
    """Labels and objects of each case, unsmoothed, from one run of the program."""
    message = bytearray()
    for case in cases:
        height, width = case["plane"].shape
        message += np.array([TYPES.index(case["plane"].dtype.str[1:]), case["isa"], width, height], "i8").tobytes()
        message += np.array([0, 0.5], "f8").tobytes()
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


def is_close(ours, theirs, tolerance=1e-9, size=0.0):
    """Equal to so many digits of the number, or of that which it was computed from."""
    return ours == theirs or np.isnan(ours) and np.isnan(theirs) or abs(ours - theirs) <= tolerance * max(abs(theirs), size)


def check_values(found, pixels):
    """NumPy's figures, of Python's integers where doubles have too few digits."""
    if pixels.dtype.kind == "f":
        exact = pixels.astype("g")
        total, mean, std = exact.sum(), exact.mean(), exact.std()
    else:
        values = [int(value) for value in pixels]
        total = sum(values)
        mean = total / len(values)
        numerator = len(values) * sum(value * value for value in values) - total * total
        std = (numerator / len(values) ** 2) ** 0.5
    yield "sum", is_close(found["sum"], float(total))
    yield "mean", is_close(found["mean"], float(mean))
    yield "std", is_close(found["std"], float(std), size=float(abs(pixels.astype("f8")).max()) * 1e-6 * (pixels.dtype.kind == "f"))
    yield "min", is_close(found["min"], float(pixels.min()), 0)
    yield "max", is_close(found["max"], float(pixels.max()), 0)


def is_turned(ours, region):
    """Equal but for whole half turns, and where both variances are the same, of which scikit-image says one thing where it
    finds them the same, and another where its rounding parts them."""
    a, b, _, c = region.inertia_tensor.flat
    sharpness = np.hypot(a - c, 2 * b) / max(a, c, 1e-300)
    if sharpness < 1e-9:
        return abs(ours) <= np.pi / 2
    if abs(a - c) < 1e-12 * max(a, c):
        return abs(ours) == abs(region.orientation) == np.pi / 4 or abs(abs(ours) - abs(region.orientation)) < 1e-9
    turn = abs(ours - region.orientation) % np.pi
    return min(turn, np.pi - turn) <= 1e-9 + 1e-12 / sharpness


def check_shape(found, region):
    """Where an eigenvalue vanishes scikit-image's is what rounding left of it."""
    size = region.axis_major_length
    yield "major", is_close(found["major"], size)
    yield "minor", is_close(found["minor"] ** 2, region.axis_minor_length ** 2, size=1e-3 * size ** 2)
    yield "eccentricity", is_close(1 - found["eccentricity"] ** 2, 1 - region.eccentricity ** 2, size=1e-3)
    yield "orientation", is_turned(found["orientation"], region)
    yield "perimeter", is_close(found["perimeter"], region.perimeter, 1e-12)


def check_object(found, region, plane):
    pixels = plane[region.slice][region.image]
    yield "area", found["area"] == region.area
    yield "box", [found["box"][i] for i in (1, 0, 3, 2)] == list(region.bbox)
    yield "depth", list(found["depth"]) == [0, 1]
    yield "centroid", is_close(found["y"], region.centroid[0]) and is_close(found["x"], region.centroid[1])
    yield from check_values(found, pixels)
    yield from check_shape(found, region)
    if np.isfinite(pixels.astype("f8")).all():
        weighted = region.centroid_weighted
        size = abs(pixels.astype("f8")).sum() / max(abs(pixels.astype("f8").sum()), 1e-300) * max(plane.shape)
        yield "weighted centroid", is_close(found["weighted_y"], weighted[0], 1e-12, size) and is_close(
            found["weighted_x"], weighted[1], 1e-12, size)


def check(case, labels, objects):
    """What differs, or None."""
    plane = case["plane"]
    # Infinities times nothing outside the object would make all its sums NaN.
    values = np.where(np.isfinite(plane.astype("f8")), plane, 0)
    regions = measure.regionprops(labels, values)
    if [region.label for region in regions] != list(objects["label"]):
        return f"{case['name']}: {len(objects)} objects, not {len(regions)}"
    for found, region in zip(objects, regions):
        for name, same in check_object(found, region, plane):
            if not same:
                return f"{case['name']}: object {region.label} of {region.area} pixels: {name}: {found}"
    return None


def main():
    n, seed = int(os.environ.get("LAMINA_RANDOM_PLANES", "150")), int(os.environ.get("LAMINA_RANDOM_SEED", "0"))
    problems, n_objects = [], 0
    for start in range(seed, seed + n, BATCH):
        cases = [random_case(i) for i in range(start, min(start + BATCH, seed + n))]
        for case, (labels, objects) in zip(cases, segment(sys.argv[1], cases)):
            n_objects += len(objects)
            problems += filter(None, [check(case, labels, objects)])
    for problem in problems[:20]:
        print(problem)
    print(f"{len(problems)} of {n} planes differ; {n_objects} objects")
    return 1 if problems else 0


sys.exit(main())
