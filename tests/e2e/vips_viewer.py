#!/usr/bin/python3
"""What a viewer such as vipsdisp asks for, page by page and tile by tile, and what that costs: through Ruby's binding.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import os
import shutil
import subprocess
import time
from types import SimpleNamespace

import numpy as np
import zarr

from harness import Skip, case, folder, good, lamina, main, nginx, note, run

N_Z, SIZE, CHUNK = 9, 1024, 256
VIEWER = """
require "vips"
images = {}
$stdin.each_line do |line|
  words = line.split
  image = images[words[0]] ||= Vips::Image.new_from_file words[0]
  if words[1]
    puts image.crop(*words[1..4].map(&:to_i)).write_to_memory.unpack("S*").join(",")
  else
    puts [image.width, image.height, *["n-pages", "page-height", "n-levels"].map { |name| image.get name }].join(",")
  end
  $stdout.flush
end
"""


def write(where):
    """An image of nine sections in two levels, of sixteen and four chunks each; and what is in it."""
    group = zarr.open_group(f"{where}/big.zarr", "w")
    noise = np.random.default_rng(5).integers(0, 60000, (N_Z, SIZE, SIZE), "u2")
    levels = [noise, noise[:, ::2, ::2]]
    for number, level in enumerate(levels):
        group.create_dataset(str(number), data=level, chunks=(1, CHUNK, CHUNK), dimension_separator="/")
    axes = [{"name": "z", "type": "space"}, {"name": "y", "type": "space"}, {"name": "x", "type": "space"}]
    scale = lambda factor: [{"type": "scale", "scale": [1, factor, factor]}]
    datasets = [{"path": str(i), "coordinateTransformations": scale(2.0 ** i)} for i in range(len(levels))]
    group.attrs["multiscales"] = [{"version": "0.4", "axes": axes, "datasets": datasets}]
    return levels


@contextlib.contextmanager
def viewer():
    """A program that has libvips: ask it for words, and it tells numbers; and which chunks that took."""
    if not shutil.which("ruby") or run("ruby", "-e", 'require "vips"').status != 0:
        raise Skip("there is no Ruby with libvips")
    with folder() as where:
        levels, log = write(where), os.path.join(where, "log")
        env = dict(os.environ, XDG_CACHE_HOME=os.path.join(where, "cache"))
        env |= dict(word.split("=", 1) for word in good(lamina("vips-home", env=env)).out.split())
        with nginx(where, "--log", log) as server, open(log, encoding="utf-8") as requests:
            name = os.path.join(where, "x.idr")
            with open(name, "w", encoding="utf-8") as pointer:
                print(f"{server.url}/big.zarr", file=pointer)
            with subprocess.Popen(["ruby", "-e", VIEWER], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True) as process:

                def ask(options, *place):
                    print(f"{name}[{options}]", *place, file=process.stdin, flush=True)
                    answer = [int(word) for word in process.stdout.readline().split(",")]
                    time.sleep(0.3)  # what was asked for beside what was needed, may be told later
                    keys = [line.split("/big.zarr/")[1] for line in requests.read().splitlines()]
                    chunks = [key for key in keys if not os.path.basename(key).startswith((".", "zarr"))]
                    return answer, sorted(chunks), len(keys) - len(chunks)

                yield SimpleNamespace(ask=ask, levels=levels)
                process.stdin.close()


def tile(plane, left, top, size=64):
    return plane[top:top + size, left:left + size].ravel().tolist()


@case
def pages():
    """all pages of an image are there at once, and tiles of them take the chunks that they lie in"""
    with viewer() as it:
        answer, chunks, n_others = it.ask("n=-1")
        assert answer == [SIZE, N_Z * SIZE, N_Z, SIZE, 2] and not chunks, (answer, chunks)
        note(f"{n_others} requests for metadata")
        for page, left, top in (5, 600, 100), (2, 10, 900), (8, 0, 0), (5, 610, 110):
            answer, chunks, n_others = it.ask("n=-1", left, page * SIZE + top, 64, 64)
            assert answer == tile(it.levels[0][page], left, top), (page, left, top)
            again = (page, left, top) == (5, 610, 110)
            expected = [] if again else [f"0/{page}/{top // CHUNK}/{left // CHUNK}"]
            assert (chunks, n_others) == (expected, 0), (chunks, n_others)
        across = it.ask("n=-1", 240, 7 * SIZE - 16, 32, 32)
        expected = np.concatenate([it.levels[0][6][-16:, 240:272], it.levels[0][7][:16, 240:272]])
        assert across[0] == expected.ravel().tolist()
        needed = {"0/6/3/0", "0/6/3/1", "0/7/0/0", "0/7/0/1"}
        # Who reads pages one after the other will read the next one, there.
        ahead = {f"0/{page}/{y}/{x}" for page in (7, 8) for y in range(4) for x in (0, 1)}
        assert needed <= set(across[1]) <= needed | ahead and across[2] == 0, across[1:]


@case
def levels():
    """a coarser level is another image of the same file, and takes its own chunks alone"""
    with viewer() as it:
        answer, chunks, _ = it.ask("level=1,n=-1")
        assert answer == [SIZE // 2, N_Z * SIZE // 2, N_Z, SIZE // 2, 2] and not chunks, (answer, chunks)
        answer, chunks, n_others = it.ask("level=1,n=-1", 300, 4 * SIZE // 2 + 20, 64, 64)
        assert answer == tile(it.levels[1][4], 300, 20)
        assert (chunks, n_others) == (["1/4/0/1"], 0), (chunks, n_others)
        answer, chunks, n_others = it.ask("page=4", 300, 20, 64, 64)
        assert answer == tile(it.levels[0][4], 300, 20)
        assert (chunks, n_others) == (["0/4/0/1"], 0), (chunks, n_others)


main()
