/* Times the segmentation of one plane, stage by stage; bench-segment.py reads what it prints
 *
 * usage: bench-segment FILE TYPE WIDTH HEIGHT SIGMA time SECONDS [plain|avx2|avx512]
 *        bench-segment FILE TYPE WIDTH HEIGHT SIGMA count STAGE TIMES [plain|avx2|avx512]
 *        bench-segment FILE TYPE WIDTH HEIGHT SIGMA threads SECONDS [plain|avx2|avx512]
 * FILE: the plane's raw pixels.
 *
 * time: on one thread; a line each: a stage, and the median of its processor time in microseconds.
 *
 * count: does a stage so often, for who counts instructions.
 *
 * threads: segments the plane again and again on one thread, on two, and so on in turn, each thread
 * with pixels and labels of its own; a line each: threads, planes a second, and planes a second if
 * each thread had had a processor to itself.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "label.h"
#include "measure.h"
#include "tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 20000

/* Rounds of one thread and of two. */
#define N_TURNS 9

typedef struct
{
  IdrRaster raster;
  IdrIsa isa;
  IdrSegmenter *segmenter;
  IdrScratch *scratch;
  IdrTile tile;
  IdrSmoothed smoothed; /* as smoothing left it */
  gdouble threshold;
  gint32 n_objects;
  IdrSums sums;
  IdrPerimeter *perimeter;
  IdrSegments *segments;
  guint32 *labels;
  gpointer copy;
} Bench;

/* --- Stages, each of which takes what the one before left ----------------------------------- */

static void
smooth (Bench *bench)
{
  const IdrPatch patch = idr_patch_whole (&bench->raster);

  idr_tile_smooth (&bench->tile, bench->segmenter, bench->scratch, &patch, 0, 0, FALSE);
  bench->threshold = bench->segmenter->options.fraction
                     * idr_smoothed_get_maximum (&bench->tile.smoothed, (gdouble)-INFINITY);
  bench->smoothed = bench->tile.smoothed;
}

static void
find_runs (Bench *bench)
{
  bench->tile.smoothed = bench->smoothed;
  idr_tile_find_runs (&bench->tile, bench->threshold);
}

static void
label (Bench *bench)
{
  IdrScratch *scratch = bench->scratch;
  const gchar *problem;

  bench->n_objects = idr_runs_label (&scratch->runs, bench->raster.height, FALSE, NULL,
                                     &scratch->forest, &problem);
}

static void
measure (Bench *bench)
{
  const gsize n = (gsize)bench->n_objects + 1;
  const IdrRuns *runs = &bench->scratch->runs;
  g_autofree IdrBoundary *boundaries = g_new0 (IdrBoundary, n);
  g_autofree IdrObject *objects = g_new (IdrObject, n);

  idr_sums_start (&bench->sums, bench->raster.pixel, FALSE);
  idr_sums_reserve (&bench->sums, n);
  idr_sums_add_runs (&bench->sums, runs, &bench->raster, 0, 0, 0, bench->tile.smoothed.kernels);
  idr_perimeter_add (bench->perimeter, runs, 0, runs->n_rows, boundaries);
  idr_perimeter_finish (bench->perimeter, boundaries);
  for (gint32 label = 1; label < (gint32)n; label++)
    objects[label] = idr_sums_conclude (&bench->sums, label, &boundaries[label]);
}

static void
paint (Bench *bench)
{
  idr_segments_paint (bench->segments, 0, 0, bench->raster.width, bench->raster.height,
                      bench->labels, bench->raster.width * sizeof *bench->labels);
}

static void
whole (Bench *bench)
{
  g_autoptr (GArray) objects = NULL;

  g_clear_pointer (&bench->segments, idr_segments_unref);
  bench->segments = idr_segmenter_run (bench->segmenter, &bench->raster, &objects, NULL);
  paint (bench);
}

/* What memory alone costs: the pixels read, and labels written. */
static void
copy (Bench *bench)
{
  const gsize n = bench->raster.stride * bench->raster.height;

  memcpy (bench->copy, bench->raster.data, n);
}

static void
clear (Bench *bench)
{
  memset (bench->labels, 0, bench->raster.width * bench->raster.height * sizeof *bench->labels);
}

typedef void (*Stage) (Bench *bench);

static const struct
{
  const gchar *name;
  Stage stage;
} stages[]
    = { { "whole", whole },     { "smooth", smooth }, { "runs", find_runs }, { "label", label },
        { "measure", measure }, { "paint", paint },   { "copy", copy },      { "clear", clear } };

/* --- Time ------------------------------------------------------------------------------------- */

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

static gdouble
time_stage (Bench *bench, Stage stage, gdouble seconds)
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
  return 1e-3 * (gdouble)median;
}

static void
time_stages (Bench *bench, gdouble seconds)
{
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    g_print ("%s %.3f\n", stages[i].name,
             time_stage (bench, stages[i].stage, i == 0 ? seconds : seconds / 4));
}

