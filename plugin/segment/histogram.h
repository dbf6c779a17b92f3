/* How often values occur: of integers each for itself, of floats in NumPy's 256 bins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

#define IDR_N_FLOAT_BINS 256

/* Whole numbers up to this are doubles. */
#define IDR_MAX_WHOLE ((gint64)1 << 53)

/* All zeros but for @pixel and @most: empty. Bins are those of the range met: there is something in
 * the first and in the last. */
typedef struct
{
  IdrPixel pixel;
  gsize most;      /* bins that memory may be asked for */
  gboolean failed; /* there were more, or integers beyond IDR_MAX_WHOLE: the counts are void */
  guint64 *counts; /* NULL: nothing was added */
  gsize n;
  gint64 first; /* integers: what the first bin counts */

  /* Floats */
  gdouble low, scale;
  gdouble edges[IDR_N_FLOAT_BINS + 1];
} IdrHistogram;

void idr_histogram_clear (IdrHistogram *histogram);

/* Floats' bins lie between @min and @max, which must be set first. FALSE where NumPy raises: the
 * range is not finite or not to be divided. */
gboolean idr_histogram_set_range (IdrHistogram *histogram, gdouble min, gdouble max);

void idr_histogram_add (IdrHistogram *histogram, const IdrRaster *raster);
void idr_histogram_merge (IdrHistogram *into, const IdrHistogram *from);

/* The value in the middle of bin @i. */
static inline gdouble
idr_histogram_get_centre (const IdrHistogram *histogram, gsize i)
{
  if (histogram->pixel < IDR_PIXEL_F32)
    return (gdouble)(histogram->first + (gint64)i);
  if (histogram->pixel == IDR_PIXEL_F32)
    return (gdouble)(((gfloat)histogram->edges[i] + (gfloat)histogram->edges[i + 1]) / 2);
  return (histogram->edges[i] + histogram->edges[i + 1]) / 2;
}
