/* From what is above the threshold to objects
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "refine.h"

#include "extent.h"
#include "fill.h"
#include "split.h"

static gboolean
is_wanted (const IdrExtent *extent, const IdrStack *stack, const IdrSegmentOptions *options)
{
  const gint64 rows = stack->height * stack->depth;
  const gboolean touches
      = extent->x0 == 0 || extent->x1 == stack->width || extent->y0 == 0
        || extent->y1 == stack->height
        || (stack->is_volume
            && (extent->row0 < stack->height || extent->row1 > rows - stack->height));

  return extent->area >= options->minimum_area && !(options->clear_border && touches);
}

/* Drops objects that the options do not want, and numbers the others. */
static gint32
drop (IdrRuns *runs, gint32 n_labels, const IdrStack *stack, const IdrSegmentOptions *options,
      const gchar **problem)
{
  g_autofree IdrExtent *extents = idr_runs_get_extents (runs, n_labels, stack->height);
  g_autofree gint32 *numbers = g_try_new0 (gint32, (gsize)n_labels + 1);
  gsize kept = 0, i = 0;
  gint32 n = 0;

  *problem = "memory does not suffice for its objects";
  if (extents == NULL || numbers == NULL)
    return -1;
  for (gint32 label = 1; label <= n_labels; label++)
    if (is_wanted (&extents[label], stack, options))
      numbers[label] = ++n;
  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      for (; i < runs->rows[row + 1]; i++)
        if (numbers[runs->labels[i]] != 0)
          {
            runs->runs[kept] = runs->runs[i];
            runs->labels[kept++] = numbers[runs->labels[i]];
          }
      runs->rows[row + 1] = kept;
    }
  runs->n_runs = kept;
  return n;
}

gint32
idr_runs_refine (IdrRuns *runs, const IdrStack *stack, const IdrSegmentOptions *options,
                 gsize memory, const IdrWatch *watch, IdrForest *forest, const gchar **problem)
{
  gint32 n;

  if (options->fill_holes && !idr_runs_fill_holes (runs, stack, memory, watch, forest, problem))
    return -1;
  n = idr_runs_label (runs, stack->height, options->diagonal, watch, forest, problem);
  if (n > 0 && (options->clear_border || options->minimum_area > 1))
    n = drop (runs, n, stack, options, problem);
  if (n > 0 && options->split)
    n = idr_runs_split (runs, n, stack, options->diagonal, memory, watch, problem);
  return n;
}
