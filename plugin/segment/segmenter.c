/* What all tiles of a segmentation share, and what one is worked out in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmenter.h"

/* SciPy smooths with nothing less. */
#define MIN_SIGMA 1e-15

/* What a thread keeps for its next tile is at most this, in bytes. */
#define MAX_KEPT ((gsize)64 * 1024 * 1024)

#define CACHE_LINE 64

#define NO_MEMORY "memory does not suffice for its smoothed pixels and objects"

/* --- Scratch: taken by one thread at a time ------------------------------------------- */

static void
scratch_free (IdrScratch *scratch)
{
  g_free (scratch->allocated);
  idr_runs_clear (&scratch->runs);
  idr_forest_clear (&scratch->forest);
  idr_sums_clear (&scratch->sums);
  g_clear_pointer (&scratch->perimeter, idr_perimeter_free);
  g_free (scratch);
}

IdrScratch *
idr_segmenter_take_scratch (IdrSegmenter *segmenter)
{
  GThread *self = g_thread_self ();
  IdrScratch *scratch, **link = &segmenter->idle;

  g_mutex_lock (&segmenter->lock);
  /* Its own, which is in its processor's cache, rather than another thread's. */
  while (*link != NULL && (*link)->owner != self)
    link = &(*link)->next;
  if (*link == NULL)
    link = &segmenter->idle;
  scratch = *link;
  if (scratch != NULL)
    *link = scratch->next;
  g_mutex_unlock (&segmenter->lock);
  if (scratch == NULL)
    scratch = g_new0 (IdrScratch, 1);
  scratch->owner = self;
  return scratch;
}

void
idr_segmenter_give_scratch (IdrSegmenter *segmenter, IdrScratch *scratch)
{
  if (scratch->n_bytes + scratch->runs.n_allocated * (sizeof (IdrRun) + sizeof (gint32))
          + scratch->forest.n_allocated * sizeof (gint32) + idr_sums_get_bytes (&scratch->sums)
      > MAX_KEPT)
    {
      scratch_free (scratch);
      return;
    }
  g_mutex_lock (&segmenter->lock);
  scratch->next = segmenter->idle;
  segmenter->idle = scratch;
  g_mutex_unlock (&segmenter->lock);
}

gboolean
idr_scratch_reserve (IdrScratch *scratch, gsize n_bytes)
{
  if (scratch->allocated != NULL && n_bytes <= scratch->n_bytes)
    return TRUE;
  g_free (scratch->allocated);
  scratch->allocated
      = n_bytes < G_MAXSIZE - CACHE_LINE ? g_try_malloc (n_bytes + CACHE_LINE) : NULL;
  scratch->n_bytes = scratch->allocated != NULL ? n_bytes : 0;
  scratch->bytes = (guint8 *)scratch->allocated;
  if (scratch->bytes != NULL)
    scratch->bytes += CACHE_LINE - (gsize)scratch->bytes % CACHE_LINE;
  return scratch->bytes != NULL;
}

IdrPerimeter *
idr_segmenter_take_perimeter (IdrSegmenter *segmenter, gint64 width)
{
  IdrScratch *scratch = idr_segmenter_take_scratch (segmenter);
  IdrPerimeter *perimeter = NULL;

  if (scratch->width == width)
    perimeter = g_steal_pointer (&scratch->perimeter);
  idr_segmenter_give_scratch (segmenter, scratch);
  if (perimeter != NULL)
    return perimeter;
  return idr_perimeter_new (width, segmenter->options.split, segmenter->isa);
}

void
idr_segmenter_give_measures (IdrSegmenter *segmenter, IdrSums *sums, IdrPerimeter *perimeter,
                             gint64 width)
{
  IdrScratch *scratch = idr_segmenter_take_scratch (segmenter);

  idr_sums_clear (&scratch->sums);
  scratch->sums = *sums;
  *sums = (IdrSums){ 0 };
  g_clear_pointer (&scratch->perimeter, idr_perimeter_free);
  scratch->perimeter = perimeter;
  scratch->width = width;
  idr_segmenter_give_scratch (segmenter, scratch);
}

/* --- The segmenter --------------------------------------------------------------------- */

IdrSegmenter *
idr_segmenter_new_for (const IdrSegmentOptions *options, IdrIsa isa)
{
  IdrSegmenter *segmenter;

  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (options->sigma >= 0 && options->sigma <= 1e6, NULL);

  segmenter = g_new0 (IdrSegmenter, 1);
  segmenter->options = *options;
  if (options->sigma > MIN_SIGMA)
    segmenter->gaussian = idr_gaussian_new (options->sigma);
  segmenter->isa = isa;
  g_mutex_init (&segmenter->lock);
  return segmenter;
}

IdrSegmenter *
idr_segmenter_new (const IdrSegmentOptions *options)
{
  return idr_segmenter_new_for (options, idr_isa_get_best ());
}

void
idr_segmenter_free (IdrSegmenter *segmenter)
{
  if (segmenter == NULL)
    return;
  while (segmenter->idle != NULL)
    {
      IdrScratch *scratch = segmenter->idle;

      segmenter->idle = scratch->next;
      scratch_free (scratch);
    }
  g_clear_pointer (&segmenter->gaussian, idr_gaussian_free);
  g_mutex_clear (&segmenter->lock);
  g_free (segmenter);
}

/* --- A plane in one go -------------------------------------------------------------------- */

IdrSegments *
idr_segmenter_run (IdrSegmenter *segmenter, const IdrRaster *raster, GArray **objects,
                   const gchar **problem)
{
  const IdrStack stack = { .pixel = raster->pixel,
                           .width = raster->width,
                           .height = raster->height,
                           .depth = 1,
                           .tile_width = raster->width,
                           .tile_height = raster->height };
  g_autoptr (IdrSegmentation) segmentation = NULL;
  const gchar *ignored;

  g_return_val_if_fail (segmenter != NULL && raster->width > 0 && raster->height > 0, NULL);

  if (problem == NULL)
    problem = &ignored;
  *problem = NO_MEMORY;
  segmentation = idr_segmentation_new (segmenter, &stack, G_MAXSIZE);
  if (segmentation == NULL)
    return NULL;
  while (idr_segmentation_begin_pass (segmentation, problem))
    if (!idr_segmentation_add (segmentation, 0, raster, problem))
      return NULL;
  return *problem == NULL ? idr_segmentation_finish (segmentation, objects, problem) : NULL;
}
