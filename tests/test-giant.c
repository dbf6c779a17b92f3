/* The operation parallel-segment on planes larger than memory=, and on volumes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid-image.h"
#include "parallel-segment.h"

#include <string.h>

enum
{
  WIDTH = 700,
  HEIGHT = 500,
  LITTLE = 1 << 20 /* bytes, of which some tiles take half */
};

static GridImage
make_grid (gint n_planes)
{
  return (GridImage){ .width = WIDTH,
                      .height = HEIGHT,
                      .n_planes = n_planes,
                      .tile_width = 64,
                      .tile_height = 64,
                      .cell = 23,
                      .square = 14 };
}

static GridImage
make_stripes (gint n_planes)
{
  GridImage grid = make_grid (n_planes);

  grid.is_striped = TRUE;
  grid.cell = 8;
  grid.square = 4;
  return grid;
}

typedef struct
{
  LaminaImage *labels;
  LaminaTable *objects;
} Outputs;

static void
open_outputs (GridImage *grid, gint64 memory, gboolean volume, Outputs *outputs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaImage) image = grid_image_new (grid);
  g_autoptr (LaminaOperation) operation = lamina_operation_new (
      "parallel-segment", NULL, &error, "input", image, "memory", memory, "volume", volume, NULL);

  g_assert_no_error (error);
  g_object_get (operation, "labels", &outputs->labels, "objects", &outputs->objects, NULL);
}

static void
clear_outputs (Outputs *outputs)
{
  g_clear_object (&outputs->labels);
  g_clear_object (&outputs->objects);
}

static GBytes *
read_plane (LaminaImage *labels, gint64 plane, LaminaJob *job)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = lamina_image_read_bytes (labels, plane, NULL, job, &error);

  g_assert_no_error (error);
  return bytes;
}

/* The plane read in pieces. */
static GBytes *
read_pieces (LaminaImage *labels, gint64 plane, gint64 width, gint64 height, LaminaJob *job)
{
  g_autoptr (GError) error = NULL;
  guint32 *pixels = g_new0 (guint32, WIDTH * HEIGHT);

  for (gint64 y = 0; y < HEIGHT; y += height)
    for (gint64 x = 0; x < WIDTH; x += width)
      {
        const LaminaRect rect = { x, y, MIN (width, WIDTH - x), MIN (height, HEIGHT - y) };

        lamina_image_read (labels, plane, &rect, pixels + y * WIDTH + x, WIDTH * sizeof *pixels,
                           job, &error);
        g_assert_no_error (error);
      }
  return g_bytes_new_take (pixels, sizeof *pixels * WIDTH * HEIGHT);
}

static GArray *
read_rows (LaminaTable *objects, gint64 plane, LaminaJob *job)
{
  g_autoptr (GError) error = NULL;
  GArray *rows = lamina_table_read (objects, plane, job, &error);

  g_assert_no_error (error);
  return rows;
}

static void
assert_same_rows (const GArray *a, const GArray *b)
{
  g_assert_cmpmem (a->data, a->len * sizeof (gdouble), b->data, b->len * sizeof (gdouble));
}

/* --- Giant planes ---------------------------------------------------------------------------- */

static void
test_same (void)
{
  GridImage grid = make_grid (1), whole_grid = make_grid (1);
  Outputs whole;

  open_outputs (&whole_grid, 0, FALSE, &whole);
  for (gint n_threads = 1; n_threads <= 7; n_threads += 3)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
      g_autoptr (GBytes) expected = read_plane (whole.labels, 0, NULL);
      g_autoptr (GArray) expected_rows = read_rows (whole.objects, 0, NULL), rows = NULL;
      g_autoptr (GBytes) labels = NULL, pieces = NULL, rows_of_pixels = NULL;
      Outputs outputs;

      grid.n_reads = 0;
      open_outputs (&grid, LITTLE, FALSE, &outputs);
      rows = read_rows (outputs.objects, 0, job);
      labels = read_plane (outputs.labels, 0, job);
      pieces = read_pieces (outputs.labels, 0, 128, 128, job);
      rows_of_pixels = read_pieces (outputs.labels, 0, WIDTH, 1, job);
      g_assert_true (g_bytes_equal (labels, expected));
      g_assert_true (g_bytes_equal (pieces, expected));
      g_assert_true (g_bytes_equal (rows_of_pixels, expected));
      assert_same_rows (rows, expected_rows);
      g_assert_cmpint (rows->len, >, 0);
      g_assert_cmpint (grid.n_reads, >, 8); /* there were tiles */
      clear_outputs (&outputs);
    }
  g_assert_cmpint (whole_grid.n_reads, ==, 1);
  clear_outputs (&whole);
}

/* Where memory holds the plane's pixels, the second pass does not read them again. */
static void
test_read_once (void)
{
  GridImage grid = make_grid (1);
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (GArray) rows = NULL;
  Outputs outputs;

  open_outputs (&grid, 5 << 20, FALSE, &outputs);
  rows = read_rows (outputs.objects, 0, job);
  g_assert_cmpint (grid.n_reads, >, 1);
  g_assert_cmpint (lamina_job_get_count (job, "tiles"), ==, 2 * (gint64)grid.n_reads);
  g_assert_cmpint (lamina_job_get_count (job, "tiles-planned"), ==, 2 * (gint64)grid.n_reads);
  clear_outputs (&outputs);
}

