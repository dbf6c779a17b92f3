#!/usr/bin/python3
"""Counts the objects of an image's three middle slices: liblamina from Python, in a few lines.

usage: count-objects.py LOCATION
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import sys

import gi

gi.require_version("Lamina", "1")
from gi.repository import Lamina

Lamina.plugin_load_all()
chain = Lamina.Chain.open(f"idr-s3-source location='{sys.argv[1]}' t=0 c=0 z=3-5 ! parallel-segment", None)
objects = chain.get_output("objects")
n_columns = len(objects.get_columns())
for plane in range(objects.get_n_planes()):
    rows = objects.read(plane, None)
    print(f"plane {plane}: {len(rows) // n_columns} objects")
