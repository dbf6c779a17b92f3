/* The part of a segmentation that takes all runs of its stack at once: holes, split objects
 *
 * A stack of one tile is refined where its runs are found, and measured as any other. One of many
 * tiles is refined when all its bands are there, and then measured by one more pass over the
 * pixels: only now it is known what they belong to.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segmentation.h"

/* Whether there is such a part, after the pass that finds the runs. */
gboolean idr_segmentation_is_refined_late (const IdrSegmentation *self);

/* Makes objects of the bands' runs, numbers them, and makes ready for measuring. FALSE and
 * @problem. */
gboolean idr_segmentation_refine (IdrSegmentation *self, const gchar **problem);

/* What must be read to measure a tile. FALSE: there is nothing in it. */
gboolean idr_segmentation_has_pixels (const IdrSegmentation *self, gint64 tile, const IdrBox *box);

/* Measures the runs in @box, whose pixels are @raster. Any thread. FALSE: no memory. */
gboolean idr_segmentation_measure (IdrSegmentation *self, gint64 tile, const IdrBox *box,
                                   const IdrRaster *raster);
