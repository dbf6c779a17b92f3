/* A tile of a stack, worked out in a scratch
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tile.h"

gboolean
idr_tile_smooth (IdrTile *tile, const IdrSegmenter *segmenter, IdrScratch *scratch,
                 const IdrPatch *patch, gint64 middle, gint64 z, gboolean exactly)
{
  const IdrRaster *own = &patch->planes[middle];
  const IdrKernels *kernels = idr_kernels_get (segmenter->isa, own->pixel);
  const gint64 width = patch->x1 - patch->x0, height = patch->y1 - patch->y0;
  const gsize bits = ((gsize)width + 511) / 512 * 64;
  const gsize size = idr_smoothed_get_size (segmenter->gaussian, kernels, patch);
  gsize end;

  tile->segmenter = segmenter;
  tile->scratch = scratch;
  tile->z = z;
  tile->pixels = *own;
  tile->pixels.data = (const guint8 *)own->data + (patch->y0 - patch->y) * own->stride
                      + (patch->x0 - patch->x) * idr_pixel_get_size (own->pixel);
  tile->pixels.width = width;
  tile->pixels.height = height;
  if (width > G_MAXINT32 || height > G_MAXINT32 || size == 0
      || !g_size_checked_add (&end, bits, size) || !idr_scratch_reserve (scratch, end))
    return FALSE;
  idr_smoothed_make (&tile->smoothed, segmenter->gaussian, kernels, patch, exactly,
                     scratch->bytes + bits);
  return TRUE;
}

gboolean
idr_tile_find_runs (IdrTile *tile, gdouble threshold)
{
  IdrSmoothed *smoothed = &tile->smoothed;
  IdrScratch *scratch = tile->scratch;
  guint64 *bits = (guint64 *)(gpointer)scratch->bytes;
  IdrValue least;
  const gboolean any = smoothed->kernels->least_above (threshold, &least);

  if (!idr_runs_start (&scratch->runs, tile->pixels.height))
    return FALSE;
  for (gint64 y = 0; y < tile->pixels.height; y++)
    {
      idr_smoothed_compare (smoothed, smoothed->patch.y0 + y, any ? &least : NULL, bits);
      if (!idr_runs_add_row (&scratch->runs, bits, smoothed->patch.x0, tile->pixels.width))
        return FALSE;
    }
  return TRUE;
}
