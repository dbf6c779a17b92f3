/* The segmentation beside a naive one, on every instruction set of this machine;
 * test-segment-scipy.py has SciPy's answers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gaussian.h"
#include "naive-segment.h"
#include "segmenter.h"

#include <math.h>
#include <string.h>

#define N_RANDOM_PLANES 600

static const IdrSegmentOptions guide = { .sigma = 1, .fraction = 0.33 };

static IdrRaster
make_raster (IdrPixel pixel, gconstpointer data, gint64 width, gint64 height)
{
  return (IdrRaster){ .pixel = pixel,
                      .data = data,
                      .stride = width * idr_pixel_get_size (pixel),
                      .width = width,
                      .height = height };
}

static gboolean
is_near (gdouble a, gdouble b)
{
  return a == b || (isnan (a) && isnan (b)) || fabs (a - b) <= 1e-12 * MAX (fabs (a), fabs (b));
}

static void
assert_same_object (const IdrObject *a, const IdrObject *b)
{
  g_assert_cmpint (a->label, ==, b->label);
  g_assert_cmpint (a->area, ==, b->area);
  g_assert_cmpint (a->x0, ==, b->x0);
  g_assert_cmpint (a->y0, ==, b->y0);
  g_assert_cmpint (a->x1, ==, b->x1);
  g_assert_cmpint (a->y1, ==, b->y1);
  g_assert_true (is_near (a->x, b->x));
  g_assert_true (is_near (a->y, b->y));
  g_assert_true (is_near (a->mean, b->mean));
  g_assert_true (is_near (a->max, b->max));
}

static void
assert_same (const IdrSegments *segments, const GArray *objects, const NaiveSegments *expected)
{
  const gint64 width = expected->width, height = expected->height;
  g_autofree guint32 *labels = g_new (guint32, width * height);

  idr_segments_paint (segments, 0, 0, width, height, labels, width * sizeof *labels);
  g_assert_cmpmem (labels, width * height * sizeof *labels, expected->labels,
                   width * height * sizeof *labels);
  g_assert_cmpint (idr_segments_get_n_objects (segments), ==, expected->objects->len);
  g_assert_cmpint (objects->len, ==, expected->objects->len);
  for (guint i = 0; i < objects->len; i++)
    assert_same_object (&g_array_index (objects, IdrObject, i),
                        &g_array_index (expected->objects, IdrObject, i));
}

static void
check (const IdrSegmentOptions *options, const IdrRaster *raster)
{
  g_autoptr (NaiveSegments) expected = naive_segment (options, raster);

  for (IdrIsa isa = IDR_ISA_PLAIN; isa <= idr_isa_get_best (); isa++)
    {
      g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new_for (options, isa);
      g_autoptr (GArray) objects = NULL;
      g_autoptr (IdrSegments) segments = idr_segmenter_run (segmenter, raster, &objects, NULL);

      g_assert_nonnull (segments);
      assert_same (segments, objects, expected);
    }
}

/* --- Random planes ------------------------------------------------------------------ */

/* Noise, or few values, or a step, or all the same, in a part of what the type holds. */
static void
fill (GRand *rand, IdrPixel pixel, gpointer data, gsize n)
{
  static const gdouble tops[]
      = { 255, 127, 65535, 32767, 0x1p32 - 1, 0x1p31 - 1, 0x1p63, 0x1p62, 1e30, 1e300 };
  const gboolean is_unsigned = pixel <= IDR_PIXEL_U64 && pixel % 2 == 0;
  gdouble top = g_rand_boolean (rand) ? tops[pixel] : g_rand_double_range (rand, 1, 127);
  gdouble bottom = is_unsigned || g_rand_boolean (rand) ? 0 : -top;
  gint kind = g_rand_int_range (rand, 0, 4);
  gdouble constant = g_rand_double (rand);

  for (gsize i = 0; i < n; i++)
    {
      gdouble value = kind == 0   ? g_rand_double (rand)
                      : kind == 1 ? g_rand_int_range (rand, 0, 3) / 2.0
                      : kind == 2 ? (gdouble)(i % 37 > n % 31)
                                  : constant;

      naive_set (pixel, data, i, floor (bottom + value * (top - bottom)));
    }
}

