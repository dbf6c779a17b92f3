/* Where the distance to the background has its summits, those of no height left out
 *
 * With scikit-image 0.19.3:
 *   domes = reconstruction(distance - 0.75, distance, footprint=structure)
 *   markers = scipy.ndimage.label(local_maxima(domes, connectivity=connectivity), structure)[0]
 * A summit that no path leads from to a higher one without going down by more than 0.75 is a dome.
 * Were it 0, every step in an outline would make one; from 1 on, objects two pixels wide had none.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lattice.h"

/* @squares: those of the distances. @domes, @queue: work for as many as there are pixels. @markers:
 * becomes 1, 2, 3… for the pixels of each dome in raster order of their first ones, else 0.
 * Returns how many there are, or -1: @watch wants no more of it. */
gint32 idr_find_domes (const IdrLattice *lattice, const guint32 *squares, gdouble *domes,
                       gsize *queue, gint32 *markers, const IdrWatch *watch);
