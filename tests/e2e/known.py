"""What is known of the corpus's images, and whether a source gives just that.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import json
import os

from harness import CORPUS, Skip, digests, note


def expected(path):
    if not CORPUS:
        raise Skip("LAMINA_CORPUS names no folder")
    with open(os.path.join(CORPUS, path), encoding="utf-8") as file:
        return json.load(file)


def place(plane, axes):
    """(t, c, z) of a plane of the table."""
    where = dict(zip(axes, plane["index"]))
    return tuple(where.get(axis, 0) for axis in "tcz")


def compare(source, planes, axes):
    """Whether each plane and each plane's labels are what the table says; says what is not."""
    pixels = digests(source)
    labels = digests(f"{source} ! parallel-segment", "labels")
    wrong = 0
    for plane in planes:
        where = place(plane, axes)
        got = pixels.get(where, ("no such plane",)), labels.get(where, ("no such plane", -1))
        if got != ((plane["plane_sha256"], 0), (plane["label_sha256"], plane["labels"])):
            note(f"{source}, plane {where}: {got} instead of {plane}")
            wrong += 1
    return wrong


def spaced(axes, shape):
    """The axes' names in small letters; the first versions of OME-Zarr wrote none, and had all five."""
    return [axis.lower() for axis in axes] or list("tczyx")[-len(shape):]
