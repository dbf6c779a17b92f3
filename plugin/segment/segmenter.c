/* Smooth, threshold and label a plane, exactly as SciPy does
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmenter.h"

#include "label.h"
#include "measure.h"
#include "segments.h"
#include "smoothed.h"

#include <math.h>

/* SciPy smooths with nothing less. */
#define MIN_SIGMA 1e-15

/* What a thread keeps for its next plane is at most this, in bytes. */
#define MAX_KEPT ((gsize)64 * 1024 * 1024)

#define NO_MEMORY "memory does not suffice for its smoothed pixels and objects"

/* What one plane is worked out in. */
typedef struct _Scratch Scratch;
struct _Scratch
{
  Scratch *next;
  guint8 *bytes; /* a row's bits, the smoothed plane */
  gsize n_bytes;
  IdrRuns runs;
  IdrForest forest;
};

struct _IdrSegmenter
{
  IdrGaussian *gaussian; /* NULL: no smoothing */
  gdouble fraction;
  gboolean diagonal;
  IdrIsa isa;

  GMutex lock;
  Scratch *idle;
};

/* --- Scratch: taken by one run at a time --------------------------------------------- */

static void
scratch_free (Scratch *scratch)
{
  g_free (scratch->bytes);
  idr_runs_clear (&scratch->runs);
  idr_forest_clear (&scratch->forest);
  g_free (scratch);
}

static Scratch *
take_scratch (IdrSegmenter *segmenter)
{
  Scratch *scratch;

  g_mutex_lock (&segmenter->lock);
  scratch = segmenter->idle;
  if (scratch != NULL)
    segmenter->idle = scratch->next;
  g_mutex_unlock (&segmenter->lock);
  return scratch != NULL ? scratch : g_new0 (Scratch, 1);
}

static void
return_scratch (IdrSegmenter *segmenter, Scratch *scratch)
{
  if (scratch->n_bytes + scratch->runs.n_allocated * (sizeof (IdrRun) + sizeof (gint32))
          + scratch->forest.n_allocated * sizeof (gint32)
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

/* --- The segmenter --------------------------------------------------------------------- */

IdrSegmenter *
idr_segmenter_new_for (const IdrSegmentOptions *options, IdrIsa isa)
{
  IdrSegmenter *segmenter;

  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (options->sigma >= 0 && options->sigma <= 1e6, NULL);

  segmenter = g_new0 (IdrSegmenter, 1);
  if (options->sigma > MIN_SIGMA)
    segmenter->gaussian = idr_gaussian_new (options->sigma);
  segmenter->fraction = options->fraction;
  segmenter->diagonal = options->diagonal;
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
      Scratch *scratch = segmenter->idle;

      segmenter->idle = scratch->next;
      scratch_free (scratch);
    }
  g_clear_pointer (&segmenter->gaussian, idr_gaussian_free);
  g_mutex_clear (&segmenter->lock);
  g_free (segmenter);
}

/* --- A run ------------------------------------------------------------------------------ */

/* Where in a scratch's bytes things lie. */
typedef struct
{
  gsize bits, smoothed, end;
} Layout;

/* FALSE: no machine has so much memory. */
static gboolean
lay_out (const IdrSegmenter *segmenter, const IdrKernels *kernels, const IdrRaster *raster,
         Layout *layout)
{
  const IdrPatch patch = idr_patch_whole (raster);
  gsize size;

  if (raster->width > G_MAXINT32 || raster->height > G_MAXINT32)
    return FALSE;
  size = idr_smoothed_get_size (segmenter->gaussian, kernels, &patch);
  layout->bits = 0;
  layout->smoothed = (layout->bits + (raster->width + 63) / 64 * sizeof (guint64) + 63) / 64 * 64;
  return size > 0 && g_size_checked_add (&layout->end, layout->smoothed, size);
}

static gboolean
reserve (Scratch *scratch, gsize n_bytes)
{
  if (scratch->bytes != NULL && n_bytes <= scratch->n_bytes)
    return TRUE;
  g_free (scratch->bytes);
  scratch->bytes = g_try_malloc (n_bytes);
  scratch->n_bytes = scratch->bytes != NULL ? n_bytes : 0;
  return scratch->bytes != NULL;
}

/* The runs of what is above the threshold. FALSE: no memory. */
static gboolean
find_runs (IdrSmoothed *smoothed, gdouble threshold, guint64 *bits, IdrRuns *runs)
{
  const IdrPatch *patch = &smoothed->patch;
  IdrValue least;
  const gboolean any = smoothed->kernels->least_above (threshold, &least);

  if (!idr_runs_start (runs, patch->plane_height))
    return FALSE;
  for (gint64 y = 0; y < patch->plane_height; y++)
    {
      idr_smoothed_compare (smoothed, y, any ? &least : NULL, bits);
      if (!idr_runs_add_row (runs, bits, 0, patch->plane_width))
        return FALSE;
    }
  return TRUE;
}

static IdrSegments *
run (IdrSegmenter *segmenter, Scratch *scratch, const IdrRaster *raster, GArray **objects,
     const gchar **problem)
{
  const IdrKernels *kernels = idr_kernels_get (segmenter->isa, raster->pixel);
  const IdrPatch patch = idr_patch_whole (raster);
  IdrSegments *segments;
  IdrSmoothed smoothed;
  Layout layout;
  gdouble max;
  gint32 n_objects;

  *problem = NO_MEMORY;
  if (!lay_out (segmenter, kernels, raster, &layout) || !reserve (scratch, layout.end))
    return NULL;
  idr_smoothed_make (&smoothed, segmenter->gaussian, kernels, &patch, FALSE,
                     scratch->bytes + layout.smoothed);
  max = idr_smoothed_get_maximum (&smoothed, (gdouble)-INFINITY);
  if (!find_runs (&smoothed, segmenter->fraction * max,
                  (guint64 *)(gpointer)(scratch->bytes + layout.bits), &scratch->runs))
    return NULL;
  n_objects = idr_runs_label (&scratch->runs, raster->height, segmenter->diagonal, &scratch->forest,
                              problem);
  if (n_objects < 0)
    return NULL;
  *problem = NO_MEMORY;
  segments = idr_segments_new (&scratch->runs, raster->width, n_objects);
  if (segments == NULL || objects == NULL)
    return segments;
  *objects = idr_runs_measure (&scratch->runs, n_objects, raster, kernels);
  if (*objects == NULL)
    g_clear_pointer (&segments, idr_segments_unref);
  return segments;
}

IdrSegments *
idr_segmenter_run (IdrSegmenter *segmenter, const IdrRaster *raster, GArray **objects,
                   const gchar **problem)
{
  const gchar *ignored;
  IdrSegments *segments;
  Scratch *scratch;

  g_return_val_if_fail (segmenter != NULL && raster != NULL, NULL);
  g_return_val_if_fail (raster->width > 0 && raster->height > 0, NULL);

  scratch = take_scratch (segmenter);
  segments = run (segmenter, scratch, raster, objects, problem != NULL ? problem : &ignored);
  return_scratch (segmenter, scratch);
  return segments;
}
