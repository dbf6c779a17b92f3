/* The part of a segmentation that takes all runs of its stack at once
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "refinement.h"

#include "refine.h"

#include <string.h>

#define NO_MEMORY "memory does not suffice for its objects"
#define GONE "fill-holes and split take all its objects at once, which is more than memory= holds"

gboolean
idr_segmentation_is_refined_late (const IdrSegmentation *self)
{
  return idr_options_need_all_runs (&self->segmenter->options)
         && idr_segmentation_get_n_tiles (self) > 1 && !self->is_remade;
}

gint64
idr_segmentation_get_n_steps (const IdrSegmentation *self)
{
  const IdrSegmentOptions *options = &self->segmenter->options;
  const gint64 n_refined = idr_segmentation_is_refined_late (self) ? 2 : 0;
  const gint64 n_li
      = options->threshold == IDR_THRESHOLD_LI && self->stack.pixel >= IDR_PIXEL_F32 ? 1 : 0;

  return idr_statistics_get_n_sweeps (self->statistics) + n_li + 1 + n_refined;
}

void
idr_segmentation_set_watch (IdrSegmentation *self, const IdrWatch *watch)
{
  self->watch = watch;
}

/* --- Bands into one, and back ---------------------------------------------------------------- */

/* Moves all bands' runs into one list. FALSE: no memory. */
static gboolean
gather (IdrSegmentation *self, IdrRuns *all)
{
  IdrLink *links = self->chain.links;
  gsize n = 0;

  for (gint64 i = 0; i < self->n_bands; i++)
    n += links[i].band->runs.n_runs;
  all->runs = g_try_new (IdrRun, n + 1);
  all->labels = g_try_new (gint32, n + 1);
  all->n_allocated = n + 1;
  if (all->runs == NULL || all->labels == NULL
      || !idr_runs_start (all, self->stack.height * self->stack.depth))
    return FALSE;
  for (gint64 i = 0; i < self->n_bands; i++)
    {
      const IdrRuns *runs = &links[i].band->runs;

      memcpy (all->runs + all->n_runs, runs->runs, runs->n_runs * sizeof *runs->runs);
      for (gint64 row = 1; row <= runs->n_rows; row++)
        all->rows[++all->n_rows] = all->n_runs + runs->rows[row];
      all->n_runs += runs->n_runs;
      g_clear_pointer (&links[i].band, idr_band_unref);
    }
  return TRUE;
}

/* The @n rows of @all from @first on. NULL: no memory. */
static IdrBand *
cut_band (const IdrRuns *all, gint64 first, gint64 n)
{
  const gsize start = all->rows[first];
  g_autofree gsize *rows = g_try_new (gsize, n + 1);
  const IdrRuns runs = { .runs = all->runs + start,
                         .labels = all->labels + start,
                         .rows = rows,
                         .n_runs = all->rows[first + n] - start,
                         .n_rows = n };

  if (rows == NULL)
    return NULL;
  for (gint64 row = 0; row <= n; row++)
    rows[row] = all->rows[first + row] - start;
  return idr_band_new (&runs, 0);
}

static gboolean
cut (IdrSegmentation *self, const IdrRuns *all)
{
  const IdrGrid *grid = &self->grid;

  for (gint64 i = 0; i < self->n_bands; i++)
    {
      const gint64 z = i / grid->n_down, k = i % grid->n_down;
      IdrBand *band = cut_band (all, z * self->stack.height + grid->rows[k],
                                grid->rows[k + 1] - grid->rows[k]);

      if (band == NULL)
        return FALSE;
      self->chain.links[i].band = band;
    }
  return TRUE;
}

gboolean
idr_segmentation_refine (IdrSegmentation *self, const gchar **problem)
{
  IdrRuns all = { 0 };
  gboolean done = FALSE;

  *problem = GONE;
  if (self->chain.n_gone > 0)
    return FALSE;
  idr_forest_clear (&self->chain.forest);
  self->n_objects = -1;
  *problem = NO_MEMORY;
  if (gather (self, &all))
    self->n_objects = idr_runs_refine (&all, &self->stack, &self->segmenter->options, self->memory,
                                       self->watch, &self->chain.forest, problem);
  idr_forest_clear (&self->chain.forest);
  if (self->n_objects >= 0)
    {
      *problem = NO_MEMORY;
      idr_sums_start (&self->sums, self->stack.pixel, self->stack.is_volume);
      done = cut (self, &all) && idr_sums_reserve (&self->sums, (gsize)self->n_objects + 1);
    }
  idr_runs_clear (&all);
  return done;
}

/* --- Measuring -------------------------------------------------------------------------------- */

/* The runs of row @y that lie between @x0 and @x1: from the first on, up to the one returned. */
static gsize
find_runs (const IdrRuns *runs, gint64 row, gint64 x0, gint64 x1, gsize *first)
{
  gsize from = runs->rows[row], to = runs->rows[row + 1];

  while (from < to)
    {
      const gsize middle = from + (to - from) / 2;

      if (runs->runs[middle].x1 > x0)
        to = middle;
      else
        from = middle + 1;
    }
  *first = from;
  while (from < runs->rows[row + 1] && runs->runs[from].x0 < x1)
    from++;
  return from;
}

static const IdrRuns *
get_runs (const IdrSegmentation *self, gint64 tile, const IdrBox *box, gint64 *first_row)
{
  const gint64 band = tile / self->grid.n_across;

  *first_row = box->y0 - self->grid.rows[band % self->grid.n_down];
  return &self->chain.links[band].band->runs;
}

gboolean
idr_segmentation_has_pixels (const IdrSegmentation *self, gint64 tile, const IdrBox *box)
{
  gint64 row;
  const IdrRuns *runs = get_runs (self, tile, box, &row);
  gsize first;

  for (gint64 y = box->y0; y < box->y1; y++, row++)
    if (find_runs (runs, row, box->x0, box->x1, &first) > first)
      return TRUE;
  return FALSE;
}

/* Row after row is tallied by itself, and added while no other thread adds. */
gboolean
idr_segmentation_measure (IdrSegmentation *self, gint64 tile, const IdrBox *box,
                          const IdrRaster *raster)
{
  const IdrKernels *kernels = idr_kernels_get (self->segmenter->isa, raster->pixel);
  const gsize size = idr_pixel_get_size (raster->pixel);
  g_autofree IdrTally *tallies = g_try_new (IdrTally, box->x1 - box->x0);
  gint64 row;
  const IdrRuns *runs = get_runs (self, tile, box, &row);

  if (tallies == NULL)
    return FALSE;
  for (gint64 y = box->y0; y < box->y1; y++, row++)
    {
      const guint8 *pixels = (const guint8 *)raster->data + (y - box->y0) * raster->stride;
      gsize first;
      const gsize end = find_runs (runs, row, box->x0, box->x1, &first);

      for (gsize i = first; i < end; i++)
        {
          const gint64 x0 = MAX (runs->runs[i].x0, box->x0), x1 = MIN (runs->runs[i].x1, box->x1);

          kernels->tally (pixels + (x0 - box->x0) * size, x1 - x0, &tallies[i - first]);
        }
      g_mutex_lock (&self->lock);
      for (gsize i = first; i < end; i++)
        idr_sums_add_run (&self->sums, runs->labels[i], MAX (runs->runs[i].x0, box->x0),
                          MIN (runs->runs[i].x1, box->x1), y, box->z0, &tallies[i - first]);
      g_mutex_unlock (&self->lock);
    }
  return TRUE;
}
