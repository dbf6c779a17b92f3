/* A tile of a stack, worked out in a scratch: smoothed, what is above the threshold, what it
 * measures
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segmenter.h"

typedef struct
{
  const IdrSegmenter *segmenter;
  IdrScratch *scratch;
  IdrSmoothed smoothed;
  IdrRaster pixels; /* its own, as they were, without those around it */
  gint64 z;
} IdrTile;

/* Smooths @patch, of plane @z of its stack, whose own pixels are in the @middle-th raster.
 * @exactly: all smoothed pixels will be asked for. FALSE: no memory. */
gboolean idr_tile_smooth (IdrTile *tile, const IdrSegmenter *segmenter, IdrScratch *scratch,
                          const IdrPatch *patch, gint64 middle, gint64 z, gboolean exactly);

/* scratch->runs become those of what is above @threshold, without labels. FALSE: no memory. */
gboolean idr_tile_find_runs (IdrTile *tile, gdouble threshold);
