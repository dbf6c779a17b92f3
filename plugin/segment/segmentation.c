/* A stack that is being segmented: passes, tiles, bands
 *
 * Tiles are worked out on any thread; the last tile of a band makes a band of them, and bands are
 * taken in their order, by whoever has one when its turn has come.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmentation.h"

#include "refine.h"
#include "refinement.h"
#include "tile.h"

#include <math.h>

#define NO_MEMORY "memory does not suffice for its smoothed pixels and objects"

/* --- From the first pass to the last --------------------------------------------------- */

IdrSegmentation *
idr_segmentation_new (IdrSegmenter *segmenter, const IdrStack *stack, gsize memory)
{
  g_autoptr (IdrSegmentation) self = g_new0 (IdrSegmentation, 1);

  g_return_val_if_fail (segmenter != NULL && stack != NULL, NULL);
  g_return_val_if_fail (stack->width > 0 && stack->height > 0 && stack->depth > 0, NULL);
  g_return_val_if_fail (stack->tile_width > 0 && stack->tile_height > 0, NULL);

  g_mutex_init (&self->lock);
  self->segmenter = segmenter;
  self->stack = *stack;
  self->memory = memory;
  if (segmenter->gaussian != NULL)
    self->reach = idr_gaussian_get_radius (segmenter->gaussian);
  if (stack->width > G_MAXINT32 || stack->height > G_MAXINT32 || stack->depth > G_MAXINT32
      || !idr_sums_fit (stack->width, stack->height, stack->depth)
      || !idr_grid_init (&self->grid, stack, self->reach)
      || !idr_chain_init (&self->chain, stack, &self->grid, segmenter->options.diagonal, memory))
    return NULL;
  self->n_bands = self->chain.n_bands;
  self->works = g_try_new0 (IdrBandWork, self->n_bands);
  self->statistics = idr_statistics_new (&segmenter->options, stack, memory / 4);
  if (self->works == NULL || self->statistics == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

static void
clear_work (IdrSegmentation *self, IdrBandWork *work)
{
  for (gint64 i = 0; work->tiles != NULL && i < self->grid.n_across; i++)
    idr_band_unref (work->tiles[i]);
  g_clear_pointer (&work->tiles, g_free);
}

void
idr_segmentation_free (IdrSegmentation *self)
{
  for (gint64 i = 0; self->works != NULL && i < self->n_bands; i++)
    {
      clear_work (self, &self->works[i]);
      idr_band_unref (self->works[i].band);
    }
  g_free (self->works);
  g_free (self->maxima);
  g_free (self->boundaries);
  g_clear_pointer (&self->perimeter, idr_perimeter_free);
  g_clear_pointer (&self->statistics, idr_statistics_free);
  g_clear_pointer (&self->idle, g_ptr_array_unref);
  idr_sums_clear (&self->sums);
  idr_chain_clear (&self->chain);
  idr_grid_clear (&self->grid);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gint64
idr_segmentation_get_n_tiles (const IdrSegmentation *self)
{
  return self->n_bands * self->grid.n_across;
}

/* All tiles were seen once more. */
static gboolean
end_sweep (IdrSegmentation *self, const gchar **problem)
{
  for (guint i = 0; self->idle != NULL && i < self->idle->len; i++)
    idr_statistics_merge (self->statistics, self->idle->pdata[i]);
  g_clear_pointer (&self->idle, g_ptr_array_unref);
  self->sweep++;
  if (self->sweep < idr_statistics_get_n_sweeps (self->statistics))
    {
      idr_statistics_next (self->statistics);
      return TRUE;
    }
  self->pass = IDR_PASS_RUNS;
  return idr_statistics_conclude (self->statistics, self->watch, &self->threshold, problem);
}

static gboolean
start (IdrSegmentation *self, const gchar **problem)
{
  const gint64 n_tiles = idr_segmentation_get_n_tiles (self);

  self->pass = IDR_PASS_STATISTICS;
  if (idr_statistics_get_n_sweeps (self->statistics) == 0)
    return end_sweep (self, problem);
  if (n_tiles > 1)
    self->maxima = g_try_new (gdouble, n_tiles);
  return TRUE;
}

gboolean
idr_segmentation_begin_pass (IdrSegmentation *self, const gchar **problem)
{
  *problem = NULL;
  if (self->pass < IDR_PASS_BOUNDARIES)
    self->next = self->first_band;
  switch (self->pass)
    {
    case IDR_PASS_NONE:
      return self->is_remade ? (self->pass = IDR_PASS_RUNS, TRUE) : start (self, problem);
    case IDR_PASS_STATISTICS:
      return end_sweep (self, problem);
    case IDR_PASS_RUNS:
      self->pass = IDR_PASS_BOUNDARIES;
      if (self->is_remade || !idr_segmentation_settle (self, problem))
        return FALSE;
      if (idr_segmentation_is_refined_late (self))
        {
          self->pass = IDR_PASS_MEASURE;
          return TRUE;
        }
      if (self->chain.n_gone > 0 && self->perimeter != NULL)
        return TRUE;
      G_GNUC_FALLTHROUGH;
    default:
      *problem = NULL;
      self->pass = IDR_PASS_END;
      return FALSE;
    }
}

/* --- What a tile takes --------------------------------------------------------------------- */

/* What smoothing one takes, rasters not yet given. */
static IdrPatch
make_patch (const IdrSegmentation *self, const IdrBox *tile)
{
  return (IdrPatch){ .n_planes = 1,
                     .plane_width = self->stack.width,
                     .plane_height = self->stack.height,
                     .x0 = tile->x0,
                     .y0 = tile->y0,
                     .x1 = tile->x1,
                     .y1 = tile->y1 };
}

static IdrBox
get_tile (const IdrSegmentation *self, gint64 tile)
{
  return idr_grid_get_tile (&self->grid, self->first_band * self->grid.n_across + tile);
}

/* Whether nothing of @tile is above the threshold. */
static gboolean
is_empty (const IdrSegmentation *self, gint64 tile)
{
  /* A maximum that is no number, or is infinite, settles nothing. */
  return self->maxima != NULL && isfinite (self->maxima[tile])
         && self->maxima[tile] <= self->threshold && self->maxima[tile] < 0x1p53;
}

static gboolean
is_kept (const IdrSegmentation *self, gint64 tile)
{
  return self->chain.links[tile / self->grid.n_across].band != NULL;
}

gboolean
idr_segmentation_get_box (const IdrSegmentation *self, gint64 tile, IdrBox *box)
{
  IdrPatch patch;

  *box = get_tile (self, tile);
  if (self->pass == IDR_PASS_MEASURE)
    return idr_segmentation_has_pixels (self, tile, box);
  patch = make_patch (self, box);
  if (self->pass == IDR_PASS_BOUNDARIES && is_kept (self, tile))
    return FALSE;
  if (self->pass != IDR_PASS_STATISTICS && is_empty (self, tile))
    return FALSE;
  if (self->segmenter->gaussian == NULL)
    return TRUE;
  idr_gaussian_get_reach (self->segmenter->gaussian, &patch, &box->x0, &box->y0, &box->x1,
                          &box->y1);
  if (self->stack.is_volume)
    {
      box->z0 = MAX (0, box->z0 - self->reach);
      box->z1 = MIN (self->stack.depth, box->z1 + self->reach);
    }
  return TRUE;
}

/* --- A tile ---------------------------------------------------------------------------------- */

/* A tile's own plane, and those around it, mirrored at the ends of the stack. */
static IdrRaster *
gather_planes (const IdrSegmentation *self, gint64 z, const IdrRaster *planes)
{
  const gint64 first = MAX (0, z - self->reach);
  IdrRaster *taps = g_new (IdrRaster, 2 * self->reach + 1);

  for (gint64 k = -self->reach; k <= self->reach; k++)
    taps[k + self->reach] = planes[idr_gaussian_mirror (z + k, self->stack.depth) - first];
  return taps;
}

/* Lets the threshold see a smoothed tile. */
static gboolean
see (IdrSegmentation *self, gint64 index, IdrTile *tile)
{
  const IdrSmoothed *smoothed = &tile->smoothed;
  const gdouble max = idr_smoothed_get_maximum (&tile->smoothed, (gdouble)-INFINITY);
  IdrStatistics *own = NULL;

  if (idr_segmentation_get_n_tiles (self) == 1)
    {
      idr_statistics_add (self->statistics, &smoothed->values, smoothed->patch.x0,
                          smoothed->patch.y0, tile->z, max);
      return TRUE;
    }
  if (self->maxima != NULL)
    self->maxima[index] = max;
  g_mutex_lock (&self->lock);
  if (self->idle == NULL)
    self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_statistics_free);
  if (self->idle->len > 0)
    own = g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1);
  g_mutex_unlock (&self->lock);

  if (own == NULL)
    own = idr_statistics_fork (self->statistics);
  if (own == NULL)
    return FALSE;
  idr_statistics_add (own, &smoothed->values, smoothed->patch.x0, smoothed->patch.y0, tile->z, max);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->idle, own);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Labels what is above the threshold; where one tile is the whole stack, for good. Returns how many
 * labels, or -1 and @problem. */
static gint32
label_tile (IdrSegmentation *self, IdrTile *tile, const gchar **problem)
{
  const IdrSegmentOptions *options = &self->segmenter->options;
  IdrScratch *scratch = tile->scratch;

  *problem = NO_MEMORY;
  if (!idr_tile_find_runs (tile, self->threshold))
    return -1;
  if (idr_options_need_all_runs (options) && !idr_segmentation_is_refined_late (self))
    return idr_runs_refine (&scratch->runs, &self->stack, options, self->memory, self->watch,
                            &scratch->forest, problem);
  return idr_runs_label (&scratch->runs, tile->pixels.height, options->diagonal, NULL,
                         &scratch->forest, problem);
}

/* The labelled runs of a smoothed tile, with what they measure. */
static IdrBand *
make_tile (IdrSegmentation *self, IdrTile *tile, const gchar **problem)
{
  const IdrSmoothed *smoothed = &tile->smoothed;
  IdrScratch *scratch = tile->scratch;
  const gint32 n = label_tile (self, tile, problem);
  g_autoptr (IdrBand) band = NULL;

  if (n < 0)
    return NULL;
  *problem = NO_MEMORY;
  band = idr_band_new (&scratch->runs, n);
  if (band == NULL || self->pass != IDR_PASS_RUNS || self->is_remade
      || idr_segmentation_is_refined_late (self))
    return g_steal_pointer (&band);
  if (idr_segmentation_get_n_tiles (self) == 1)
    {
      band->sums = scratch->sums;
      scratch->sums = (IdrSums){ 0 };
    }
  idr_sums_start (&band->sums, self->stack.pixel, self->stack.is_volume);
  if (!idr_sums_reserve (&band->sums, (gsize)n + 1))
    return NULL;
  idr_sums_add_runs (&band->sums, &scratch->runs, &tile->pixels, smoothed->patch.x0,
                     smoothed->patch.y0, tile->z, smoothed->kernels);
  return g_steal_pointer (&band);
}

/* --- Bands --------------------------------------------------------------------------- */

/* Takes what is there, in order, with the lock held. */
static gboolean
take_bands (IdrSegmentation *self, const gchar **problem)
{
  for (; self->next < self->first_band + self->n_bands; self->next++)
    {
      IdrBandWork *work = &self->works[self->next - self->first_band];
      IdrBand *kept = self->chain.links[self->next].band;

      if (self->is_remade)
        return TRUE;
      if (self->pass == IDR_PASS_BOUNDARIES && kept != NULL)
        {
          if (!idr_segmentation_follow (self, kept))
            return FALSE;
          continue;
        }
      if (work->band == NULL)
        return TRUE;
      if (self->pass == IDR_PASS_BOUNDARIES)
        {
          idr_segmentation_map (self, self->next, work->band);
          if (!idr_segmentation_follow (self, work->band))
            return FALSE;
          g_clear_pointer (&work->band, idr_band_unref);
        }
      else if (!idr_chain_add (&self->chain, g_steal_pointer (&work->band), problem))
        return FALSE;
    }
  return TRUE;
}

/* Puts @tile to those of its @band, which is NULL until all are there. */
static gboolean
collect (IdrSegmentation *self, gint64 index, IdrBand *tile, IdrBand **band, const gchar **problem)
{
  IdrBandWork *work = &self->works[index / self->grid.n_across];
  gboolean done = FALSE, is_last = FALSE;

  *band = NULL;
  *problem = NO_MEMORY;
  g_mutex_lock (&self->lock);
  if (work->tiles == NULL)
    work->tiles = g_try_new0 (IdrBand *, self->grid.n_across);
  if (work->tiles != NULL)
    {
      work->tiles[index % self->grid.n_across] = tile;
      is_last = ++work->n_done % self->grid.n_across == 0;
      done = TRUE;
    }
  g_mutex_unlock (&self->lock);
  if (!done)
    idr_band_unref (tile);
  if (!is_last)
    return done;
  *band = idr_band_join (work->tiles, self->grid.n_across, self->grid.columns,
                         self->segmenter->options.diagonal, problem);
  clear_work (self, work);
  return *band != NULL;
}

/* @tile, which is taken over, is the @index-th. */
static gboolean
take_tile (IdrSegmentation *self, gint64 index, IdrBand *tile, const gchar **problem)
{
  IdrBand *band = tile;
  gboolean done;

  if (self->grid.n_across > 1 && !collect (self, index, tile, &band, problem))
    return FALSE;
  if (band == NULL)
    return TRUE;
  *problem = NO_MEMORY;
  g_mutex_lock (&self->lock);
  self->works[index / self->grid.n_across].band = band;
  done = take_bands (self, problem);
  g_mutex_unlock (&self->lock);
  return done;
}

static gboolean
work_out (IdrSegmentation *self, gint64 index, IdrTile *tile, const gchar **problem)
{
  IdrBand *band;

  if (self->pass == IDR_PASS_STATISTICS)
    {
      *problem = NO_MEMORY;
      if (!see (self, index, tile))
        return FALSE;
      if (idr_segmentation_get_n_tiles (self) > 1)
        return TRUE;
      /* The one tile that there is needs not be smoothed again. */
      while (self->pass == IDR_PASS_STATISTICS)
        if (!end_sweep (self, problem)
            || (self->pass == IDR_PASS_STATISTICS && !see (self, index, tile)))
          return FALSE;
    }
  band = make_tile (self, tile, problem);
  return band != NULL && take_tile (self, index, band, problem);
}

static gboolean
add_empty (IdrSegmentation *self, gint64 index, const gchar **problem)
{
  const IdrBox box = get_tile (self, index);
  g_autofree gsize *rows = g_try_new0 (gsize, box.y1 - box.y0 + 1);
  const IdrRuns none = { .rows = rows, .n_rows = box.y1 - box.y0 };
  IdrBand *band = rows != NULL ? idr_band_new (&none, 0) : NULL;

  *problem = NO_MEMORY;
  return band != NULL && take_tile (self, index, band, problem);
}

/* With pixels in @planes, those of @box. */
static gboolean
add_pixels (IdrSegmentation *self, gint64 index, const IdrBox *box, const IdrRaster *planes,
            IdrScratch *scratch, const gchar **problem)
{
  const gboolean exactly = self->pass == IDR_PASS_STATISTICS
                           && self->segmenter->options.threshold != IDR_THRESHOLD_FRACTION;
  const IdrBox own = get_tile (self, index);
  g_autofree IdrRaster *taps = NULL;
  IdrPatch patch = make_patch (self, &own);
  gint64 middle = 0;
  IdrTile tile;

  patch.x = box->x0;
  patch.y = box->y0;
  patch.planes = planes;
  if (self->stack.is_volume && self->segmenter->gaussian != NULL)
    {
      patch.planes = taps = gather_planes (self, own.z0, planes);
      patch.n_planes = 2 * self->reach + 1;
      middle = self->reach;
    }
  *problem = NO_MEMORY;
  return idr_tile_smooth (&tile, self->segmenter, scratch, &patch, middle, own.z0, exactly)
         && work_out (self, index, &tile, problem);
}

gboolean
idr_segmentation_add (IdrSegmentation *self, gint64 index, const IdrRaster *planes,
                      const gchar **problem)
{
  IdrScratch *scratch;
  gboolean done;
  IdrBox box;

  g_return_val_if_fail (self->pass != IDR_PASS_NONE && self->pass != IDR_PASS_END, FALSE);

  if (self->pass == IDR_PASS_MEASURE)
    {
      box = get_tile (self, index);
      *problem = NO_MEMORY;
      return planes == NULL || idr_segmentation_measure (self, index, &box, planes);
    }
  if (self->pass == IDR_PASS_BOUNDARIES && is_kept (self, index))
    return TRUE;
  if (!idr_segmentation_get_box (self, index, &box))
    return add_empty (self, index, problem);
  g_return_val_if_fail (planes != NULL, FALSE);
  scratch = idr_segmenter_take_scratch (self->segmenter);
  done = add_pixels (self, index, &box, planes, scratch, problem);
  idr_segmenter_give_scratch (self->segmenter, scratch);
  return done;
}