/* So that the stages before have left what this one takes. */
static void
count_stage (Bench *bench, const gchar *name, gint64 times)
{
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      const gboolean is_it = g_str_equal (stages[i].name, name);

      for (gint64 n = is_it ? times : 1; n > 0; n--)
        stages[i].stage (bench);
      if (is_it)
        return;
    }
  g_error ("no such stage: %s", name);
}

/* --- Threads ------------------------------------------------------------------------- */

static void
prepare (Bench *bench)
{
  const gsize bytes = bench->raster.stride * bench->raster.height;

  bench->raster.data = g_memdup2 (bench->raster.data, bytes);
  bench->copy = g_malloc0 (bytes);
  bench->labels = g_new0 (guint32, bench->raster.width * bench->raster.height);
  bench->scratch = idr_segmenter_take_scratch (bench->segmenter);
  bench->perimeter = idr_perimeter_new (bench->raster.width, FALSE, bench->isa);
}

static void
finish (Bench *bench)
{
  g_free ((gpointer)bench->raster.data);
  g_free (bench->copy);
  g_free (bench->labels);
  idr_sums_clear (&bench->sums);
  idr_perimeter_free (bench->perimeter);
  g_clear_pointer (&bench->segments, idr_segments_unref);
  idr_segmenter_give_scratch (bench->segmenter, bench->scratch);
}

typedef struct
{
  Bench bench;
  gint64 until, n_planes, busy; /* nanoseconds */
} Worker;

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  const gint64 start = now ();

  for (; g_get_monotonic_time () < worker->until; worker->n_planes++)
    whole (&worker->bench);
  worker->busy = now () - start;
  return NULL;
}

static void
run_threads (Worker *workers, guint n_threads, gdouble seconds)
{
  GThread *threads[2];
  gint64 n_planes = 0, busy = 0, start = g_get_monotonic_time ();

  for (guint i = 0; i < n_threads; i++)
    {
      workers[i].until = start + (gint64)(seconds * 1e6);
      workers[i].n_planes = 0;
      threads[i] = g_thread_new ("bench", work, &workers[i]);
    }
  for (guint i = 0; i < n_threads; i++)
    {
      g_thread_join (threads[i]);
      n_planes += workers[i].n_planes;
      busy += workers[i].busy;
    }
  g_print ("%u %.3f %.3f\n", n_threads,
           (gdouble)n_planes * 1e6 / (gdouble)(g_get_monotonic_time () - start),
           (gdouble)n_planes * 1e9 * n_threads / (gdouble)busy);
}

static void
compare_threads (const Bench *bench, gdouble seconds)
{
  Worker workers[2] = { { .bench = *bench }, { .bench = *bench } };

  prepare (&workers[0].bench);
  prepare (&workers[1].bench);
  for (guint turn = 0; turn < N_TURNS; turn++)
    for (guint n_threads = 1; n_threads <= 2; n_threads++)
      run_threads (workers, n_threads, seconds);
  finish (&workers[0].bench);
  finish (&workers[1].bench);
}

/* --- What is to be done -------------------------------------------------------------- */

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

  if (name == NULL)
    return idr_isa_get_best ();
  for (IdrIsa isa = IDR_ISA_PLAIN; isa < IDR_N_ISAS; isa++)
    if (isa <= idr_isa_get_best () && g_str_equal (name, names[isa]))
      return isa;
  g_error ("no such instruction set here: %s", name);
}

int
main (int argc, char **argv)
{
  IdrSegmentOptions options = { .fraction = 0.33 };
  Bench bench = { 0 };
  g_autofree gchar *pixels = NULL;
  gboolean counts = argc > 6 && g_str_equal (argv[6], "count");
  gsize length;

  if (argc < (counts ? 9 : 8) || !g_file_get_contents (argv[1], &pixels, &length, NULL))
    g_error ("usage: bench-segment FILE TYPE WIDTH HEIGHT SIGMA time|count|threads …");
  bench.raster.pixel = parse_pixel (argv[2]);
  bench.raster.width = g_ascii_strtoll (argv[3], NULL, 10);
  bench.raster.height = g_ascii_strtoll (argv[4], NULL, 10);
  bench.raster.stride = bench.raster.width * idr_pixel_get_size (bench.raster.pixel);
  bench.raster.data = pixels;
  g_assert_cmpuint (length, ==, bench.raster.stride * bench.raster.height);
  options.sigma = g_ascii_strtod (argv[5], NULL);
  bench.isa = parse_isa (argv[counts ? 9 : 8]);
  bench.segmenter = idr_segmenter_new_for (&options, bench.isa);
  if (g_str_equal (argv[6], "threads"))
    compare_threads (&bench, g_ascii_strtod (argv[7], NULL));
  else
    {
      prepare (&bench);
      if (counts)
        count_stage (&bench, argv[7], g_ascii_strtoll (argv[8], NULL, 10));
      else
        time_stages (&bench, g_ascii_strtod (argv[7], NULL));
      finish (&bench);
    }
  idr_segmenter_free (bench.segmenter);
  return 0;
}
