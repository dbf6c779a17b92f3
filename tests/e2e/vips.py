#!/usr/bin/python3
"""libvips's programs read OME-Zarr and segment it: what they read, what they fetch, what they say when they fail.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import hashlib
import os
import shutil
import statistics
import sys

import numpy as np
import zarr
from harness import (BUILD, CORPUS, SAMPLE, Skip, case, digests, folder, good, guide, lamina, main, nginx,
                     note, one_line, quoted, run, tree)
from known import expected, spaced

# Bytes of libvips's formats that NumPy has under other names.
FORMATS = {"uchar": "u1", "char": "i1", "ushort": "u2", "short": "i2", "uint": "u4", "int": "i4", "float": "f4",
           "double": "f8"}
environment = {}


def home():
    """The environment that the command tells for the module of this build folder."""
    if not environment:
        if not shutil.which("vips"):
            raise Skip("there is no vips")
        cache = os.path.join(BUILD, "vips-cache")
        told = good(lamina("vips-home", env=dict(os.environ, XDG_CACHE_HOME=cache))).out
        environment.update(os.environ, **dict(word.split("=", 1) for word in told.split()))
    return environment


def vips(*arguments, program="vips", **options):
    with_home = dict(home(), **options.pop("extra", {}))
    return run(program, *map(str, arguments), env=with_home, **options)


def pixels(image, **options):
    """The lines of an image as libvips has it."""
    with folder() as out:
        good(vips("rawsave", image, f"{out}/raw", **options))
        header = good(vips(image, program="vipsheader", **options)).out.rsplit(": ", 1)[1]
        size, name = header.replace(",", "").split()[:2]
        with open(f"{out}/raw", "rb") as file:
            return np.frombuffer(file.read(), FORMATS[name]).reshape(int(size.split("x")[1]), -1)


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def pointer(path, location, **values):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([str(location), *(f"{name}={value}" for name, value in values.items())]) + "\n")
    return path


@contextlib.contextmanager
def pointed(location, **values):
    with folder() as out:
        yield pointer(f"{out}/x.idr", location, **values)


# --- Reading --------------------------------------------------------------------------------------------


@case
def header():
    """vipsheader shows sizes, pages, resolution, channels and OME-XML"""
    with pointed(os.path.abspath(SAMPLE), c=1) as name:
        fields = dict(line.split(": ", 1) for line in good(vips("-a", name, program="vipsheader")).out.splitlines())
    note(fields)
    assert (fields["width"], fields["height"], fields["n-pages"]) == ("240", "200", "27"), fields
    assert "page-height" not in fields and fields["vips-loader"] == "lamina_load"
    assert (fields["xres"], fields["lamina-c"], fields["lamina-channel-0"]) == ("4000", "1", "filaments"), fields
    assert fields["image-description"].startswith("<?xml") and fields["n-levels"] == "3"


@case
def same_pixels():
    """pages, copies and .zattrs have the pixels that zarr-python reads, from a folder and from a bucket"""
    array = zarr.open(os.path.join(SAMPLE, "0"), mode="r")[:]
    with nginx(os.path.join(SAMPLE, "..")) as server, folder() as out:
        for location in (os.path.abspath(SAMPLE), f"{server.url}/cells.zarr"):
            name = pointer(f"{out}/x.idr", location, n=-1)
            assert np.array_equal(pixels(name), array.reshape(-1, array.shape[-1]))
            good(vips("copy", f"{name}[page=30,n=1]", f"{out}/one.tif"))
            assert np.array_equal(pixels(f"{out}/one.tif"), array.reshape(-1, *array.shape[-2:])[30])
            mean = float(good(vips("avg", name)).out)
            assert abs(mean - array.mean()) < 1e-5, (mean, array.mean())
        assert np.array_equal(pixels(os.path.join(SAMPLE, ".zattrs[t=2,c=1,z=5]")), array[2, 1, 5])


@case
def known_pixels():
    """every plane of the corpus's OME-Zarr images, over HTTP, has its known digest"""
    wrong = n_planes = 0
    with nginx(os.path.join(CORPUS or "", "zarr")) as server, folder() as out:
        for row in expected("zarr/segment_expected.json"):
            name = pointer(f"{out}/x.idr", f"{server.url}/{row['group']}", level=row["level"], n=-1)
            lines = pixels(name)
            counts = [int(np.prod(row["shape"][:-2])), *row["shape"][-2:]]
            planes = lines.reshape(counts)
            axes = spaced(row["axes"], row["shape"])[:-2]
            for plane in row["planes"]:
                index = np.ravel_multi_index(plane["index"], row["shape"][:-2]) if axes else 0
                wrong += sha256(planes[index].astype(row["dtype"])) != plane["plane_sha256"]
                n_planes += 1
    note(f"{n_planes} planes, {wrong} wrong")
    assert n_planes > 0 and not wrong


