/* Bands of large stacks that were let go, made again to be painted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bands.h"

#include "cache.h"
#include "tiling.h"

struct _IdrBands
{
  IdrSegmenter *segmenter;
  IdrStack stack;
  IdrTileReader *reader;
  IdrCache *bands; /* of IdrBand, by stack and number */
};

IdrBands *
idr_bands_new (LaminaImage *input, IdrSegmenter *segmenter, const IdrStack *stack, gsize memory)
{
  IdrBands *self = g_new0 (IdrBands, 1);

  self->segmenter = segmenter;
  self->stack = *stack;
  self->reader = idr_tile_reader_new (input, 0, 0);
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
    return TRUE;
  if (fault == NULL)
    idr_tiling_set_error (&self->stack, request->number, problem, &fault);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
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
      if (!lamina_job_run (request->job, idr_segmentation_get_n_tiles (segmentation), remake_tile,
                           request, error))
        return NULL;
      band = idr_segmentation_finish_band (segmentation, &problem);
    }
  if (band == NULL)
    idr_tiling_set_error (&self->stack, request->number, problem, error);
  else
    *size = idr_band_get_size (band);
  return band;
}

IdrBand *
idr_bands_get (IdrBands *self, gint64 number, const IdrSegments *segments, gint64 index,
               LaminaJob *job, GError **error)
{
  Request request
      = { .self = self, .number = number, .index = index, .segments = segments, .job = job };
  const gint64 place[] = { number, index };
  IdrBand *kept = idr_segments_get_band (segments, index);
  g_autoptr (GBytes) key = NULL;

  if (kept != NULL)
    return kept;
  key = g_bytes_new (place, sizeof place);
  return idr_cache_get (self->bands, key, remake, &request, G_CANCELLABLE (job), error);
}
