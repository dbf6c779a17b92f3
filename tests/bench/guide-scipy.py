#!/usr/bin/python3
"""The guide's job as a careful Python programmer would write it: zarr-python and SciPy, plane by plane, no dask.

usage: guide-scipy.py URL HALF-T HALF-Z [bare]    prints: PLANES OBJECTS

Chunks come through zarr-python's own store for web servers, or, "bare", through the leanest client that
Python can be: one kept connection and nothing on top, so that what remains is zarr-python and SciPy.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import http.client
import sys
from collections.abc import MutableMapping
from urllib.parse import urlsplit

import zarr
from scipy import ndimage
from zarr.storage import FSStore


class Bucket(MutableMapping):
    """One kept connection, and nothing on top."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.path, self.connection = parts.path, http.client.HTTPConnection(parts.netloc)

    def __getitem__(self, key):
        self.connection.request("GET", f"{self.path}/{key}")
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise KeyError(key)
        return body

    def __setitem__(self, key, value):
        raise NotImplementedError

    __delitem__ = __iter__ = __len__ = __setitem__


def main():
    url, half_t, half_z = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    store = Bucket(f"{url}/4") if sys.argv[4:] == ["bare"] else FSStore(f"{url}/4", mode="r")
    array = zarr.Array(store, read_only=True)
    planes = objects = 0
    for t in range(array.shape[0] // 2 - half_t, array.shape[0] // 2 + half_t):
        for z in range(array.shape[2] // 2 - half_z, array.shape[2] // 2 + half_z):
            smoothed = ndimage.gaussian_filter(array[t, 0, z], 1)
            objects += ndimage.label(smoothed > 0.33 * smoothed.max())[1]
            planes += 1
    print(planes, objects)


if __name__ == "__main__":
    main()
