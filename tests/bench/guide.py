#!/usr/bin/python3
"""The guide's job, 5,000 planes of it over HTTP on loopback: lamina beside zarr-python and SciPy.

usage: tests/bench/guide.py [HALF-T HALF-Z]    from a build folder that meson has made: build/
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import BUILD, good, guide, lamina, nginx, run

os.environ.pop("MALLOC_PERTURB_", None)  # which meson sets, and which costs those most who allocate least
SCIPY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guide-scipy.py")


def chain(location, half_t, half_z):
    return f"idr-s3-source location={location} level=4 c=0 t=middle:{half_t} z=middle:{half_z} ! parallel-segment"


def figure(result, name):
    """A figure of the summary line: planes 100, objects 1834…"""
    match = re.search(rf"\b{name} (\d+)", result.out)
    assert match, f"no {name} in: {result.out}"
    return int(match[1])


def compare(half_t=25, half_z=50):
    """How many planes, and the runs by name, each the median of three; all must find the same objects."""
    runs = {}
    with nginx(BUILD) as server:
        location = f"{server.url}/{os.path.relpath(guide(), BUILD)}"
        scipy = (sys.executable, SCIPY, location, str(half_t), str(half_z))
        for _ in range(3):
            runs.setdefault("lamina", []).append(good(lamina("run", chain(location, half_t, half_z))))
            runs.setdefault("zarr-python + SciPy", []).append(good(run(*scipy, timeout=600)))
            runs.setdefault("the same, bare client", []).append(good(run(*scipy, "bare", timeout=600)))
    runs = {name: sorted(three, key=lambda r: r.cpu)[1] for name, three in runs.items()}
    ours, *others = runs.values()
    found = figure(ours, "planes"), figure(ours, "objects")
    for theirs in others:
        assert found == tuple(int(word) for word in theirs.out.split()), f"{ours.out}{theirs.out}"
    return found[0], runs


def table(planes, runs):
    ours = runs["lamina"]
    lines = [f"{f'{planes:,} planes over HTTP':24}{'wall s':>8}{'CPU s':>8}{'planes/s':>10}{'MB':>6}{'wall':>8}{'CPU':>8}"]
    for name, r in runs.items():
        lines.append(f"{name:24}{r.seconds:8.2f}{r.cpu:8.2f}{planes / r.seconds:10.0f}{r.peak / 1e6:6.0f}"
                     f"{r.seconds / ours.seconds:7.1f}x{r.cpu / ours.cpu:7.1f}x")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(*compare(*(int(half) for half in sys.argv[1:3]))))
