/* Where the objects of a stack lie, and how large they are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "runs.h"
#include "segment.h"

typedef struct
{
  gint32 x0, x1;
  gint64 row0, row1; /* of the runs, that is z * height + y; of all planes */
  gint32 y0, y1;
  gint64 area;
} IdrExtent;

/* One for each label from 0 to @n_labels, of labelled @runs whose planes are @height rows each.
 * NULL: no memory. */
IdrExtent *idr_runs_get_extents (const IdrRuns *runs, gint32 n_labels, gint64 height);
