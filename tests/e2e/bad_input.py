#!/usr/bin/python3
"""What bad input gets: one line that says what and where, the exit status, and nothing half-written.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import json
import os
import shutil

from harness import SAMPLE, case, folder, good, lamina, main, nginx, one_line, quoted, tree

SEGMENT = "! parallel-segment"


def refused(location, *words, options="level=2", status=1):
    """Segments @location into files, which must fail as said and leave no file."""
    with folder() as out:
        result = lamina("run", f"idr-s3-source location={quoted(location)} {options} {SEGMENT}",
                        "-o", f"labels={out}/labels/", "-o", f"objects={out}/objects.csv")
        one_line(result, status, *words)
        assert not tree(out), f"left behind: {tree(out)}"


@contextlib.contextmanager
def broken(change=None, name="2/.zarray"):
    """A copy of the sample of which the file @name is changed: a function of its JSON, or new bytes."""
    with folder() as top:
        path = os.path.join(top, "broken.zarr")
        shutil.copytree(SAMPLE, path)
        file = os.path.join(path, name)
        if callable(change):
            with open(file, encoding="utf-8") as old:
                value = json.load(old)
            change(value)
            change = json.dumps(value).encode()
        if change is not None:
            with open(file, "wb") as new:
                new.write(change)
        yield path


def with_array(*words, **values):
    with broken(lambda array: array.update(values)) as path:
        refused(path, *words)


@case
def no_such_host():
    """a host that does not exist"""
    refused("http://no-such-host.invalid/a.zarr", "no-such-host.invalid")


@case
def nobody_listens():
    """a port where nobody listens"""
    refused("http://127.0.0.1:1/a.zarr", "127.0.0.1:1")


@case
def no_such_folder():
    """a folder that does not exist"""
    refused("/nowhere/a.zarr", "/nowhere/a.zarr")


@case
def no_such_key():
    """a bucket without such an image, whether it may be listed or not"""
    with nginx(os.path.dirname(SAMPLE)) as server:
        refused(f"{server.url}/nothing.zarr", "nothing.zarr")
        refused(f"{server.closed}/nothing.zarr", "nothing.zarr")


@case
def not_a_zarr():
    """a folder of other things"""
    with folder() as top:
        with open(os.path.join(top, "notes.txt"), "w", encoding="utf-8") as file:
            file.write("no image")
        refused(top, top)


@case
def not_a_location():
    """words that name no image"""
    refused("ftp://example.org/a.zarr", "ftp")
    refused("", "location")


@case
def pointers():
    """pointer files that are wrong: the message names the file and the line"""
    with folder() as top:
        path = os.path.join(top, "x.idr")
        for text, *words in ((b"", "names no location"), (b"level=1\n", "x.idr:1", "location"), (b"x.idr\n", "x.idr:1"),
                             (b"a.zarr\n\nlevel 1\n", "x.idr:3", "name=value"), (b"a.zarr\nz=\xff\n", "x.idr:2", "UTF-8"),
                             (b"a.zarr\nlevle=1\n", "x.idr:2", "level"), (b"a.zarr\nlocation=b\n", "x.idr:2"),
                             (b"a.zarr\nlevel=101\n", "x.idr:2", "101"), (b"a.zarr\nn=0\n", "x.idr:2", "n takes"),
                             (b"a" * 5000, "x.idr:1", "4096"), (b"\n" * 70000, "65536"), (b"a.zarr\n", "x.idr", "a.zarr")):
            with open(path, "wb") as file:
                file.write(text)
            one_line(lamina("info", path), 1, *words)
        refused(path, "x.idr", "a.zarr", options="")


@case
def unknown_codec():
    """a compressor that nobody knows"""
    with_array("snake-oil", compressor={"id": "snake-oil", "level": 3})
    with_array("wavelet", filters=[{"id": "wavelet"}])


@case
def unknown_type():
    """pixels that are no numbers"""
    with_array("<c16", dtype="<c16")
    with_array("|S4", dtype="|S4")


@case
def damaged_chunks():
    """chunks that are cut, garbage, or of another size"""
    name = "2/1/0/4/0/0"
    with open(os.path.join(SAMPLE, name), "rb") as file:
        chunk = file.read()
    with open(os.path.join(SAMPLE, name.replace("2", "1", 1)), "rb") as file:
        larger = file.read()
    for bytes_ in (chunk[:-100], chunk[:8], b"", b"\xff" * 1000, larger):
        with broken(bytes_, name) as path:
            refused(path, "1/0/4/0/0")


@case
def damaged_json():
    """metadata that is cut, nested a million deep, or something else"""
    with open(os.path.join(SAMPLE, ".zattrs"), "rb") as file:
        attributes = file.read()
    group, array = ".zattrs", "2/.zarray"
    for name, change, word in ((group, attributes[:200], group), (group, b"[" * 1000000, group),
                               (group, b'{"multiscales": 7}', "multiscales"), (array, b'{"a":' * 1000000, ".zarray"),
                               (array, b"[]", ".zarray"), (array, b"{}", ".zarray"), (array, b"\xff\xfe\x00", ".zarray")):
        with broken(change, name) as path:
            refused(path, word)


@case
def absurd_sizes():
    """shapes and chunks beyond all memory"""
    huge = 2**60
    with_array("2", shape=[3, 2, 9, huge, huge], chunks=[1, 1, 1, huge, huge])
    with_array("2", shape=[3, 2, 9, 2**40, 2**40])
    with_array("2", shape=[3, 2, 9, -50, 60])
    with_array("2", shape=[3, 2, 9, 50, 60], chunks=[1, 1, 1, 0, 60])
    with_array("2", shape=[3, 2, 9, 50])


@case
def selections():
    """planes and levels that do not exist"""
    for options, word in (("z=9", "z"), ("z=-1", "z"), ("z=7-5", "z"), ("z=top", "z"), ("z=0,4,99", "99"), ("t=3", "t"),
                          ("c=99999999999999999999", "c"), ("z=0-8:0", "z"), ("z=", "z"), ("z=middle:0", "z"),
                          ("level=3", "level")):
        refused(SAMPLE, word, options=options)


@case
def unwritable():
    """an output that cannot be written"""
    with folder() as top:
        plain = os.path.join(top, "plain")
        with open(plain, "wb"):
            pass
        for output in (f"labels={plain}/labels/", f"objects={plain}/objects.csv", "labels=/proc/labels/"):
            one_line(lamina("run", f"idr-s3-source location={quoted(SAMPLE)} level=2 {SEGMENT}", "-o", output), 1,
                     output.split("=")[1].rstrip("/"))
        assert tree(top) == ["plain"]


@case
def usage():
    """commands that make no sense"""
    chain = f"idr-s3-source location={quoted(SAMPLE)} level=2"
    for arguments, word in ((("sing",), "sing"), (("run",), "chain"), (("run", chain, "--loud"), "loud"),
                            (("run", chain, "-j", "many"), "many"), (("run", chain, "-o", "labels"), "labels"),
                            (("inspect",), "operation"), (("info",), "location")):
        one_line(lamina(*arguments), 2, word)


@case
def chains():
    """chains with a word that is wrong: the message offers the nearest right one"""
    chain = f"idr-s3-source location={quoted(SAMPLE)} level=2"
    for text, word in (("idr-s3-sauce location=1", "idr-s3-source"), (f"{chain} ! parallel-segmant", "parallel-segment"),
                       (f"{chain} levle=1", "level"), (f"{chain} {SEGMENT} sigma=wide", "wide"),
                       (f"{chain} {SEGMENT} sigma=-1", "sigma"), (f"{chain} !", "!")):
        one_line(lamina("run", text), 2, word)
    one_line(lamina("run", f"{chain} {SEGMENT}", "-o", "lables=/tmp/"), 2, "labels")
    one_line(lamina("run", f"{chain} {SEGMENT}", "-o", "labels=labels.docx"), 2, "docx")
    one_line(lamina("run", "parallel-segment"), 1, "image")
    one_line(lamina("inspect", "parallel-segmant"), 1, "parallel-segment")


@case
def missing_chunks():
    """chunks that are not there are the fill value, or an error for those who ask"""
    with broken() as path:
        os.remove(os.path.join(path, "2/1/0/4/0/0"))
        result = good(lamina("run", f"idr-s3-source location={quoted(path)} level=2 t=1 c=0 {SEGMENT}"))
        assert "missing-chunks 1," in result.out, result.out
        refused(path, "1/0/4/0/0", options="level=2 missing-chunks=error")


if __name__ == "__main__":
    main()
