/* Times the segmentation of one plane on one thread, stage by stage; bench-segment.py reads what it
 * prints
 *
 * usage: bench-segment FILE TYPE WIDTH HEIGHT SIGMA SECONDS [plain|avx2|avx512]
 * FILE: the plane's raw pixels. Prints a line each: a stage, and its median in microseconds.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gaussian.h"
#include "label.h"
#include "measure.h"
#include "segmenter.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 20000

typedef struct
{
  IdrRaster raster;
  gdouble sigma;
  IdrIsa isa;
  const IdrKernels *kernels;

  IdrSegmenter *segmenter;
  IdrGaussian *gaussian;
  gpointer workspace, copy;
  guint8 *smoothed;
  guint64 *bits;
  guint32 *labels;
  IdrValue least;
  IdrRuns runs;
  IdrForest forest;
  gint32 n_objects;
} Bench;

typedef void (*Stage) (Bench *bench);

static void
whole (Bench *bench)
{
  g_autoptr (GArray) objects = NULL;
  g_autoptr (IdrSegments) segments
      = idr_segmenter_run (bench->segmenter, &bench->raster, &objects, NULL);

  idr_segments_paint (segments, 0, 0, bench->raster.width, bench->raster.height, bench->labels,
                      bench->raster.width * sizeof (guint32));
}

static void
smooth (Bench *bench)
{
  const IdrPatch patch = idr_patch_whole (&bench->raster);
  gdouble max = idr_gaussian_smooth (bench->gaussian, bench->kernels, &patch, bench->workspace,
                                     bench->smoothed, bench->raster.stride);

  bench->kernels->least_above (0.33 * max, &bench->least);
}

static void
find_runs (Bench *bench)
{
  idr_runs_start (&bench->runs, bench->raster.height);
  for (gint64 y = 0; y < bench->raster.height; y++)
    {
      bench->kernels->at_least (bench->smoothed + y * bench->raster.stride, bench->raster.width,
                                &bench->least, bench->bits);
      idr_runs_add_row (&bench->runs, bench->bits, 0, bench->raster.width);
    }
}

static void
label (Bench *bench)
{
  const gchar *problem;

  bench->n_objects = idr_runs_label (&bench->runs, bench->raster.height, FALSE, &bench->forest, &problem);
}

static void
measure (Bench *bench)
{
  g_array_unref (idr_runs_measure (&bench->runs, bench->n_objects, &bench->raster, bench->kernels));
}

/* What memory alone costs: the plane read and written once. */
static void
copy (Bench *bench)
{
  memcpy (bench->copy, bench->raster.data, bench->raster.stride * bench->raster.height);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

/* The thread's own time, which other programs on the machine do not lengthen. */
static gint64
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void
report (Bench *bench, const gchar *name, Stage stage, gdouble seconds)
{
  g_autofree gint64 *rounds = g_new (gint64, MAX_ROUNDS);
  const gint64 end = now () + (gint64)(seconds * 1e9);
  gint64 median;
  guint n = 0;

  stage (bench);
  do
    {
      gint64 start = now ();

      stage (bench);
      rounds[n++] = now () - start;
    }
  while (n < MAX_ROUNDS && (n < 3 || now () < end));
  qsort (rounds, n, sizeof *rounds, compare);
  median = rounds[n / 2];
  g_print ("%s %.3f\n", name, 1e-3 * (gdouble)median);
}

static IdrPixel
parse_pixel (const gchar *name)
{
  for (IdrPixel pixel = IDR_PIXEL_U8; pixel <= IDR_PIXEL_F64; pixel++)
    if (g_str_equal (name, idr_pixel_get_name (pixel)))
      return pixel;
  g_error ("no such type: %s", name);
}

static IdrIsa
parse_isa (const gchar *name)
{
  static const gchar *const names[IDR_N_ISAS] = { "plain", "avx2", "avx512" };

  for (IdrIsa isa = IDR_ISA_PLAIN; isa < IDR_N_ISAS; isa++)
    if (isa <= idr_isa_get_best () && g_str_equal (name, names[isa]))
      return isa;
  g_error ("no such instruction set here: %s", name);
}

static void
prepare (Bench *bench)
{
  const IdrSegmentOptions options = { .sigma = bench->sigma, .fraction = 0.33 };
  const IdrPatch patch = idr_patch_whole (&bench->raster);
  const gsize bytes = bench->raster.stride * bench->raster.height;

  bench->kernels = idr_kernels_get (bench->isa, bench->raster.pixel);
  bench->segmenter = idr_segmenter_new_for (&options, bench->isa);
  bench->gaussian = idr_gaussian_new (bench->sigma);
  bench->workspace
      = g_malloc (idr_gaussian_get_workspace (bench->gaussian, bench->kernels, &patch));
  bench->smoothed = g_malloc0 (bytes);
  bench->copy = g_malloc0 (bytes);
  bench->bits = g_new0 (guint64, bench->raster.width / 64 + 1);
  bench->labels = g_new0 (guint32, bench->raster.width * bench->raster.height);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    Stage stage;
  } stages[] = { { "smooth", smooth },
                 { "runs", find_runs },
                 { "label", label },
                 { "measure", measure },
                 { "copy", copy } };
  Bench bench = { 0 };
  g_autofree gchar *pixels = NULL;
  gsize length;

  if (argc < 7 || !g_file_get_contents (argv[1], &pixels, &length, NULL))
    g_error ("usage: bench-segment FILE TYPE WIDTH HEIGHT SIGMA SECONDS [plain|avx2|avx512]");
  bench.raster.pixel = parse_pixel (argv[2]);
  bench.raster.width = g_ascii_strtoll (argv[3], NULL, 10);
  bench.raster.height = g_ascii_strtoll (argv[4], NULL, 10);
  bench.raster.stride = bench.raster.width * idr_pixel_get_size (bench.raster.pixel);
  bench.raster.data = pixels;
  g_assert_cmpuint (length, ==, bench.raster.stride * bench.raster.height);
  bench.sigma = g_ascii_strtod (argv[5], NULL);
  bench.isa = argc > 7 ? parse_isa (argv[7]) : idr_isa_get_best ();
  prepare (&bench);
  report (&bench, "whole", whole, g_ascii_strtod (argv[6], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    report (&bench, stages[i].name, stages[i].stage, g_ascii_strtod (argv[6], NULL) / 4);
  return 0;
}
