#!/usr/bin/python3
"""libvips's operations in Lamina's chains: what they give, what they cost, what goes wrong.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import hashlib
import os
import re
import shutil

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import numpy as np
import scipy.ndimage
import zarr

from harness import BUILD, CORPUS, SAMPLE, case, digests, folder, good, lamina, main, nginx, note, one_line, quoted, run
from known import expected

SOURCE = f"idr-s3-source location={quoted(SAMPLE)}"
MEDIAN = "vips:rank width=3 height=3 index=4"
BYTES = [1, 1, 2, 2, 4, 4, 4, 8, 8]
FORMATS = {"|u1": "uchar", "<u2": "ushort", "<i2": "short", "<f4": "float", "<f8": "double"}


def planes(n):
    """The first n planes of the sample by their place, as another reader has them."""
    array = zarr.open(SAMPLE, "r")["0"]
    return {tuple(map(int, at)): array[tuple(at)] for at, _ in zip(np.ndindex(*array.shape[:3]), range(n))}


def by_hand(plane, *words):
    """What the command vips makes of a plane."""
    with folder() as where:
        raw, before, after = (os.path.join(where, name) for name in ("raw", "before.v", "after.v"))
        np.ascontiguousarray(plane).tofile(raw)
        good(run("vips", "rawload", raw, before, str(plane.shape[1]), str(plane.shape[0]), "1",
                 "--format", FORMATS[plane.dtype.newbyteorder("<").str]))
        good(run("vips", words[0], before, after, *words[1:]))
        return read_raster(after)


def write(path, array, *options):
    """An image of libvips's, of lines, columns and bands."""
    with folder() as where:
        raw, opened = f"{where}/raw", f"{where}/opened.v"
        np.ascontiguousarray(array).tofile(raw)
        height, width, bands = map(str, array.shape)
        good(run("vips", "rawload", raw, opened, width, height, bands, "--format", FORMATS[array.dtype.str]))
        good(run("vips", os.path.splitext(path)[1][1:] + "save", opened, path, *options))


def read_raster(path):
    """The pixels of a file in libvips's own format: a header of 64 bytes, the pixels, and text."""
    with open(path, "rb") as file:
        data = file.read()
    width, height, bands, _, band_format = np.frombuffer(data[4:24], "i4")
    return data[64:64 + width * height * bands * BYTES[band_format]]


def segment(plane):
    smooth = scipy.ndimage.gaussian_filter(plane, 1)
    return scipy.ndimage.label(smooth > 0.33 * smooth.max())


@case
def listed():
    """lamina list has libvips's operations after its own, and inspect tells of their parameters"""
    names = [line.split()[0] for line in good(lamina("list")).out.splitlines()]
    theirs = [name for name in names if name.startswith("vips:")]
    assert names[-len(theirs):] == theirs and "idr-s3-source" in names, names
    assert len(theirs) > 80 and {"vips:rank", "vips:gaussblur", "vips:crop", "vips:lab2xyz", "vips:tiffload"} <= set(theirs), theirs
    assert not any("idr" in name or "segment" in name for name in theirs), theirs
    assert not {"vips:add", "vips:conv", "vips:tiffsave", "vips:draw_rect"} & set(theirs), theirs
    # Nor where libvips has ours.
    with folder() as cache:
        home = os.environ | {"XDG_CACHE_HOME": cache}
        home |= dict(word.split("=", 1) for word in good(lamina("vips-home", env=home)).out.split())
        assert "idr_s3_source" in good(run("vips", "-l", env=home)).out
        again = [line.split()[0] for line in good(lamina("list", env=home)).out.splitlines()]
    assert again == names, again
    text = good(lamina("inspect", "vips:rank")).out
    assert re.search(r"width +whole number +Window width in pixels\n +1 to 100000, must be given", text), text
    text = good(lamina("inspect", "vips:gaussblur")).out
    assert "default integer" in text and " last" not in text, text
    note(f"{len(theirs)} operations")


