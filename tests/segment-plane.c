/* Segments raw planes for test-segment-scipy.py: cases on stdin, answers on stdout, in the
 * machine's own byte order
 *
 * A case: a header (struct Case), then its pixels in rows without gaps.
 * An answer: the number of objects (gint32), the label raster (gint32s), the objects (struct
 * IdrObject).
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmenter.h"

#include <stdio.h>

typedef struct
{
  gint64 pixel, isa, width, height;
  gdouble sigma, fraction;
} Case;

static void
answer (const Case *header, gconstpointer pixels)
{
  const IdrSegmentOptions options = { .sigma = header->sigma, .fraction = header->fraction };
  const IdrRaster raster = { .pixel = (IdrPixel)header->pixel,
                             .data = pixels,
                             .stride = header->width * idr_pixel_get_size ((IdrPixel)header->pixel),
                             .width = header->width,
                             .height = header->height };
  g_autoptr (IdrSegmenter) segmenter
      = idr_segmenter_new_for (&options, MIN ((IdrIsa)header->isa, idr_isa_get_best ()));
  g_autoptr (GArray) objects = NULL;
  const gchar *problem = NULL;
  g_autoptr (IdrSegments) segments = idr_segmenter_run (segmenter, &raster, &objects, &problem);
  g_autofree guint32 *labels = g_new (guint32, header->width * header->height);
  gint32 n_objects;

  if (segments == NULL)
    g_error ("%s", problem);
  n_objects = idr_segments_get_n_objects (segments);
  g_assert_cmpuint (objects->len, ==, n_objects);
  idr_segments_paint (segments, 0, 0, header->width, header->height, labels,
                      header->width * sizeof *labels);
  fwrite (&n_objects, sizeof n_objects, 1, stdout);
  fwrite (labels, sizeof *labels, header->width * header->height, stdout);
  if (n_objects > 0)
    fwrite (objects->data, sizeof (IdrObject), objects->len, stdout);
}

int
main (void)
{
  Case header;

  while (fread (&header, sizeof header, 1, stdin) == 1)
    {
      gsize n = header.width * header.height;
      gsize size = idr_pixel_get_size ((IdrPixel)header.pixel);
      /* No larger than its pixels, so that the sanitizer sees what reads beyond. */
      g_autofree gpointer pixels = g_malloc (n * size);

      if (fread (pixels, size, n, stdin) != n)
        g_error ("a case is cut short");
      answer (&header, pixels);
    }
  return ferror (stdout) || fflush (stdout) != 0;
}
