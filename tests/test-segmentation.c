/* Stacks cut into tiles: the same labels and figures as in one piece, on any number of threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmenter.h"
#include "tiled-stack.h"

#include <math.h>
#include <string.h>

static IdrStack
make_stack (gint64 width, gint64 height, gint64 tile_width, gint64 tile_height)
{
  return (IdrStack){ .pixel = IDR_PIXEL_U16,
                     .width = width,
                     .height = height,
                     .depth = 1,
                     .tile_width = tile_width,
                     .tile_height = tile_height };
}

/* Blobs of noise, whose objects wind through many tiles. */
static void
fill (GRand *rand, guint16 *pixels, gint64 width, gint64 height)
{
  const gint32 top = g_rand_int_range (rand, 2, 5000);

  for (gint64 i = 0; i < width * height; i++)
    pixels[i] = (guint16)(g_rand_int_range (rand, 0, top)
                          + (i / width / 7 % 2 == 0 && i % width / 9 % 3 != 0 ? top / 2 : 0));
}

static gboolean
is_near (gdouble a, gdouble b)
{
  return a == b || (isnan (a) && isnan (b)) || fabs (a - b) <= 1e-12 * MAX (fabs (a), fabs (b));
}

static void
assert_same_objects (const GArray *found, const GArray *expected)
{
  g_assert_cmpint (found->len, ==, expected->len);
  for (guint i = 0; i < found->len; i++)
    {
      const IdrObject *a = &g_array_index (found, IdrObject, i);
      const IdrObject *b = &g_array_index (expected, IdrObject, i);

      g_assert_cmpint (a->label, ==, b->label);
      g_assert_cmpint (a->area, ==, b->area);
      g_assert_cmpint (a->x0, ==, b->x0);
      g_assert_cmpint (a->y0, ==, b->y0);
      g_assert_cmpint (a->x1, ==, b->x1);
      g_assert_cmpint (a->y1, ==, b->y1);
      g_assert_true (is_near (a->x, b->x) && is_near (a->y, b->y));
      g_assert_true (is_near (a->mean, b->mean) && a->max == b->max);
      g_assert_true (is_near (a->std, b->std) && is_near (a->weighted_x, b->weighted_x));
      g_assert_true (is_near (a->perimeter, b->perimeter));
    }
}

static gint n_gone; /* bands that were let go, in all tests */

static void
count_gone (const IdrSegments *segments, const IdrStack *stack, gint64 z)
{
  for (gint64 y = 0; y < stack->height; y++)
    {
      g_autoptr (IdrBand) band
          = idr_segments_get_band (segments, idr_segments_find_band (segments, z, y));

      n_gone += band == NULL;
    }
}

/* In tiles, with @memory for what is kept, as in one piece. */
static void
check (const IdrSegmentOptions *options, const IdrStack *stack, const guint16 *pixels, gsize memory,
       guint n_threads)
{
  const IdrRaster whole
      = { stack->pixel, pixels, stack->width * sizeof *pixels, stack->width, stack->height };
  const gsize n = stack->width * stack->height;
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (options);
  g_autoptr (GArray) expected_objects = NULL, objects = NULL;
  g_autoptr (IdrSegments) expected = idr_segmenter_run (segmenter, &whole, &expected_objects, NULL);
  g_autofree guint32 *expected_labels = g_new (guint32, n), *labels = NULL;
  const gchar *problem = NULL;
  g_autoptr (IdrSegments) segments
      = tiled_segment (segmenter, stack, pixels, memory, n_threads, &objects, &problem);

  if (segments == NULL)
    g_error ("%s", problem);
  g_assert_nonnull (segments);
  idr_segments_paint (expected, 0, 0, stack->width, stack->height, expected_labels,
                      stack->width * sizeof *labels);
  labels = tiled_paint (segments, segmenter, stack, pixels);
  g_assert_cmpmem (labels, n * sizeof *labels, expected_labels, n * sizeof *labels);
  assert_same_objects (objects, expected_objects);
  count_gone (segments, stack, 0);
}