@case
def other_programs():
    """vipsthumbnail and vips dzsave take it as any image"""
    with pointed(os.path.abspath(SAMPLE), n=-1) as name, folder() as out:
        good(vips(f"{name}[n=1]", "--size", "100", "-o", f"{out}/small.png", program="vipsthumbnail"))
        good(vips("dzsave", name, f"{out}/deep"))
        assert good(vips(f"{out}/small.png", program="vipsheader")).out.startswith(f"{out}/small.png: 100x83 ")
        assert os.path.exists(f"{out}/deep.dzi") and len(os.listdir(f"{out}/deep_files")) > 10


@case
def spreadsheet():
    """nip2, which asks for formats of libvips 7, opens planes by name, and says why it does not"""
    if not (shutil.which("nip2") and shutil.which("xvfb-run")):
        raise Skip("there is no nip2")
    array = zarr.open(os.path.join(SAMPLE, "0"), mode="r")[0, 1]
    with pointed(os.path.abspath(SAMPLE), t=0, c=1) as name, folder() as out:
        def ask(expression):
            return vips("-a", "nip2", "-b", "-p", "-e", expression, program="xvfb-run", extra={"HOME": out})

        for options, plane in ("", array[0]), (":page=5", array[5]):
            got = float(good(ask(f'max (Image_file "{name}{options}")')).out)
            assert got == plane.max(), (options, got)
        failed = ask(f'max (Image_file "{name}:page=99")')
        assert failed.status == 1 and "There is no page 99" in failed.err + failed.out, failed


@case
def failures():
    """what cannot be opened or read: status 1, and one line of ours"""
    with folder() as out:
        for location, *words in (("/nowhere", "idr-s3-source", "/nowhere"), ("http://127.0.0.1:9/x.zarr", "127.0.0.1"),
                                 ("", "names no location")):
            name = pointer(f"{out}/x.idr", location)
            one_line(vips("avg", name), 1, "lamina_load", *words)
            one_line(vips("copy", name, f"{out}/o.tif"), 1, *words)
        one_line(vips("idr_s3_source", "/nowhere", f"{out}/o.v"), 1, "idr-s3-source", "/nowhere")
        one_line(vips("idr_s3_source", SAMPLE, f"{out}/o.v", "--level", 200), 1, "0 to 100", "200")
        tall = pointer(f"{out}/x.idr", os.path.abspath(SAMPLE))
        one_line(vips("avg", f"{tall}[page=54]"), 1, "no page 54")
        one_line(vips("avg", tall, extra={"VIPS_BLOCK_UNTRUSTED": "1"}), 1, "blocked")


