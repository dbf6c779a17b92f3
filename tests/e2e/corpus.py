#!/usr/bin/python3
"""Real images of other people, through HTTP and all layers, to the labels that SciPy gives.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os

import numpy as np
import tifffile
import zarr
from PIL import Image

from harness import CORPUS, case, folder, main, nginx, note, quoted
from known import compare, expected, spaced

REFUSED = set()  # types that are no image; none of the corpus's images has one


@case
def zarr_over_http():
    """every OME-Zarr image, in Zarr v2 and v3, over HTTP, gives SciPy's labels"""
    arrays = expected("zarr/segment_expected.json")
    wrong = n_planes = 0
    with nginx(os.path.join(CORPUS, "zarr")) as server:
        for row in arrays:
            location = f"{server.url}/{row['group']}"
            source = f"idr-s3-source location={quoted(location)} level={row['level']}"
            wrong += compare(source, row["planes"], spaced(row["axes"], row["shape"]))
            n_planes += len(row["planes"])
    note(f"{len(arrays)} arrays, {n_planes} planes, {wrong} wrong")
    assert n_planes > 0 and not wrong


def read_image(row):
    path = os.path.join(CORPUS, "images", row["path"])
    if path.endswith((".tif", ".tiff")):
        image = tifffile.imread(path)
    else:
        image = np.asarray(Image.open(path))
    return image if list(image.shape) == row["shape"] else np.moveaxis(image, -1, 0)


def write_zarr(image, path, byte_order):
    """As OME-Zarr 0.4, its planes of whatever kind along z."""
    axes = [{"name": name, "type": "space"} for name in "zyx"[-image.ndim:]]
    scale = [{"type": "scale", "scale": [1.0] * image.ndim}]
    group = zarr.open_group(zarr.NestedDirectoryStore(path), mode="w")
    group.attrs["multiscales"] = [{"version": "0.4", "axes": axes,
                                   "datasets": [{"path": "0", "coordinateTransformations": scale}]}]
    group.create_dataset("0", data=image, dtype=image.dtype.newbyteorder(byte_order), dimension_separator="/",
                         chunks=(1,) * (image.ndim - 2) + (100, 150))


@case
def converted_images():
    """TIFF, PNG, GIF and JPEG images, converted to OME-Zarr, give SciPy's labels"""
    wrong = n_planes = 0
    with folder() as top:
        for number, row in enumerate(expected("images/expected.json")["images"]):
            if row["dtype"] in REFUSED:
                continue
            path = os.path.join(top, f"{number}.zarr")
            write_zarr(read_image(row), path, "><"[number % 2])
            wrong += compare(f"idr-s3-source location={quoted(path)}", row["planes"], "z"[: len(row["shape"]) - 2])
            n_planes += len(row["planes"])
    note(f"{n_planes} planes, {wrong} wrong")
    assert n_planes > 0 and not wrong


if __name__ == "__main__":
    main()