static void
test_random_planes (void)
{
  static const gdouble sigmas[] = { 0, 0.1, 0.5, 1, 1, 1, 2.7, 10 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);

  for (guint i = 0; i < N_RANDOM_PLANES; i++)
    {
      const IdrPixel pixel = i % IDR_N_PIXELS;
      const IdrSegmentOptions options
          = { .sigma = sigmas[g_rand_int_range (rand, 0, G_N_ELEMENTS (sigmas))],
              .fraction = g_rand_boolean (rand) ? 0.33 : g_rand_double_range (rand, -1, 2) };
      const gint64 width = g_rand_int_range (rand, 1, i % 3 == 0 ? 150 : 20);
      const gint64 height = g_rand_int_range (rand, 1, 20);
      const gint64 pitch = width + g_rand_int_range (rand, 0, 3);
      g_autofree gpointer data = g_malloc (pitch * height * idr_pixel_get_size (pixel));
      IdrRaster raster = make_raster (pixel, data, width, height);

      raster.stride = pitch * idr_pixel_get_size (pixel);
      fill (rand, pixel, data, pitch * height);
      check (&options, &raster);
    }
}

/* Wide enough for several strips of columns, whose seams nobody may see. */
static void
test_wide_planes (void)
{
  static const gdouble sigmas[] = { 0.5, 1, 2.7, 10 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (26);

  for (guint i = 0; i < 10 * IDR_N_PIXELS; i++)
    {
      const IdrPixel pixel = i % IDR_N_PIXELS;
      const IdrSegmentOptions options = { .sigma = sigmas[i % 4], .fraction = 0.6 };
      const gint64 width = g_rand_int_range (rand, 200, 2600),
                   height = g_rand_int_range (rand, 1, 8);
      g_autofree gpointer data = g_malloc (width * height * idr_pixel_get_size (pixel));
      const IdrRaster raster = make_raster (pixel, data, width, height);

      fill (rand, pixel, data, width * height);
      check (&options, &raster);
    }
}

/* --- Beyond numbers --------------------------------------------------------------------- */

static void
test_not_numbers (void)
{
  static const gdouble values[] = { NAN, INFINITY, -INFINITY, 1e38, -1e38, -0.0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);

  for (guint i = 0; i < 240; i++)
    {
      const IdrPixel pixel = i % 2 == 0 ? IDR_PIXEL_F32 : IDR_PIXEL_F64;
      const IdrSegmentOptions options = { .sigma = i % 3, .fraction = 0.33 };
      gdouble data[23 * 7] = { 0 };
      IdrRaster raster = make_raster (pixel, data, 23, 7);

      for (guint j = 0; j < G_N_ELEMENTS (data); j++)
        naive_set (pixel, data, j,
                   g_rand_int_range (rand, 0, 20) < (gint)i % 21 ? values[i / 3 % 6]
                                                                 : g_rand_double (rand));
      check (&options, &raster);
    }
}

/* A maximum below zero has nothing above a third of it. */
static void
test_negative (void)
{
  const gint16 data[] = { -9, -90, -9, -900, -9, -90 };
  const IdrRaster raster = make_raster (IDR_PIXEL_I16, data, 3, 2);
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&guide);
  g_autoptr (IdrSegments) segments = idr_segmenter_run (segmenter, &raster, NULL, NULL);

  g_assert_cmpint (idr_segments_get_n_objects (segments), ==, 0);
  check (&guide, &raster);
}

/* --- Rough sums --------------------------------------------------------------------------- */

/* Flat areas lie just where whole numbers do, so that each of their sums of floats has to give way
 * to that of doubles. */
