#!/usr/bin/python3
"""Makes data/cells.zarr: a small OME-Zarr image of cells that nobody had to be asked for.

A field of cultured cells as a spinning-disk microscope sees it: nuclei in one channel, filaments of
their skeleton in the other, three frames of a film in which cells drift and one divides, nine
slices. The same bytes whenever it runs with Debian 12's NumPy and zarr.

usage: data/make-sample.py [FOLDER]
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import shutil
import sys

import numpy as np
import zarr
from numcodecs import Blosc
from scipy import ndimage

FRAMES, CHANNELS, SLICES, HEIGHT, WIDTH = 3, 2, 9, 200, 240
VOXEL = {"z": 1.0, "y": 0.25, "x": 0.25}  # micrometres
STEP = 300.0  # seconds from frame to frame
LEVELS = 3

rng = np.random.default_rng(20240607)


class Cell:
    """A nucleus of its own shape, and the filaments round it."""

    def __init__(self, y, x):
        self.place = np.array([rng.normal(SLICES / 2 - 0.5, 0.7), y, x])
        self.radii = np.array([rng.uniform(2.4, 3.2), rng.uniform(13, 17), rng.uniform(10, 14)])
        self.angle = rng.uniform(0, np.pi)
        self.lobes = [(k, rng.normal(0, 0.16 / k), rng.uniform(0, 2 * np.pi)) for k in (2, 3, 4, 5)]
        self.drift = np.array([0.0, rng.normal(0, 2.5), rng.normal(0, 2.5)])
        self.light = rng.uniform(0.7, 1.15)
        self.spots = rng.normal(0, 0.45, (rng.integers(3, 6), 3))
        self.filaments = [self.filament() for _ in range(rng.integers(13, 20))]

    def filament(self):
        """Points along a stiff thread that starts beside the nucleus and wanders outward."""
        heading = rng.uniform(0, 2 * np.pi)
        point = np.array([0.0, np.sin(heading), np.cos(heading)]) * rng.uniform(6, 15)
        point[0] = rng.normal(-0.6, 1.1)
        heading += rng.normal(0, 0.5)
        bend, rise, points = rng.normal(0, 0.0025), rng.normal(0, 0.004), []
        for _ in range(rng.integers(90, 240)):
            bend += rng.normal(0, 0.0007)
            heading += bend
            point = point + [rise, 0.5 * np.sin(heading), 0.5 * np.cos(heading)]
            points.append(point)
        return np.array(points)

    def at(self, frame):
        return self.place + frame * self.drift

    def paint_nucleus(self, volume, frame):
        place = self.at(frame)
        z, y, x = np.ogrid[:SLICES, :HEIGHT, :WIDTH]
        z, y, x = z - place[0], y - place[1], x - place[2]
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        along, across = (y * cos + x * sin) / self.radii[1], (x * cos - y * sin) / self.radii[2]
        around = np.arctan2(across, along)
        rim = 1 + sum(size * np.cos(k * around + phase) for k, size, phase in self.lobes)
        distance = np.sqrt((along**2 + across**2) / rim**2 + (z / self.radii[0]) ** 2)
        body = self.light / (1 + np.exp((distance - 1) * 14))
        for spot in self.spots:  # chromatin is denser in places, and nucleoli are dark
            near = (z / 3 - spot[0]) ** 2 + (along - spot[1]) ** 2 + (across - spot[2]) ** 2
            body = body * (1 + 0.35 * np.sign(spot[0]) * np.exp(-near / 0.05))
        np.maximum(volume, body, out=volume)

    def paint_filaments(self, volume, frame):
        for filament in self.filaments:
            z, y, x = np.rint(filament + self.at(frame)).astype(int).T
            seen = (z >= 0) & (z < SLICES) & (y >= 0) & (y < HEIGHT) & (x >= 0) & (x < WIDTH)
            np.add.at(volume, (z[seen], y[seen], x[seen]), 1.0)


def grow():
    """Cells that do not overlap, on a field that they nearly fill."""
    cells = []
    while len(cells) < 17:
        y, x = rng.uniform(-4, HEIGHT + 4), rng.uniform(-4, WIDTH + 4)
        if all(np.hypot(y - c.place[1], x - c.place[2]) > 38 for c in cells):
            cells.append(Cell(y, x))
    return cells


def divide(cell):
    """The two halves of a cell: small, round, bright, on their way apart."""
    halves = []
    for side in (-1, 1):
        half = Cell(*(cell.place[1:] + side * 5 * np.array([np.sin(0.6), np.cos(0.6)])))
        half.radii, half.light, half.spots = np.array([2.2, 8.0, 5.5]), 1.6, half.spots[:0]
        half.angle = np.pi / 2 - 0.6 + np.pi / 2
        half.drift = side * 4 * np.array([0, np.sin(0.6), np.cos(0.6)])
        half.filaments = cell.filaments[:: 2 if side < 0 else 3]
        halves.append(half)
    return halves


def expose(light, photons, background):
    """What the camera makes of @light: blurred, over uneven background, counted photon by photon."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    uneven = 1 - 0.28 * (y - 0.2) ** 2 - 0.22 * (x + 0.15) ** 2
    sharp = ndimage.gaussian_filter(light, (0.8, 1.2, 1.2))
    haze = ndimage.gaussian_filter(light, (2.5, 9, 9))
    expected = uneven * (background + photons * (0.85 * sharp + 0.15 * haze))
    return (100 + 4 * rng.poisson(expected)).astype("<u2")


