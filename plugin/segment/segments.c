/* The objects of a plane as runs of pixels in rows
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segments.h"

#include <string.h>

struct _IdrSegments
{
  gatomicrefcount n_refs;
  gint32 n_objects;
  gint64 width, height;
  gsize size;
  /* All in this one piece of memory; see IdrRuns. */
  IdrRun *runs;
  gint32 *labels;
  gsize rows[];
};

IdrSegments *
idr_segments_new (const IdrRuns *runs, gint64 width, gint32 n_objects)
{
  const gsize rows_bytes = (runs->n_rows + 1) * sizeof *runs->rows;
  const gsize runs_bytes = runs->n_runs * sizeof *runs->runs;
  const gsize labels_bytes = runs->n_runs * sizeof *runs->labels;
  const gsize bytes = sizeof (IdrSegments) + rows_bytes + runs_bytes + labels_bytes;
  IdrSegments *segments = g_try_malloc (bytes);

  if (segments == NULL)
    return NULL;
  g_atomic_ref_count_init (&segments->n_refs);
  segments->n_objects = n_objects;
  segments->width = width;
  segments->height = runs->n_rows;
  segments->size = bytes;
  segments->runs = (IdrRun *)(gpointer)((guint8 *)segments->rows + rows_bytes);
  segments->labels = (gint32 *)(gpointer)((guint8 *)segments->runs + runs_bytes);
  memcpy (segments->rows, runs->rows, rows_bytes);
  if (runs->n_runs > 0)
    {
      memcpy (segments->runs, runs->runs, runs_bytes);
      memcpy (segments->labels, runs->labels, labels_bytes);
    }
  return segments;
}

IdrSegments *
idr_segments_ref (IdrSegments *segments)
{
  g_return_val_if_fail (segments != NULL, NULL);

  g_atomic_ref_count_inc (&segments->n_refs);
  return segments;
}

void
idr_segments_unref (IdrSegments *segments)
{
  g_return_if_fail (segments != NULL);

  if (g_atomic_ref_count_dec (&segments->n_refs))
    g_free (segments);
}

gint32
idr_segments_get_n_objects (const IdrSegments *segments)
{
  g_return_val_if_fail (segments != NULL, 0);

  return segments->n_objects;
}

gsize
idr_segments_get_size (const IdrSegments *segments)
{
  g_return_val_if_fail (segments != NULL, 0);

  return segments->size;
}

/* The first run of row @y that ends beyond @x. */
static gsize
find_run (const IdrSegments *segments, gint64 y, gint64 x)
{
  gsize from = segments->rows[y], to = segments->rows[y + 1];

  while (from < to)
    {
      gsize middle = from + (to - from) / 2;

      if (segments->runs[middle].x1 > x)
        to = middle;
      else
        from = middle + 1;
    }
  return from;
}

static void
paint_row (const IdrSegments *segments, gint64 y, gint64 x0, gint64 x1, guint32 *out)
{
  const gsize end = segments->rows[y + 1];
  gint64 x = x0;

  for (gsize i = find_run (segments, y, x0); i < end && segments->runs[i].x0 < x1; i++)
    {
      const gint64 from = MAX (segments->runs[i].x0, x0), to = MIN (segments->runs[i].x1, x1);
      const guint32 label = segments->labels[i];

      memset (out + (x - x0), 0, (from - x) * sizeof *out);
      for (x = from; x < to; x++)
        out[x - x0] = label;
    }
  memset (out + (x - x0), 0, (x1 - x) * sizeof *out);
}

void
idr_segments_paint (const IdrSegments *segments, gint64 x, gint64 y, gint64 width, gint64 height,
                    guint32 *labels, gsize stride)
{
  g_return_if_fail (segments != NULL);
  g_return_if_fail (x >= 0 && y >= 0 && width >= 0 && height >= 0);
  g_return_if_fail (width <= segments->width - x && height <= segments->height - y);

  for (gint64 row = 0; row < height; row++)
    paint_row (segments, y + row, x, x + width,
               (guint32 *)(gpointer)((guint8 *)labels + row * stride));
}