@case
def median_in_the_middle():
    """a median between source and segmentation is that of libvips, and of SciPy, and so are the labels"""
    pixels = digests(f"{SOURCE} ! {MEDIAN}")
    labels = digests(f"{SOURCE} ! {MEDIAN} ! parallel-segment", "labels", threads=8)
    assert len(pixels) == len(labels) == len(planes(10 ** 6))
    for place, plane in planes(12).items():
        median = scipy.ndimage.median_filter(plane, 3, mode="nearest")
        assert by_hand(plane, "rank", "3", "3", "4")== median.tobytes()
        assert pixels[place][0] == hashlib.sha256(median.tobytes()).hexdigest(), place
        expected, n = segment(median)
        assert labels[place] == (hashlib.sha256(expected.astype("u4").tobytes()).hexdigest(), n), place


@case
def other_operations():
    """other operations give what the command vips gives, whatever their sizes, types and parameters"""
    chains = {
        "vips:gaussblur sigma=3.5": ["gaussblur", "3.5"],
        "vips:gaussblur sigma=1.2 precision=float": ["gaussblur", "1.2", "--precision", "float"],
        "vips:linear a=1.5 b=20": ["linear", "1.5", "20"],
        "vips:cast format=uchar shift=true": ["cast", "uchar", "--shift"],
        "vips:relational_const relational=more c=100": ["relational_const", "more", "100"],
        "vips:hist_equal": ["hist_equal"],
        "vips:resize scale=0.4 kernel=cubic": ["resize", "0.4", "--kernel", "cubic"],
        "vips:affine matrix=1,0.2,0,1 interpolate=bicubic": ["affine", "1 0.2 0 1", "--interpolate", "bicubic"],
        "vips:rot angle=d90": ["rot", "d90"],
        "vips:crop left=11 top=7 width=100 height=50": ["crop", "11", "7", "100", "50"],
        "vips:canny sigma=1.4": ["canny", "--sigma", "1.4"],
        "vips:hist_find": ["hist_find"],
    }
    place, plane = next(iter(planes(1).items()))
    for chain, words in chains.items():
        got = digests(f"{SOURCE} t=0 c=0 z=0 ! {chain}")[place][0]
        assert got == hashlib.sha256(by_hand(plane, *words)).hexdigest(), chain


@case
def every_operation():
    """every operation without any parameter gives an image or one line that says why not"""
    source, n_good = f"{SOURCE} t=0 c=0 z=0", 0
    for line in good(lamina("list")).out.splitlines():
        if line.startswith("vips:"):
            name = line.split()[0]
            result = lamina("run", f"{source} ! {name}")
            n_good += result.status == 0
            if result.status != 0:
                said = [line for line in result.err.splitlines() if not line.startswith("lamina: warning: ")]
                assert result.status == 1 and len(said) == 1 and said[0].startswith("lamina: "), f"{name}: {result}"
    assert n_good > 30, n_good
    note(f"{n_good} give an image")


@case
def only_what_is_needed():
    """a filter reads what it needs and no more, and libvips is loaded for those who ask for it"""
    with folder() as where:
        log = os.path.join(where, "log")
        with nginx(os.path.dirname(SAMPLE), "--log", log) as server:
            source = f"idr-s3-source location={quoted(f'{server.url}/{os.path.basename(SAMPLE)}')} t=1 z=2-4"
            for chain in (source, f"{source} ! {MEDIAN}", f"{source} ! vips:hist_equal ! {MEDIAN}"):
                good(lamina("run", f"{chain} ! parallel-segment"))
        with open(log, encoding="utf-8") as file:
            requests = [line for line in file.read().splitlines() if "/0/1/" in line]
    third = len(requests) // 3
    assert third == 6, requests
    assert sorted(requests[:third]) == sorted(requests[third:2 * third]) == sorted(requests[2 * third:]), requests
    note(f"{third} chunks each")
    for chain, is_loaded in (SOURCE, False), (f"{SOURCE} ! {MEDIAN}", True):
        result = good(lamina("run", chain, env=os.environ | {"LD_DEBUG": "files"}))
        assert ("libvips.so" in result.err) == is_loaded, chain


