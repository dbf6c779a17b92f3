#!/usr/bin/python3
"""Compares what becomes of random masks, by all options together, with SciPy's and scikit-image's own answers.

usage: test-segment-refine.py PROGRAM     (refine-plane)

LAMINA_RANDOM_PLANES   how many masks (default 800)
LAMINA_RANDOM_SEED     of the first of them

Exits 77, which is "skipped", without NumPy, SciPy and scikit-image.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import subprocess
import sys

from plain_numpy import np

try:
    from scipy import ndimage
    import segment_rules
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def discs(rng, shape):
    """Round things that touch and overlap, as nuclei do."""
    grid = np.indices(shape)
    mask = np.zeros(shape, bool)
    for _ in range(rng.integers(1, 40)):
        centre = [rng.integers(0, n) for n in shape]
        radius = rng.integers(1, 14)
        away = sum((axis - c) ** 2 for axis, c in zip(grid, centre))
        mask |= away < radius ** 2
        if rng.random() < 0.2:
            mask &= away > (radius / 2) ** 2
    return mask


def random_mask(rng, shape):
    kind = rng.integers(6)
    if kind == 0:
        return rng.random(shape) < rng.random()
    if kind == 1:
        return ndimage.gaussian_filter(rng.random(shape), 2) > 0.5
    if kind == 2:
        return ndimage.gaussian_filter(discs(rng, shape) + rng.normal(0, 0.4, shape), 1) > 0.5
    if kind == 3:
        return np.full(shape, rng.random() < 0.7)
    if kind == 4:
        blocks = rng.random(tuple((n + 4) // 5 for n in shape)) < 0.6
        for axis in range(blocks.ndim):
            blocks = blocks.repeat(5, axis)
        return blocks[tuple(slice(n) for n in shape)]
    return discs(rng, shape)


def random_case(seed):
    rng = np.random.default_rng(seed)
    most = (12, 24, 30) if rng.random() < 0.25 else (7, 9) if rng.random() < 0.2 else (120, 150)
    mask = random_mask(rng, tuple(int(rng.integers(1, n + 1)) for n in most))
    options = {"diagonal": rng.random() < 0.5, "fill_holes": rng.random() < 0.5, "clear": rng.random() < 0.3,
               "minimum_area": int(rng.choice([0, 0, 1, 5, 60])), "divide": rng.random() < 0.6}
    return mask, options


def ours(program, cases):
    message = bytearray()
    for mask, options in cases:
        size = mask.shape[::-1] if mask.ndim == 3 else (*mask.shape[::-1], 1)
        message += np.array([*size, mask.ndim == 3, *options.values()], "i8").tobytes() + mask.tobytes()
    answer = subprocess.run([program], input=bytes(message), stdout=subprocess.PIPE, check=True).stdout
    numbers = np.frombuffer(answer, "i4")
    for mask, _ in cases:
        yield numbers[0], numbers[1:1 + mask.size].reshape(mask.shape)
        numbers = numbers[1 + mask.size:]


def main():
    n, seed = int(os.environ.get("LAMINA_RANDOM_PLANES", "800")), int(os.environ.get("LAMINA_RANDOM_SEED", "0"))
    n_differ = n_objects = 0
    for start in range(seed, seed + n, 100):
        cases = [random_case(i) for i in range(start, min(start + 100, seed + n))]
        for i, ((n_found, labels), (mask, options)) in enumerate(zip(ours(sys.argv[1], cases), cases)):
            expected = segment_rules.find_objects(mask, **options)
            n_objects += expected.max()
            if n_found != expected.max() or not np.array_equal(labels, expected):
                n_differ += 1
                print(f"seed {start + i}: {mask.shape} {options}: {n_found} objects, not {expected.max()}; "
                      f"{np.sum(labels != expected)} labels differ")
    print(f"# {n} masks, {n_objects} objects")
    print(f"{n_differ} of the masks differ")
    return 1 if n_differ else 0


sys.exit(main())
