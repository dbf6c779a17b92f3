#!/usr/bin/python3
"""Reads planes with zarr-python and a pool of threads, as a careful Python programmer would.

usage: wire-zarr.py URL HALF-T HALF-Z STORE THREADS    prints how many planes were read

STORE is "fsspec", zarr-python's own store for web servers, or "bare": a kept connection for each thread and
nothing on top.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import importlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numcodecs.blosc
import zarr
from zarr.storage import FSStore

Bucket = importlib.import_module("guide-scipy").Bucket


class Buckets(Bucket):
    """A Bucket for each thread."""

    def __init__(self, url):
        self.url, self.own = url, threading.local()

    def __getitem__(self, key):
        if not hasattr(self.own, "bucket"):
            self.own.bucket = Bucket(self.url)
        return self.own.bucket[key]


def main():
    url, half_t, half_z, store, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    numcodecs.blosc.use_threads = False  # many chunks at once, rather than many threads for a small one
    array = zarr.Array(FSStore(f"{url}/4", mode="r") if store == "fsspec" else Buckets(f"{url}/4"), read_only=True)
    places = [(t, z) for t in range(array.shape[0] // 2 - half_t, array.shape[0] // 2 + half_t)
              for z in range(array.shape[2] // 2 - half_z, array.shape[2] // 2 + half_z)]
    with ThreadPoolExecutor(threads) as pool:
        print(sum(plane.shape == array.shape[-2:] for plane in pool.map(lambda place: array[place[0], 0, place[1]], places)))


if __name__ == "__main__":
    main()
