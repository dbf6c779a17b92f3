/* Which runs touch: objects by union-find, numbered by their first pixels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "runs.h"

/* A forest of provisional labels: parents[l] <= l, and a root is its own parent. */
typedef struct
{
  gint32 *parents;
  gsize n, n_allocated;
} IdrForest;

void idr_forest_clear (IdrForest *forest);

/* Gives all @runs their labels: 4-connected objects, 1, 2, 3… in the raster order of their first
 * pixels. Returns how many, or -1 and @problem: no memory, or labels beyond 2^31 - 1. */
gint32 idr_runs_label (IdrRuns *runs, IdrForest *forest, const gchar **problem);
