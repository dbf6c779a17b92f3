/* Bands of large stacks that were let go, made again to be painted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bands.h"

#include "cache.h"
#include "tiling.h"

/* Programs read pieces side by side, and several threads of theirs two rows of pieces at a time:
 * what so many rows go through stays until it is read through, whatever memory that takes. */
#define ROWS_AT_WORK 512

struct _IdrBands
{
  IdrSegmenter *segmenter;
  IdrStack stack;
  IdrTileReader *reader;
  gsize memory;
  IdrCache *bands; /* of IdrBand, by stack, number and rows */
};

IdrBands *
idr_bands_new (LaminaImage *input, IdrSegmenter *segmenter, const IdrStack *stack, gsize memory)
{
  IdrBands *self = g_new0 (IdrBands, 1);

  self->segmenter = segmenter;
  self->stack = *stack;
  self->reader = idr_tile_reader_new (input, 0, 0);
  self->memory = memory;
  self->bands = idr_cache_new (memory, (gpointer (*) (gpointer))idr_band_ref,
                               (GDestroyNotify)idr_band_unref);
  return self;
}

void
idr_bands_free (IdrBands *self)
{
  idr_cache_free (self->bands);
  idr_tile_reader_free (self->reader);
  g_free (self);
}

typedef struct
{
  IdrBands *self;
  gint64 number; /* of the stack */
  gint64 index;  /* of the band */
  const IdrSegments *segments;
  IdrSegmentation *segmentation;
  LaminaJob *job;
} Request;

/* #LaminaTaskFunc */
static gboolean
remake_tile (gint64 tile, gpointer data, LaminaJob *job, GError **error)
{
  const Request *request = data;
  IdrBands *self = request->self;
  g_autoptr (GError) fault = NULL;
  const gchar *problem = NULL;

  if (idr_tile_reader_add (self->reader, request->number * self->stack.depth, request->segmentation,
                           tile, job, &problem, &fault))
    {
      lamina_job_count (job, "tiles", 1);
      return TRUE;
    }
  if (fault == NULL)
    idr_tiling_set_error (&self->stack, request->number, problem, &fault);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

/* What @band counts as: never so much that those at work would displace each other. */
static gsize
get_cost (const IdrBands *self, const IdrSegments *segments, const IdrBand *band)
{
  const gint64 last = MIN (ROWS_AT_WORK, self->stack.height) - 1;
  const gint64 n_at_work = idr_segments_find_band (segments, 0, last) + 2;

  return MIN (idr_band_get_size (band), self->memory / (gsize)n_at_work);
}

/* #IdrCacheMake */
static gpointer
remake (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  IdrBands *self = request->self;
  g_autoptr (IdrSegmentation) segmentation
      = idr_segments_remake (request->segments, self->segmenter, request->index);
  const gchar *problem = "memory does not suffice";
  IdrBand *band = NULL;

  request->segmentation = segmentation;
  if (segmentation != NULL && idr_segmentation_begin_pass (segmentation, &problem))
    {
      const gint64 n_tiles = idr_segmentation_get_n_tiles (segmentation);

      lamina_job_count (request->job, "bands-again", 1);
      lamina_job_count (request->job, "tiles-planned", n_tiles);
      if (!lamina_job_run (request->job, n_tiles, remake_tile, request, error))
        return NULL;
      band = idr_segmentation_finish_band (segmentation, &problem);
    }
  if (band == NULL)
    idr_tiling_set_error (&self->stack, request->number, problem, error);
  else
    *size = get_cost (self, request->segments, band);
  return band;
}

IdrBand *
idr_bands_get (IdrBands *self, gint64 number, const IdrSegments *segments, gint64 index,
               LaminaJob *job, GError **error)
{
  Request request
      = { .self = self, .number = number, .index = index, .segments = segments, .job = job };
  gint64 place[] = { number, index, 0, 0 };
  IdrBand *kept = idr_segments_get_band (segments, index);
  g_autoptr (GBytes) key = NULL;

  if (kept != NULL)
    return kept;
  /* A stack that was forgotten, and segmented again for more threads, has other bands. */
  idr_segments_get_rows (segments, index, &place[2], &place[3]);
  key = g_bytes_new (place, sizeof place);
  return idr_cache_get (self->bands, key, remake, &request, G_CANCELLABLE (job), error);
}
