/* Which runs touch: objects by union-find
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "label.h"

/* That are labelled between two looks at who waits. */
#define WATCHED_ROWS 1024

void
idr_forest_clear (IdrForest *forest)
{
  g_free (forest->parents);
  *forest = (IdrForest){ 0 };
}

/* Room for @n more. */
static gboolean
reserve (IdrForest *forest, gsize n, const gchar **problem)
{
  gsize wanted = MAX (forest->n + n, 2 * forest->n_allocated);
  gint32 *parents;

  if (forest->n + n <= forest->n_allocated)
    return TRUE;
  if (n > G_MAXINT32 - forest->n)
    {
      *problem = IDR_TOO_MANY_OBJECTS;
      return FALSE;
    }
  parents = g_try_realloc_n (forest->parents, wanted, sizeof *parents);
  if (parents == NULL)
    {
      *problem = "memory does not suffice for its objects";
      return FALSE;
    }
  forest->parents = parents;
  forest->n_allocated = wanted;
  return TRUE;
}

gboolean
idr_forest_grow (IdrForest *forest, gsize n, const gchar **problem)
{
  if (forest->n == 0)
    n++;
  if (!reserve (forest, n, problem))
    return FALSE;
  for (; n > 0; n--, forest->n++)
    forest->parents[forest->n] = (gint32)forest->n;
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

gint32
idr_forest_find (IdrForest *forest, gint32 label)
{
  return find (forest->parents, label);
}

void
idr_forest_join (IdrForest *forest, gint32 a, gint32 b)
{
  join (forest->parents, a, b);
}

void
idr_forest_join_rows (IdrForest *forest, const IdrRow *a, const IdrRow *b, gboolean diagonal)
{
  const gint32 slack = diagonal ? 1 : 0;
  gsize first = 0;

  for (gsize i = 0; i < b->n; i++)
    {
      const IdrRun run = b->runs[i];

      while (first < a->n && a->runs[first].x1 + slack <= run.x0)
        first++;
      for (gsize j = first; j < a->n && a->runs[j].x0 < run.x1 + slack; j++)
        join (forest->parents, a->base + a->labels[j], b->base + b->labels[i]);
    }
}

/* The runs from @current up to @end lie in the row below those from @above up to @above_end. */
static void
label_row (IdrRuns *runs, IdrForest *forest, gsize above, gsize above_end, gsize current, gsize end,
           const gint32 slack)
{
  for (; current < end; current++)
    {
      const IdrRun run = runs->runs[current];
      gint32 label = 0;

      while (above < above_end && runs->runs[above].x1 + slack <= run.x0)
        above++;
      for (gsize i = above; i < above_end && runs->runs[i].x0 < run.x1 + slack; i++)
        label = label == 0 ? runs->labels[i] : join (forest->parents, label, runs->labels[i]);
      if (label == 0)
        {
          label = (gint32)forest->n++;
          forest->parents[label] = label;
        }
      runs->labels[current] = label;
    }
}

static IdrRow
get_row (const IdrRuns *runs, gint64 row)
{
  const gsize from = runs->rows[row];

  return (IdrRow){ runs->runs + from, runs->labels + from, runs->rows[row + 1] - from, 0 };
}

/* Row @y of a plane, the @row-th of all, with what it touches in the plane before. */
static void
join_planes (const IdrRuns *runs, IdrForest *forest, gint64 row, gint64 y, gint64 height,
             gboolean diagonal)
{
  const gint64 slack = diagonal ? 1 : 0;
  const IdrRow current = get_row (runs, row);

  for (gint64 other = MAX (0, y - slack); other <= MIN (height - 1, y + slack); other++)
    {
      const IdrRow before = get_row (runs, row - height + other - y);

      idr_forest_join_rows (forest, &before, &current, diagonal);
    }
}

gint32
idr_forest_number (IdrForest *forest)
{
  gint32 *parents = forest->parents, n = 0;

  /* A label's parent is done before it. */
  for (gsize label = 1; label < forest->n; label++)
    parents[label] = parents[label] == (gint32)label ? ++n : parents[parents[label]];
  return n;
}

gint32
idr_runs_label (IdrRuns *runs, gint64 height, gboolean diagonal, const IdrWatch *watch,
                IdrForest *forest, const gchar **problem)
{
  gsize above = 0;
  gint64 y = 0;
  gint32 n;

  forest->n = 1;
  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      const gsize current = runs->rows[row], end = runs->rows[row + 1];

      if (!reserve (forest, end - current, problem)
          || (row % WATCHED_ROWS == 0 && !idr_watch_go_on (watch, 0)))
        return -1;
      label_row (runs, forest, y > 0 ? above : current, current, current, end, diagonal ? 1 : 0);
      if (row >= height)
        join_planes (runs, forest, row, y, height, diagonal);
      above = current;
      y = y + 1 < height ? y + 1 : 0;
    }
  if (forest->n == 1)
    return 0;
  forest->parents[0] = 0;
  n = idr_forest_number (forest);
  for (gsize i = 0; i < runs->n_runs; i++)
    runs->labels[i] = forest->parents[runs->labels[i]];
  return n;
}
