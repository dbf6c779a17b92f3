/* What is measured of objects does not depend on the portions in which their pixels come, nor on
 * the instruction set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "measure.h"

#include <string.h>

#define WIDTH 300
#define HEIGHT 90
#define N_LABELS 12

/* --- Planes of runs ----------------------------------------------------------------------- */

static void
add_run (IdrRuns *runs, gint32 x0, gint32 x1, gint32 label)
{
  runs->runs[runs->n_runs] = (IdrRun){ x0, x1 };
  runs->labels[runs->n_runs++] = label;
}

/* Runs of all lengths, whose labels mean nothing: any that touch may be different. */
static void
make_runs (IdrRuns *runs, GRand *rand)
{
  *runs = (IdrRuns){ .runs = g_new (IdrRun, WIDTH * HEIGHT),
                     .labels = g_new (gint32, WIDTH * HEIGHT),
                     .rows = g_new0 (gsize, HEIGHT + 1),
                     .n_rows = HEIGHT };
  for (gint64 y = 0; y < HEIGHT; y++)
    {
      const gint32 most = g_rand_int_range (rand, 1, 90);

      for (gint32 x = g_rand_int_range (rand, 0, 20), end; x < WIDTH; x = end)
        {
          end = x + g_rand_int_range (rand, 1, most + 1);
          end = MIN (end, WIDTH);
          if (g_rand_boolean (rand))
            add_run (runs, x, end, g_rand_int_range (rand, 1, N_LABELS));
        }
      runs->rows[y + 1] = runs->n_runs;
    }
}

static gpointer
make_pixels (IdrPixel pixel, GRand *rand)
{
  const gsize n = (gsize)WIDTH * HEIGHT, size = idr_pixel_get_size (pixel);
  guint8 *bytes = g_malloc (n * size);

  for (gsize i = 0; i < n * size; i++)
    bytes[i] = (guint8)g_rand_int (rand);
  for (gsize i = 0; i < n && pixel == IDR_PIXEL_F32; i++)
    ((gfloat *)(gpointer)bytes)[i] = (gfloat)g_rand_double_range (rand, -1, 100);
  for (gsize i = 0; i < n && pixel == IDR_PIXEL_F64; i++)
    ((gdouble *)(gpointer)bytes)[i] = g_rand_double_range (rand, -1, 100);
  return bytes;
}

/* --- Perimeters ------------------------------------------------------------------------------ */

static void
follow (const IdrRuns *runs, gint64 most, IdrIsa isa, IdrBoundary *boundaries, GRand *rand)
{
  g_autoptr (IdrPerimeter) perimeter = idr_perimeter_new (WIDTH, TRUE, isa);

  for (gint round = 0; round < 2; round++)
    {
      memset (boundaries, 0, N_LABELS * sizeof *boundaries);
      for (gint64 y = 0, end; y < HEIGHT; y = end)
        {
          end = y + g_rand_int_range (rand, 1, (gint32)most + 1);
          end = MIN (end, HEIGHT);
          g_assert_true (idr_perimeter_add (perimeter, runs, y, end, boundaries));
        }
      idr_perimeter_finish (perimeter, boundaries);
    }
}

/* Pixel by pixel, of a raster with an edge of two pixels of nothing. */
static gint32
get (const gint32 *labels, gint64 y, gint64 x)
{
  return labels[(y + 2) * (WIDTH + 4) + x + 2];
}

static gboolean
is_boundary (const gint32 *labels, gint64 y, gint64 x)
{
  const gint32 own = get (labels, y, x);

  return get (labels, y - 1, x) != own || get (labels, y + 1, x) != own
         || get (labels, y, x - 1) != own || get (labels, y, x + 1) != own;
}

static void
follow_naively (const IdrRuns *runs, IdrBoundary *boundaries)
{
  g_autofree gint32 *labels = g_new0 (gint32, (HEIGHT + 4) * (WIDTH + 4));

  for (gint64 y = 0; y < HEIGHT; y++)
    for (gsize i = runs->rows[y]; i < runs->rows[y + 1]; i++)
      for (gint64 x = runs->runs[i].x0; x < runs->runs[i].x1; x++)
        labels[(y + 2) * (WIDTH + 4) + x + 2] = runs->labels[i];
  for (gint64 y = 0; y < HEIGHT; y++)
    for (gint64 x = 0; x < WIDTH; x++)
      {
        const gint32 own = get (labels, y, x);
        gint sum = 0;

        for (gint i = 0; i < 9 && own > 0 && is_boundary (labels, y, x); i++)
          if (get (labels, y + i / 3 - 1, x + i % 3 - 1) == own
              && is_boundary (labels, y + i / 3 - 1, x + i % 3 - 1))
            sum += i == 4 ? 1 : i % 2 == 1 ? 2 : 10;
        boundaries[own].straight
            += sum == 5 || sum == 7 || sum == 15 || sum == 17 || sum == 25 || sum == 27;
        boundaries[own].slanted += sum == 21 || sum == 33;
        boundaries[own].mixed += sum == 13 || sum == 23;
      }
}

