/* The pixels of one object's box, with a frame of background one pixel wide around them, and which
 * of them are neighbours
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

#define IDR_MAX_NEIGHBOURS 26

typedef struct
{
  gint64 width, height, depth; /* the frame included; depth 1, without a frame: of a plane */
  gsize n;                     /* pixels */
  /* In the order in which skimage.segmentation.watershed looks at them. */
  guint n_neighbours;
  gssize neighbours[IDR_MAX_NEIGHBOURS];
} IdrLattice;

/* FALSE: so many pixels cannot be counted. */
gboolean idr_lattice_init (IdrLattice *lattice, const IdrBox *box, gboolean is_volume,
                           gboolean diagonal);
