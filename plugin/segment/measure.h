/* Sums over objects' pixels, from which all that scikit-image's regionprops says of them follows
 *
 * They are added run by run, for whatever labels the runs have at the time, and merged when labels
 * turn out to be one object's: for integers the result is exact, however the pixels were parted.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "perimeter.h"
#include "segment.h"

/* --- What runs hold ------------------------------------------------------------- */

/* Makes of the tally of @n pixels one of them and the @n_next pixels to their right. */
void idr_tally_append (IdrTally *tally, gint64 n, const IdrTally *next, gint64 n_next,
                       IdrPixel pixel);

/* What is said of the values of @n pixels. */
IdrIntensity idr_tally_conclude (const IdrTally *tally, gint64 n, IdrPixel pixel);

/* --- Sums of many labels ---------------------------------------------------------- */

/* For each label 0, 1… n - 1 its sums; one that no run was added to is empty. The first four say
 * what there is; all else is for measure.c. */
typedef struct
{
  IdrPixel pixel;
  gboolean is_volume; /* sums in z, too */
  gsize n;
  gsize n_allocated;
  struct _IdrPlaneSums *planar; /* 192 bytes each */
  struct _IdrDepthSums *depth;  /* a volume's: 80 bytes more */
} IdrSums;

/* The largest stack whose sums are sure to be exact. */
gboolean idr_sums_fit (gint64 width, gint64 height, gint64 depth);

/* Empties @sums, which were all zeros or used before, for pixels of one type. */
void idr_sums_start (IdrSums *sums, IdrPixel pixel, gboolean is_volume);
void idr_sums_clear (IdrSums *sums);
gsize idr_sums_get_bytes (const IdrSums *sums);

/* Makes sure that there are labels up to @n - 1: new ones are empty. FALSE: no memory. */
gboolean idr_sums_reserve (IdrSums *sums, gsize n);

/* Adds the pixels @x0 up to but not including @x1 of row @y of plane @z; the runs of an object may
 * come in any order. */
void idr_sums_add_run (IdrSums *sums, gint32 label, gint64 x0, gint64 x1, gint64 y, gint64 z,
                       const IdrTally *tally);

/* Adds all @runs, of @raster's rows in plane @z, by their labels: the raster's first pixel is
 * column @x of row @y. */
void idr_sums_add_runs (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster, gint64 x,
                        gint64 y, gint64 z, const IdrKernels *kernels);

/* @from's pixels of @more are @into's, too. @more may be @sums itself, in which @from is to be
 * forgotten then. */
void idr_sums_merge (IdrSums *sums, gint32 into, const IdrSums *more, gint32 from);

/* Likewise, but @into's own pixels are forgotten. */
void idr_sums_copy (IdrSums *sums, gint32 into, const IdrSums *more, gint32 from);

gint64 idr_sums_get_area (const IdrSums *sums, gint32 label);

/* What an object that is not empty measures. @boundary: of a plane's object, for its perimeter. */
IdrObject idr_sums_conclude (const IdrSums *sums, gint32 label, const IdrBoundary *boundary);
