#!/usr/bin/python3
"""What `lamina info` tells of each kind of location, to people and as JSON.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import json
import os
import shutil

from harness import SAMPLE, case, folder, good, lamina, main, nginx, note, one_line


def info(*arguments):
    """The lines of text, by their names, and the JSON."""
    text, values = good(lamina("info", *arguments)).out, json.loads(good(lamina("info", *arguments, "--json")).out)
    note(text)
    assert all(len(line) < 120 and line == line.rstrip() for line in text.splitlines()), text
    return {line[:18].rstrip(): line[18:] for line in text.splitlines() if not line.startswith(" ")}, values


def is_sample(lines, values, location):
    assert lines["location"] == location == values["location"], lines["location"]
    assert lines["size"] == "x 240, y 200, z 9, c 2, t 3" and lines["levels"] == "240 x 200 in 0", lines
    assert lines["channels"] == "nuclei #33aaff, filaments #ffb000", lines
    assert values["levels"][2] == {"width": 60, "height": 50, "path": "2"}, values["levels"]


@case
def folders():
    """a folder, by its path or as file://; an offset of 0 is for programs only"""
    path = os.path.realpath(SAMPLE)
    for location in (path, f"file://{path}"):
        lines, values = info(location)
        is_sample(lines, values, path)
        assert "translation" not in lines and values["translation"] == [0] * 5


@case
def offsets():
    """an offset that is not 0 is for people too"""
    with folder() as top:
        path = shutil.copytree(SAMPLE, os.path.join(os.path.realpath(top), "moved.zarr"))
        with open(os.path.join(path, ".zattrs"), encoding="utf-8") as file:
            attributes = json.load(file)
        attributes["multiscales"][0]["datasets"][0]["coordinateTransformations"].append(
            {"type": "translation", "translation": [0, 0, 2, 0.5, 0]})
        with open(os.path.join(path, ".zattrs"), "w", encoding="utf-8") as file:
            json.dump(attributes, file)
        assert info(path)[0]["translation"] == "0, 0, 2, 0.5, 0"


@case
def web():
    """a web address"""
    with nginx(os.path.dirname(os.path.realpath(SAMPLE))) as server:
        is_sample(*info(f"{server.url}/cells.zarr"), f"{server.url}/cells.zarr")


@case
def archives():
    """what is in an archive; the archive by itself is no image"""
    with folder() as top:
        path = shutil.make_archive(os.path.join(os.path.realpath(top), "a"), "zip", os.path.dirname(os.path.realpath(SAMPLE)),
                                   "cells.zarr")
        is_sample(*info(f"{path}!/cells.zarr"), f"{path}!/cells.zarr")
        one_line(lamina("info", path), 1, f"as in {path}!/image.zarr")


@case
def pointers():
    """a pointer file: what it points to, with its values"""
    with folder() as top:
        path = os.path.join(top, "x.idr")
        os.symlink(os.path.realpath(SAMPLE), os.path.join(top, "cells.zarr"))
        with open(path, "w", encoding="utf-8") as file:
            file.write("# a slice\ncells.zarr\nlevel=1\nz=middle\npage=2\nn=-1\n")
        lines, values = info(path)
        assert lines["location"] == os.path.join(top, "cells.zarr") and lines["selected z"] == "4", lines
        assert values["level"] == 1 and values["size"]["z"] == 1
        assert info(path, "level=0", "z=0")[0]["size"] == "x 240, y 200, z 1, c 2, t 3"


@case
def plates():
    """a plate: its wells in a grid, and how to choose one"""
    with folder() as top:
        path = os.path.join(os.path.realpath(top), "plate.zarr")
        wells = [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}, {"path": "B/3", "rowIndex": 1, "columnIndex": 2}]
        plate = {"rows": [{"name": "A"}, {"name": "B"}], "columns": [{"name": "1"}, {"name": "2"}, {"name": "3"}], "wells": wells}
        for name, attributes in (("", {"plate": plate}), ("A/1", {"well": {"images": [{"path": "0"}]}})):
            os.makedirs(os.path.join(path, name))
            with open(os.path.join(path, name, ".zattrs"), "w", encoding="utf-8") as file:
                json.dump(attributes, file)
        os.symlink(os.path.realpath(SAMPLE), os.path.join(path, "A/1/0"))
        lines, values = info(path)
        is_sample(lines, values, f"{path}/A/1/0")
        assert values["wells"] == [["A/1", "", ""], ["", "", "B/3"]] and lines["wells"].split() == ["A/1", ".", "."]
        assert "well=ROW/COLUMN" in lines["notes"], lines


@case
def others():
    """what is not there, and what is no folder"""
    for location, words in (("/nowhere/x.idr", "there is no folder /nowhere/x.idr"), (__file__, "is a file, not the folder of a Zarr"),
                            (os.path.join(SAMPLE, "3"), "there is no folder"), ("ftp://x/y", "ftp://")):
        one_line(lamina("info", location), 1, words)


if __name__ == "__main__":
    main()