static void
test_perimeter (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint turn = 0; turn < 10; turn++)
    {
      IdrBoundary expected[N_LABELS] = { 0 }, found[N_LABELS];
      IdrRuns runs;

      make_runs (&runs, rand);
      follow_naively (&runs, expected);
      for (IdrIsa isa = IDR_ISA_PLAIN; isa <= idr_isa_get_best (); isa++)
        for (gint64 most = 1; most <= HEIGHT; most *= 4)
          {
            follow (&runs, most, isa, found, rand);
            g_assert_cmpmem (found + 1, sizeof found - sizeof *found, expected + 1,
                             sizeof expected - sizeof *expected);
          }
      idr_runs_clear (&runs);
    }
}

/* --- Sums ---------------------------------------------------------------------------- */

/* Some of the labels are pieces at first, in sums of their own. */
static void
measure_in_pieces (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster,
                   const IdrKernels *kernels, gboolean is_volume)
{
  const gsize size = idr_pixel_get_size (raster->pixel);
  IdrSums more = { 0 };

  idr_sums_start (&more, raster->pixel, is_volume);
  g_assert_true (idr_sums_reserve (&more, (gsize)3 * N_LABELS));
  for (gint64 y = 0; y < HEIGHT; y++)
    for (gsize i = runs->rows[y]; i < runs->rows[y + 1]; i++)
      {
        const IdrRun run = runs->runs[i];
        const gint32 middle = run.x0 + (run.x1 - run.x0) / 3;
        const guint8 *row = (const guint8 *)raster->data + y * raster->stride;
        IdrTally tally, next;

        kernels->tally (row + middle * size, run.x1 - middle, &next);
        if (middle > run.x0)
          {
            kernels->tally (row + run.x0 * size, middle - run.x0, &tally);
            idr_tally_append (&tally, middle - run.x0, &next, run.x1 - middle, raster->pixel);
            next = tally;
          }
        idr_sums_add_run (&more, runs->labels[i] + (gint32)(i % 3) * N_LABELS, run.x0, run.x1,
                          y % 30, y / 30, &next);
      }
  for (gint32 label = 3 * N_LABELS - 1; label >= 0; label--)
    idr_sums_merge (sums, label % N_LABELS, &more, label);
  idr_sums_clear (&more);
}

static void
measure_at_once (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster,
                 const IdrKernels *kernels)
{
  for (gint64 z = 0; z < 3; z++)
    {
      const IdrRuns part = {
        .runs = runs->runs, .labels = runs->labels, .rows = runs->rows + 30 * z, .n_rows = 30
      };
      IdrRaster plane = *raster;

      plane.data = (const guint8 *)raster->data + 30 * z * raster->stride;
      idr_sums_add_runs (sums, &part, &plane, 0, 0, z, kernels);
    }
}

static void
assert_same (const IdrSums *a, const IdrSums *b, gboolean exactly)
{
  for (gint32 label = 1; label < N_LABELS; label++)
    {
      const IdrObject x = idr_sums_conclude (a, label, NULL),
                      y = idr_sums_conclude (b, label, NULL);

      if (exactly)
        g_assert_cmpmem (&x.area, sizeof x - G_STRUCT_OFFSET (IdrObject, area), &y.area,
                         sizeof y - G_STRUCT_OFFSET (IdrObject, area));
      g_assert_cmpfloat_with_epsilon (x.std, y.std, 1e-12 * y.std);
      g_assert_cmpfloat_with_epsilon (x.mean, y.mean, 1e-12 * y.std);
      g_assert_cmpfloat_with_epsilon (x.weighted_x, y.weighted_x, 1e-6);
      g_assert_cmpfloat (x.major, ==, y.major);
      g_assert_cmpfloat (x.minor, ==, y.minor);
    }
}

