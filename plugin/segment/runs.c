/* The foreground of a plane as runs of pixels in rows
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "runs.h"

void
idr_runs_clear (IdrRuns *runs)
{
  g_free (runs->runs);
  g_free (runs->labels);
  g_free (runs->rows);
  *runs = (IdrRuns){ 0 };
}

/* For @n more runs. */
static gboolean
reserve (IdrRuns *runs, gsize n)
{
  gsize wanted = MAX (runs->n_runs + n, 2 * runs->n_allocated);
  IdrRun *more_runs;
  gint32 *more_labels;

  if (runs->n_runs + n <= runs->n_allocated)
    return TRUE;
  more_runs = g_try_realloc_n (runs->runs, wanted, sizeof *runs->runs);
  if (more_runs == NULL)
    return FALSE;
  runs->runs = more_runs;
  more_labels = g_try_realloc_n (runs->labels, wanted, sizeof *runs->labels);
  if (more_labels == NULL)
    return FALSE;
  runs->labels = more_labels;
  runs->n_allocated = wanted;
  return TRUE;
}

gboolean
idr_runs_start (IdrRuns *runs, gint64 height)
{
  gsize *rows = g_try_realloc_n (runs->rows, (gsize)height + 1, sizeof *rows);

  if (rows == NULL)
    return FALSE;
  runs->rows = rows;
  runs->rows[0] = 0;
  runs->n_rows = 0;
  runs->n_runs = 0;
  return TRUE;
}

gboolean
idr_runs_add_row (IdrRuns *runs, const guint64 *bits, gint64 x0, gint64 width)
{
  const gsize n_words = (width + 63) / 64;
  gint32 *next;
  guint64 last = 0;

  if (!reserve (runs, width / 2 + 1))
    return FALSE;
  /* Runs are filled as what they are in memory, an alternation of first pixels and ends. */
  next = &runs->runs[runs->n_runs].x0;
  for (gsize word = 0; word < n_words; word++)
    {
      guint64 edges = bits[word] ^ (bits[word] << 1 | last);

      last = bits[word] >> 63;
      for (; edges != 0; edges &= edges - 1)
        *next++ = (gint32)(x0 + (gint64)(64 * word) + __builtin_ctzll (edges));
    }
  if (last != 0)
    *next++ = (gint32)(x0 + width);
  runs->n_runs = (IdrRun *)(gpointer)next - runs->runs;
  runs->rows[++runs->n_rows] = runs->n_runs;
  return TRUE;
}
