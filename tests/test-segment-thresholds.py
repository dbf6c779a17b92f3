#!/usr/bin/python3
"""Compares the thresholds of random planes and volumes with scikit-image's own, to the last bit.

usage: test-segment-thresholds.py PROGRAM     (threshold-plane)

LAMINA_RANDOM_PLANES   how many (default 1500)
LAMINA_RANDOM_SEED     of the first of them

Exits 77, which is "skipped", without NumPy and scikit-image.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import subprocess
import sys

from plain_numpy import TYPES, np

try:
    from skimage import filters
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

METHODS = {1: filters.threshold_otsu, 2: filters.threshold_triangle, 3: filters.threshold_li}


def random_stack(rng, dtype):
    most = (1, 6, 6) if rng.random() < 0.2 else (5, 30, 40) if rng.random() < 0.3 else (1, 200, 300)
    shape = tuple(int(rng.integers(1, n + 1)) for n in most)
    values = rng.choice([rng.random(shape), rng.random(shape) ** 8, np.clip(rng.normal(0.2, 0.05, shape), 0, 1),
                         np.where(rng.random(shape) < 0.3, 0.8, 0.1) + rng.random(shape) * 0.1, np.full(shape, rng.random())])
    if dtype.kind == "f":
        scale, low = float(rng.choice([1, 1e-30, 1e6, 1e30, 3e38])), float(rng.choice([0, 0, -0.5, 1]))
        stack = (low + values) * scale
        if rng.random() < 0.1:
            stack = np.round(stack / scale * 3) * scale
    else:
        info = np.iinfo(dtype)
        span = min(float(rng.choice([1, 2, 100, 255, 4000, 65535, 1e6])), float(info.max) - float(info.min))
        low = rng.choice([0, 0, -span / 2, 50])
        stack = np.clip(low + np.round(values * span), float(info.min), min(float(info.max), 2.0 ** 52))
    stack = stack.astype(dtype)
    if dtype.kind == "f" and rng.random() < 0.15:
        spoil = dtype.type(rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0]))
        stack[rng.random(shape) < rng.choice([0.01, 0.5, 1])] = spoil
        if rng.random() < 0.3:
            stack[rng.random(shape) < 0.3] = dtype.type(rng.choice([np.nan, np.inf, -np.inf]))
    return stack


def random_case(seed):
    rng = np.random.default_rng(seed)
    stack = random_stack(rng, np.dtype(TYPES[rng.integers(len(TYPES))]))
    method = int(rng.integers(1, 4))
    tile = [int(rng.integers(1, n + 1)) if rng.random() < 0.7 else n for n in stack.shape[:0:-1]]
    if rng.random() < 0.3:
        tile = [max(t, min(n, 32)) for t, n in zip(tile, stack.shape[:0:-1])]
    return stack, method, tile


def theirs(stack, method):
    if stack.dtype == "u8":
        stack = stack.astype("i8")  # scikit-image refuses uint64
    if method == 3 and stack.dtype.kind == "f":
        stack = stack.astype("f8")
    try:
        return float(METHODS[method](stack[0] if len(stack) == 1 else stack))
    except (ValueError, IndexError, ZeroDivisionError):
        return np.nan


def ours(program, cases):
    message = bytearray()
    for stack, method, tile in cases:
        message += np.array([TYPES.index(stack.dtype.str[1:]), method, *stack.shape[::-1], *tile], "i8").tobytes()
        message += stack.tobytes()
    answer = subprocess.run([program], input=bytes(message), stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(answer, "f8")


def main():
    n, seed = int(os.environ.get("LAMINA_RANDOM_PLANES", "1500")), int(os.environ.get("LAMINA_RANDOM_SEED", "0"))
    n_differ, n_nan = 0, 0
    for start in range(seed, seed + n, 100):
        cases = [random_case(i) for i in range(start, min(start + 100, seed + n))]
        for i, (found, (stack, method, tile)) in enumerate(zip(ours(sys.argv[1], cases), cases)):
            expected = theirs(stack, method)
            n_nan += np.isnan(expected)
            if found != expected and not (np.isnan(found) and np.isnan(expected)):
                n_differ += 1
                print(f"seed {start + i}: {stack.dtype} {stack.shape} {METHODS[method].__name__}: {found!r}, not {expected!r}")
    print(f"# {n} stacks, {n_nan} without a threshold")
    print(f"{n_differ} thresholds differ")
    return 1 if n_differ else 0


sys.exit(main())
