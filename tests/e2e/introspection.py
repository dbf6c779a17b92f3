#!/usr/bin/python3
"""The interface from Python, through GObject Introspection: operations, an image, a plane, an error.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os

from harness import BUILD, SAMPLE, TESTS, Skip, case, good, main, note, run

LOADER = os.path.abspath(os.path.join(BUILD, "..", "loader"))
COUNT = os.path.join(TESTS, "count-objects.py")


def python(*arguments):
    if not os.path.exists(os.path.join(LOADER, "Lamina-1.typelib")):
        raise Skip("built without introspection")
    return run("/usr/bin/python3", *arguments, env=dict(os.environ, GI_TYPELIB_PATH=LOADER, LD_LIBRARY_PATH=LOADER))


@case
def counts_objects():
    """a short program prints the object counts of three planes"""
    with open(COUNT, encoding="utf-8") as file:
        assert len(file.readlines()) < 25
    result = good(python(COUNT, SAMPLE))
    note(result.out)
    assert len(result.out.splitlines()) == 3


@case
def finds_its_way():
    """operations are listed, a plane is read, an error is an exception"""
    program = """
import sys
from gi.repository import GLib, Lamina

Lamina.plugin_load_all()
assert {"idr-s3-source", "parallel-segment"} <= set(Lamina.Operation.list())
chain = Lamina.Chain.open(f"idr-s3-source location='{sys.argv[1]}' level=2 z=4", None)
image = chain.get_output("image")
info = image.get_info()
plane = image.read_bytes(0, None, None).get_data()
assert len(plane) == info.width * info.height * 2 and any(plane)
try:
    Lamina.Chain.open("idr-s3-source location=/nowhere", None)
    sys.exit("nothing was wrong")
except GLib.Error as error:
    assert "/nowhere" in error.message and error.domain == "lamina-error-quark", (error.domain, error.message)
"""
    good(python("-c", program, SAMPLE))


if __name__ == "__main__":
    main()
