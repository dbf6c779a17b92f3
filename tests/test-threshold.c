/* Thresholds of small stacks, whose answers scikit-image 0.19.3 gave; what there is none for; what
 * does not fit
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pairwise.h"
#include "threshold.h"

#include <math.h>
#include <string.h>

/* One row. */
static IdrRaster
make_raster (IdrPixel pixel, gconstpointer data, gint64 width)
{
  return (IdrRaster){ pixel, data, (gsize)width * idr_pixel_get_size (pixel), width, 1 };
}

static IdrStatistics *
make_statistics (IdrThreshold method, IdrPixel pixel, gint64 width, gsize budget)
{
  const IdrSegmentOptions options = { .threshold = method, .fraction = 0.5, .absolute = 42 };
  const IdrStack stack = { .pixel = pixel, .width = width, .height = 1, .depth = 1 };

  return idr_statistics_new (&options, &stack, budget);
}

/* In two tiles, the second one first and by another thread's statistics. */
static gboolean
find (IdrThreshold method, IdrPixel pixel, gconstpointer data, gint64 width, gdouble max,
      gsize budget, gdouble *threshold, const gchar **problem)
{
  const gsize half = (gsize)(width / 2);
  const IdrRaster left = make_raster (pixel, data, (gint64)half);
  const IdrRaster right = make_raster (
      pixel, (const guint8 *)data + half * idr_pixel_get_size (pixel), width - (gint64)half);
  g_autoptr (IdrStatistics) statistics = make_statistics (method, pixel, width, budget);

  for (guint i = 0; i < idr_statistics_get_n_sweeps (statistics); i++)
    {
      g_autoptr (IdrStatistics) fork = NULL;

      if (i > 0)
        idr_statistics_next (statistics);
      fork = idr_statistics_fork (statistics);
      idr_statistics_add (fork, &right, (gint64)half, 0, 0, max);
      if (half > 0)
        idr_statistics_add (statistics, &left, 0, 0, 0, max);
      idr_statistics_merge (statistics, fork);
    }
  return idr_statistics_conclude (statistics, NULL, threshold, problem);
}

static gdouble
get (IdrThreshold method, IdrPixel pixel, gconstpointer data, gint64 width, gdouble max)
{
  const gchar *problem = NULL;
  gdouble threshold = 0;

  g_assert_true (find (method, pixel, data, width, max, 8 << 20, &threshold, &problem));
  return threshold;
}

static const guint8 bytes[] = { 10, 12, 11, 10, 10, 200, 13, 180, 190, 12, 11, 10 };
static const gfloat floats[] = { 0.25F, 0.5F, 0.25F, 0.375F, 4, 3.5F, 0.25F, 0.3125F };

static void
test_simple (void)
{
  g_assert_cmpfloat (get (IDR_THRESHOLD_FRACTION, IDR_PIXEL_U8, bytes, 12, 200), ==, 100);
  g_assert_true (isnan (get (IDR_THRESHOLD_FRACTION, IDR_PIXEL_F32, floats, 8, (gdouble)NAN)));
  g_assert_cmpfloat (get (IDR_THRESHOLD_ABSOLUTE, IDR_PIXEL_U8, bytes, 12, 200), ==, 42);
}

static void
test_integers (void)
{
  const gint32 wide[] = { -5, 100000, -4, 90000, -5 };
  const gint8 round[] = { -128, 127, -100, 0, -128 };

  g_assert_cmpfloat (get (IDR_THRESHOLD_OTSU, IDR_PIXEL_U8, bytes, 12, 200), ==, 13);
  g_assert_cmpfloat (get (IDR_THRESHOLD_TRIANGLE, IDR_PIXEL_U8, bytes, 12, 200), ==, 14);
  g_assert_cmpfloat (get (IDR_THRESHOLD_LI, IDR_PIXEL_U8, bytes, 12, 200), ==, 44.46976455606687);
  g_assert_cmpfloat (get (IDR_THRESHOLD_OTSU, IDR_PIXEL_I32, wide, 5, 100000), ==, -4);
  /* Differences beyond int8 go round in scikit-image, too. */
  g_assert_true (isnan (get (IDR_THRESHOLD_LI, IDR_PIXEL_I8, round, 5, 127)));
}

