"""What the options of parallel-segment say, in the words of NumPy 1.24, SciPy 1.10 and scikit-image 0.19.3.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import numpy as np
from scipy import ndimage
from skimage import filters
from skimage.morphology import local_maxima, reconstruction, remove_small_objects
from skimage.segmentation import clear_border, watershed


def find_threshold(s, threshold="fraction", fraction=0.33, level=0):
    """The number that the foreground of the smoothed stack is above."""
    if threshold == "fraction":
        return fraction * s.max()
    if threshold == "absolute":
        return float(level)
    if s.dtype == np.uint64:
        s = s.astype(np.int64)  # scikit-image refuses uint64
    if threshold == "li" and s.dtype.kind == "f":
        s = s.astype(float)  # NumPy's logarithm of a float32 is not the same on all machines
    try:
        return getattr(filters, f"threshold_{threshold}")(s)
    except (ValueError, IndexError, ZeroDivisionError):
        return np.nan  # one value only, or some that are not finite: nothing is above


def renumber(labels):
    """1, 2, 3… in the raster order of the objects' first pixels."""
    out = np.zeros_like(labels)
    _, first, inverse = np.unique(labels[labels > 0], return_index=True, return_inverse=True)
    out[labels > 0] = np.argsort(np.argsort(first))[inverse] + 1
    return out


def split(labels, connectivity):
    structure = ndimage.generate_binary_structure(labels.ndim, connectivity)
    parts, n = np.zeros_like(labels), 0
    for label, box in enumerate(ndimage.find_objects(labels), 1):
        if box is None:
            continue
        mask = np.pad(labels[box] == label, 1)
        distance = ndimage.distance_transform_edt(mask)
        domes = reconstruction(distance - 0.75, distance, footprint=structure)
        markers, n_markers = ndimage.label(local_maxima(domes, connectivity=connectivity), structure)
        basins = watershed(-distance, markers, connectivity=connectivity, mask=mask)
        inside = basins[(slice(1, -1),) * labels.ndim]
        parts[box][inside > 0] = inside[inside > 0] + n
        n += n_markers
    return parts


def find_objects(mask, diagonal=False, fill_holes=False, clear=False, minimum_area=0, divide=False):
    """The labels of a mask: all that comes after the threshold."""
    connectivity = mask.ndim if diagonal else 1
    if fill_holes:
        mask = ndimage.binary_fill_holes(mask)
    labels, _ = ndimage.label(mask, ndimage.generate_binary_structure(mask.ndim, connectivity))
    if clear:
        labels = clear_border(labels)
    if minimum_area:
        labels = remove_small_objects(labels, minimum_area)
    if divide:
        labels = split(labels, connectivity)
    return renumber(labels)
