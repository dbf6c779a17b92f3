#!/usr/bin/python3
"""nip2 with Lamina's toolkit: expressions, sliders on a screen of the test's own, and what a new plane costs.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from types import SimpleNamespace

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import numpy as np
import scipy.ndimage
import zarr

from harness import SAMPLE, Skip, case, folder, good, lamina, main, nginx, note, run

# Where things are in a window of 1270 x 860 at the screen's corner.
SIZE = "1270", "860"
LOCATION, SECTION, FRAME = (400, 208), (395, 298), (348, 238)
OBJECTS = "60x50+57+488"


def read(plane):
    """A plane of the sample, as another reader has it."""
    return zarr.open(SAMPLE, "r")["0"][plane]


def segment(plane):
    smooth = scipy.ndimage.gaussian_filter(plane, 1)
    return scipy.ndimage.label(smooth > 0.33 * smooth.max())


@contextlib.contextmanager
def bucket():
    """The sample on a server: its URL, and a function that takes the objects that were asked for since."""
    with folder() as where:
        log = os.path.join(where, "log")
        with nginx(os.path.dirname(SAMPLE), "--log", log) as server, open(log, encoding="utf-8") as requests:
            name = os.path.basename(SAMPLE)

            def take():
                return [line.split(f"/{name}/")[1] for line in requests.read().splitlines()]

            yield SimpleNamespace(url=f"{server.url}/{name}", take=take)


@contextlib.contextmanager
def environment():
    """A home, and libvips with the module and nip2 with the toolkit."""
    if not shutil.which("nip2"):
        raise Skip("there is no nip2")
    with folder() as home:
        # Whoever has this folder is not welcomed, which would take space.
        os.mkdir(os.path.join(home, "." + good(run("nip2", "-v")).out.split()[0]))
        values = dict(os.environ, HOME=home, XDG_CACHE_HOME=os.path.join(home, "cache"))
        told = good(lamina("vips-home", env=values)).out
        yield values | dict(word.split("=", 1) for word in told.split())


def is_metadata(key):
    return os.path.basename(key) in (".zattrs", ".zgroup", ".zarray", ".zmetadata", "zarr.json")


@case
def expressions():
    """expressions segment planes, and each plane needs its own chunk and nothing else"""
    with environment() as env, bucket() as store:
        labels = f'(vips_call "parallel_segment" [idr_plane "{store.url}" 0 1 0 z] [])?0'
        told = good(run("nip2", "-e", f"[max ({labels}) :: z <- [0, 4, 7]]", env=env)).out.split()
        keys = store.take()
        counts = [segment(read((1, 0, z)))[1] for z in (0, 4, 7)]
        assert list(map(float, told)) == counts, (told, counts)
        assert sorted(key for key in keys if not is_metadata(key)) == [f"0/1/0/{z}/0/0" for z in (0, 4, 7)], keys
        assert len(keys) == len(set(keys)), keys
        told = good(run("nip2", "-e", f'[idr_count "{store.url}" axis :: axis <- ["t", "c", "z"]]', env=env)).out.split()
        assert list(map(int, told)) == [3, 2, 9], told
        assert all(map(is_metadata, store.take()))


@case
def colours():
    """labels are seen in colours, which tell neighbours apart, and nothing is black"""
    with environment() as env, folder() as where:
        labels = f'(vips_call "parallel_segment" [idr_plane "{SAMPLE}" 0 1 0 4] [])?0'
        picture = os.path.join(where, "picture.v")
        good(run("nip2", "-e", f"label_colours ({labels})", "-o", picture, env=env))
        good(run("vips", "rawsave", picture, f"{where}/raw"))
        rgb = np.fromfile(f"{where}/raw", "u1").reshape(200, 240, 3).astype(int)
    labels, n = segment(read((1, 0, 4)))
    assert ((rgb.max(axis=2) > 0) == (labels > 0)).all()
    of_object = [np.unique(rgb[labels == i], axis=0) for i in range(1, n + 1)]
    assert all(len(colour) == 1 for colour in of_object)
    distances = [abs(a[0] - b[0]).sum() for a, b in zip(of_object, of_object[1:])]
    assert min(distances) > 60, distances


# --- On a screen ------------------------------------------------------------------------------------------


def start(stack, command, **options):
    """Runs a program until the stack ends."""
    process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, **options))
    stack.callback(process.kill)


@contextlib.contextmanager
def screen(env):
    """A screen that nobody else has, with a window manager."""
    if not all(map(shutil.which, ("Xvfb", "openbox", "xdotool", "import"))):
        raise Skip("there is no Xvfb, openbox, xdotool or import")
    readable, writable = os.pipe()
    command = ["Xvfb", "-displayfd", str(writable), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        start(stack, command, pass_fds=[writable], stderr=log)
        os.close(writable)
        with os.fdopen(readable) as display:
            env = env | {"DISPLAY": f":{display.readline().strip()}"}
        start(stack, ["openbox"], env=env, stderr=log)
        yield env


def until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.2)


class Nip2:
    def __init__(self, env):
        self.env = env
        self.find = ["xdotool", "search", "--onlyvisible", "--name", "nip2$"]
        until(lambda: run(*self.find, env=env).out, "a window")
        self.window = run(*self.find, env=env).out.split()[-1]
        self.do("windowactivate", "--sync", self.window, "windowmove", "--sync", self.window, "0", "0")
        self.do("windowsize", self.window, *SIZE, "sleep", "1")

    def do(self, *words):
        good(run("xdotool", *map(str, words), env=self.env))

    def choose(self, item):
        """An item of the toolkit Lamina, which follows Edit, Colour, Filter, Histogram and Image."""
        self.do("key", "alt+t", "sleep", 0.5, "key", "--delay", 100, *["Down"] * 5, "Right", *["Down"] * item, "Return")
        self.do("sleep", 1)

    def type(self, place, text):
        self.do("mousemove", *place, "click", "--repeat", 3, 1, "sleep", 0.3, "type", text)
        self.do("key", "Return")

    def drag(self, place, steps):
        x, y = place
        self.do("mousemove", x, y, "mousedown", 1)
        for step in steps:
            self.do("mousemove", x + step, y, "sleep", 0.3)
        self.do("mouseup", 1)

    def coloured(self):
        """How much of the objects' little picture is not black."""
        command = ["import", "-window", "root", "-crop", OBJECTS, "-depth", "8", "rgb:-"]
        pixels = np.frombuffer(subprocess.run(command, env=self.env, capture_output=True, check=True).stdout, "u1")
        return (pixels.reshape(-1, 3).max(axis=1) > 40).mean()

    def wait_for(self, plane):
        labels, _ = segment(read(plane))
        share = (labels > 0).mean()
        try:
            until(lambda: abs(self.coloured() - share) < 0.02, f"{share:.3f} of a plane in colours")
        except AssertionError:
            self.keep_picture("late.png")
            raise
        note(f"plane {plane}: {share:.3f} of it is objects, and {self.coloured():.3f} is in colours")

    def keep_picture(self, name):
        if os.environ.get("LAMINA_PICTURES"):
            run("import", "-window", "root", os.path.join(os.environ["LAMINA_PICTURES"], name), env=self.env)


@case
def sliders():
    """a slider moves, the chain follows, and the server is asked for the new planes' chunks alone"""
    with environment() as values, screen(values) as env, bucket() as store, contextlib.ExitStack() as stack:
        start(stack, ["nip2"], env=env, stderr=subprocess.DEVNULL)
        nip2 = Nip2(env)
        nip2.choose(0)
        nip2.type(LOCATION, store.url)
        nip2.choose(1)
        nip2.wait_for((0, 0, 0))
        nip2.keep_picture("opened.png")
        first = store.take()
        assert [key for key in first if not is_metadata(key)] == ["0/0/0/0/0/0"], first
        assert len(first) == len(set(first)), first

        nip2.drag(SECTION, (5, 15, 25, 45, 65))
        nip2.wait_for((0, 0, 4))
        nip2.keep_picture("section.png")
        moved = store.take()
        assert "0/0/0/4/0/0" in moved and len(moved) == len(set(moved)), moved
        assert all(key in [f"0/0/0/{z}/0/0" for z in (1, 2, 3, 4)] for key in moved), moved

        nip2.type(FRAME, "1")
        nip2.wait_for((1, 0, 4))
        assert store.take() == ["0/1/0/4/0/0"]


main()
