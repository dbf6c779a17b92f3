/* Basins flooded from markers: skimage.segmentation.watershed (-distance, markers, connectivity,
 * mask=mask), scikit-image 0.19.3
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lattice.h"

/* A pixel that the water has reached, to go on from. */
typedef struct
{
  guint32 square; /* of its distance: higher is earlier */
  guint32 age;    /* then, what was reached earlier */
  gsize at;
} IdrFront;

/* @squares: those of the distances, 0 for what is not to be flooded. @parts: the markers, or 0;
 * becomes whose basin each pixel is in. @fronts: work for as many as there are pixels. FALSE:
 * @watch wants no more of it. */
gboolean idr_watershed (const IdrLattice *lattice, const guint32 *squares, gint32 *parts,
                        IdrFront *fronts, const IdrWatch *watch);
