#!/usr/bin/python3
"""The interface from Python: what comes over the border is what Python has for it.

usage: test-introspection.py LOADER PLUGINS    the folders of the typelib and of the plug-in "toy"
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import subprocess
import sys
import tempfile


def begin(loader, plugins):
    """Again with an environment in which the library and the plug-in are found."""
    environment = dict(os.environ, GI_TYPELIB_PATH=loader, LD_LIBRARY_PATH=loader, LAMINA_PLUGIN_PATH=plugins)
    return subprocess.run([sys.executable, __file__], env=environment, check=False).returncode


if len(sys.argv) == 3:
    sys.exit(begin(*sys.argv[1:]))

try:
    import gi
except ImportError:
    print("1..0 # SKIP Python has no gi here")
    sys.exit(0)

gi.require_version("Lamina", "1")
from gi.repository import Gio, GLib, GObject, Lamina

CASES = []


def case(function):
    CASES.append(function)
    return function


def refused(code, text, function, *arguments):
    """The call must raise a GLib.Error of Lamina's domain that has @text in it."""
    try:
        function(*arguments)
    except GLib.Error as error:
        assert error.domain == "lamina-error-quark", error.domain
        assert error.matches(Lamina.error_quark(), code), error
        assert text in error.message, error.message
    else:
        raise AssertionError(f"nothing was wrong with {arguments}")


@case
def lists_operations():
    assert Lamina.Operation.list() == ["toy-source", "toy-write"]
    kind = Lamina.Operation.find("toy-source")
    given = {p.name: bool(p.flags & GObject.ParamFlags.WRITABLE) for p in GObject.list_properties(kind)}
    assert given["location"] and not given["image"]


@case
def opens_an_operation():
    names, values = ["location", "planes", "scale", "odd", "mood"], ["here", 3, 2, False, 0]
    source = Lamina.Operation.new("toy-source", names, values)
    assert source.get_name() == "toy-source"
    assert (source.props.planes, source.props.scale, source.props.odd) == (3, 2.0, False)
    assert isinstance(source.props.image, Lamina.Image)
    assert Lamina.Operation.new("toy-source", ["location", "mood"], ["here", "bad"]).props.mood == 1
    refused(Lamina.Error.ARGUMENT, "one of good, bad, not \"sad\"", Lamina.Operation.new, "toy-source", ["mood"], ["sad"])
    refused(Lamina.Error.NOT_FOUND, "did you mean", Lamina.Operation.new, "toy-sourse", [], [])
    refused(Lamina.Error.ARGUMENT, "did you mean \"planes\"", Lamina.Operation.new, "toy-source", ["plains"], [3])
    refused(Lamina.Error.ARGUMENT, "whole number", Lamina.Operation.new, "toy-source", ["planes"], ["three"])
    refused(Lamina.Error.ARGUMENT, "given twice", Lamina.Operation.new, "toy-source", ["planes", "planes"], [2, 3])
    refused(Lamina.Error.ARGUMENT, "not \"2.5", Lamina.Operation.new, "toy-source", ["planes"], [2.5])
    refused(Lamina.Error.ARGUMENT, "takes a number", Lamina.Operation.new, "toy-source", ["scale"], ["x"])


@case
def reads_pixels():
    image = Lamina.Chain.open("toy-source location=here planes=3").get_output("image")
    info = image.get_info()
    assert info.width * info.height == len(image.read_bytes(0).get_data())
    assert image.get_n_planes() == info.get_n_planes() == info.n_t * info.n_c * info.n_z
    assert info.channels and all(isinstance(name, str) for name in info.channels)
    assert info.get_place(1) == (0, 0, 1)
    assert info.extra.unpack()["name"]
    rect = Lamina.Rect()
    rect.width, rect.height = 3, 2
    assert len(image.read_bytes(0, rect).get_data()) == 6
    rect.x = info.width
    refused(Lamina.Error.ARGUMENT, "does not lie inside", image.read_bytes, 0, rect)
    refused(Lamina.Error.NOT_FOUND, "no plane 99", image.read_bytes, 99)


@case
def reads_rows():
    objects = Lamina.Chain.open("toy-source location=here").get_output("objects")
    rows = objects.read(0)
    assert isinstance(rows, list) and all(isinstance(number, float) for number in rows)
    assert len(rows) % len(objects.get_columns()) == 0


@case
def lends_a_job():
    job = Lamina.Job.new(3)
    chain = Lamina.Chain.open("toy-source location=here planes=5")
    assert chain.run(job)
    assert job.get_n_threads() == 3 and Lamina.Job().get_n_threads() == len(os.sched_getaffinity(0))
    done, total = job.get_tasks()
    assert done == total == chain.get_output("objects").get_n_planes()
    assert job.get_progress() == 1.0
    assert job.get_counts().unpack()["planes"] == done == job.get_count("planes")


@case
def is_cancelled():
    job = Lamina.Job.new(1)
    job.cancel()
    try:
        Lamina.Chain.open("toy-source location=here").run(job)
    except GLib.Error as error:
        assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error
    else:
        raise AssertionError("nobody noticed")


@case
def points_at_words():
    refused(Lamina.Error.CHAIN, "(character 12 of the chain)", Lamina.Chain.open, "toy-source plains=3")
    refused(Lamina.Error.PLUGIN, "There is no such file", Lamina.plugin_load, "/nowhere.so")


@case
def follows_a_pointer():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.idr")
        with open(path, "w", encoding="utf-8") as file:
            file.write("film\nplanes=3\npage=1\n")
        pointer = Lamina.Pointer.load(path)
        assert pointer.get_location() == os.path.join(folder, "film") and pointer.get_names() == ["planes"]
        assert pointer.get_value("planes") == "3" and (pointer.get_page(), pointer.get_n()) == (1, 1)
        refused(Lamina.Error.NOT_FOUND, f"{path}: toy-source: There is nothing at \"{folder}/film\"", Lamina.Operation.new,
                "toy-source", ["location"], [path])
    refused(Lamina.Error.DATA, "cannot be read", Lamina.Pointer.load, path)


def main():
    Lamina.plugin_load_all()
    print(f"1..{len(CASES)}")
    for number, function in enumerate(CASES, 1):
        try:
            function()
            print(f"ok {number} {function.__name__}")
        except Exception as error:  # told as TAP wants it
            print(f"not ok {number} {function.__name__}\n# {error!r}")


main()