static void
test_tiles (void)
{
  static const gint64 tiles[][2] = { { 17, 23 }, { 64, 64 }, { 1, 1 }, { 1000, 5 }, { 3, 1000 } };
  static const gdouble sigmas[] = { 0, 1, 1, 2.7 };
  static const guint n_threads[] = { 1, 2, 7 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (30);

  for (guint i = 0; i < 240; i++)
    {
      const gint64 width = g_rand_int_range (rand, 1, i % 7 == 0 ? 300 : 70);
      const gint64 height = g_rand_int_range (rand, 1, 90);
      const gint64 *tile = tiles[i % G_N_ELEMENTS (tiles)];
      const IdrStack stack = make_stack (width, height, tile[0], tile[1]);
      const IdrSegmentOptions options
          = { .sigma = sigmas[g_rand_int_range (rand, 0, 4)],
              .threshold = i % 13 < 4 ? (IdrThreshold)(i % 13) : IDR_THRESHOLD_FRACTION,
              .fraction = g_rand_double_range (rand, 0.3, 0.8),
              .diagonal = g_rand_boolean (rand),
              .clear_border = i % 11 == 0,
              .minimum_area = i % 5,
              .fill_holes = i % 4 == 1,
              .split = i % 6 == 2 };
      g_autofree guint16 *pixels = g_new (guint16, width * height);

      fill (rand, pixels, width, height);
      check (&options, &stack, pixels, i % 2 == 0 ? G_MAXSIZE : 1 << 22, n_threads[i % 3]);
    }
}

/* No memory for bands: all but the last are made again, for their boundaries and to be painted. */
static void
test_made_again (void)
{
  static const gdouble thresholds[] = { 100, 1500, 3500 };
  const IdrStack stack = make_stack (300, 280, 32, 32);
  g_autofree guint16 *pixels = g_new (guint16, 300 * 280);
  g_autoptr (GRand) rand = g_rand_new_with_seed (31);

  fill (rand, pixels, 300, 280);
  for (guint i = 0; i < 12; i++)
    {
      const IdrSegmentOptions options
          = { .sigma = 1,
              .threshold = i % 2 == 0 ? IDR_THRESHOLD_FRACTION : IDR_THRESHOLD_ABSOLUTE,
              .fraction = 0.5,
              .absolute = thresholds[i % 3],
              .diagonal = i % 3 == 0,
              .minimum_area = i % 4 == 0 ? 9 : 0 };

      for (gsize memory = 5 << 15; memory <= 1 << 20; memory += memory / 4)
        check (&options, &stack, pixels, memory, 1 + i % 2);
    }
  g_assert_cmpint (n_gone, >, 0);
}

/* A volume's bands, too, are made again, and with them what they share with the planes around. */
static void
test_volume_made_again (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (32);
  const gint gone_before = n_gone;

  for (guint i = 0; i < 20; i++)
    {
      const gint64 width = g_rand_int_range (rand, 20, 80),
                   height = g_rand_int_range (rand, 20, 70);
      IdrStack whole = make_stack (width, height, width, height), stack;
      const gsize n = width * height * 9;
      const IdrSegmentOptions options
          = { .sigma = i % 3 == 0 ? 0 : 0.7, .fraction = 0.5, .diagonal = i % 2 == 0 };
      g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&options);
      g_autofree guint16 *pixels = g_new (guint16, n);
      g_autofree guint32 *expected = NULL, *labels = NULL;
      const gchar *problem = NULL;
      g_autoptr (GArray) objects = NULL, expected_objects = NULL;
      g_autoptr (IdrSegments) all = NULL, segments = NULL;

      whole.depth = 9;
      whole.is_volume = TRUE;
      stack = whole;
      stack.tile_width = 17;
      stack.tile_height = 23;
      fill (rand, pixels, width, height * 9);
      all = tiled_segment (segmenter, &whole, pixels, G_MAXSIZE, 1, &expected_objects, &problem);
      /* As little as the objects allow for. */
      for (gsize memory = 1 << 16; segments == NULL; memory += memory / 16)
        segments = tiled_segment (segmenter, &stack, pixels, memory, 1 + i % 3, &objects, &problem);
      expected = tiled_paint (all, segmenter, &whole, pixels);
      labels = tiled_paint (segments, segmenter, &stack, pixels);
      g_assert_cmpmem (labels, n * sizeof *labels, expected, n * sizeof *labels);
      assert_same_objects (objects, expected_objects);
      count_gone (segments, &stack, 4);
    }
  g_assert_cmpint (n_gone, >, gone_before);
}

/* More objects than memory allows for is said, in one line. */
static void
test_too_many (void)
{
  const IdrStack stack = make_stack (200, 200, 50, 50);
  const IdrSegmentOptions options = { .threshold = IDR_THRESHOLD_ABSOLUTE };
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&options);
  g_autofree guint16 *pixels = g_new (guint16, 200 * 200);
  const gchar *problem = NULL;

  for (guint i = 0; i < 200 * 200; i++)
    pixels[i] = i % 2 == i / 200 % 2;
  g_assert_null (tiled_segment (segmenter, &stack, pixels, 10000, 2, NULL, &problem));
  g_assert_nonnull (problem);
  g_assert_null (strchr (problem, '\n'));
}

/* What takes all runs at once is refused when bands had to go. */
static void
test_all_at_once (void)
{
  const IdrStack stack = make_stack (300, 280, 32, 32);
  const IdrSegmentOptions options
      = { .threshold = IDR_THRESHOLD_ABSOLUTE, .absolute = 2000, .fill_holes = TRUE };
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&options);
  g_autofree guint16 *pixels = g_new (guint16, 300 * 280);
  g_autoptr (GRand) rand = g_rand_new_with_seed (32);
  const gchar *problem = NULL;

  for (guint i = 0; i < 300 * 280; i++)
    pixels[i] = g_rand_int_range (rand, 0, 10) == 0 ? 3000 : 0;
  for (gsize memory = 20000; problem == NULL || strstr (problem, "fill-holes") == NULL;
       memory += memory / 16)
    {
      g_assert_null (tiled_segment (segmenter, &stack, pixels, memory, 2, NULL, &problem));
      g_assert_nonnull (strstr (problem, "memory="));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segmentation/tiles", test_tiles);
  g_test_add_func ("/segmentation/made-again", test_made_again);
  g_test_add_func ("/segmentation/volume-made-again", test_volume_made_again);
  g_test_add_func ("/segmentation/too-many", test_too_many);
  g_test_add_func ("/segmentation/all-at-once", test_all_at_once);
  return g_test_run ();
}
