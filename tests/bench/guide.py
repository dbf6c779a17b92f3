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

SCIPY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guide-scipy.py")


def chain(location, half_t, half_z):
    return f"idr-s3-source location={location} level=4 c=0 t=middle:{half_t} z=middle:{half_z} ! parallel-segment"


def figure(result, name):
    """A figure of the summary line: planes 100, objects 1834…"""
    match = re.search(rf"\b{name} (\d+)", result.out)
    assert match, f"no {name} in: {result.out}"
    return int(match[1])


def compare(half_t=25, half_z=50):
    """The two runs, whose planes and objects must be the same."""
    with nginx(BUILD) as server:
        location = f"{server.url}/{os.path.relpath(guide(), BUILD)}"
        ours = good(lamina("run", chain(location, half_t, half_z)))
        theirs = good(run(sys.executable, SCIPY, location, str(half_t), str(half_z), timeout=600))
    planes, objects = (int(word) for word in theirs.out.split())
    assert (figure(ours, "planes"), figure(ours, "objects")) == (planes, objects), f"{ours.out}{theirs.out}"
    return planes, ours, theirs


def table(planes, ours, theirs):
    rows = [("lamina", ours), ("zarr-python + SciPy", theirs)]
    lines = [f"{f'{planes:,} planes over HTTP':24}{'wall s':>10}{'CPU s':>10}{'planes/s':>10}{'MB':>8}"]
    lines += [f"{name:24}{r.seconds:10.2f}{r.cpu:10.2f}{planes / r.seconds:10.0f}{r.peak / 1e6:8.0f}" for name, r in rows]
    return "\n".join(lines + [f"{'ratio':24}{theirs.seconds / ours.seconds:10.1f}{theirs.cpu / ours.cpu:10.1f}"])


if __name__ == "__main__":
    print(table(*compare(*(int(half) for half in sys.argv[1:3]))))
