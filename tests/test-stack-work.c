/* One giant plane, and many who work on it: a late tile, memory, cancelling, progress
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid-image.h"
#include "parallel-segment.h"

enum
{
  SIDE = 120, /* of a tile */
  N_ACROSS = 8,
  N_TILES = 25 * N_ACROSS,
  MAX_AHEAD = 64,     /* as in stack-work.c: besides four more for each tile at work */
  QUIET_US = 100000,  /* after which nothing more is expected to happen */
  PROMPT_US = 2000000 /* under ThreadSanitizer, on a busy machine; else a tenth of it */
};

/* Bytes for each thread, of which half are for such a tile. */
#define LITTLE ((gint64)1 << 18)

typedef struct
{
  GridImage grid;
  gboolean is_late, is_lost; /* the first tile comes when nothing else happens any more, or never */
  gint n_meanwhile;          /* tiles that others asked for */
  gint n_running, most_running;
  gdouble progress; /* when a tile was last asked for */
} Plane;

typedef struct
{
  LaminaImage *labels;
  LaminaTable *objects;
} Outputs;

static Plane
make_plane (void (*watch) (GridImage *, const LaminaRect *, LaminaJob *))
{
  return (Plane){ .grid = { .width = (gint64)N_ACROSS * SIDE,
                            .height = (gint64)(N_TILES / N_ACROSS) * SIDE,
                            .n_planes = 1,
                            .tile_width = SIDE,
                            .tile_height = SIDE,
                            .cell = SIDE,
                            .square = 80,
                            .watch = watch } };
}

static void
open_outputs (Plane *plane, gint64 memory, gboolean split, Outputs *outputs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaImage) image = grid_image_new (&plane->grid);
  g_autoptr (LaminaOperation) operation = lamina_operation_new (
      "parallel-segment", NULL, &error, "input", image, "memory", memory, "split", split, NULL);

  g_assert_no_error (error);
  g_object_get (operation, "labels", &outputs->labels, "objects", &outputs->objects, NULL);
}

static void
clear_outputs (Outputs *outputs)
{
  g_clear_object (&outputs->labels);
  g_clear_object (&outputs->objects);
}

/* How many objects there are. */
static guint
count_objects (const Outputs *outputs, LaminaJob *job, GError **error)
{
  g_autoptr (GArray) rows = lamina_table_read (outputs->objects, 0, job, error);

  return rows != NULL
             ? rows->len / g_strv_length ((gchar **)lamina_table_get_columns (outputs->objects))
             : 0;
}

/* --- A late tile ---------------------------------------------------------------------------- */

static void
be_late (GridImage *grid, const LaminaRect *rect, LaminaJob *job)
{
  Plane *plane = (Plane *)grid;
  gint before = -1;

  if (rect->x > 0 || rect->y > 0 || !plane->is_late)
    return;
  while ((plane->is_lost || g_atomic_int_get (&grid->n_reads) != before)
         && !g_cancellable_is_cancelled (G_CANCELLABLE (job)))
    {
      before = g_atomic_int_get (&grid->n_reads);
      g_usleep (QUIET_US);
    }
  plane->is_late = FALSE;
  plane->n_meanwhile = before - 1;
}

/* Others go on as far as memory is for what waits for it, and not farther; all is found. */
static void
test_late (void)
{
  for (gint n_threads = 2; n_threads <= 8; n_threads += 3)
    {
      Plane plane = make_plane (be_late);
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
      g_autoptr (GError) error = NULL;
      Outputs outputs;

      plane.is_late = TRUE;
      open_outputs (&plane, n_threads * LITTLE, FALSE, &outputs);
      g_assert_cmpint (count_objects (&outputs, job, &error), ==, grid_image_count (&plane.grid));
      g_assert_no_error (error);
      g_assert_cmpint (plane.n_meanwhile, >=, MAX_AHEAD);
      g_assert_cmpint (plane.n_meanwhile, <=, MAX_AHEAD + 4 * n_threads);
      g_assert_cmpint (plane.n_meanwhile, <, N_TILES / 2);
      clear_outputs (&outputs);
    }
}

typedef struct
{
  LaminaJob *job;
  gint64 when;  /* so many tiles are counted */
  gulong later; /* microseconds after that */
  gint64 time;  /* it was cancelled */
} Cancelling;

static gpointer
cancel_later (gpointer data)
{
  Cancelling *cancelling = data;

  while (lamina_job_get_count (cancelling->job, "tiles") < cancelling->when)
    g_usleep (1000);
  g_usleep (cancelling->later);
  cancelling->time = g_get_monotonic_time ();
  g_cancellable_cancel (G_CANCELLABLE (cancelling->job));
  return NULL;
}

/* Reads the objects until it is cancelled, @later than @when tiles were counted: that is soon
 * noticed. */
static void
check_prompt (const Outputs *outputs, gint n_threads, gint64 when, gulong later)
{
  g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
  g_autoptr (GError) error = NULL;
  Cancelling cancelling = { job, when, later, 0 };
  GThread *thread = g_thread_new ("cancel", cancel_later, &cancelling);

  count_objects (outputs, job, &error);
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - cancelling.time, <, PROMPT_US);
}

