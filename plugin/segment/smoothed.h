/* A patch of a plane, smoothed: what there is to know before and while a threshold is applied
 *
 * Where no smoothed pixel's value is asked for, only the maximum and what is above a threshold,
 * pixels may be known roughly, and each that this does not settle is worked out exactly.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gaussian.h"

typedef struct
{
  const IdrGaussian *gaussian; /* NULL: pixels stay what they are */
  const IdrKernels *kernels;
  IdrPatch patch;
  /* The smoothed pixels, from (x0, y0) on, and their maximum; data is NULL: not all are known. */
  IdrRaster values;
  gdouble max;

  /* Else: where they lie, more or less (coarse.h says how far off, @margin). */
  gint16 *coarse, *maxima; /* of all pixels, and of rows */
  gsize coarse_stride;     /* numbers from row to row */
  guint shift;
  gint32 margin;
  gint64 patience; /* how many more are settled one by one */
  gdouble top;     /* none is larger */

  guint8 *memory; /* all of it; and parts: a row's bits, what sums are worked out in */
  guint64 *bits;
  gpointer workspace;
} IdrSmoothed;

/* Bytes that smoothing @patch takes, by its sizes and its first raster's type; 0: more than there
 * are. */
gsize idr_smoothed_get_size (const IdrGaussian *gaussian, const IdrKernels *kernels,
                             const IdrPatch *patch);

/* Smooths @patch. @exactly: so that all values are known. @memory, aligned for a cache line, and
 * the patch's rasters are in use as long as @smoothed is, by one thread at a time. */
void idr_smoothed_make (IdrSmoothed *smoothed, const IdrGaussian *gaussian,
                        const IdrKernels *kernels, const IdrPatch *patch, gboolean exactly,
                        gpointer memory);

/* The largest smoothed pixel or @known, the largest of other patches, if that is larger (minus
 * infinity: there are none); NaN if one is. */
gdouble idr_smoothed_get_maximum (IdrSmoothed *smoothed, gdouble known);

/* Bit i of @bits: is smoothed pixel (x0 + i, @y) >= @least? NULL: none is. The last word is filled
 * up with zeros. */
void idr_smoothed_compare (IdrSmoothed *smoothed, gint64 y, const IdrValue *least, guint64 *bits);