static void
test_sums (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (IdrPixel pixel = IDR_PIXEL_U8; pixel <= IDR_PIXEL_F64; pixel++)
    for (IdrIsa isa = IDR_ISA_PLAIN; isa <= idr_isa_get_best (); isa++)
      for (gint is_volume = 0; is_volume < 2; is_volume++)
        {
          const IdrKernels *kernels = idr_kernels_get (isa, pixel);
          g_autofree gpointer pixels = make_pixels (pixel, rand);
          const IdrRaster raster
              = { pixel, pixels, WIDTH * idr_pixel_get_size (pixel), WIDTH, HEIGHT };
          IdrSums at_once = { 0 }, in_pieces = { 0 };
          IdrRuns runs;

          make_runs (&runs, rand);
          idr_sums_start (&at_once, pixel, is_volume);
          idr_sums_start (&in_pieces, pixel, is_volume);
          g_assert_true (idr_sums_reserve (&at_once, N_LABELS));
          g_assert_true (idr_sums_reserve (&in_pieces, N_LABELS));
          measure_at_once (&at_once, &runs, &raster, kernels);
          measure_in_pieces (&in_pieces, &runs, &raster, kernels, is_volume);
          assert_same (&at_once, &in_pieces, pixel <= IDR_PIXEL_I32);
          idr_sums_clear (&at_once);
          idr_sums_clear (&in_pieces);
          idr_runs_clear (&runs);
        }
}

static void
assert_total (const IdrTotal *a, const IdrTotal *b, gboolean whole)
{
  if (whole)
    g_assert_true (a->whole == b->whole);
  else
    g_assert_true (idr_total_get_real (a) == idr_total_get_real (b));
}

/* All paths add alike, to the last bit, runs of all lengths. */
static void
test_paths (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (IdrPixel pixel = IDR_PIXEL_U8; pixel <= IDR_PIXEL_F64; pixel++)
    {
      g_autofree guint8 *pixels = make_pixels (pixel, rand);

      for (gsize n = 1; n < 2000; n += 1 + n / 9)
        for (IdrIsa isa = IDR_ISA_PLAIN; isa <= idr_isa_get_best (); isa++)
          {
            const guint8 *from = pixels + n * idr_pixel_get_size (pixel);
            IdrTally expected, found;

            memset (&expected, 0, sizeof expected);
            memset (&found, 0, sizeof found);
            idr_kernels_get (IDR_ISA_PLAIN, pixel)->tally (from, n, &expected);
            idr_kernels_get (isa, pixel)->tally (from, n, &found);
            assert_total (&found.sum, &expected.sum, pixel <= IDR_PIXEL_I64);
            assert_total (&found.moment, &expected.moment, pixel <= IDR_PIXEL_I64);
            assert_total (&found.spread, &expected.spread, pixel <= IDR_PIXEL_I32);
            g_assert_cmpmem (&found.min, 2 * sizeof (gdouble), &expected.min, 2 * sizeof (gdouble));
          }
    }
}

/* What 64 bits do not hold: all pixels the largest there are, and the same. */
static void
test_extremes (void)
{
  static const guint64 largest[600] = { [0 ... 599] = G_MAXUINT64 };
  const IdrKernels *kernels = idr_kernels_get (idr_isa_get_best (), IDR_PIXEL_U64);
  IdrSums sums = { 0 };
  IdrObject object;
  IdrTally tally;

  kernels->tally (largest, 600, &tally);
  idr_sums_start (&sums, IDR_PIXEL_U64, FALSE);
  g_assert_true (idr_sums_reserve (&sums, 1));
  for (gint64 y = G_MAXINT32 - 10; y < G_MAXINT32; y++)
    idr_sums_add_run (&sums, 0, G_MAXINT32 - 600, G_MAXINT32, y, 0, &tally);
  object = idr_sums_conclude (&sums, 0, NULL);
  g_assert_cmpfloat (object.mean, ==, 0x1p64);
  g_assert_cmpfloat (object.std, ==, 0);
  g_assert_cmpfloat (object.x, ==, G_MAXINT32 - 300.5);
  g_assert_cmpfloat (object.weighted_y, ==, G_MAXINT32 - 5.5);
  g_assert_cmpfloat_with_epsilon (object.minor, 4 * 2.8722813232690143, 1e-14);
  g_assert_true (idr_sums_fit (93184, 144384, 1));
  g_assert_false (idr_sums_fit (G_MAXINT32, G_MAXINT32, 1));
  idr_sums_clear (&sums);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/perimeter", test_perimeter);
  g_test_add_func ("/measure/sums", test_sums);
  g_test_add_func ("/measure/paths", test_paths);
  g_test_add_func ("/measure/extremes", test_extremes);
  return g_test_run ();
}
