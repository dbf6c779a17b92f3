/* The objects of a stack as runs of pixels in rows, in bands of whole rows
 *
 * A band that memory did not allow for can be made again by itself: its labels come out as they did
 * the first time, and what became of them is kept.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segments.h"

#include <string.h>

struct _IdrSegments
{
  gatomicrefcount n_refs;
  gint32 n_objects;
  IdrStack stack;
  gint64 n_down, n_across; /* bands of a plane, tiles of a band */
  gint64 *rows;            /* where each of a plane's bands begins */
  gint64 n_bands;
  IdrBand **bands; /* NULL: let go */
  gsize size;

  /* Of those: */
  gdouble threshold;
  gdouble *maxima; /* of their tiles' smoothed pixels; or NULL */
  IdrLink *links;  /* what their own labels have become; or NULL */
};

/* What it takes to make bands again. */
static void
keep_numbers (IdrSegments *segments, IdrSegmentation *from)
{
  segments->links = g_steal_pointer (&from->chain.links);
  segments->maxima = g_steal_pointer (&from->maxima);
  for (gint64 i = 0; i < segments->n_bands; i++)
    if (segments->bands[i] != NULL)
      g_clear_pointer (&segments->links[i].ids, g_free);
    else
      segments->size += (gsize)segments->links[i].n_labels * sizeof (gint32);
}

IdrSegments *
idr_segments_new (IdrSegmentation *from)
{
  g_autoptr (IdrSegments) segments = g_new0 (IdrSegments, 1);

  g_atomic_ref_count_init (&segments->n_refs);
  segments->n_objects = from->n_objects;
  segments->stack = from->stack;
  segments->n_down = from->grid.n_down;
  segments->n_across = from->grid.n_across;
  segments->rows = g_steal_pointer (&from->grid.rows);
  segments->threshold = from->threshold;
  segments->size = sizeof *segments + (gsize)segments->n_down * sizeof *segments->rows;
  segments->bands = g_try_new0 (IdrBand *, from->n_bands);
  if (segments->bands == NULL)
    return NULL;
  segments->n_bands = from->n_bands;
  for (gint64 i = 0; i < segments->n_bands; i++)
    {
      segments->bands[i] = g_steal_pointer (&from->chain.links[i].band);
      segments->size += sizeof (IdrBand *);
      if (segments->bands[i] != NULL)
        segments->size += idr_band_get_size (segments->bands[i]);
    }
  if (from->chain.n_gone > 0)
    keep_numbers (segments, from);
  return g_steal_pointer (&segments);
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

  if (!g_atomic_ref_count_dec (&segments->n_refs))
    return;
  for (gint64 i = 0; i < segments->n_bands; i++)
    {
      idr_band_unref (segments->bands[i]);
      if (segments->links != NULL)
        g_free (segments->links[i].ids);
    }
  g_free (segments->links);
  g_free (segments->bands);
  g_free (segments->rows);
  g_free (segments->maxima);
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

/* --- Bands -------------------------------------------------------------------------------- */

gint64
idr_segments_find_band (const IdrSegments *segments, gint64 z, gint64 y)
{
  gint64 k = 0;

  g_return_val_if_fail (segments != NULL, -1);
  g_return_val_if_fail (z >= 0 && z < segments->stack.depth, -1);
  g_return_val_if_fail (y >= 0 && y < segments->stack.height, -1);

  if (segments->n_down > 1)
    for (k = MIN (y / segments->stack.tile_height, segments->n_down - 1);
         k + 1 < segments->n_down && y >= segments->rows[k + 1]; k++)
      ;
  return z * segments->n_down + k;
}

void
idr_segments_get_rows (const IdrSegments *segments, gint64 band, gint64 *first, gint64 *end)
{
  const gint64 *rows;

  g_return_if_fail (segments != NULL);
  g_return_if_fail (band >= 0 && band < segments->n_bands);

  rows = segments->rows + band % segments->n_down;
  *first = rows[0];
  *end = rows[1];
}

IdrBand *
idr_segments_get_band (const IdrSegments *segments, gint64 band)
{
  g_return_val_if_fail (segments != NULL, NULL);
  g_return_val_if_fail (band >= 0 && band < segments->n_bands, NULL);

  return segments->bands[band] != NULL ? idr_band_ref (segments->bands[band]) : NULL;
}

IdrSegmentation *
idr_segments_remake (const IdrSegments *segments, IdrSegmenter *segmenter, gint64 band)
{
  g_autoptr (IdrSegmentation) self = idr_segmentation_new (segmenter, &segments->stack, 0);
  gint32 *ids;
  gsize size;

  g_return_val_if_fail (segments->links != NULL, NULL);
  g_return_val_if_fail (band >= 0 && band < segments->n_bands, NULL);

  if (self == NULL)
    return NULL;
  self->first_band = band;
  self->n_bands = 1;
  self->is_remade = TRUE;
  self->threshold = segments->threshold;
  if (segments->maxima != NULL)
    self->maxima = g_memdup2 (segments->maxima + band * segments->n_across,
                              (gsize)segments->n_across * sizeof *segments->maxima);
  size = ((gsize)segments->links[band].n_labels + 1) * sizeof (gint32);
  ids = g_try_malloc (size);
  if (ids == NULL)
    return NULL;
  self->chain.links[band].ids = memcpy (ids, segments->links[band].ids, size);
  return g_steal_pointer (&self);
}

/* --- Painting -------------------------------------------------------------------------------- */

gint64
idr_segments_paint_band (const IdrSegments *segments, const IdrBand *band, gint64 index,
                         const IdrBox *box, guint32 *labels, gsize stride)
{
  const gint64 first = segments->rows[index % segments->n_down];
  const gint64 n = MIN (box->y1, first + band->runs.n_rows) - box->y0;

  idr_band_paint (band, box->y0 - first, box->y0 - first + n, box->x0, box->x1, labels, stride);
  return n;
}

void
idr_segments_paint (const IdrSegments *segments, gint64 x, gint64 y, gint64 width, gint64 height,
                    guint32 *labels, gsize stride)
{
  IdrBox box = { x, y, 0, x + width, y + height, 1 };
  guint8 *row = (guint8 *)labels;

  g_return_if_fail (segments != NULL);
  g_return_if_fail (x >= 0 && y >= 0 && width >= 0 && height >= 0);
  g_return_if_fail (width <= segments->stack.width - x && height <= segments->stack.height - y);

  while (box.y0 < box.y1)
    {
      const gint64 index = idr_segments_find_band (segments, 0, box.y0);
      const gint64 n = idr_segments_paint_band (segments, segments->bands[index], index, &box,
                                                (guint32 *)(gpointer)row, stride);

      box.y0 += n;
      row += (gsize)n * stride;
    }
}