static void
test_rough_sums (void)
{
  enum
  {
    WIDTH = 64,
    HEIGHT = 16
  };
  static const gdouble sigmas[] = { 0.3, 0.5, 1, 2, 2.7, 5, 10 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (22);

  for (guint i = 0; i < 700; i++)
    {
      const IdrSegmentOptions options
          = { .sigma = sigmas[i % G_N_ELEMENTS (sigmas)], .fraction = 0.99999 };
      const gint32 level = i < 50 ? 65535 - (gint32)i : g_rand_int_range (rand, 0, 65536);
      guint16 data[WIDTH * HEIGHT] = { 0 };
      const IdrRaster raster = make_raster (IDR_PIXEL_U16, data, WIDTH, HEIGHT);

      for (guint j = 0; j < G_N_ELEMENTS (data); j++)
        data[j] = (guint16)(level - (level > 0 && g_rand_int_range (rand, 0, 300) == 0));
      check (&options, &raster);
    }
}

/* The bound that the rough sums rely on: no sum of doubles lies outside. */
static void
test_rough_bound (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (23);

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (IdrGaussian) gaussian = idr_gaussian_new (g_rand_double_range (rand, 0.05, 15));
      const IdrFilter *filter = idr_gaussian_get_filter (gaussian);
      const guint top = 1u << g_rand_int_range (rand, 1, 18);
      gfloat rough = 0;
      gdouble sum = 0;

      for (gint64 k = 0; k <= filter->radius; k++)
        {
          gint32 pair = g_rand_int_range (rand, 0, top);
          gint64 tap = k == 0 ? 0 : filter->radius + 1 - k;

          rough += (gfloat)pair * filter->rough[tap];
          sum += pair * filter->weights[tap];
        }
      g_assert_cmpfloat ((gdouble)(gfloat)(rough * filter->below), <=, sum);
      g_assert_cmpfloat ((gdouble)(gfloat)(rough * filter->above), >=, sum);
    }
}

/* --- Objects ---------------------------------------------------------------------------------- */

/* Drawn, so that what touches late is seen: arms that meet at the bottom, a spiral, diagonals that
 * do not touch. */
static void
test_numbering (void)
{
  static const gchar drawing[] = "#.#.#..#####"
                                 "#.#.#..#...#"
                                 "#.###..#.#.#"
                                 "#...#..#.#.#"
                                 "#####..#.###"
                                 ".....#......"
                                 "#.#.#.#.#.##";
  static const guint32 expected[] = {
    1, 0, 1, 0, 1, 0, 0, 2, 2, 2, 2, 2, 1, 0, 1, 0, 1, 0, 0, 2, 0, 0, 0, 2, 1, 0, 1, 1,
    1, 0, 0, 2, 0, 2, 0, 2, 1, 0, 0, 0, 1, 0, 0, 2, 0, 2, 0, 2, 1, 1, 1, 1, 1, 0, 0, 2,
    0, 2, 2, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 9,
  };
  const IdrSegmentOptions options = { .sigma = 0, .fraction = 0.33 };
  guint8 data[84] = { 0 };
  guint32 labels[84];
  const IdrRaster raster = make_raster (IDR_PIXEL_U8, data, 12, 7);
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&options);
  g_autoptr (IdrSegments) segments = NULL;

  for (guint i = 0; i < 84; i++)
    data[i] = drawing[i] == '#';
  segments = idr_segmenter_run (segmenter, &raster, NULL, NULL);
  idr_segments_paint (segments, 0, 0, 12, 7, labels, 12 * sizeof *labels);
  g_assert_cmpmem (labels, sizeof labels, expected, sizeof expected);
  check (&options, &raster);
}

