/* Jobs: what a host sees of them, and its poll
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

static void
test_n_threads (void)
{
  g_autoptr (LaminaJob) three = lamina_job_new (3);
  g_autoptr (LaminaJob) any = lamina_job_new (0);
  g_autoptr (LaminaJob) plain = g_object_new (LAMINA_TYPE_JOB, NULL); /* as bindings make it */
  gint n_processors = (gint)g_get_num_processors ();

  g_assert_cmpint (lamina_job_get_n_threads (three), ==, 3);
  g_assert_cmpint (lamina_job_get_n_threads (any), ==, n_processors);
  g_assert_cmpint (lamina_job_get_n_threads (plain), ==, n_processors);
  g_assert_cmpint (lamina_job_get_n_threads (NULL), ==, n_processors);
}

/* --- What a host sees ---------------------------------------------------------------- */

static gboolean
count_some (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  lamina_job_count (job, "objects", index);
  lamina_job_count (job, "retries", 0);
  return TRUE;
}

static void
test_counts (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (4);
  g_autoptr (GVariant) counts = NULL;
  gint64 objects = 0;

  lamina_job_count (NULL, "objects", 1); /* without a job nobody counts */
  g_assert_cmpint (lamina_job_get_count (job, "objects"), ==, 0);
  g_assert_true (lamina_job_run (job, 1000, count_some, NULL, NULL));
  lamina_job_count (job, "bytes", 3);
  lamina_job_count (job, "bytes", -1);
  g_assert_cmpint (lamina_job_get_count (job, "objects"), ==, 499500);
  g_assert_cmpint (lamina_job_get_count (job, "bytes"), ==, 2);

  counts = lamina_job_get_counts (job);
  g_assert_true (g_variant_is_of_type (counts, G_VARIANT_TYPE ("a{sx}")));
  g_assert_cmpuint (g_variant_n_children (counts), ==, 2);
  g_assert_true (g_variant_lookup (counts, "objects", "x", &objects));
  g_assert_cmpint (objects, ==, 499500);
}

static gboolean
do_nothing (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  return TRUE;
}

static gboolean
look_at_tasks (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  gint64 done, total;

  if (!lamina_job_run (job, 10, do_nothing, NULL, error))
    return FALSE;
  lamina_job_get_tasks (job, &done, &total);
  g_assert_cmpint (total, ==, 4); /* inner loops do not count */
  g_assert_cmpint (done, <, 4);
  return TRUE;
}

static void
test_progress (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (3);
  gint64 done, total;

  g_assert_cmpfloat (lamina_job_get_progress (job), ==, 0.0);
  g_assert_true (lamina_job_run (job, 4, look_at_tasks, NULL, NULL));
  g_assert_cmpfloat (lamina_job_get_progress (job), ==, 1.0);
  g_assert_true (lamina_job_run (job, 6, do_nothing, NULL, NULL)); /* a second loop adds up */
  lamina_job_get_tasks (job, &done, &total);
  g_assert_cmpint (done, ==, 10);
  g_assert_cmpint (total, ==, 10);
}

typedef struct
{
  gint calls, stop, gone;
} Poll;

static gboolean
poll (gpointer data)
{
  Poll *p = data;

  g_assert_false (g_atomic_int_get (&p->gone));
  g_atomic_int_inc (&p->calls);
  return !g_atomic_int_get (&p->stop);
}

static void
wait_for_call (Poll *p)
{
  gint before = g_atomic_int_get (&p->calls);

  while (g_atomic_int_get (&p->calls) == before)
    g_usleep (1000);
}

static void
test_poll (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (LaminaJob) other = lamina_job_new (1);
  Poll p = { 0 }, q = { 0 };
  gint64 start, calls;

  lamina_job_set_poll (job, poll, &p);
  lamina_job_set_poll (other, poll, &q);
  wait_for_call (&p);
  wait_for_call (&q);
  g_assert_false (g_cancellable_is_cancelled (G_CANCELLABLE (job)));

  g_atomic_int_set (&p.stop, TRUE);
  start = g_get_monotonic_time ();
  while (!g_cancellable_is_cancelled (G_CANCELLABLE (job)))
    g_usleep (1000);
  /* 100 ms are promised; the rest is for machines that are busy with something else. */
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_TIME_SPAN_SECOND * 5);
  g_assert_false (g_cancellable_is_cancelled (G_CANCELLABLE (other)));

  calls = g_atomic_int_get (&p.calls); /* having said no, it is asked no more */
  wait_for_call (&q);
  wait_for_call (&q);
  g_assert_cmpint (g_atomic_int_get (&p.calls), ==, calls);
  lamina_job_set_poll (other, NULL, NULL);
}

/* What @data points to may go as soon as the poll is taken away, and again when it is given anew.
 */
static void
test_poll_taken_away (void)
{
  g_autoptr (LaminaJob) job = lamina_job_new (1);
  g_autoptr (LaminaJob) other = lamina_job_new (1);
  Poll p[8] = { 0 }, q = { 0 };

  lamina_job_set_poll (other, poll, &q);
  for (gsize i = 0; i < G_N_ELEMENTS (p); i++)
    {
      lamina_job_set_poll (job, poll, &p[i]);
      wait_for_call (&p[i]);
      lamina_job_set_poll (job, NULL, NULL);
      g_atomic_int_set (&p[i].gone, TRUE);
    }
  wait_for_call (&q);
  wait_for_call (&q);

  /* A job that has gone is not asked about. */
  lamina_job_set_poll (other, NULL, NULL);
  lamina_job_set_poll (job, poll, &q);
  wait_for_call (&q);
  lamina_job_set_poll (job, NULL, NULL);
  g_clear_object (&job);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/job/n-threads", test_n_threads);
  g_test_add_func ("/job/counts", test_counts);
  g_test_add_func ("/job/progress", test_progress);
  g_test_add_func ("/job/poll", test_poll);
  g_test_add_func ("/job/poll-taken-away", test_poll_taken_away);
  return g_test_run ();
}
