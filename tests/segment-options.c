/* Segments raw stacks with all options for test-segment-options.py: cases on stdin, answers on
 * stdout, in the machine's own byte order
 *
 * A case: a header (struct Case), then its pixels in rows without gaps. An answer: the number of
 * objects (gint32), the label raster (gint32s), and of each object area and mean (gdoubles).
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tiled-stack.h"

#include <stdio.h>

typedef struct
{
  gint64 pixel, width, height, depth, is_volume, tile_width, tile_height, n_threads;
  gdouble sigma;
  gint64 threshold;
  gdouble fraction, level;
  gint64 diagonal, fill_holes, clear_border, minimum_area, split;
} Case;

static void
write_objects (const GArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const IdrObject *object = &g_array_index (objects, IdrObject, i);
      const gdouble figures[] = { (gdouble)object->area, object->mean };

      fwrite (figures, sizeof figures, 1, stdout);
    }
}

static void
answer (const Case *header, gconstpointer pixels)
{
  const IdrSegmentOptions options = { .sigma = header->sigma,
                                      .threshold = (IdrThreshold)header->threshold,
                                      .fraction = header->fraction,
                                      .absolute = header->level,
                                      .diagonal = header->diagonal != 0,
                                      .fill_holes = header->fill_holes != 0,
                                      .clear_border = header->clear_border != 0,
                                      .minimum_area = header->minimum_area,
                                      .split = header->split != 0 };
  const IdrStack stack = { .pixel = (IdrPixel)header->pixel,
                           .width = header->width,
                           .height = header->height,
                           .depth = header->depth,
                           .tile_width = header->tile_width,
                           .tile_height = header->tile_height,
                           .is_volume = header->is_volume != 0 };
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&options);
  g_autoptr (GArray) objects = NULL;
  const gchar *problem = NULL;
  g_autoptr (IdrSegments) segments = tiled_segment (segmenter, &stack, pixels, 256 << 20,
                                                    (guint)header->n_threads, &objects, &problem);
  g_autofree guint32 *labels = NULL;
  gint32 n_objects;

  if (segments == NULL)
    g_error ("%s", problem);
  labels = tiled_paint (segments, segmenter, &stack, pixels);
  n_objects = idr_segments_get_n_objects (segments);
  g_assert_cmpuint (objects->len, ==, n_objects);
  fwrite (&n_objects, sizeof n_objects, 1, stdout);
  fwrite (labels, sizeof *labels, stack.width * stack.height * stack.depth, stdout);
  write_objects (objects);
}

int
main (void)
{
  Case header;

  while (fread (&header, sizeof header, 1, stdin) == 1)
    {
      gsize n = header.width * header.height * header.depth;
      gsize size = idr_pixel_get_size ((IdrPixel)header.pixel);
      g_autofree gpointer pixels = g_malloc (n * size);

      if (fread (pixels, size, n, stdin) != n)
        g_error ("a case is cut short");
      answer (&header, pixels);
    }
  return ferror (stdout) || fflush (stdout) != 0;
}
