#!/usr/bin/python3
"""The guide's job at its real size: how long it takes, near and far, and what it holds in memory.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import importlib
import os
import sys

from harness import BUILD, TESTS, case, folder, good, guide, lamina, listening, main, nginx, note, quoted, tree

sys.path.insert(0, os.path.join(TESTS, "bench"))
bench = importlib.import_module("guide")


@case
def beside_scipy():
    """5,000 planes over HTTP: the same objects as zarr-python and SciPy, with a fraction of their CPU"""
    planes, runs = bench.compare()
    note(bench.table(planes, runs))
    assert planes == 5000
    # The benchmark tells the ratio, ten and more; here only what no load on the machine can bring about is a failure.
    assert runs["zarr-python + SciPy"].cpu > 5 * runs["lamina"].cpu


@case
def hundred_planes():
    """the guide's own 100 planes over HTTP: under 0.3 s"""
    with nginx(BUILD) as server:
        location = f"{server.url}/{os.path.relpath(guide(), BUILD)}"
        runs = [good(lamina("run", bench.chain(location, 5, 5))) for _ in range(3)]
    note(f"{[round(run.seconds, 3) for run in runs]} s")
    assert bench.figure(runs[0], "planes") == 100
    assert sorted(run.seconds for run in runs)[1] < 0.3


@case
def far_away():
    """the same with 100 ms added to each answer: under 1.5 s"""
    with listening("bad-server", os.path.dirname(guide()), "--delay", "100") as url:
        runs = [good(lamina("run", bench.chain(f"{url}/4007801.zarr", 5, 5))) for _ in range(3)]
    note(f"{[round(run.seconds, 3) for run in runs]} s")
    assert sorted(run.seconds for run in runs)[1] < 1.5


@case
def in_little_memory():
    """10,000 planes from a folder: under 150 MB"""
    result = good(lamina("run", bench.chain(quoted(guide()), 50, 50)))
    note(f"{10000 / result.seconds:.0f} planes/s, {result.peak / 1e6:.0f} MB, {result.cpu:.2f} s of CPU\n{result.out}")
    assert bench.figure(result, "planes") == 10000
    assert result.peak < 150e6


@case
def interrupted():
    """Ctrl-C in the middle of 10,000 planes: exit 130 within a second, and no file"""
    with folder() as out:
        result = lamina("run", bench.chain(quoted(guide()), 50, 50), "-o", f"labels={out}/labels/",
                        "-o", f"objects={out}/objects.csv", interrupt_after=0.7)
        note(f"{result.after_interrupt:.3f} s after the interrupt\n{result.out}{result.err}")
        assert result.status == 130, result.status
        assert result.after_interrupt < 1
        assert not tree(out), tree(out)[:10]


if __name__ == "__main__":
    main()