/* --- Bands that memory= does not hold -------------------------------------------------------- */

/* Somebody, one of several, who reads a plane in pieces, in raster order. */
typedef struct
{
  LaminaImage *labels;
  gint64 width, height; /* of a piece */
  gint next;            /* piece */
  guint32 *pixels;      /* of the plane */
  gint64 n_bands_again, n_tiles;
} Reading;

static gpointer
take_pieces (gpointer data)
{
  Reading *reading = data;
  const gint64 across = (WIDTH - 1) / reading->width + 1;
  const gint64 n = across * ((HEIGHT - 1) / reading->height + 1);
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (GError) error = NULL;
  gint64 i;

  while ((i = g_atomic_int_add (&reading->next, 1)) < n)
    {
      const gint64 x = i % across * reading->width, y = i / across * reading->height;
      const LaminaRect rect
          = { x, y, MIN (reading->width, WIDTH - x), MIN (reading->height, HEIGHT - y) };

      lamina_image_read (reading->labels, 0, &rect, reading->pixels + y * WIDTH + x,
                         WIDTH * sizeof *reading->pixels, job, &error);
      g_assert_no_error (error);
    }
  __atomic_add_fetch (&reading->n_bands_again, lamina_job_get_count (job, "bands-again"),
                      __ATOMIC_RELAXED);
  __atomic_add_fetch (&reading->n_tiles, lamina_job_get_count (job, "tiles"), __ATOMIC_RELAXED);
  return NULL;
}

/* A plane of stripes, of which memory= holds few runs, read by @n_callers at a time. */
static Reading
read_stripes (gint64 width, gint64 height, guint n_callers)
{
  GridImage grid = make_stripes (1);
  Reading reading = { .width = width, .height = height };
  GThread *callers[4];
  Outputs outputs;

  open_outputs (&grid, LITTLE / 4, FALSE, &outputs);
  reading.labels = outputs.labels;
  reading.pixels = g_new0 (guint32, WIDTH * HEIGHT);
  for (guint i = 0; i < n_callers; i++)
    callers[i] = g_thread_new ("caller", take_pieces, &reading);
  for (guint i = 0; i < n_callers; i++)
    g_thread_join (callers[i]);
  clear_outputs (&outputs);
  return reading;
}

/* In whatever pieces it is read, what was let go is made again once. */
static void
test_again (void)
{
  static const struct
  {
    gint64 width, height;
    guint n_callers;
  } ways[] = { { 128, 128, 1 }, { WIDTH, 16, 1 }, { WIDTH, 1, 1 }, { 128, 128, 2 }, { 32, 32, 4 } };
  const Reading whole = read_stripes (WIDTH, HEIGHT, 1);

  g_assert_cmpint (whole.n_bands_again, >, 4);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      const Reading pieces = read_stripes (ways[i].width, ways[i].height, ways[i].n_callers);

      g_assert_cmpint (pieces.n_bands_again, ==, whole.n_bands_again);
      g_assert_cmpint (pieces.n_tiles, ==, whole.n_tiles);
      g_assert_cmpmem (pieces.pixels, sizeof *pieces.pixels * WIDTH * HEIGHT, whole.pixels,
                       sizeof *whole.pixels * WIDTH * HEIGHT);
      g_free (pieces.pixels);
    }
  g_free (whole.pixels);
}

/* --- Cancelling --------------------------------------------------------------------------------
 */

/* Somebody is cancelled in the middle of a plane; who waits for it meanwhile gets it. */
typedef struct
{
  Outputs outputs;
  GBytes *expected;
} Waiter;

static gpointer
wait_for_labels (gpointer data)
{
  Waiter *waiter = data;
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (GBytes) labels = read_plane (waiter->outputs.labels, 0, job);

  g_assert_true (g_bytes_equal (labels, waiter->expected));
  return NULL;
}

/* How high bands are depends on how many threads there are when a plane is segmented. */
static void
test_other_threads (void)
{
  GridImage grid = make_stripes (13), whole_grid = make_stripes (1);
  LaminaRect row = { 0, 0, WIDTH, 1 };
  g_autoptr (GBytes) expected = NULL;
  guint32 pixels[WIDTH];
  Outputs whole, outputs;

  grid.slant = whole_grid.slant = 5;
  open_outputs (&whole_grid, 0, FALSE, &whole);
  expected = read_plane (whole.labels, 0, NULL);
  open_outputs (&grid, LITTLE / 4, FALSE, &outputs);
  for (gint turn = 0; turn < 4; turn++)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (turn % 2 == 0 ? 1 : 8);
      g_autoptr (GBytes) labels = read_plane (outputs.labels, 0, job);

      g_assert_true (g_bytes_equal (labels, expected));
      /* The plane is forgotten for others; the band that was read last, its fourth, is not. */
      row.y = turn % 2 == 0 ? 200 : 50;
      lamina_image_read (outputs.labels, 0, &row, pixels, sizeof pixels, job, NULL);
      for (gint plane = 1; plane < 4; plane++)
        g_array_unref (read_rows (outputs.objects, 3 * turn + plane, job));
    }
  clear_outputs (&outputs);
  clear_outputs (&whole);
}

