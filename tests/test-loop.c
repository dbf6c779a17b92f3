/* Loops: every task once, nested, on several threads, up to the first error or a cancellation
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

/* What the tasks of a test share. */
typedef struct
{
  gint n_started, n_running, most_running; /* of the tasks that count themselves */
  gint done[10000];
  gint order[1000];
  gint64 inner, innermost; /* tasks of the loops that are opened in tasks */
  gint waits_for;          /* innermost tasks that run at once, before any of them ends */
  gint fails_at;           /* a task's number, -1 for none */
  gint failed;
  GCancellable *cancels; /* and what it cancels, instead of failing */
} Shared;

static void
enter (Shared *shared)
{
  gint running = g_atomic_int_add (&shared->n_running, 1) + 1;
  gint most;

  g_atomic_int_inc (&shared->n_started);
  do
    most = g_atomic_int_get (&shared->most_running);
  while (running > most
         && !g_atomic_int_compare_and_exchange (&shared->most_running, most, running));
}

static void
leave (Shared *shared)
{
  g_atomic_int_add (&shared->n_running, -1);
}

static gboolean
mark (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Shared *shared = data;

  g_assert_true (LAMINA_IS_JOB (job));
  enter (shared);
  g_atomic_int_inc (&shared->done[index]);
  leave (shared);
  return TRUE;
}

/* --- Loops ---------------------------------------------------------------------------- */

static void
test_each_once (void)
{
  static const gint n_tasks[] = { 0, 1, 2, 7, 10000 };
  static const gint n_threads[] = { 1, 2, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (n_threads); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (n_tasks); k++)
      {
        g_autoptr (LaminaJob) job = lamina_job_new (n_threads[i]);
        g_autoptr (GError) error = NULL;
        g_autofree Shared *shared = g_new0 (Shared, 1);

        g_assert_true (lamina_job_run (job, n_tasks[k], mark, shared, &error));
        g_assert_no_error (error);
        for (gint t = 0; t < 10000; t++)
          g_assert_cmpint (shared->done[t], ==, t < n_tasks[k] ? 1 : 0);
        g_assert_cmpint (shared->most_running, <=, n_threads[i]);
      }
}

static gboolean
note_order (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Shared *shared = data;

  shared->order[g_atomic_int_add (&shared->n_started, 1)] = (gint)index;
  return TRUE;
}

static void
test_order (void)
{
  static const gint n_threads[] = { 1, 4 };

  for (gsize i = 0; i < G_N_ELEMENTS (n_threads); i++)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads[i]);
      g_autofree Shared *shared = g_new0 (Shared, 1);
      gint done = 0;

      g_assert_true (lamina_job_run (job, 1000, note_order, shared, NULL));
      /* A thread may be overtaken between its task's start and its note, but by the others only. */
      for (gint k = 0; k < 1000; k++)
        {
          for (gint later = k + 1; later < 1000; later++)
            done += shared->order[later] < shared->order[k];
          g_assert_cmpint (done, <, n_threads[i]);
          done = 0;
        }
    }
}

static gboolean
do_innermost (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Shared *shared = data;

  enter (shared);
  while (g_atomic_int_get (&shared->most_running) < shared->waits_for)
    g_usleep (100);
  leave (shared);
  return TRUE;
}

static gboolean
open_innermost (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  return lamina_job_run (job, ((Shared *)data)->innermost, do_innermost, data, error);
}

static gboolean
open_inner (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  return lamina_job_run (job, ((Shared *)data)->inner, open_innermost, data, error);
}

static void
test_nested (void)
{
  static const gint n_threads[] = { 1, 2, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (n_threads); i++)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads[i]);
      g_autoptr (GError) error = NULL;
      g_autofree Shared *shared = g_new0 (Shared, 1);

      shared->inner = 5;
      shared->innermost = 11;
      shared->waits_for = n_threads[i]; /* they do help */
      g_assert_true (lamina_job_run (job, 6, open_inner, shared, &error));
      g_assert_no_error (error);
      g_assert_cmpint (shared->n_started, ==, 330);
      g_assert_cmpint (shared->most_running, ==, n_threads[i]);
    }
}

/* A task that runs a loop of another job is in no loop of that. */
static gboolean
open_other_job (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  g_autoptr (LaminaJob) other = lamina_job_new (2);

  return lamina_job_run (other, ((Shared *)data)->inner, open_innermost, data, error)
         && lamina_job_get_progress (other) == 1.0;
}

static void
test_job_in_job (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (3);
  g_autoptr (GError) error = NULL;
  g_autofree Shared *shared = g_new0 (Shared, 1);

  shared->inner = shared->innermost = 3;
  lamina_job_run (job, 20, open_other_job, shared, &error);
  g_assert_no_error (error);
  g_assert_cmpint (shared->n_started, ==, 180);
}

typedef struct
{
  LaminaJob *job; /* NULL: one for each loop */
  gint n_loops;
  guint seed;
} Runner;

static gpointer
run_loops (gpointer data)
{
  Runner *runner = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (runner->seed);

  for (gint i = 0; i < runner->n_loops; i++)
    {
      g_autoptr (LaminaJob) job
          = runner->job != NULL ? g_object_ref (runner->job) : lamina_job_new (3);
      g_autoptr (GError) error = NULL;
      g_autofree Shared *shared = g_new0 (Shared, 1);
      gint n = g_rand_int_range (rand, 0, 5);

      shared->inner = g_rand_int_range (rand, 0, 4);
      shared->innermost = g_rand_int_range (rand, 0, 4);
      g_assert_true (lamina_job_run (job, n, open_inner, shared, &error));
      g_assert_no_error (error);
      g_assert_cmpint (shared->n_started, ==, n * shared->inner * shared->innermost);
    }
  return NULL;
}

