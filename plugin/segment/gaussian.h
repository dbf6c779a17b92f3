/* SciPy's gaussian_filter, to the last bit
 *
 * Each pass sums in doubles, centre * w[0] first, then (left + right) * w[k] for k = radius … 1,
 * and cuts the sum to the plane's own type; down the columns first, then along the rows; beyond an
 * edge the plane is mirrored (d c b a | a b c d).
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

/* Bytes that smoothing @raster works in; 0: more than there are. */
gsize idr_gaussian_get_workspace (const IdrGaussian *gaussian, const IdrKernels *kernels,
                                  const IdrRaster *raster);

/* Smooths @raster into rows of the same type, @stride bytes apart; returns the largest smoothed
 * pixel, NaN if one is. */
gdouble idr_gaussian_smooth (const IdrGaussian *gaussian, const IdrKernels *kernels,
                             const IdrRaster *raster, gpointer workspace, gpointer out,
                             gsize stride);
