#!/usr/bin/python3
"""5,000 planes segmented through libvips, in one process, beside the same without it.

usage: tests/bench/through-vips.py [ROUNDS]    from a build folder that meson has made: build/, with
                                               ninja -C build tests/bench/vips-segment tests/bench/greatest-label

Whole commands, from start to exit, by turns. Each is divided by the one of Lamina's that does the same: tells how
many objects there are, writes their rows as text, tells the greatest label. What libvips alone takes stands below:
its start, writing the rows that lie in a file of its own, an image as large as the labels.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import BUILD, good, lamina, run
from vips import many, medians, vips


def bench(name):
    return os.path.join(BUILD, "bench", name)


def anew(path, command):
    """Runs it when there is no such file, as it makes one."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
    return command()


def make_commands(name, chain, out):
    """By what they tell or write: Lamina's command first, then libvips's, then what libvips alone takes."""
    ours, theirs, rows = (f"{out}/{file}" for file in ("ours.csv", "theirs.csv", "objects.v"))
    return {
        "how many objects": {
            "lamina run": lambda: lamina("run", chain),
            "a program of libvips's": lambda: vips(name, "objects", program=bench("vips-segment")),
            "vips … objects.v": lambda: anew(rows, lambda: vips("parallel_segment_objects", name, rows)),
            "libvips alone: its start": lambda: run("vips", "--version"),
            "its start with our module": lambda: vips("--version")},
        "their rows, as text": {
            "lamina run -o objects.csv": lambda: anew(ours, lambda: lamina("run", chain, "-o", f"objects={ours}")),
            "vips … objects.csv": lambda: anew(theirs, lambda: vips("parallel_segment_objects", name, theirs)),
            "libvips alone: as text": lambda: anew(theirs, lambda: run("vips", "copy", rows, theirs))},
        "the greatest label": {
            "a program of Lamina's": lambda: run(bench("greatest-label"), chain),
            "a program of libvips's": lambda: vips(name, "labels", program=bench("vips-segment")),
            "libvips alone: a black image": lambda: vips(name, "nothing", program=bench("vips-segment"))}}


def show(what, figures):
    first, *others = figures.items()
    print(f"{what:32}{'wall s':>8}{'CPU s':>8}")
    print(f"  {first[0]:30}{first[1]['wall']:8.3f}{first[1]['cpu']:8.3f}")
    for name, its in others:
        shares = "".join(f"{its[key] / first[1][key]:7.2f}x" for key in ("wall", "cpu"))
        print(f"  {name:30}{its['wall']:8.3f}{its['cpu']:8.3f}{shares}")


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with many() as (name, chain, out):
        objects = good(vips(name, "objects", program=bench("vips-segment"))).out.strip()
        assert f"planes 5000, objects {objects}," in good(lamina("run", chain)).out
        assert good(run(bench("greatest-label"), chain)).out == good(vips(name, "labels", program=bench("vips-segment"))).out
        for what, commands in make_commands(name, chain, out).items():
            show(what, medians(commands, rounds))


if __name__ == "__main__":
    main()
