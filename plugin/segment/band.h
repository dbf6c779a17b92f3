/* The labelled runs of a part of a stack: of a tile, of a band of tiles as wide as the plane, or of
 * all of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "label.h"
#include "measure.h"
#include "segment.h"

struct _IdrBand
{
  gatomicrefcount n_refs;
  IdrRuns runs;    /* in the same piece of memory as the band, and no more than they need */
  gint32 n_labels; /* 1, 2, 3… in raster order of each one's first pixel */
  gsize size;      /* bytes */
  IdrSums sums;    /* of the labels; or empty */
};

/* A copy of @runs. NULL: no memory. */
IdrBand *idr_band_new (const IdrRuns *runs, gint32 n_labels);

/* The @tiles that lie side by side from the left edge to the right, each @tile_width wide but for
 * the last; their sums, if they have them, are merged. NULL and @problem: no memory, or too many
 * labels. */
IdrBand *idr_band_join (IdrBand **tiles, gint64 n_tiles, const gint64 *edges, gboolean diagonal,
                        const gchar **problem);

/* Each label becomes what @map says for it; runs whose label becomes 0 go. */
void idr_band_map (IdrBand *band, const gint32 *map);

/* The part from @x0 to @x1 of rows @first up to but not including @end, as numbers in rows @stride
 * bytes apart. */
void idr_band_paint (const IdrBand *band, gint64 first, gint64 end, gint64 x0, gint64 x1,
                     guint32 *out, gsize stride);
