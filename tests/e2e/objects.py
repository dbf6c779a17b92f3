#!/usr/bin/python3
"""The table of objects, from end to end: objects.csv is what scikit-image's regionprops_table says of the same planes.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import csv

from harness import SAMPLE, Skip, case, folder, good, lamina, main, one_line

try:
    import numpy as np
    import zarr
    from scipy import ndimage
    from skimage import measure
    import segment_rules
except ImportError as error:
    measure, missing = None, str(error)

SIZE = 0.25  # the sample's pixels, in micrometres, and from plane to plane:
SIZE_Z = 1.0

# Our columns: scikit-image's, and whether they are lengths.
COLUMNS = {
    "label": ("label", 0), "area": ("area", 2), "min_y": ("bbox-0", 1), "min_x": ("bbox-1", 1), "max_y": ("bbox-2", 1),
    "max_x": ("bbox-3", 1), "centroid_y": ("centroid-0", 1), "centroid_x": ("centroid-1", 1), "mean_intensity": ("intensity_mean", 0),
    "min_intensity": ("intensity_min", 0), "max_intensity": ("intensity_max", 0), "sum_intensity": ("sum_of", 0),
    "std_intensity": ("std_of", 0), "weighted_centroid_y": ("centroid_weighted-0", 1),
    "weighted_centroid_x": ("centroid_weighted-1", 1), "major_axis_length": ("axis_major_length", 1),
    "minor_axis_length": ("axis_minor_length", 1), "perimeter": ("perimeter", 1), "eccentricity": ("eccentricity", 0),
    "orientation": ("orientation", 0),
}
VOLUME_COLUMNS = {
    "label": ("label", 0), "area": ("area", 0), "min_z": ("bbox-0", 1), "min_y": ("bbox-1", 1), "min_x": ("bbox-2", 1),
    "max_z": ("bbox-3", 1), "max_y": ("bbox-4", 1), "max_x": ("bbox-5", 1), "centroid_z": ("centroid-0", 1),
    "centroid_y": ("centroid-1", 1), "centroid_x": ("centroid-2", 1), "mean_intensity": ("intensity_mean", 0),
    "min_intensity": ("intensity_min", 0), "max_intensity": ("intensity_max", 0), "sum_intensity": ("sum_of", 0),
    "std_intensity": ("std_of", 0), "weighted_centroid_z": ("centroid_weighted-0", 1),
    "weighted_centroid_y": ("centroid_weighted-1", 1), "weighted_centroid_x": ("centroid_weighted-2", 1),
    "major_axis_length": ("axis_major_length", 0), "minor_axis_length": ("axis_minor_length", 0),
}


def sum_of(mask, values):
    return values[mask].sum(dtype="f8")


def std_of(mask, values):
    return values[mask].std(dtype="f8")


def regionprops(labels, values, columns):
    wanted = {name.split("-")[0] for name, _ in columns.values()} - {"sum_of", "std_of"}
    return measure.regionprops_table(labels, values, sorted(wanted), extra_properties=[sum_of, std_of])


def segment(values):
    smooth = ndimage.gaussian_filter(values, 1)
    return ndimage.label(smooth > 0.33 * smooth.max())[0]


def read_table(parameters):
    """The columns of objects.csv."""
    with folder() as place:
        path = os.path.join(place, "objects.csv")
        good(lamina("run", f"idr-s3-source location={SAMPLE} server= {parameters}", "-o", f"objects={path}"))
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    return {name: np.array([float(row[i]) for row in rows[1:]]) for i, name in enumerate(rows[0])}


def check_column(name, ours, theirs):
    assert len(ours) == len(theirs), f"{name}: {len(ours)} objects, not {len(theirs)}"
    if theirs.dtype.kind in "iu":
        same = ours == theirs
    else:
        same = np.isclose(ours, theirs, rtol=1e-9, atol=0)
    if name == "orientation":
        # Of an object as wide as high scikit-image says one angle, and where its rounding makes it narrower the other.
        same |= (abs(ours) == np.pi / 4) & np.isclose(abs(theirs), np.pi / 4, rtol=1e-9)
        same |= abs(ours - theirs) < 1e-9
    assert same.all(), f"{name}: {ours[~same]}, not {theirs[~same]}"


def check_columns(ours, theirs, columns):
    """Columns in pixels, and those of them that are lengths, or areas, in micrometres."""
    for name, (other, power) in columns.items():
        check_column(name, ours[name], theirs[other])
        size = SIZE_Z if name.endswith("_z") else SIZE
        in_um = name + ("_um2" if power == 2 else "_um")
        if power > 0:
            check_column(in_um, ours[in_um], theirs[other] * size ** power)
        else:
            assert in_um not in ours, in_um


def select(table, **places):
    chosen = np.all([table[name] == value for name, value in places.items()], axis=0)
    return {name: values[chosen] for name, values in table.items()}


def sample():
    if measure is None:
        raise Skip(missing)
    return zarr.open(SAMPLE, "r")["0"]


@case
def planes():
    """Planes, each channel by itself."""
    pixels = sample()
    table = read_table("t=0,2 ! parallel-segment")
    n = 0
    for t in (0, 2):
        for c in range(2):
            for z in range(9):
                values = pixels[t, c, z]
                found = select(table, t=t, c=c, z=z)
                check_columns(found, regionprops(segment(values), values, COLUMNS), COLUMNS)
                n += len(found["label"])
    assert n == len(table["label"]) > 500


@case
def touching():
    """Objects that touch: split ones by their sides, others by corners."""
    pixels = sample()
    for connectivity, diagonal in ((4, False), (8, True)):
        table = read_table("t=0 z=2-6 ! parallel-segment fill-holes=true split=true "
                           f"threshold=otsu connectivity={connectivity}")
        for c in range(2):
            for z in range(2, 7):
                values = pixels[0, c, z]
                smooth = ndimage.gaussian_filter(values, 1)
                labels = segment_rules.find_objects(smooth > segment_rules.find_threshold(smooth, "otsu"), diagonal=diagonal,
                                                    fill_holes=True, divide=True)
                check_columns(select(table, c=c, z=z), regionprops(labels, values, COLUMNS), COLUMNS)


@case
def channels():
    """Every channel measured in the objects of one."""
    pixels = sample()
    table = read_table("t=1 z=2-5 ! parallel-segment channel=1 measure=all")
    assert set(table["c"]) == {1}
    for z in range(2, 6):
        labels = segment(pixels[1, 1, z])
        found = select(table, z=z)
        for c in range(2):
            theirs = regionprops(labels, pixels[1, c, z], COLUMNS)
            for name in ("mean", "min", "max", "sum", "std"):
                check_column(f"{name}_intensity_c{c}", found[f"{name}_intensity_c{c}"], theirs[COLUMNS[f"{name}_intensity"][0]])
        assert np.array_equal(found["std_intensity"], found["std_intensity_c1"])


@case
def volumes():
    """Volumes: places in z, axes of ellipsoids, and every channel."""
    pixels = sample()
    table = read_table("t=2 z=1-7 ! parallel-segment channel=0 volume=true measure=all")
    values = pixels[2, 0, 1:8]
    labels = segment(values)
    theirs = regionprops(labels, values, VOLUME_COLUMNS)
    for name in ("bbox-0", "bbox-3", "centroid-0", "centroid_weighted-0"):
        theirs[name] = theirs[name] + 1
    order = np.argsort(table["label"])
    ours = {name: column[order] for name, column in table.items()}
    check_columns(ours, theirs, VOLUME_COLUMNS)
    assert np.array_equal(ours["z"], ours["min_z"])
    assert np.allclose(ours["volume_um3"], theirs["area"] * SIZE * SIZE * SIZE_Z, rtol=1e-12)
    assert not {"perimeter", "eccentricity", "orientation", "area_um2"} & set(ours)
    others = regionprops(labels, pixels[2, 1, 1:8], VOLUME_COLUMNS)
    for name in ("mean", "std"):
        check_column(f"{name}_intensity_c1", ours[f"{name}_intensity_c1"], others[VOLUME_COLUMNS[f"{name}_intensity"][0]])


@case
def no_channel():
    """A channel that the image has not is told of."""
    one_line(lamina("run", f"idr-s3-source location={SAMPLE} server= c=1 ! parallel-segment channel=0"), 1, "channel=0", "from 1 to 1")


main()
