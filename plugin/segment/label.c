/* Which runs touch: objects by union-find
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "label.h"

void
idr_forest_clear (IdrForest *forest)
{
  g_free (forest->parents);
  *forest = (IdrForest){ 0 };
}

static gboolean
reserve (IdrForest *forest, gsize n)
{
  gsize wanted = MAX (forest->n + n, 2 * forest->n_allocated);
  gint32 *parents;

  if (forest->n + n <= forest->n_allocated)
    return TRUE;
  parents = g_try_realloc_n (forest->parents, wanted, sizeof *parents);
  if (parents == NULL)
    return FALSE;
  forest->parents = parents;
  forest->n_allocated = wanted;
  return TRUE;
}

/* The root of @label; what lies on the way is hung two nearer. */
static gint32
find (gint32 *parents, gint32 label)
{
  while (parents[label] != label)
    label = parents[label] = parents[parents[label]];
  return label;
}

/* The earlier root stays one, so that roots come in the order of objects' first pixels. */
static gint32
join (gint32 *parents, gint32 a, gint32 b)
{
  a = find (parents, a);
  b = find (parents, b);
  if (a < b)
    return parents[b] = a;
  return parents[a] = b;
}

/* The runs from @current up to @end lie in the row below those from @above up to @current. */
static void
label_row (IdrRuns *runs, IdrForest *forest, gsize above, gsize current, gsize end)
{
  const gsize above_end = current;

  for (; current < end; current++)
    {
      const IdrRun run = runs->runs[current];
      gint32 label = 0;

      while (above < above_end && runs->runs[above].x1 <= run.x0)
        above++;
      for (gsize i = above; i < above_end && runs->runs[i].x0 < run.x1; i++)
        label = label == 0 ? runs->labels[i] : join (forest->parents, label, runs->labels[i]);
      if (label == 0)
        {
          label = (gint32)forest->n++;
          forest->parents[label] = label;
        }
      runs->labels[current] = label;
    }
}

/* Roots become their numbers, in order; everything else becomes its parent's, which is done before
 * it. */
static gint32
number (IdrRuns *runs, IdrForest *forest)
{
  gint32 *parents = forest->parents, n = 0;

  for (gsize label = 1; label < forest->n; label++)
    parents[label] = parents[label] == (gint32)label ? ++n : parents[parents[label]];
  for (gsize i = 0; i < runs->n_runs; i++)
    runs->labels[i] = parents[runs->labels[i]];
  return n;
}

gint32
idr_runs_label (IdrRuns *runs, IdrForest *forest, const gchar **problem)
{
  gsize above = 0;

  /* Label 0 is the background's. */
  forest->n = 1;
  for (gint64 y = 0; y < runs->n_rows; y++)
    {
      gsize current = runs->rows[y], end = runs->rows[y + 1];

      if (forest->n + (end - current) > G_MAXINT32)
        {
          *problem = "there are more than 2^31 - 1 objects";
          return -1;
        }
      if (!reserve (forest, end - current))
        {
          *problem = "memory does not suffice for its objects";
          return -1;
        }
      label_row (runs, forest, above, current, end);
      above = current;
    }
  return number (runs, forest);
}
