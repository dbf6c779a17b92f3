/* The rule of the segmentation, word for word and without haste: what test-segment.c compares with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

typedef struct
{
  gint64 width, height;
  guint32 *labels;
  GArray *objects; /* IdrObject */
} NaiveSegments;

NaiveSegments *naive_segment (const IdrSegmentOptions *options, const IdrRaster *raster);
void naive_segments_free (NaiveSegments *segments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NaiveSegments, naive_segments_free)

/* One pixel as a double, and a double stored as one. */
gdouble naive_get (IdrPixel pixel, gconstpointer data, gsize i);
void naive_set (IdrPixel pixel, gpointer data, gsize i, gdouble value);

/* Smooths @depth planes in place, through them as well if there are several. */
void naive_smooth (IdrPixel pixel, gpointer data, gint64 width, gint64 height, gint64 depth,
                   gdouble sigma);

/* NaN if there is one. */
gdouble naive_maximum (IdrPixel pixel, gconstpointer data, gsize n);
