/* Holes: the objects of the background that do not touch the border of the stack
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fill.h"

#define NO_MEMORY "fill-holes takes all its runs at once, which is more than memory= holds"

/* What @runs leave of each row. FALSE: no memory. */
static gboolean
find_gaps (const IdrRuns *runs, gint32 width, gsize memory, IdrRuns *gaps)
{
  const gsize most = runs->n_runs + (gsize)runs->n_rows;
  const gsize size = sizeof *gaps->runs + 2 * sizeof *gaps->labels; /* once more in the forest */

  if (most > memory / size || !idr_runs_start (gaps, runs->n_rows))
    return FALSE;
  gaps->runs = g_try_new (IdrRun, most);
  gaps->labels = g_try_new (gint32, most);
  gaps->n_allocated = most;
  if (gaps->runs == NULL || gaps->labels == NULL)
    return FALSE;
  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      gint32 x = 0;

      for (gsize i = runs->rows[row]; i < runs->rows[row + 1]; i++)
        {
          if (runs->runs[i].x0 > x)
            gaps->runs[gaps->n_runs++] = (IdrRun){ x, runs->runs[i].x0 };
          x = runs->runs[i].x1;
        }
      if (x < width)
        gaps->runs[gaps->n_runs++] = (IdrRun){ x, width };
      gaps->rows[++gaps->n_rows] = gaps->n_runs;
    }
  return TRUE;
}

/* For each label of @gaps: does it touch the border? */
static guint8 *
find_open (const IdrRuns *gaps, gint32 n, const IdrStack *stack)
{
  guint8 *is_open = g_try_new0 (guint8, (gsize)n + 1);

  if (is_open == NULL)
    return NULL;
  for (gint64 row = 0; row < gaps->n_rows; row++)
    {
      const gint64 y = row % stack->height, z = row / stack->height;
      const gboolean is_border = y == 0 || y == stack->height - 1
                                 || (stack->is_volume && (z == 0 || z == stack->depth - 1));

      for (gsize i = gaps->rows[row]; i < gaps->rows[row + 1]; i++)
        if (is_border || gaps->runs[i].x0 == 0 || gaps->runs[i].x1 == stack->width)
          is_open[gaps->labels[i]] = TRUE;
    }
  return is_open;
}

/* A hole lies between two runs, and makes one of them. */
static void
close_gaps (IdrRuns *runs, const IdrRuns *gaps, const guint8 *is_open)
{
  gsize n = 0, i = 0;

  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      const gsize first = n;
      gsize gap = gaps->rows[row];

      for (; i < runs->rows[row + 1]; i++)
        {
          const IdrRun run = runs->runs[i];

          while (gap < gaps->rows[row + 1] && gaps->runs[gap].x1 < run.x0)
            gap++;
          if (n > first && gap < gaps->rows[row + 1] && gaps->runs[gap].x1 == run.x0
              && !is_open[gaps->labels[gap]])
            runs->runs[n - 1].x1 = run.x1;
          else
            runs->runs[n++] = run;
        }
      runs->rows[row + 1] = n;
    }
  runs->n_runs = n;
}

gboolean
idr_runs_fill_holes (IdrRuns *runs, const IdrStack *stack, gsize memory, const IdrWatch *watch,
                     IdrForest *forest, const gchar **problem)
{
  IdrRuns gaps = { 0 };
  g_autofree guint8 *is_open = NULL;
  gint32 n = -1;

  *problem = NO_MEMORY;
  if (find_gaps (runs, (gint32)stack->width, memory, &gaps))
    n = idr_runs_label (&gaps, stack->height, FALSE, watch, forest, problem);
  if (n >= 0 && idr_watch_go_on (watch, 0.5))
    {
      *problem = NO_MEMORY;
      is_open = find_open (&gaps, n, stack);
    }
  if (is_open != NULL)
    close_gaps (runs, &gaps, is_open);
  idr_runs_clear (&gaps);
  return is_open != NULL;
}