static void
test_cancelled (void)
{
  GridImage grid = make_grid (1), other = make_grid (1);
  Waiter waiter;
  Outputs whole;

  open_outputs (&other, 0, FALSE, &whole);
  waiter.expected = read_plane (whole.labels, 0, NULL);
  for (gint at = 1; at < 40; at++)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (1 + at % 3);
      g_autoptr (GArray) rows = NULL;
      g_autoptr (GError) error = NULL;
      GThread *thread;

      grid.n_reads = 0;
      grid.cancel_at = 0;
      open_outputs (&grid, LITTLE, FALSE, &waiter.outputs);
      if (at % 2 == 0)
        grid.cancel_at = at; /* whoever reads it: then nobody waits */
      thread = at % 2 != 0 ? g_thread_new ("labels", wait_for_labels, &waiter) : NULL;
      if (at % 2 != 0 && at % 3 == 0)
        g_cancellable_cancel (G_CANCELLABLE (job));
      rows = lamina_table_read (waiter.outputs.objects, 0, job, &error);
      if (rows == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_true (rows != NULL || g_cancellable_is_cancelled (G_CANCELLABLE (job)));
      if (thread != NULL)
        g_thread_join (thread);
      grid.cancel_at = 0;
      wait_for_labels (&waiter);
      clear_outputs (&waiter.outputs);
    }
  g_bytes_unref (waiter.expected);
  clear_outputs (&whole);
}

/* --- Several of them ------------------------------------------------------------------------ */

typedef struct
{
  Outputs outputs;
  GBytes *expected[5];
} Loop;

static gboolean
check_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Loop *loop = data;
  g_autoptr (GArray) rows = lamina_table_read (loop->outputs.objects, plane, job, error);
  g_autoptr (GBytes) labels = NULL;

  if (rows == NULL)
    return FALSE;
  labels = read_plane (loop->outputs.labels, plane, job);
  g_assert_true (g_bytes_equal (labels, loop->expected[plane]));
  return TRUE;
}

static gpointer
run_loop (gpointer data)
{
  Loop *loop = data;
  g_autoptr (LaminaJob) job = lamina_job_new (3);
  g_autoptr (GError) error = NULL;

  lamina_job_run_planes (job, (GObject **)&loop->outputs.labels, 1, check_plane, loop, &error);
  g_assert_no_error (error);
  return NULL;
}

/* Two loops over all planes, of which one at a time has memory. */
static void
check_loops (gboolean volume)
{
  GridImage grid = make_grid (5), other = make_grid (5);
  Outputs whole;
  Loop loop;

  open_outputs (&other, 0, volume, &whole);
  for (gint i = 0; i < 5; i++)
    loop.expected[i] = read_plane (whole.labels, i, NULL);
  for (gint i = 0; i < 3; i++)
    {
      GThread *thread;

      open_outputs (&grid, LITTLE, volume, &loop.outputs);
      thread = g_thread_new ("planes", run_loop, &loop);
      run_loop (&loop);
      g_thread_join (thread);
      clear_outputs (&loop.outputs);
    }
  for (gint i = 0; i < 5; i++)
    g_bytes_unref (loop.expected[i]);
  clear_outputs (&whole);
}

static void
test_loops (void)
{
  check_loops (FALSE);
}

/* --- Volumes --------------------------------------------------------------------------------- */

/* The squares are bars through all planes, whose rows stand in the first one. */
static void
test_volume (void)
{
  GridImage grid = make_grid (5);
  Outputs outputs;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GArray) rows = NULL;
  guint n_columns;

  check_loops (TRUE);
  open_outputs (&grid, 0, TRUE, &outputs);
  first = read_plane (outputs.labels, 0, NULL);
  rows = read_rows (outputs.objects, 0, NULL);
  n_columns = g_strv_length ((gchar **)lamina_table_get_columns (outputs.objects));
  g_assert_cmpint (rows->len / n_columns, ==, grid_image_count (&grid));
  for (gint plane = 1; plane < 5; plane++)
    {
      g_autoptr (GBytes) labels = read_plane (outputs.labels, plane, NULL);
      g_autoptr (GArray) none = read_rows (outputs.objects, plane, NULL);

      g_assert_true (g_bytes_equal (labels, first));
      g_assert_cmpint (none->len, ==, 0);
    }
  clear_outputs (&outputs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (lamina_operation_register ("parallel-segment", IDR_TYPE_PARALLEL_SEGMENT, NULL));
  g_test_add_func ("/giant/same", test_same);
  g_test_add_func ("/giant/read-once", test_read_once);
  g_test_add_func ("/giant/again", test_again);
  g_test_add_func ("/giant/other-threads", test_other_threads);
  g_test_add_func ("/giant/cancelled", test_cancelled);
  g_test_add_func ("/giant/loops", test_loops);
  g_test_add_func ("/giant/volume", test_volume);
  return g_test_run ();
}
