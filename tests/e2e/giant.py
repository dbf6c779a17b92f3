#!/usr/bin/python3
"""Planes larger than memory=, and volumes, from folders of chunks: SciPy's own labels, in little memory.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import importlib.util
import os
import re

from harness import TESTS, case, folder, lamina, main, note, one_line

spec = importlib.util.spec_from_file_location("bench", os.path.join(TESTS, "bench", "giant.py"))
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)


@case
def plane():
    """A plane of 32 MB in tiles, with 16 MB of memory."""
    ours, scipy, n = bench.compare(1, 4096, 4096, "16M")
    note(bench.table(1, 4096, 4096, ours, scipy, n))
    assert ours.peak < scipy.peak, "more memory than SciPy"
    stored = sum(os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(bench.make(1, 4096, 4096))
                 for name in names)
    fetched = int(re.search(r"\bbytes (\d+)", ours.out)[1])
    assert fetched < 2.1 * stored, f"{fetched} bytes were fetched of {stored} in two passes"


@case
def volume():
    """A volume of 64 planes."""
    ours, scipy, n = bench.compare(64, 256, 256, "16M")
    note(bench.table(64, 256, 256, ours, scipy, n))
    assert ours.peak < scipy.peak / 2, "half of SciPy's memory is not enough"


@case
def gaps():
    """A volume with gaps is refused in one line."""
    source = f"idr-s3-source location={bench.make(64, 256, 256)} z=0-9:2"
    one_line(lamina("run", f"{source} ! parallel-segment volume=true"), 1, "volume", "gaps")


@case
def too_many():
    """Objects beyond the memory that is allowed are refused in one line that says so."""
    source = f"idr-s3-source location={bench.make(1, 4096, 4096)}"
    with folder() as path:
        one_line(lamina("run", f"{source} ! parallel-segment memory=1M", "-o", f"objects={path}/objects.csv"), 1,
                 "memory=")


main()