static void
test_floats (void)
{
  g_assert_cmpfloat (get (IDR_THRESHOLD_OTSU, IDR_PIXEL_F32, floats, 8, 4), ==, 0.50634765625);
  g_assert_cmpfloat (get (IDR_THRESHOLD_TRIANGLE, IDR_PIXEL_F32, floats, 8, 4), ==, 0.27197265625);
  g_assert_cmpfloat (get (IDR_THRESHOLD_LI, IDR_PIXEL_F32, floats, 8, 4), ==, 1.1352765133292833);
}

/* Nothing is above one value, nor above what is no number. */
static void
test_flat (void)
{
  const guint8 flat[] = { 7, 7, 7 };
  const gfloat none[] = { (gfloat)NAN, 1, 2 }, endless[] = { (gfloat)INFINITY, 1, 2 };

  g_assert_cmpfloat (get (IDR_THRESHOLD_OTSU, IDR_PIXEL_U8, flat, 3, 7), ==, 7);
  g_assert_cmpfloat (get (IDR_THRESHOLD_LI, IDR_PIXEL_U8, flat, 3, 7), ==, 7);
  g_assert_true (isnan (get (IDR_THRESHOLD_TRIANGLE, IDR_PIXEL_U8, flat, 3, 7)));
  g_assert_cmpfloat (get (IDR_THRESHOLD_OTSU, IDR_PIXEL_U8, flat, 1, 7), ==, 7);
  g_assert_true (isnan (get (IDR_THRESHOLD_OTSU, IDR_PIXEL_F32, none, 3, (gdouble)NAN)));
  g_assert_true (
      isnan (get (IDR_THRESHOLD_TRIANGLE, IDR_PIXEL_F32, endless, 3, (gdouble)INFINITY)));
  g_assert_cmpfloat (get (IDR_THRESHOLD_LI, IDR_PIXEL_F32, none, 1, (gdouble)NAN), !=, 0);
}

static void
test_too_much (void)
{
  const guint32 far[] = { 0, 4000000000U };
  const gint64 large[] = { 0, (gint64)1 << 60 };
  const gfloat many[100] = { 0 };
  const gchar *problem = NULL;
  gdouble threshold;

  g_assert_false (
      find (IDR_THRESHOLD_OTSU, IDR_PIXEL_U32, far, 2, 4e9, 1 << 20, &threshold, &problem));
  g_assert_nonnull (strstr (problem, "memory="));
  g_assert_false (
      find (IDR_THRESHOLD_LI, IDR_PIXEL_I64, large, 2, 0x1p60, G_MAXSIZE, &threshold, &problem));
  g_assert_nonnull (strstr (problem, "2^53"));
  g_assert_false (find (IDR_THRESHOLD_LI, IDR_PIXEL_F32, many, 100, 0, 2399, &threshold, &problem));
  g_assert_nonnull (strstr (problem, "li"));
  g_assert_true (find (IDR_THRESHOLD_LI, IDR_PIXEL_F32, many, 100, 0, 2400, &threshold, &problem));
}

/* 0.1 eight thousand times and more, as numpy.sum (numpy.full (n, 0.1)) has it. */
static void
test_pairwise (void)
{
  const struct
  {
    gsize n;
    gdouble sum;
  } sums[] = { { 1, 0.1 },
               { 7, 0.7 },
               { 8, 0.8 },
               { 127, 12.7 },
               { 129, 12.899999999999999 },
               { 1000, 100.00000000000001 },
               { 8192, 819.2000000000002 },
               { 8193, 819.3000000000002 },
               { 100000, 10000.000000000002 } };
  g_autofree gdouble *values = g_new (gdouble, 100000);

  for (guint i = 0; i < 100000; i++)
    values[i] = 0.1;
  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    g_assert_cmpfloat (idr_sum_pairwise (values, sums[i].n), ==, sums[i].sum);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threshold/simple", test_simple);
  g_test_add_func ("/threshold/integers", test_integers);
  g_test_add_func ("/threshold/floats", test_floats);
  g_test_add_func ("/threshold/flat", test_flat);
  g_test_add_func ("/threshold/too-much", test_too_much);
  g_test_add_func ("/threshold/pairwise", test_pairwise);
  return g_test_run ();
}