/* Threads that run nested loops at the same time: with a job each, and all with the same one. */
static void
test_many_callers (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (3);

  for (gint same = 0; same < 2; same++)
    {
      GThread *threads[4];
      Runner runners[4];

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        {
          runners[i] = (Runner){ same ? job : NULL, 150, (guint)g_test_rand_int () };
          threads[i] = g_thread_new ("runner", run_loops, &runners[i]);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }
  g_assert_cmpfloat (lamina_job_get_progress (job), ==, 1.0);
}

static void
test_no_job (void)
{
  g_autofree Shared *shared = g_new0 (Shared, 1);

  g_assert_true (lamina_job_run (NULL, 100, mark, shared, NULL));
  g_assert_cmpint (shared->n_started, ==, 100);
}

/* --- Failures ----------------------------------------------------------------------------- */

/* What comes after the task that fails takes its time, and waits for it first. */
static gboolean
fail_at (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Shared *shared = data;

  g_atomic_int_inc (&shared->n_started);
  if (index != shared->fails_at)
    {
      while (index > shared->fails_at && !g_atomic_int_get (&shared->failed))
        g_usleep (100);
      g_usleep (index > shared->fails_at ? 1000 : 0);
      return TRUE;
    }
  g_atomic_int_set (&shared->failed, TRUE);
  if (shared->cancels != NULL)
    {
      g_cancellable_cancel (shared->cancels);
      return TRUE;
    }
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "task %d", (gint)index);
  return FALSE;
}

static void
test_error (void)
{
  static const gint n_threads[] = { 1, 4 };

  for (gsize i = 0; i < G_N_ELEMENTS (n_threads); i++)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads[i]);
      g_autoptr (GError) error = NULL;
      g_autofree Shared *shared = g_new0 (Shared, 1);

      shared->fails_at = 50;
      g_assert_false (lamina_job_run (job, 10000, fail_at, shared, &error));
      g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
      g_assert_cmpstr (error->message, ==, "task 50");
      if (n_threads[i] == 1)
        g_assert_cmpint (shared->n_started, ==, 51);
      g_assert_cmpint (shared->n_started, <, 10000);
      g_assert_cmpfloat (lamina_job_get_progress (job), <, 1.0);

      /* The job itself is none the worse. */
      shared->fails_at = -1;
      g_assert_true (lamina_job_run (job, 100, fail_at, shared, NULL));
    }
}

static gboolean
fail_without_word (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  return FALSE;
}

static void
test_silent_error (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (lamina_job_run (NULL, 3, fail_without_word, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_false (lamina_job_run (NULL, 3, fail_without_word, NULL, NULL));
}

static void
test_cancel (void)
{
  static const gint n_threads[] = { 1, 4 };

  for (gsize i = 0; i < G_N_ELEMENTS (n_threads); i++)
    {
      g_autoptr (LaminaJob) job = lamina_job_new (n_threads[i]);
      g_autoptr (GError) error = NULL;
      g_autofree Shared *shared = g_new0 (Shared, 1);
      gint n_started;

      shared->fails_at = 20;
      shared->cancels = G_CANCELLABLE (job);
      g_assert_false (lamina_job_run (job, 10000, fail_at, shared, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (shared->n_started, <, 10000);

      n_started = shared->n_started;
      g_clear_error (&error);
      g_assert_false (lamina_job_run (job, 5, fail_at, shared, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (shared->n_started, ==, n_started);
    }
}

static gboolean
note_inner (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Shared *shared = data;

  g_atomic_int_inc (&shared->n_started);
  g_usleep (500);
  return TRUE;
}

/* Task 0 runs a long loop once task 1 has its thread, and task 1 fails when that is under way. */
static gboolean
fail_beside (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Shared *shared = data;
  gboolean done;

  if (index == 1)
    {
      g_atomic_int_set (&shared->failed, TRUE);
      while (g_atomic_int_get (&shared->n_started) < 10)
        g_usleep (500);
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "beside");
      return FALSE;
    }
  while (!g_atomic_int_get (&shared->failed))
    g_usleep (500);
  done = lamina_job_run (job, 100000, note_inner, shared, error);
  g_assert_false (done);
  g_assert_true (error == NULL || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  return done;
}

static void
test_inner_stops (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (3);
  g_autoptr (GError) error = NULL;
  g_autofree Shared *shared = g_new0 (Shared, 1);

  g_assert_false (lamina_job_run (job, 2, fail_beside, shared, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA); /* the cause, not the consequence */
  g_assert_cmpint (shared->n_started, <, 100000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loop/each-once", test_each_once);
  g_test_add_func ("/loop/order", test_order);
  g_test_add_func ("/loop/nested", test_nested);
  g_test_add_func ("/loop/job-in-job", test_job_in_job);
  g_test_add_func ("/loop/many-callers", test_many_callers);
  g_test_add_func ("/loop/no-job", test_no_job);
  g_test_add_func ("/loop/error", test_error);
  g_test_add_func ("/loop/silent-error", test_silent_error);
  g_test_add_func ("/loop/cancel", test_cancel);
  g_test_add_func ("/loop/inner-stops", test_inner_stops);
  return g_test_run ();
}
