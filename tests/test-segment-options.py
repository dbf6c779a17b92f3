#!/usr/bin/python3
"""Compares whole segmentations, with random combinations of all options, in tiles and on threads, with SciPy's and
scikit-image's own answers.

usage: test-segment-options.py PROGRAM     (segment-options)

LAMINA_RANDOM_PLANES   how many planes and volumes (default 600)
LAMINA_RANDOM_SEED     of the first of them

Exits 77, which is "skipped", without NumPy, SciPy and scikit-image.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import subprocess
import sys

from plain_numpy import TYPES, np

try:
    from scipy import ndimage
    import segment_rules
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

THRESHOLDS = ["fraction", "otsu", "triangle", "li", "absolute"]


def blobs(rng, shape):
    """Bright round things on a dim ground, noise on both; a share of full scale."""
    grid = np.indices(shape)
    values = np.full(shape, 0.1)
    for _ in range(rng.integers(0, 30)):
        away = sum((axis - rng.integers(0, n)) ** 2 for axis, n in zip(grid, shape))
        inside = away < rng.integers(2, 13) ** 2
        if rng.random() < 0.2:
            inside &= away > 9
        values[inside] = np.maximum(values[inside], rng.random() * 0.6 + 0.3)
    return np.clip(values + rng.normal(0, rng.choice([0, 0.02, 0.1]), shape), 0, 1)


def random_stack(rng, dtype):
    most = (7, 20, 26) if rng.random() < 0.25 else (5, 6) if rng.random() < 0.1 else (90, 110)
    values = blobs(rng, tuple(int(rng.integers(1, n + 1)) for n in most))
    if rng.random() < 0.05:
        values[...] = 0.5
    if dtype.kind == "f":
        stack = (values * float(rng.choice([1, 1e-3, 4000])) - float(rng.choice([0, 0, 0.5]))).astype(dtype)
        if rng.random() < 0.05:
            stack[rng.random(stack.shape) < 0.01] = dtype.type(rng.choice([np.nan, np.inf, -np.inf]))
        return stack
    span = min(float(rng.choice([3, 255, 4000, 60000])), float(np.iinfo(dtype).max))
    return (values * span).astype(dtype)


def random_case(seed):
    rng = np.random.default_rng(seed)
    stack = random_stack(rng, np.dtype(TYPES[rng.integers(len(TYPES))]))
    finite = stack[np.isfinite(stack)].astype("f8")
    level = float(rng.choice([0, 0.5, finite.mean(), rng.choice(finite)])) if finite.size else 0.0
    smooth = {"sigma": float(rng.choice([0, 0.5, 1, 1, 2.7]))}
    cut = {"threshold": str(rng.choice(THRESHOLDS)), "fraction": float(rng.choice([0.33, 0.33, 0.5, 0])), "level": level}
    rest = {"diagonal": rng.random() < 0.5, "fill_holes": rng.random() < 0.4, "clear": rng.random() < 0.3,
            "minimum_area": int(rng.choice([0, 0, 1, 5, 60])), "divide": rng.random() < 0.4}
    width, height = stack.shape[:-3:-1]
    tiles = [(width, height), (17, 23), (64, 64), (int(rng.integers(5, 64)), int(rng.integers(5, 64)))]
    return stack, smooth, cut, rest, (*tiles[rng.integers(4)], int(rng.choice([1, 2, 7])))


def ours(program, cases):
    message = bytearray()
    for stack, smooth, cut, rest, run in cases:
        size = stack.shape[::-1] if stack.ndim == 3 else (*stack.shape[::-1], 1)
        message += np.array([TYPES.index(stack.dtype.str[1:]), *size, stack.ndim == 3, *run], "i8").tobytes()
        message += np.array([smooth["sigma"]], "f8").tobytes()
        message += np.array([THRESHOLDS.index(cut["threshold"])], "i8").tobytes()
        message += np.array([cut["fraction"], cut["level"]], "f8").tobytes()
        message += np.array([*rest.values()], "i8").tobytes() + stack.tobytes()
    answer = subprocess.run([program], input=bytes(message), stdout=subprocess.PIPE, check=True).stdout
    offset = 0
    for stack, *_ in cases:
        n = int(np.frombuffer(answer, "i4", 1, offset)[0])
        labels = np.frombuffer(answer, "i4", stack.size, offset + 4).reshape(stack.shape)
        offset += 4 + labels.nbytes
        yield labels, np.frombuffer(answer, "f8", 2 * n, offset).reshape(n, 2)
        offset += 16 * n


def check(case, labels, objects):
    stack, smooth, cut, rest, _ = case
    s = ndimage.gaussian_filter(stack, smooth["sigma"])
    expected = segment_rules.find_objects(s > segment_rules.find_threshold(s, **cut), **rest)
    if not np.array_equal(labels, expected):
        return f"{labels.max()} objects, not {expected.max()}; {np.sum(labels != expected)} labels differ"
    n = int(expected.max(initial=0))
    if len(objects) != n or not np.array_equal(objects[:, 0], np.bincount(expected.ravel(), minlength=n + 1)[1:]):
        return "areas differ"
    if n > 0 and np.isfinite(stack).all():
        means = ndimage.mean(stack.astype("f8"), expected, np.arange(1, n + 1))
        if not np.allclose(objects[:, 1], means, rtol=1e-9, atol=1e-9 * np.abs(stack.astype("f8")).max()):
            return "means differ"
    return None


def main():
    n, seed = int(os.environ.get("LAMINA_RANDOM_PLANES", "600")), int(os.environ.get("LAMINA_RANDOM_SEED", "0"))
    n_differ = n_objects = 0
    for start in range(seed, seed + n, 100):
        cases = [random_case(i) for i in range(start, min(start + 100, seed + n))]
        for i, ((labels, objects), case) in enumerate(zip(ours(sys.argv[1], cases), cases)):
            n_objects += len(objects)
            problem = check(case, labels, objects)
            if problem:
                n_differ += 1
                print(f"seed {start + i}: {case[0].dtype} {case[0].shape} {case[1:]}: {problem}")
    print(f"# {n} stacks, {n_objects} objects")
    print(f"{n_differ} of the stacks differ")
    return 1 if n_differ else 0


sys.exit(main())
