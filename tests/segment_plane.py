"""What the program segment-plane prints.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
from plain_numpy import np

ISAS = 3
OBJECT = np.dtype([("label", "<i4"), ("pad", "<i4"), ("area", "<i8"), ("box", "<i8", 4), ("x", "<f8"), ("y", "<f8"),
                   ("mean", "<f8"), ("max", "<f8"), ("min", "<f8"), ("std", "<f8"), ("sum", "<f8"), ("weighted_x", "<f8"),
                   ("weighted_y", "<f8"), ("major", "<f8"), ("minor", "<f8"), ("eccentricity", "<f8"), ("orientation", "<f8"),
                   ("perimeter", "<f8"), ("depth", "<i8", 2), ("z", "<f8"), ("weighted_z", "<f8")])
