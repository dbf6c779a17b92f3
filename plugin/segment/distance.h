/* How far each pixel is from the background: scipy.ndimage.distance_transform_edt, squared
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lattice.h"

/* A line's worth of each is worked in. */
typedef struct
{
  guint32 *values; /* as many as the longest side of the lattice has pixels */
  gint32 *centres, *starts;
} IdrDistanceWork;

/* @squares: 0 for background, anything else for an object's pixels, which are replaced by the exact
 * squares of their distances. The frame is background. FALSE: @watch wants no more of it. */
gboolean idr_distance_transform (const IdrLattice *lattice, guint32 *squares, IdrDistanceWork *work,
                                 const IdrWatch *watch);
