#!/usr/bin/python3
"""5,000 planes segmented through libvips, in one process, beside the same by the lamina command.

usage: tests/bench/through-vips.py [ROUNDS]    from a build folder that meson has made: build/
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from vips import many

if __name__ == "__main__":
    figures = many(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
    ours = figures["lamina run"]
    print(f"{'5,000 planes':24}{'wall s':>8}{'CPU s':>8}{'wall':>8}{'CPU':>8}")
    for name, its in figures.items():
        print(f"{name:24}{its['wall']:8.3f}{its['cpu']:8.3f}{its['wall'] / ours['wall']:7.2f}x{its['cpu'] / ours['cpu']:7.2f}x")
