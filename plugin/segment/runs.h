/* The foreground of a plane as runs of pixels in rows, each with the number of the object that it
 * belongs to
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct
{
  gint32 x0, x1; /* half open */
} IdrRun;

/* Runs in raster order: those of row y are runs[rows[y]] up to but not including runs[rows[y + 1]].
 */
typedef struct
{
  IdrRun *runs;
  gint32 *labels; /* of each run */
  gsize *rows;
  gsize n_runs, n_allocated;
  gint64 n_rows;
} IdrRuns;

/* An empty list is all zeros; it may be filled again and again. */
void idr_runs_clear (IdrRuns *runs);

/* Empties @runs and makes room for @height rows. FALSE: no memory. */
gboolean idr_runs_start (IdrRuns *runs, gint64 height);

/* Adds a row: a run for each stretch of set bits. @bits: @width of them, the first one column
 * @x0's. FALSE: no memory. */
gboolean idr_runs_add_row (IdrRuns *runs, const guint64 *bits, gint64 x0, gint64 width);
