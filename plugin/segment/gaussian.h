/* SciPy's gaussian_filter, to the last bit
 *
 * Each pass sums in doubles, centre * w[0] first, then (left + right) * w[k] for k = radius … 1,
 * and cuts the sum to the plane's own type; through the planes first, where there are several, then
 * down the columns, then along the rows; beyond an edge the plane is mirrored (d c b a | a b c d).
 * Weights come from the C library's exp, as NumPy's do on every machine without AVX-512. Where it
 * has AVX-512, NumPy 1.24 takes an exp of its own whose last bit often differs, and in rare planes
 * a label with it.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "segment.h"

typedef struct _IdrGaussian IdrGaussian;

/* @sigma > 1e-15: what is less, SciPy takes for no smoothing. */
IdrGaussian *idr_gaussian_new (gdouble sigma);
void idr_gaussian_free (IdrGaussian *gaussian);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrGaussian, idr_gaussian_free)

/* Centre first, then outward: radius + 1 weights. */
const IdrFilter *idr_gaussian_get_filter (const IdrGaussian *gaussian);

/* The same in 16-bit numbers; NULL: it does not suit. */
const IdrCoarseFilter *idr_gaussian_get_coarse (const IdrGaussian *gaussian);

gint64 idr_gaussian_get_radius (const IdrGaussian *gaussian);

/* The pixel that stands at @i of a line of @n: d c b a | a b c d | d c b a, as often as it takes.
 */
static inline gint64
idr_gaussian_mirror (gint64 i, gint64 n)
{
  if (i < -n || i >= 2 * n)
    i = (i % (2 * n) + 2 * n) % (2 * n);
  if (i < 0)
    return -1 - i;
  return i < n ? i : 2 * n - 1 - i;
}

/* --- A rectangle of a plane, smoothed ------------------------------------------------ */

typedef struct
{
  const IdrRaster *planes; /* what a sum through the planes is taken from, first to last: 2 * radius
                              + 1, of which some may be the same; or one: no such sum */
  gint64 n_planes;
  gint64 x, y; /* where in its plane the first pixel of each raster lies */
  gint64 plane_width, plane_height;
  gint64 x0, y0, x1, y1; /* what is smoothed, in the plane's coordinates, half open, not empty */
} IdrPatch;

/* The whole of a plane by itself. */
IdrPatch idr_patch_whole (const IdrRaster *plane);

/* The rectangle from which @patch is smoothed: its rasters hold at least that. */
void idr_gaussian_get_reach (const IdrGaussian *gaussian, const IdrPatch *patch, gint64 *x0,
                             gint64 *y0, gint64 *x1, gint64 *y1);

/* Bytes that smoothing @patch works in, by its sizes and its first raster's type; 0: more than
 * there are. */
gsize idr_gaussian_get_workspace (const IdrGaussian *gaussian, const IdrKernels *kernels,
                                  const IdrPatch *patch);

/* Smooths @patch into rows of the same type, @stride bytes apart, of which the first begins with
 * (x0, y0); returns the largest smoothed pixel, NaN if one is. The same bits, however a plane is
 * cut into patches. @workspace: aligned for a cache line. */
gdouble idr_gaussian_smooth (const IdrGaussian *gaussian, const IdrKernels *kernels,
                             const IdrPatch *patch, gpointer workspace, gpointer out, gsize stride);