def film():
    cells = grow()
    parent = min(cells, key=lambda c: np.hypot(c.place[1] - 105, c.place[2] - 125))
    others = [c for c in cells if c is not parent]
    halves = divide(parent)
    image = np.empty((FRAMES, CHANNELS, SLICES, HEIGHT, WIDTH), "<u2")
    for frame in range(FRAMES):
        nuclei, filaments = np.zeros((2, SLICES, HEIGHT, WIDTH))
        for cell in others + (halves if frame else [parent]):
            cell.paint_nucleus(nuclei, frame)
            cell.paint_filaments(filaments, frame)
        image[frame, 0] = expose(nuclei, 90, 5)
        image[frame, 1] = expose(np.minimum(filaments, 2.5), 190, 6)
    return image


def halve(image):
    """Every second level holds the mean of 2 x 2 pixels, rounded."""
    y, x = image.shape[-2] // 2 * 2, image.shape[-1] // 2 * 2
    quads = image[..., :y, :x].reshape(*image.shape[:-2], y // 2, 2, x // 2, 2)
    return np.rint(quads.mean((-3, -1))).astype(image.dtype)


def channel(label, color, image):
    low, high = (int(v) for v in np.percentile(image, (1, 99.8)))
    window = {"min": 0, "max": 65535, "start": low, "end": high}
    return {"label": label, "color": color, "active": True, "coefficient": 1, "family": "linear",
            "inverted": False, "window": window}


def describe(image):
    axes = [{"name": "t", "type": "time", "unit": "second"}, {"name": "c", "type": "channel"}]
    axes += [{"name": n, "type": "space", "unit": "micrometer"} for n in "zyx"]
    datasets = []
    for level in range(LEVELS):
        scale = [STEP, 1.0, VOXEL["z"], VOXEL["y"] * 2**level, VOXEL["x"] * 2**level]
        datasets.append({"path": str(level),
                         "coordinateTransformations": [{"type": "scale", "scale": scale}]})
    return {
        "multiscales": [{"version": "0.4", "name": "cells", "axes": axes, "datasets": datasets,
                         "type": "mean"}],
        "omero": {"version": "0.4", "name": "cells",
                  "channels": [channel("nuclei", "33AAFF", image[:, 0]),
                               channel("filaments", "FFB000", image[:, 1])],
                  "rdefs": {"defaultT": 0, "defaultZ": SLICES // 2, "model": "color"}},
    }


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "cells.zarr")
    shutil.rmtree(folder, ignore_errors=True)
    image = film()
    group = zarr.open_group(zarr.NestedDirectoryStore(folder), mode="w")
    group.attrs.update(describe(image))
    compressor = Blosc(cname="zstd", clevel=9, shuffle=Blosc.BITSHUFFLE)
    for level in range(LEVELS):
        group.create_dataset(str(level), data=image, chunks=(1, 1, 1, *image.shape[-2:]), dtype="<u2",
                             compressor=compressor, dimension_separator="/", fill_value=0)
        image = halve(image)


if __name__ == "__main__":
    main()
