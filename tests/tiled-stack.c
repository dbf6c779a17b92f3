/* A stack in memory, segmented tile by tile on several threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tiled-stack.h"

#include <string.h>

typedef struct
{
  IdrSegmentation *segmentation;
  const IdrStack *stack;
  const guint8 *pixels;
  gint next;
  const gchar *problem; /* the first one */
} Work;

/* Adds a tile, whose pixels are copied first: what reads beyond them is seen. */
static gboolean
add (Work *work, gint64 tile, const gchar **problem)
{
  const IdrStack *stack = work->stack;
  const gsize size = idr_pixel_get_size (stack->pixel);
  g_autoptr (GPtrArray) copies = g_ptr_array_new_with_free_func (g_free);
  g_autofree IdrRaster *planes = NULL;
  IdrBox box;

  if (!idr_segmentation_get_box (work->segmentation, tile, &box))
    return idr_segmentation_add (work->segmentation, tile, NULL, problem);
  planes = g_new (IdrRaster, box.z1 - box.z0);
  for (gint64 z = box.z0; z < box.z1; z++)
    {
      const gsize stride = (box.x1 - box.x0) * size;
      guint8 *copy = g_malloc (stride * (box.y1 - box.y0));

      g_ptr_array_add (copies, copy);
      for (gint64 y = box.y0; y < box.y1; y++)
        memcpy (copy + (y - box.y0) * stride,
                work->pixels + ((z * stack->height + y) * stack->width + box.x0) * size, stride);
      planes[z - box.z0]
          = (IdrRaster){ stack->pixel, copy, stride, box.x1 - box.x0, box.y1 - box.y0 };
    }
  return idr_segmentation_add (work->segmentation, tile, planes, problem);
}

static gpointer
add_tiles (gpointer data)
{
  Work *work = data;
  const gint n = (gint)idr_segmentation_get_n_tiles (work->segmentation);

  for (gint tile = g_atomic_int_add (&work->next, 1); tile < n;
       tile = g_atomic_int_add (&work->next, 1))
    {
      const gchar *problem = NULL;

      if (!add (work, tile, &problem))
        {
          g_assert_nonnull (problem);
          g_atomic_pointer_compare_and_exchange (&work->problem, NULL, problem);
          return NULL;
        }
    }
  return NULL;
}

static gboolean
run_passes (Work *work, guint n_threads, const gchar **problem)
{
  g_autofree GThread **threads = g_new (GThread *, n_threads);

  while (idr_segmentation_begin_pass (work->segmentation, problem))
    {
      work->next = 0;
      for (guint i = 1; i < n_threads; i++)
        threads[i] = g_thread_new ("tiles", add_tiles, work);
      add_tiles (work);
      for (guint i = 1; i < n_threads; i++)
        g_thread_join (threads[i]);
      *problem = work->problem;
      if (*problem != NULL)
        return FALSE;
    }
  return *problem == NULL;
}

IdrSegments *
tiled_segment (IdrSegmenter *segmenter, const IdrStack *stack, gconstpointer pixels, gsize memory,
               guint n_threads, GArray **objects, const gchar **problem)
{
  g_autoptr (IdrSegmentation) segmentation = idr_segmentation_new (segmenter, stack, memory);
  Work work = { .segmentation = segmentation, .stack = stack, .pixels = pixels };

  g_assert_nonnull (segmentation);
  if (!run_passes (&work, n_threads, problem))
    return NULL;
  return idr_segmentation_finish (segmentation, objects, problem);
}

static IdrBand *
remake (const IdrSegments *segments, IdrSegmenter *segmenter, const IdrStack *stack,
        gconstpointer pixels, gint64 band)
{
  g_autoptr (IdrSegmentation) segmentation = idr_segments_remake (segments, segmenter, band);
  Work work = { .segmentation = segmentation, .stack = stack, .pixels = pixels };
  const gchar *problem = NULL;

  g_assert_nonnull (segmentation);
  g_assert_true (run_passes (&work, 1, &problem));
  return idr_segmentation_finish_band (segmentation, &problem);
}

guint32 *
tiled_paint (const IdrSegments *segments, IdrSegmenter *segmenter, const IdrStack *stack,
             gconstpointer pixels)
{
  guint32 *labels = g_new (guint32, stack->width * stack->height * stack->depth);

  for (gint64 row = 0; row < stack->height * stack->depth;)
    {
      const gint64 z = row / stack->height, y = row % stack->height;
      const gint64 index = idr_segments_find_band (segments, z, y);
      const IdrBox box = { 0, y, z, stack->width, stack->height, z + 1 };
      g_autoptr (IdrBand) band = idr_segments_get_band (segments, index);

      if (band == NULL)
        band = remake (segments, segmenter, stack, pixels, index);
      row += idr_segments_paint_band (segments, band, index, &box, labels + row * stack->width,
                                      stack->width * sizeof *labels);
    }
  return labels;
}
