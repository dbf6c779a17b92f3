/* Sums over pixels of at most 16 bits, of which 64 bits hold those of a whole tile
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "measure.h"

/* Do they hold those of @raster's, whose first pixel is column @x of row @y? */
gboolean idr_small_runs_fit (const IdrRaster *raster, gint64 x, gint64 y);

/* As idr_sums_add_runs() does, from the first pixel of @from on; @kernels have add_small_runs().
 * FALSE: too many labels for this way, or for memory, and nothing was added. */
gboolean idr_sums_add_small_runs (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster,
                                  const IdrBox *from, const IdrKernels *kernels);