@case
def broken_chunk():
    """a broken chunk in an image's last lines is an error: always on one thread, and on more as far as libvips 8.14 lets it"""
    with folder() as out:
        group = zarr.open_group(zarr.NestedDirectoryStore(f"{out}/a.zarr"), mode="w")
        group.create_dataset("0", data=np.arange(2048 * 64, dtype="u2").reshape(2048, 64), chunks=(64, 64))
        with open(f"{out}/a.zarr/0/31/0", "r+b") as file:
            file.truncate(30)
        for threads in ("1", "2", "8"):
            results = [vips("avg", f"{out}/a.zarr/0/.zarray", extra={"VIPS_CONCURRENCY": threads}) for _ in range(5)]
            failed = [result for result in results if result.status != 0]
            for result in failed:
                one_line(result, 1, "chunk")
            # It forgets what a thread says that was held up between its tile and its work (vips-round.c).
            note(f"{threads} threads: {len(failed)} of 5 failed")
            assert len(failed) == 5 or (threads != "1" and len(failed) >= 3), threads


# --- Segmenting -------------------------------------------------------------------------------------------


@case
def known_labels():
    """parallel_segment gives SciPy's labels for the corpus's images, opened by libvips itself"""
    wrong = n_planes = 0
    with folder() as out:
        for row in expected("images/expected.json")["images"]:
            path = os.path.join(CORPUS, "images", row["path"])
            pages = "[n=-1]" if path.endswith((".tif", ".tiff")) and len(row["shape"]) > 2 else ""
            if vips("avg", f"{path}{pages}").status:
                note(f"libvips does not open {row['path']}")
                continue
            opened = pixels(f"{path}{pages}")
            if opened.size != int(np.prod(row["shape"])):
                note(f"libvips has more or less of {row['path']}")
                continue
            height, width = row["shape"][-2:]
            if opened.shape[1] > width:  # bands, which are channels
                opened = np.moveaxis(opened.reshape(height, width, -1), -1, 0)
            opened = opened.reshape(-1, height, width)
            good(vips("parallel_segment", f"{path}{pages}", f"{out}/labels.v"))
            labels = pixels(f"{out}/labels.v").astype("<i4").reshape(opened.shape)
            for plane in row["planes"]:
                index = np.ravel_multi_index(plane["index"], row["shape"][:-2]) if row["shape"][:-2] else 0
                if sha256(opened[index]) != plane["plane_sha256"]:
                    note(f"libvips has other pixels of {row['path']}")
                    continue
                wrong += sha256(labels[index]) != plane["label_sha256"]
                n_planes += 1
    note(f"{n_planes} planes, {wrong} wrong")
    assert n_planes >= 150 and not wrong


@case
def same_as_lamina():
    """labels and objects are lamina run's, past a file of libvips's too, with 1 and 8 threads"""
    source = f"idr-s3-source location={quoted(os.path.abspath(SAMPLE))} ! parallel-segment sigma=2"
    known = digests(source, "labels")
    with pointed(os.path.abspath(SAMPLE), n=-1) as name, folder() as out:
        good(lamina("run", source, "-o", f"objects={out}/objects.csv"))
        with open(f"{out}/objects.csv", encoding="utf-8") as file:
            columns, *rows = [line.split(",") for line in file.read().splitlines()]
        good(vips("copy", name, f"{out}/copy.v"))
        for given in (name, f"{out}/copy.v"):
            for threads in ("1", "8"):
                good(vips("parallel_segment", given, f"{out}/l.v", "--sigma", 2, extra={"VIPS_CONCURRENCY": threads}))
                planes = pixels(f"{out}/l.v").reshape(-1, 200, 240)
                assert [sha256(plane) for plane in planes] == [known[where][0] for where in sorted(known)]
            good(vips("parallel_segment_objects", given, f"{out}/objects.v", "--sigma", 2))
            fields = good(vips("-f", "lamina-columns", f"{out}/objects.v", program="vipsheader")).out.strip()
            assert fields.split(",") == columns
            matrix = pixels(f"{out}/objects.v")
            assert np.allclose(matrix, np.array(rows, float)[:, : matrix.shape[1]], equal_nan=True, rtol=1e-12)


