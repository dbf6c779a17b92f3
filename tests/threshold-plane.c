/* Thresholds of raw stacks for test-segment-thresholds.py: cases on stdin, answers (gdouble) on
 * stdout, in the machine's own byte order
 *
 * A case: a header (struct Case), then its pixels in rows without gaps.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernels.h"
#include "threshold.h"

#include <math.h>
#include <stdio.h>

typedef struct
{
  gint64 pixel, method, width, height, depth, tile_width, tile_height;
} Case;

/* Of floats: what these methods make of integers has no need of it. */
static gdouble
find_maximum (const IdrRaster *raster)
{
  gdouble max = (gdouble)-INFINITY;

  for (gint64 y = 0; y < raster->height; y++)
    for (gint64 x = 0; x < raster->width; x++)
      {
        gconstpointer row = (const guint8 *)raster->data + y * raster->stride;

        if (raster->pixel == IDR_PIXEL_F32)
          max = idr_maximum ((gdouble)((const gfloat *)row)[x], max);
        else if (raster->pixel == IDR_PIXEL_F64)
          max = idr_maximum (((const gdouble *)row)[x], max);
      }
  return max;
}

static void
add_tile (IdrStatistics *statistics, const Case *header, const guint8 *pixels, gint64 x, gint64 y,
          gint64 z)
{
  const IdrPixel pixel = (IdrPixel)header->pixel;
  const gsize size = idr_pixel_get_size (pixel);
  const IdrRaster raster = { .pixel = pixel,
                             .data = pixels + ((z * header->height + y) * header->width + x) * size,
                             .stride = header->width * size,
                             .width = MIN (header->tile_width, header->width - x),
                             .height = MIN (header->tile_height, header->height - y) };
  idr_statistics_add (statistics, &raster, x, y, z, find_maximum (&raster));
}

/* Every other tile by a fork, as another thread would. */
static void
sweep (IdrStatistics *statistics, const Case *header, const guint8 *pixels)
{
  g_autoptr (IdrStatistics) fork = idr_statistics_fork (statistics);
  guint n = 0;

  for (gint64 z = header->depth; z-- > 0;)
    for (gint64 y = 0; y < header->height; y += header->tile_height)
      for (gint64 x = 0; x < header->width; x += header->tile_width)
        add_tile (++n % 2 ? fork : statistics, header, pixels, x, y, z);
  idr_statistics_merge (statistics, fork);
}

static gdouble
find_threshold (const Case *header, const guint8 *pixels)
{
  const IdrSegmentOptions options = { .threshold = (IdrThreshold)header->method, .fraction = 0.33 };
  const IdrStack stack = { .pixel = (IdrPixel)header->pixel,
                           .width = header->width,
                           .height = header->height,
                           .depth = header->depth };
  g_autoptr (IdrStatistics) statistics = idr_statistics_new (&options, &stack, 64 << 20);
  const guint n_sweeps = idr_statistics_get_n_sweeps (statistics);
  const gchar *problem;
  gdouble threshold;

  for (guint i = 0; i < n_sweeps; i++)
    {
      if (i > 0)
        idr_statistics_next (statistics);
      sweep (statistics, header, pixels);
    }
  if (!idr_statistics_conclude (statistics, NULL, &threshold, &problem))
    g_error ("%s", problem);
  return threshold;
}

int
main (void)
{
  Case header;

  while (fread (&header, sizeof header, 1, stdin) == 1)
    {
      gsize n = header.width * header.height * header.depth;
      gsize size = idr_pixel_get_size ((IdrPixel)header.pixel);
      g_autofree guint8 *pixels = g_malloc (n * size);
      gdouble threshold;

      if (fread (pixels, size, n, stdin) != n)
        g_error ("a case is cut short");
      threshold = find_threshold (&header, pixels);
      fwrite (&threshold, sizeof threshold, 1, stdout);
    }
  return ferror (stdout) || fflush (stdout) != 0;
}
