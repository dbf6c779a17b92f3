#!/usr/bin/python3
"""How planes are cut into objects, from end to end: each option's labels are those of tests/segment_rules.py.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import sys

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import hashlib

from harness import SAMPLE, TESTS, Skip, case, digests, lamina, main, one_line

sys.path.insert(0, TESTS)
try:
    import numpy as np
    import zarr
    from scipy import ndimage
    import segment_rules
except ImportError as error:
    segment_rules, missing = None, str(error)

SOURCE = f"idr-s3-source location={SAMPLE} server= t=1"

# What is given, and what segment_rules calls it.
PLANES = {
    "threshold=otsu": ({"threshold": "otsu"}, {}),
    "threshold=triangle sigma=2": ({"threshold": "triangle"}, {}),
    "threshold=li connectivity=8": ({"threshold": "li"}, {"diagonal": True}),
    "threshold=absolute above=150.5 minimum-area=20": ({"threshold": "absolute", "level": 150.5}, {"minimum_area": 20}),
    "fraction=0.2 fill-holes=true": ({"fraction": 0.2}, {"fill_holes": True}),
    "clear-border=true": ({}, {"clear": True}),
    "split=true threshold=otsu fill-holes=true clear-border=true minimum-area=9 connectivity=8":
        ({"threshold": "otsu"}, {"divide": True, "fill_holes": True, "clear": True, "minimum_area": 9, "diagonal": True}),
}


def pixels():
    if segment_rules is None:
        raise Skip(missing)
    return zarr.open(os.path.join(SAMPLE, "0"), mode="r")[1]


def expected(stack, given, cut, rest):
    smooth = ndimage.gaussian_filter(stack, 2 if "sigma=2" in given else 1)
    return segment_rules.find_objects(smooth > segment_rules.find_threshold(smooth, **cut), **rest)


def read(parameters):
    """The digests of what comes out, in the order of planes."""
    return [digest for digest, _ in digests(f"{SOURCE} {parameters}", "labels").values()]


def digest(plane, dtype):
    return hashlib.sha256(np.ascontiguousarray(plane, dtype)).hexdigest()


@case
def planes():
    """Each option on all planes of a time, of two channels."""
    image = pixels()
    flat = image.reshape(-1, *image.shape[-2:])
    for given, (cut, rest) in PLANES.items():
        found = read(f"! parallel-segment {given}")
        wanted = [digest(expected(plane, given, cut, rest), "<u4") for plane in flat]
        assert found == wanted, f"{given}: {sum(a != b for a, b in zip(found, wanted))} of {len(flat)} planes differ"


@case
def tiles():
    """What is done to all runs of a plane, with so little memory that it is worked out in tiles."""
    image = pixels()[0, 2:5]
    given = "split=true fill-holes=true memory=200K"
    found = read(f"c=0 z=2-4 ! parallel-segment {given}")
    assert found == [digest(expected(plane, given, {}, {"divide": True, "fill_holes": True}), "<u4") for plane in image]


@case
def volume():
    """A volume, 26-connected, its holes filled, split."""
    image = pixels()
    given = "volume=true connectivity=26 fill-holes=true split=true"
    found = read(f"c=0 ! parallel-segment {given}")
    labels = expected(image[0], given, {}, {"diagonal": True, "fill_holes": True, "divide": True})
    assert found == [digest(plane, "<u4") for plane in labels]


@case
def masks():
    """A mask is 255 where labels are not 0."""
    image = pixels()
    flat = image.reshape(-1, *image.shape[-2:])
    found = read("! parallel-segment view=mask")
    assert found == [digest(np.where(expected(plane, "", {}, {}) > 0, 255, 0), "u1") for plane in flat]


@case
def refused():
    """What contradicts itself, or memory, is told in one line."""
    one_line(lamina("run", f"{SOURCE} ! parallel-segment above=5"), 1, "threshold=absolute")
    one_line(lamina("run", f"{SOURCE} ! parallel-segment connectivity=26"), 1, "volume=true")
    one_line(lamina("run", f"{SOURCE} ! parallel-segment split=true memory=10K"), 1, "memory=")


main()