static void
test_paint (void)
{
  enum
  {
    WIDTH = 150,
    HEIGHT = 40,
    STRIDE = 160
  };
  static guint16 data[WIDTH * HEIGHT];
  static guint32 whole[WIDTH * HEIGHT], part[STRIDE * HEIGHT];
  const IdrSegmentOptions options = { .sigma = 1, .fraction = 0.6 };
  const IdrRaster raster = make_raster (IDR_PIXEL_U16, data, WIDTH, HEIGHT);
  g_autoptr (GRand) rand = g_rand_new_with_seed (24);
  g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&options);
  g_autoptr (IdrSegments) segments = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    data[i] = (guint16)(g_rand_double (rand) * g_rand_double (rand) * 3000);
  segments = idr_segmenter_run (segmenter, &raster, NULL, NULL);
  g_assert_cmpint (idr_segments_get_n_objects (segments), >, 20);
  g_assert_cmpuint (idr_segments_get_size (segments), >, HEIGHT * sizeof (gsize));
  idr_segments_paint (segments, 0, 0, WIDTH, HEIGHT, whole, WIDTH * sizeof *whole);
  for (guint i = 0; i < 500; i++)
    {
      gint64 x = g_rand_int_range (rand, 0, WIDTH), y = g_rand_int_range (rand, 0, HEIGHT);
      gint64 width = g_rand_int_range (rand, 0, WIDTH - x + 1);
      gint64 height = g_rand_int_range (rand, 0, HEIGHT - y + 1);

      memset (part, 0xee, sizeof part);
      idr_segments_paint (segments, x, y, width, height, part, STRIDE * sizeof *part);
      for (gint64 row = 0; row < height; row++)
        g_assert_cmpmem (part + row * STRIDE, width * sizeof *part, whole + (y + row) * WIDTH + x,
                         width * sizeof *whole);
      g_assert_cmphex (part[width + (height > 0 ? (height - 1) * STRIDE : 0)], ==, 0xeeeeeeee);
    }
}

/* --- Limits, and many threads -------------------------------------------------------- */

static void
test_too_large (void)
{
  const gdouble nothing = 0;
  const IdrRaster wide = { IDR_PIXEL_U8, &nothing, 1, G_MAXINT64, G_MAXINT64 };
  const IdrRaster square = { IDR_PIXEL_F64, &nothing, 8, G_MAXINT32, G_MAXINT32 };
  const IdrRaster *rasters[] = { &wide, &square };

  for (guint i = 0; i < G_N_ELEMENTS (rasters); i++)
    {
      g_autoptr (IdrSegmenter) segmenter = idr_segmenter_new (&guide);
      const gchar *problem = NULL;

      g_assert_null (idr_segmenter_run (segmenter, rasters[i], NULL, &problem));
      g_assert_nonnull (problem);
    }
}

typedef struct
{
  IdrSegmenter *segmenter;
  IdrRaster raster;
  NaiveSegments *expected;
} Shared;

static gpointer
run_often (gpointer data)
{
  const Shared *shared = data;

  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GArray) objects = NULL;
      g_autoptr (IdrSegments) segments
          = idr_segmenter_run (shared->segmenter, &shared->raster, &objects, NULL);
      g_autoptr (IdrSegments) again = idr_segments_ref (segments);

      assert_same (again, objects, shared->expected);
    }
  return NULL;
}

static void
test_threads (void)
{
  static guint16 data[64 * 64];
  Shared shared = { .raster = make_raster (IDR_PIXEL_U16, data, 64, 64) };
  g_autoptr (GRand) rand = g_rand_new_with_seed (25);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    data[i] = (guint16)g_rand_int_range (rand, 0, 1000);
  shared.segmenter = idr_segmenter_new (&guide);
  shared.expected = naive_segment (&guide, &shared.raster);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("segment", run_often, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  naive_segments_free (shared.expected);
  idr_segmenter_free (shared.segmenter);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segment/random-planes", test_random_planes);
  g_test_add_func ("/segment/wide-planes", test_wide_planes);
  g_test_add_func ("/segment/not-numbers", test_not_numbers);
  g_test_add_func ("/segment/negative", test_negative);
  g_test_add_func ("/segment/rough-sums", test_rough_sums);
  g_test_add_func ("/segment/rough-bound", test_rough_bound);
  g_test_add_func ("/segment/numbering", test_numbering);
  g_test_add_func ("/segment/paint", test_paint);
  g_test_add_func ("/segment/too-large", test_too_large);
  g_test_add_func ("/segment/threads", test_threads);
  return g_test_run ();
}
