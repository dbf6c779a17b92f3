/* What objects measure, from their runs and the plane's own pixels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "runs.h"
#include "segment.h"

/* A row for each of the @n_objects that @runs are labelled with, in order; NULL: no memory. */
GArray *idr_runs_measure (const IdrRuns *runs, gint32 n_objects, const IdrRaster *raster,
                          const IdrKernels *kernels);