/* Those that wait for a tile that never comes hear that they are cancelled. */
static void
test_lost (void)
{
  for (gint n_threads = 2; n_threads <= 4; n_threads++)
    {
      Plane plane = make_plane (be_late);
      g_autoptr (GError) error = NULL;
      Outputs outputs;

      plane.is_late = plane.is_lost = TRUE;
      open_outputs (&plane, n_threads * LITTLE, FALSE, &outputs);
      check_prompt (&outputs, n_threads, MAX_AHEAD, QUIET_US);
      plane.is_late = FALSE;
      g_assert_cmpint (count_objects (&outputs, NULL, &error), ==, grid_image_count (&plane.grid));
      g_assert_no_error (error);
      clear_outputs (&outputs);
    }
}

/* --- Memory ---------------------------------------------------------------------------------- */

static void
count_running (GridImage *grid, const LaminaRect *rect, LaminaJob *job)
{
  Plane *plane = (Plane *)grid;
  const gint running = g_atomic_int_add (&plane->n_running, 1) + 1;
  gint most = g_atomic_int_get (&plane->most_running);

  while (running > most && !g_atomic_int_compare_and_exchange (&plane->most_running, most, running))
    most = g_atomic_int_get (&plane->most_running);
  g_usleep (2000);
  g_atomic_int_add (&plane->n_running, -1);
}

static gpointer
count_by_itself (gpointer data)
{
  g_autoptr (LaminaJob) job = lamina_job_new (4);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (count_objects (data, job, &error), >, 0);
  g_assert_no_error (error);
  return NULL;
}

/* However many help, of whatever jobs: half of memory= is for tiles at work, of 128 x 128 pixels
 * and 8 bytes each. */
static void
test_crowd (void)
{
  Plane plane = make_plane (count_running);
  GThread *threads[8];
  Outputs outputs;

  open_outputs (&plane, 4 * LITTLE, FALSE, &outputs);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", count_by_itself, &outputs);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (plane.grid.n_reads, ==, (gint64)2 * N_TILES);
  g_assert_cmpint (plane.most_running, >, 1);
  g_assert_cmpint (plane.most_running, <=, 4 * LITTLE / 2 / ((gint64)128 * 128 * 8));
  clear_outputs (&outputs);
}

/* --- What one thread does by itself ------------------------------------------------------------
 */

static gpointer
wait_for_one (gpointer outputs)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (count_objects (outputs, NULL, &error), ==, 1);
  g_assert_no_error (error);
  return NULL;
}

/* An object of millions of pixels, which takes long to split, is cancelled then; who waits for it,
 * too, gets it all the same. */
static void
check_split (gint64 width, gint64 height, gint64 when, gulong later)
{
  Plane plane = make_plane (NULL);
  GThread *waiter;
  Outputs outputs;

  plane.grid.width = width;
  plane.grid.height = height;
  plane.grid.tile_width = plane.grid.tile_height = 1024;
  plane.grid.cell = width;
  plane.grid.square = width - 100;
  open_outputs (&plane, 1 << 30, TRUE, &outputs);
  check_prompt (&outputs, 2, when, later);
  check_prompt (&outputs, 2, when, 2 * later);
  waiter = g_thread_new ("waiter", wait_for_one, &outputs);
  g_usleep (later);
  check_prompt (&outputs, 2, 0, later);
  g_thread_join (waiter);
  clear_outputs (&outputs);
}

static void
test_split_tiles (void)
{
  check_split (4096, 2300, 24, 20000);
}

static void
test_split_whole (void)
{
  check_split (3640, 2300, 0, 50000);
}

/* --- Progress ------------------------------------------------------------------------------------
 */

static void
look_on (GridImage *grid, const LaminaRect *rect, LaminaJob *job)
{
  Plane *plane = (Plane *)grid;
  const gdouble progress = lamina_job_get_progress (job);

  g_assert_cmpfloat (progress, >=, plane->progress);
  g_assert_cmpfloat (progress, <=, plane->progress + 0.1);
  plane->progress = progress;
}

static gboolean
read_objects (gint64 plane, gpointer outputs, LaminaJob *job, GError **error)
{
  return count_objects (outputs, job, error) > 0;
}

/* Who looks at a job sees one plane move, whether it is read in a loop over planes or by itself. */
static void
test_progress (void)
{
  for (gint loop = 0; loop < 2; loop++)
    {
      Plane plane = make_plane (look_on);
      g_autoptr (LaminaJob) job = lamina_job_new (1);
      g_autoptr (GError) error = NULL;
      Outputs outputs;

      plane.grid.is_striped = TRUE; /* there is something in each tile */
      open_outputs (&plane, 4 * LITTLE, FALSE, &outputs);
      if (loop)
        lamina_job_run_planes (job, (GObject **)&outputs.objects, 1, read_objects, &outputs,
                               &error);
      else
        count_objects (&outputs, job, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (plane.progress, >, 0.9);
      g_assert_cmpfloat (lamina_job_get_progress (job), ==, 1);
      clear_outputs (&outputs);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (lamina_operation_register ("parallel-segment", IDR_TYPE_PARALLEL_SEGMENT, NULL));
  g_test_add_func ("/stack-work/late", test_late);
  g_test_add_func ("/stack-work/lost", test_lost);
  g_test_add_func ("/stack-work/crowd", test_crowd);
  g_test_add_func ("/stack-work/split-tiles", test_split_tiles);
  g_test_add_func ("/stack-work/split-whole", test_split_whole);
  g_test_add_func ("/stack-work/progress", test_progress);
  return g_test_run ();
}