@case
def files():
    """what libvips loads is a source: pages are planes, bands channels, and labels are SciPy's"""
    array = zarr.open(SAMPLE, "r")["0"][0, 0]
    with folder() as where:
        pages, bands = f"{where}/pages.tiff", f"{where}/bands.tiff"
        write(pages, array.reshape(-1, array.shape[2], 1), "--page-height", str(array.shape[1]))
        write(bands, np.moveaxis(array[:3], 0, -1))
        for chain, its in ((f"vips:tiffload filename={pages} n=-1", array), (f"vips:tiffload filename={bands}", array[:3]),
                           (f"vips:tiffload filename={pages} page=2", array[2:3])):
            known = digests(f"{chain} ! parallel-segment", "labels", threads=2)
            assert len(known) == len(its), (chain, known)
            for place, plane in zip(sorted(known), its):
                labels, n = segment(plane)
                assert known[place] == (hashlib.sha256(labels.astype("u4").tobytes()).hexdigest(), n), (chain, place)
        for chain, *words in ((f"vips:tiffload filename={where}/none.tiff", "vips:tiffload", "none.tiff"),
                              (f"vips:tiffload filename={__file__}", "vips:tiffload", "TIFF"), ("vips:tiffload", "filename must be given")):
            one_line(lamina("run", f"{chain} ! parallel-segment"), 1, *words)
        os.truncate(bands, os.path.getsize(bands) // 2)
        one_line(lamina("run", f"vips:tiffload filename={bands} fail-on=truncated ! parallel-segment"), 1, "vips:tiffload")


@case
def images_of_others():
    """TIFFs of the corpus, loaded by libvips, have their known labels"""
    wrong = n_planes = 0
    for row in expected("images/expected.json")["images"]:
        path, shape = os.path.join(CORPUS, "images", row["path"]), row["shape"][:-2]
        source = f"vips:tiffload filename={quoted(path)}{' n=-1' if shape else ''}"
        if not path.endswith((".tif", ".tiff")) or lamina("run", source).status:
            continue
        pixels, labels = digests(source), digests(f"{source} ! parallel-segment", "labels")
        for plane in row["planes"]:
            place = sorted(pixels)[np.ravel_multi_index(plane["index"], shape) if shape else 0]
            if pixels[place][0] == plane["plane_sha256"]:  # libvips inverts some
                wrong += labels[place][0] != plane["label_sha256"]
                n_planes += 1
    note(f"{n_planes} planes, {wrong} wrong")
    assert n_planes >= 150 and not wrong


@case
def faults():
    """what goes wrong is one line, of libvips, of the parameters or of the source, and a status"""
    one_line(lamina("run", f"{SOURCE} ! vips:rank width=3 height=3"), 1, "vips:rank", "index must be given")
    one_line(lamina("run", f"{SOURCE} ! vips:rank width=0 height=3 index=0"), 2, "width takes", "from 1 to")
    one_line(lamina("run", f"{SOURCE} ! vips:rnak"), 2, "did you mean \"vips:rank\"")
    one_line(lamina("run", f"{SOURCE} ! vips:rank width=3 height=3 index=40"), 1, "vips:rank: index out of range")
    one_line(lamina("run", f"{SOURCE} ! vips:fwfft"), 1, "vips:fwfft", "complex", "cast")
    one_line(lamina("run", f"{SOURCE} ! vips:linear a=1,x b=0"), 1, "a takes numbers", "1,x")
    one_line(lamina("run", MEDIAN), 1, "vips:rank", "no image")
    with folder() as where:
        copy = os.path.join(where, "broken.zarr")
        shutil.copytree(SAMPLE, copy)
        chunk = next(os.path.join(at, name) for at, _, names in sorted(os.walk(os.path.join(copy, "0", "1")))
                     for name in names if not name.startswith("."))
        with open(chunk, "r+b") as file:
            file.write(b"no chunk at all")
        for name in MEDIAN, "vips:hist_equal":
            result = lamina("run", f"idr-s3-source location={quoted(copy)} ! {name} ! parallel-segment")
            one_line(result, 1, "idr-s3-source: ", "chunk")


@case
def interrupted():
    """an interrupt ends a filter's work at once"""
    chain = f"{SOURCE} ! vips:rank width=99 height=99 index=5000 ! parallel-segment"
    result = lamina("run", chain, interrupt_after=1)
    assert result.status == 130 and result.after_interrupt < 5, result


main()
