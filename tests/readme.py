#!/usr/bin/python3
"""Runs README.md's examples: each block marked "sh", in a folder of its own that has data/ and the command in PATH.

A line "# prints: TEXT" after a command says what must be among what it prints.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "e2e"))
from harness import BUILD, TESTS, Skip, case, folder, good, main, note, run

TOP = os.path.join(TESTS, "..")


def examples():
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        return re.findall(r"^```sh\n(.*?)^```", file.read(), re.M | re.S)


def make(number, text):
    def example():
        if "vips-home" in text and not (shutil.which("vips") and (shutil.which("ruby") or "ruby" not in text)):
            raise Skip("there is no libvips")
        with folder() as here:
            os.symlink(os.path.abspath(os.path.join(TOP, "data")), os.path.join(here, "data"))
            path = os.path.join(os.path.abspath(BUILD), "..", "host-sample") + ":" + os.environ["PATH"]
            result = good(run("bash", "-euc", text, cwd=here, env=dict(os.environ, PATH=path, XDG_CACHE_HOME=f"{here}/cache")))
            note(result.out)
            for wanted in re.findall(r"# prints: (.*)", text):
                assert wanted in result.out, f"does not print: {wanted}"

    example.__doc__ = f"example {number}: {text.splitlines()[0]}"
    return example


for n, block in enumerate(examples(), 1):
    case(make(n, block))

if __name__ == "__main__":
    main()