@case
def leaks():
    """--vips-leak has nothing to tell"""
    with pointed(os.path.abspath(SAMPLE), n=-1) as name, folder() as out:
        os.mkdir(f"{out}/pictures")
        for arguments in (("avg", name), ("copy", name, f"{out}/x.tif"), ("parallel_segment", name, f"{out}/x.v"),
                          ("parallel_segment_objects", name, f"{out}/o.csv"), ("write_png", name, f"{out}/pictures")):
            said = good(vips("--vips-leak", *arguments)).err
            assert not any(word in said for word in ("objects alive", "allocations", "open", "error buffer")), said


@case
def broken_plane():
    """a chunk that is broken in the middle of a stack ends all that is segmented: status 1, and one line"""
    with folder() as out:
        group = zarr.open_group(zarr.NestedDirectoryStore(f"{out}/a.zarr"), mode="w")
        group.create_dataset("0", data=np.arange(40 * 64 * 64, dtype="u2").reshape(40, 64, 64) % 251, chunks=(1, 64, 64))
        with open(f"{out}/a.zarr/0/20/0/0", "r+b") as file:
            file.truncate(30)
        for operation in ("parallel_segment", "parallel_segment_objects"):
            for threads in ("1", "8"):
                result = vips(operation, f"{out}/a.zarr/0/.zarray[n=-1]", f"{out}/o.v", extra={"VIPS_CONCURRENCY": threads})
                one_line(result, 1, "chunk 20/0/0", "cut short")
        good(vips("parallel_segment_objects", f"{out}/a.zarr/0/.zarray[page=21,n=-1]", f"{out}/o.v"))


# --- What is fetched ---------------------------------------------------------------------------------------


def make_plane(top, shape, chunks):
    """An empty plane in TOP/big.zarr."""
    group = zarr.open_group(zarr.NestedDirectoryStore(f"{top}/big.zarr"), mode="w")
    scale = [{"type": "scale", "scale": [1.0, 1.0]}]
    group.attrs["multiscales"] = [{"version": "0.4", "axes": [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}],
                                   "datasets": [{"path": "0", "coordinateTransformations": scale}]}]
    return group.create_dataset("0", shape=shape, chunks=chunks, dtype="u2", dimension_separator="/")


def asked_chunks(log):
    """The chunks that a server was asked for, each as often as it was."""
    with open(log, encoding="utf-8") as file:
        return sorted(line.split()[2] for line in file if line.split()[2].rsplit("/", 1)[1].isdigit())


@case
def crop():
    """a crop of 64 x 64 from a plane of 16,384 x 16,384 fetches the chunks that it covers, and no other"""
    with folder() as top:
        array = make_plane(top, (16384, 16384), (256, 256))
        array[7936:8448, 7936:8448] = np.arange(512 * 512).reshape(512, 512)
        with nginx(top, "--log", f"{top}/log") as server:
            name = pointer(f"{top}/x.idr", f"{server.url}/big.zarr")
            good(vips("crop", name, f"{top}/crop.v", 8160, 8160, 64, 64))
        chunks = asked_chunks(f"{top}/log")
        assert np.array_equal(pixels(f"{top}/crop.v"), array[8160:8224, 8160:8224])
    assert chunks == [f"/big.zarr/0/{y}/{x}" for y in (31, 32) for x in (31, 32)], chunks


@case
def strips():
    """a wide plane, read in strips by several threads, needs each chunk once"""
    with folder() as top:
        array = make_plane(top, (2048, 16384), (1024, 1024))
        array[:] = np.add.outer(np.arange(2048) * 7, np.arange(16384)).astype("u2")
        with nginx(top, "--log", f"{top}/log") as server:
            name = pointer(f"{top}/x.idr", f"{server.url}/big.zarr")
            good(vips("copy", name, f"{top}/copy.v", extra={"VIPS_CONCURRENCY": "4"}))
        chunks = asked_chunks(f"{top}/log")
        assert np.array_equal(pixels(f"{top}/copy.v"), array[:])
    assert chunks == sorted(f"/big.zarr/0/{y}/{x}" for y in range(2) for x in range(16)), chunks


def medians(commands, rounds):
    """Commands run by turns: the medians of what they take, by name."""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(good(command()))
    return {name: {"cpu": statistics.median(result.cpu for result in some),
                   "wall": statistics.median(result.seconds for result in some)} for name, some in runs.items()}


