/* Where the objects of a stack lie, and how large they are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "extent.h"

IdrExtent *
idr_runs_get_extents (const IdrRuns *runs, gint32 n_labels, gint64 height)
{
  IdrExtent *extents = g_try_new0 (IdrExtent, (gsize)n_labels + 1);

  if (extents == NULL)
    return NULL;
  for (gint64 row = 0; row < runs->n_rows; row++)
    for (gsize i = runs->rows[row]; i < runs->rows[row + 1]; i++)
      {
        const IdrRun run = runs->runs[i];
        const gint32 y = (gint32)(row % height);
        IdrExtent *extent = &extents[runs->labels[i]];

        if (extent->area == 0)
          *extent = (IdrExtent){ run.x0, run.x1, row, row + 1, y, y + 1, 0 };
        extent->x0 = MIN (extent->x0, run.x0);
        extent->x1 = MAX (extent->x1, run.x1);
        extent->y0 = MIN (extent->y0, y);
        extent->y1 = MAX (extent->y1, y + 1);
        extent->row1 = row + 1;
        extent->area += run.x1 - run.x0;
      }
  return extents;
}
