#!/usr/bin/python3
"""Sharded images and thick chunks over HTTP: only what is needed is fetched, and once, counted at the server.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import hashlib
import json
import os
import struct

import numpy as np
import zarr

from harness import case, digests, folder, main, nginx, note, quoted

SIZE, DEPTH, SHARD, SHARD_DEPTH, INNER = 4096, 64, 1024, 32, 256
SIDE = SHARD // INNER
N_ITEMS = SHARD_DEPTH * SIDE * SIDE
ITEM_BYTES, INDEX_BYTES = INNER * INNER * 2, 16 * N_ITEMS + 4


def crc32c(data):
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


def make_index(order):
    """The index of a shard whose item i lies at place order[i]."""
    index = b"".join(struct.pack("<QQ", order[i] * ITEM_BYTES, ITEM_BYTES) for i in range(N_ITEMS))
    return index + struct.pack("<I", crc32c(index))


def write(path, order, planes):
    """An image of noise in @planes; the other planes are holes in the shards' files."""
    bytes_codec = {"name": "bytes", "configuration": {"endian": "little"}}
    array = {"zarr_format": 3, "node_type": "array", "shape": [DEPTH, SIZE, SIZE], "data_type": "uint16",
             "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [SHARD_DEPTH, SHARD, SHARD]}},
             "chunk_key_encoding": {"name": "default"}, "fill_value": 0, "dimension_names": ["z", "y", "x"],
             "codecs": [{"name": "sharding_indexed", "configuration": {
                 "chunk_shape": [1, INNER, INNER], "codecs": [bytes_codec],
                 "index_codecs": [bytes_codec, {"name": "crc32c"}]}}]}
    axes = [{"name": name, "type": "space"} for name in "zyx"]
    scale = [{"type": "scale", "scale": [1, 1, 1]}]
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "multiscales": [
        {"axes": axes, "datasets": [{"path": "0", "coordinateTransformations": scale}]}]}}}
    os.makedirs(os.path.join(path, "0"))
    for name, document in ("zarr.json", group), ("0/zarr.json", array):
        with open(os.path.join(path, name), "w", encoding="utf-8") as file:
            json.dump(document, file)
    index, random, rasters = make_index(order), np.random.default_rng(3), {}
    for z in planes:
        rasters[z] = random.integers(0, 65536, (SIZE, SIZE), np.uint16)
    for number in range(DEPTH // SHARD_DEPTH * (SIZE // SHARD) ** 2):
        z, y, x = number // 16, number // 4 % 4, number % 4
        name = os.path.join(path, "0", "c", str(z), str(y), str(x))
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as file:
            for plane in (plane for plane in planes if plane // SHARD_DEPTH == z):
                for item in range(SIDE * SIDE):
                    top, left = y * SHARD + item // SIDE * INNER, x * SHARD + item % SIDE * INNER
                    file.seek(order[plane % SHARD_DEPTH * SIDE * SIDE + item] * ITEM_BYTES)
                    file.write(rasters[plane][top:top + INNER, left:left + INNER].tobytes())
            file.seek(N_ITEMS * ITEM_BYTES)
            file.write(index)
    return {z: hashlib.sha256(raster.tobytes()).hexdigest() for z, raster in rasters.items()}


def count(log):
    """Requests for shards, and bytes of them, that the server has logged."""
    with open(log, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    lines = [line for line in lines if "/c/" in line[2]]
    assert all(line[0] == "206" for line in lines), lines
    return len(lines), sum(int(line[1]) for line in lines)


def fetch(order, planes):
    """Reads @planes over HTTP: how many requests and bytes that took."""
    with folder() as top:
        log = os.path.join(top, "log")
        sums = write(os.path.join(top, "i.zarr"), order, planes)
        with nginx(top, "--log", log) as server:
            chosen = ",".join(map(str, planes))
            got = digests(f"idr-s3-source location={quoted(server.url + '/i.zarr')} z={chosen}")
        assert {z: digest for (_, _, z), (digest, _) in got.items()} == sums
        return count(log)


@case
def one_plane():
    """one plane of 4096 x 4096 x 64 costs its inner chunks and the indices, and under 2 % more"""
    requests, size = fetch(range(N_ITEMS), [40])
    needed = 16 * (SIDE * SIDE * ITEM_BYTES + INDEX_BYTES)
    note(f"{requests} requests, {size} bytes, {100 * size / needed - 100:.3f} % more than needed")
    assert needed <= size < 1.02 * needed
    assert requests == 32  # an index and a range for each of 16 shards


@case
def scattered():
    """chunks that lie anywhere in their shard cost no more, nor do the next planes their indices again"""
    order = [int(i) for i in np.random.default_rng(1).permutation(N_ITEMS)]
    requests, size = fetch(order, [40, 41])
    needed = 16 * (2 * SIDE * SIDE * ITEM_BYTES + INDEX_BYTES)
    note(f"{requests} requests, {size} bytes, {100 * size / needed - 100:.3f} % more than needed")
    assert needed <= size < 1.02 * needed


@case
def thick_chunks():
    """chunks of 32 planes are fetched once in a run over all planes, also where they do not fit the cache"""
    with folder() as top:
        image = np.arange(64 * 300 * 300, dtype=np.uint16).reshape(64, 300, 300)
        zarr.save_array(zarr.DirectoryStore(os.path.join(top, "i.zarr")), image, chunks=(32, 100, 100))
        expected = {z: hashlib.sha256(plane.tobytes()).hexdigest() for z, plane in enumerate(image)}
        for size in "64M", "2M":
            log = os.path.join(top, "log" + size)
            with nginx(top, "--log", log) as server:
                got = digests(f"idr-s3-source location={quoted(server.url + '/i.zarr')} cache-size={size}")
            assert {z: digest for (_, _, z), (digest, _) in got.items()} == expected
            with open(log, encoding="utf-8") as file:
                chunks = [line.split()[2] for line in file if line.startswith("200") and ".zarray" not in line]
            note(f"{size}: {len(chunks)} chunks")
            assert sorted(chunks) == sorted(f"/i.zarr/{z}.{y}.{x}" for z in range(2) for y in range(3) for x in range(3))


if __name__ == "__main__":
    main()
