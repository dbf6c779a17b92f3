/* Objects of raw masks for test-segment-refine.py: cases on stdin, answers on stdout, in the
 * machine's own byte order
 *
 * A case: a header (struct Case), then a byte for each pixel. An answer: the number of objects and
 * the label raster (gint32s).
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "refine.h"

#include <stdio.h>

typedef struct
{
  gint64 width, height, depth, is_volume;
  gint64 diagonal, fill_holes, clear_border, minimum_area, split;
} Case;

static void
find_runs (const Case *header, const guint8 *mask, IdrRuns *runs)
{
  const gsize n_words = (header->width + 63) / 64;
  g_autofree guint64 *bits = g_new (guint64, n_words);

  idr_runs_start (runs, header->height * header->depth);
  for (gint64 row = 0; row < header->height * header->depth; row++)
    {
      for (gsize i = 0; i < n_words; i++)
        bits[i] = 0;
      for (gint64 x = 0; x < header->width; x++)
        bits[x / 64] |= (guint64)(mask[row * header->width + x] != 0) << x % 64;
      idr_runs_add_row (runs, bits, 0, header->width);
    }
}

static void
answer (const Case *header, const guint8 *mask)
{
  const IdrSegmentOptions options = { .diagonal = header->diagonal != 0,
                                      .fill_holes = header->fill_holes != 0,
                                      .clear_border = header->clear_border != 0,
                                      .minimum_area = header->minimum_area,
                                      .split = header->split != 0 };
  const IdrStack stack = { .pixel = IDR_PIXEL_U8,
                           .width = header->width,
                           .height = header->height,
                           .depth = header->depth,
                           .is_volume = header->is_volume != 0 };
  g_autofree gint32 *labels = g_new0 (gint32, header->width * header->height * header->depth);
  IdrForest forest = { 0 };
  IdrRuns runs = { 0 };
  const gchar *problem = NULL;
  gint32 n;

  find_runs (header, mask, &runs);
  n = idr_runs_refine (&runs, &stack, &options, 64 << 20, NULL, &forest, &problem);
  if (n < 0)
    g_error ("%s", problem);
  for (gint64 row = 0; row < runs.n_rows; row++)
    for (gsize i = runs.rows[row]; i < runs.rows[row + 1]; i++)
      for (gint32 x = runs.runs[i].x0; x < runs.runs[i].x1; x++)
        labels[row * header->width + x] = runs.labels[i];
  fwrite (&n, sizeof n, 1, stdout);
  fwrite (labels, sizeof *labels, header->width * header->height * header->depth, stdout);
  idr_runs_clear (&runs);
  idr_forest_clear (&forest);
}

int
main (void)
{
  Case header;

  while (fread (&header, sizeof header, 1, stdin) == 1)
    {
      gsize n = header.width * header.height * header.depth;
      g_autofree guint8 *mask = g_malloc (n);

      if (fread (mask, 1, n, stdin) != n)
        g_error ("a case is cut short");
      answer (&header, mask);
    }
  return ferror (stdout) || fflush (stdout) != 0;
}