@contextlib.contextmanager
def many():
    """5,000 planes: a pointer file, a chain that segments them, and a folder for what comes out."""
    with pointed(guide(), level=4, c=0, t="middle:25", z="middle:50", n=-1) as name, folder() as out:
        source = f"idr-s3-source location={quoted(guide())} level=4 c=0 t=middle:25 z=middle:50"
        yield name, f"{source} ! parallel-segment", out


@case
def cost():
    """5,000 planes in one libvips process: all their objects, at a cost of the command's order; tests/bench/through-vips.py tells it"""
    quiet = {"MALLOC_PERTURB_": "0"}
    with many() as (name, chain, out):
        figures = medians({"lamina run": lambda: lamina("run", chain, env=dict(os.environ, **quiet)),
                           "vips": lambda: vips("parallel_segment_objects", name, f"{out}/o.v", extra=quiet),
                           "vips, nothing to do": lambda: vips("--version", extra=quiet)}, 3)
        rows = int(good(vips("-f", "height", f"{out}/o.v", program="vipsheader")).out)
        assert f"planes 5000, objects {rows}," in good(lamina("run", chain)).out
    note(figures)
    assert figures["vips"]["cpu"] - figures["vips, nothing to do"]["cpu"] <= 2 * figures["lamina run"]["cpu"]


# --- Installing ----------------------------------------------------------------------------------------------


@case
def installed():
    """meson install puts module, manual and toolkit where they belong, and the module finds its library"""
    with folder() as out:
        good(run("meson", "install", "-C", os.path.join(BUILD, ".."), "--no-rebuild", "--quiet", "--destdir", out))
        paths = {os.path.basename(path): f"{out}/{path}" for path in tree(out)}
        module, manual, toolkit = (paths[name] for name in ("vips-lamina.so", "lamina-vips.7", "Lamina.def"))
        assert "/vips-modules-" in os.path.realpath(module) and "/man7/" in manual and "/nip2/start/" in toolkit
        modules = os.path.dirname(os.path.realpath(module))
        libraries = os.path.dirname(modules)
        found = dict(os.environ, LD_LIBRARY_PATH=libraries, LAMINA_PLUGIN_PATH=f"{libraries}/lamina-1",
                     VIPSHOME=os.path.dirname(libraries))
        assert "parallel_segment" in good(run("vips", "-l", "lamina", env=found)).out


# --- Other languages -----------------------------------------------------------------------------------------

PYTHON = """
import sys, gi
gi.require_version("Vips", "8.0")
from gi.repository import GObject, Vips
Vips.init("test")
def call(name, output, **given):
    operation = Vips.Operation.new(name)
    for key, value in given.items():
        GObject.Object.set_property(operation, key, value)
    return GObject.Object.get_property(Vips.cache_operation_build(operation), output)
image = call("idr_s3_source", "image", location=sys.argv[1], c="0", z="3-5")
print(image.props.width, image.props.height, call("max", "out", **{"in": call("parallel_segment", "labels", input=image)}))
"""
RUBY = """
require "vips"
image = Vips::Image.idr_s3_source ARGV[0], c: "0", z: "3-5"
puts "#{image.width} #{image.height} #{image.parallel_segment.max}"
begin
  Vips::Image.idr_s3_source "/nowhere"
rescue Vips::Error => error
  puts error.message
end
"""


@case
def languages():
    """Python and Ruby call the operations by name"""
    python = good(vips("-c", PYTHON, SAMPLE, program=sys.executable)).out.split()
    assert python[:2] == ["240", "1800"] and float(python[2]) > 10, python
    if not shutil.which("ruby"):
        raise Skip("there is no ruby")
    ruby = good(vips("-e", RUBY, SAMPLE, program="ruby")).out.splitlines()
    note(ruby)
    assert ruby[0].split() == python and "/nowhere" in ruby[1], ruby


if __name__ == "__main__":
    main()
