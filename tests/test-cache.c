/* The cache: one maker for many askers, whatever becomes of any of them, within its budget
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cache.h"
#include "counted-value.h"

/* --- Askers in threads of their own -------------------------------------------------- */

/* What all askers of a test share: how a value is made. */
typedef struct
{
  IdrCache *cache;
  gint calls, running; /* of the maker */
  gint held;           /* while set, it works on until it is cancelled */
  gint fails;          /* then it fails */
  gsize size;
} Work;

static gpointer
make (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  gboolean cancelled;

  g_atomic_int_inc (&work->calls);
  g_assert_cmpint (g_atomic_int_add (&work->running, 1), ==, 0);
  while (g_atomic_int_get (&work->held) && !g_cancellable_is_cancelled (cancellable))
    g_usleep (500);
  cancelled = g_cancellable_set_error_if_cancelled (cancellable, error);
  g_atomic_int_add (&work->running, -1);

  if (cancelled)
    return NULL;
  if (g_atomic_int_get (&work->fails))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "chunk 1: broken");
      return NULL;
    }
  *size = work->size;
  return counted_value_new (counted_value_get_number (key));
}

typedef struct
{
  Work *work;
  gint number;
  GCancellable *cancellable;
  GThread *thread;
  GBytes *value;
  GError *error;
} Asker;

static gpointer
ask (gpointer data)
{
  Asker *asker = data;
  g_autoptr (GBytes) key = counted_value_make_key (asker->number);

  asker->value = idr_cache_get (asker->work->cache, key, make, asker->work, asker->cancellable,
                                &asker->error);
  return NULL;
}

static void
asker_start (Asker *asker, Work *work, gint number)
{
  *asker = (Asker){ .work = work, .number = number, .cancellable = g_cancellable_new () };
  asker->thread = g_thread_new ("asker", ask, asker);
}

static void
asker_start_making (Asker *asker, Work *work, gint number)
{
  gint before = g_atomic_int_get (&work->calls);

  asker_start (asker, work, number);
  while (g_atomic_int_get (&work->calls) == before)
    g_usleep (500);
}

/* Who waits for another's work listens to its own cancellable, and can be seen to. */
static void
asker_start_waiting (Asker *asker, Work *work, gint number)
{
  guint signal = g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE);

  asker_start (asker, work, number);
  while (!g_signal_has_handler_pending (asker->cancellable, signal, 0, FALSE))
    g_usleep (500);
}

static void
asker_join (Asker *asker)
{
  g_thread_join (asker->thread);
  g_clear_object (&asker->cancellable);
}

static void
assert_got (Asker *asker)
{
  asker_join (asker);
  g_assert_no_error (asker->error);
  g_assert_nonnull (asker->value);
  g_assert_cmpint (counted_value_get_number (asker->value), ==, asker->number);
  g_bytes_unref (asker->value);
}

static void
assert_failed (Asker *asker, gint code)
{
  asker_join (asker);
  g_assert_null (asker->value);
  g_assert_error (asker->error, G_IO_ERROR, code);
  g_clear_error (&asker->error);
}

static void
work_start (Work *work, gsize budget)
{
  *work = (Work){ .size = 10 };
  work->cache
      = idr_cache_new (budget, (gpointer (*) (gpointer))g_bytes_ref, (GDestroyNotify)g_bytes_unref);
}

/* Nothing is left of the cache or of what was in it. */
static void
work_end (Work *work)
{
  idr_cache_free (work->cache);
  g_assert_cmpint (work->running, ==, 0);
  g_assert_cmpint (counted_value_get_alive (), ==, 0);
}

static void
put (IdrCache *cache, gint number, gsize size)
{
  g_autoptr (GBytes) key = counted_value_make_key (number);
  g_autoptr (GBytes) value = counted_value_new (number);

  idr_cache_put (cache, key, value, size);
}

static gboolean
has (IdrCache *cache, gint number)
{
  g_autoptr (GBytes) key = counted_value_make_key (number);

  return idr_cache_has (cache, key);
}

static gboolean
peek (IdrCache *cache, gint number)
{
  g_autoptr (GBytes) key = counted_value_make_key (number);
  g_autoptr (GBytes) value = idr_cache_peek (cache, key);

  g_assert_true (value == NULL || counted_value_get_number (value) == number);
  return value != NULL;
}

/* --- Many askers, one maker -------------------------------------------------------------- */

static void
test_single_flight (void)
{
  Asker askers[16];
  Work work;

  work_start (&work, 1000);
  work.held = TRUE;
  asker_start_making (&askers[0], &work, 7);
  for (gsize i = 1; i < G_N_ELEMENTS (askers); i++)
    asker_start_waiting (&askers[i], &work, 7);
  g_assert_true (has (work.cache, 7));
  g_assert_false (peek (work.cache, 7));

  g_atomic_int_set (&work.held, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (askers); i++)
    assert_got (&askers[i]);
  g_assert_cmpint (work.calls, ==, 1);
  g_assert_true (peek (work.cache, 7));
  work_end (&work);
}

/* Even where there is no room to keep it, a value reaches all who waited for it. */
static void
test_displaced (void)
{
  Asker askers[6];
  Work work;

  work_start (&work, 0);
  for (gint round = 0; round < 50; round++)
    {
      g_atomic_int_set (&work.held, TRUE);
      asker_start_making (&askers[0], &work, round);
      for (gsize i = 1; i < G_N_ELEMENTS (askers); i++)
        asker_start_waiting (&askers[i], &work, round);
      g_atomic_int_set (&work.held, FALSE);
      while (!peek (work.cache, round))
        g_thread_yield ();
      put (work.cache, 1000 + round, 1);
      g_assert_false (has (work.cache, round));
      for (gsize i = 0; i < G_N_ELEMENTS (askers); i++)
        assert_got (&askers[i]);
      g_assert_cmpint (work.calls, ==, round + 1);
    }
  work_end (&work);
}

static void
test_error (void)
{
  Asker askers[5];
  Work work;

  work_start (&work, 1000);
  work.held = work.fails = TRUE;
  asker_start_making (&askers[0], &work, 1);
  for (gsize i = 1; i < G_N_ELEMENTS (askers); i++)
    asker_start_waiting (&askers[i], &work, 1);
  g_atomic_int_set (&work.held, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (askers); i++)
    assert_failed (&askers[i], G_IO_ERROR_INVALID_DATA);
  g_assert_cmpint (work.calls, ==, 1);
  g_assert_false (has (work.cache, 1));

  /* Forgotten: the next one tries again. */
  work.fails = FALSE;
  asker_start (&askers[0], &work, 1);
  assert_got (&askers[0]);
  g_assert_cmpint (work.calls, ==, 2);
  work_end (&work);
}

/* --- Cancellation ---------------------------------------------------------------------------- */

static void
test_maker_cancelled (void)
{
  Asker maker, others[4];
  Work work;

  work_start (&work, 1000);
  work.held = TRUE;
  asker_start_making (&maker, &work, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    asker_start_waiting (&others[i], &work, 1);

  g_cancellable_cancel (maker.cancellable);
  assert_failed (&maker, G_IO_ERROR_CANCELLED);
  while (g_atomic_int_get (&work.calls) < 2) /* one of the others takes over */
    g_usleep (500);
  g_assert_true (has (work.cache, 1));

  g_atomic_int_set (&work.held, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    assert_got (&others[i]);
  g_assert_cmpint (work.calls, ==, 2);
  work_end (&work);
}

static void
test_waiter_cancelled (void)
{
  Asker maker, leaver, stayer;
  Work work;

  work_start (&work, 1000);
  work.held = TRUE;
  asker_start_making (&maker, &work, 1);
  asker_start_waiting (&leaver, &work, 1);
  asker_start_waiting (&stayer, &work, 1);

  g_cancellable_cancel (leaver.cancellable);
  assert_failed (&leaver, G_IO_ERROR_CANCELLED); /* returns while the maker works on */
  g_assert_cmpint (g_atomic_int_get (&work.running), ==, 1);

  g_atomic_int_set (&work.held, FALSE);
  assert_got (&maker);
  assert_got (&stayer);
  g_assert_cmpint (work.calls, ==, 1);
  work_end (&work);
}

/* The work ends with its last asker, in whichever order they go. */
static void
test_all_cancelled (void)
{
  for (gint maker_first = 0; maker_first < 2; maker_first++)
    {
      Asker askers[3];
      Work work;

      work_start (&work, 1000);
      work.held = TRUE;
      asker_start_making (&askers[0], &work, 1);
      asker_start_waiting (&askers[1], &work, 1);
      asker_start_waiting (&askers[2], &work, 1);
      for (gint i = 0; i < 3; i++)
        {
          Asker *asker = &askers[maker_first ? i : 2 - i];

          g_cancellable_cancel (asker->cancellable);
          assert_failed (asker, G_IO_ERROR_CANCELLED);
        }
      g_assert_cmpint (work.running, ==, 0);
      g_assert_cmpint (work.calls, <=, maker_first ? 3 : 1);
      g_assert_false (has (work.cache, 1));

      work.held = FALSE;
      asker_start (&askers[0], &work, 1);
      assert_got (&askers[0]);
      work_end (&work);
    }
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) key = counted_value_make_key (1);
  g_autoptr (GError) error = NULL;
  Work work;

  work_start (&work, 1000);
  g_cancellable_cancel (cancellable);
  g_assert_null (idr_cache_get (work.cache, key, make, &work, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (work.calls, ==, 0);
  g_assert_false (has (work.cache, 1));
  work_end (&work);
}

/* --- What is kept -------------------------------------------------------------------- */

static void
test_budget (void)
{
  Work work;

  work_start (&work, 100);
  put (work.cache, 1, 40);
  put (work.cache, 2, 40);
  g_assert_true (peek (work.cache, 1)); /* now 2 is the one not asked for longest */
  put (work.cache, 3, 20);
  g_assert_true (has (work.cache, 2)); /* 100 of 100 */
  put (work.cache, 4, 1);
  g_assert_false (has (work.cache, 2));
  g_assert_true (has (work.cache, 1) && has (work.cache, 3) && has (work.cache, 4));
  g_assert_cmpint (counted_value_get_alive (), ==, 3);
  put (work.cache, 5, 100); /* leaves no room for any other */
  g_assert_true (has (work.cache, 5));
  g_assert_cmpint (counted_value_get_alive (), ==, 1);
  work_end (&work);
}

static void
test_oversize (void)
{
  Asker asker;
  Work work;

  work_start (&work, 100);
  work.size = 5000;
  for (gint i = 0; i < 3; i++)
    {
      asker_start (&asker, &work, 1);
      assert_got (&asker);
    }
  g_assert_cmpint (work.calls, ==, 1); /* the newest stays, however large */
  put (work.cache, 2, 1);
  g_assert_false (has (work.cache, 1));
  g_assert_true (has (work.cache, 2));
  work_end (&work);
}

static void
pass (Work *work, gint number)
{
  g_autoptr (GBytes) key = counted_value_make_key (number);
  g_autoptr (GBytes) value = idr_cache_get_passing (work->cache, key, make, work, NULL, NULL);

  g_assert_cmpint (counted_value_get_number (value), ==, number);
}

/* What is asked for once, by a run over all there is, does not displace what others come back to.
 */
static void
test_passing (void)
{
  Work work;

  work_start (&work, 100);
  work.size = 10;
  put (work.cache, 100, 70);
  for (gint i = 0; i < 10; i++)
    pass (&work, i);
  g_assert_true (has (work.cache, 100));
  g_assert_cmpint (counted_value_get_alive (), ==, 3); /* a quarter is for what passes */
  pass (&work, 8); /* for the second time: it no longer passes */
  g_assert_cmpint (work.calls, ==, 10);
  for (gint i = 10; i < 20; i++)
    pass (&work, i);
  g_assert_true (has (work.cache, 8) && has (work.cache, 18) && has (work.cache, 19));
  put (work.cache, 101, 20); /* what passes goes first */
  g_assert_true (has (work.cache, 8) && has (work.cache, 100) && !has (work.cache, 19));
  work_end (&work);
}

/* Who holds a value keeps it, whatever the cache does. */
static void
test_held_outlives (void)
{
  g_autoptr (GBytes) key = counted_value_make_key (1);
  GBytes *held;
  Work work;

  work_start (&work, 10);
  put (work.cache, 1, 10);
  held = idr_cache_peek (work.cache, key);
  put (work.cache, 2, 10);
  g_assert_false (has (work.cache, 1));
  g_assert_cmpint (counted_value_get_number (held), ==, 1);
  g_bytes_unref (held);
  work_end (&work);
}

static void
test_put (void)
{
  g_autoptr (GBytes) key = counted_value_make_key (1);
  g_autoptr (GBytes) first = counted_value_new (1);
  g_autoptr (GBytes) second = counted_value_new (1);
  g_autoptr (GBytes) found = NULL;
  Asker maker;
  Work work;

  work_start (&work, 100);
  idr_cache_put (work.cache, key, first, 1);
  idr_cache_put (work.cache, key, second, 1);
  found = idr_cache_peek (work.cache, key);
  g_assert_true (found == first); /* the one that was there */
  /* What is put while the same is under way is dropped. */
  work.held = TRUE;
  asker_start_making (&maker, &work, 2);
  put (work.cache, 2, 1);
  g_assert_false (peek (work.cache, 2));
  g_atomic_int_set (&work.held, FALSE);
  assert_got (&maker);
  g_assert_true (peek (work.cache, 2));

  g_clear_pointer (&found, g_bytes_unref);
  g_clear_pointer (&first, g_bytes_unref);
  g_clear_pointer (&second, g_bytes_unref);
  work_end (&work);
}

static void
test_budget_changes (void)
{
  Work work;

  work_start (&work, 10);
  idr_cache_set_budget (work.cache, 30);
  g_assert_cmpuint (idr_cache_get_budget (work.cache), ==, 30);
  for (gint i = 0; i < 3; i++)
    put (work.cache, i, 10);
  g_assert_true (has (work.cache, 0));
  idr_cache_set_budget (work.cache, 20);
  g_assert_false (has (work.cache, 0));
  g_assert_true (has (work.cache, 1));
  work_end (&work);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache/single-flight", test_single_flight);
  g_test_add_func ("/cache/displaced", test_displaced);
  g_test_add_func ("/cache/error", test_error);
  g_test_add_func ("/cache/maker-cancelled", test_maker_cancelled);
  g_test_add_func ("/cache/waiter-cancelled", test_waiter_cancelled);
  g_test_add_func ("/cache/all-cancelled", test_all_cancelled);
  g_test_add_func ("/cache/cancelled-before", test_cancelled_before);
  g_test_add_func ("/cache/budget", test_budget);
  g_test_add_func ("/cache/oversize", test_oversize);
  g_test_add_func ("/cache/passing", test_passing);
  g_test_add_func ("/cache/held-outlives", test_held_outlives);
  g_test_add_func ("/cache/put", test_put);
  g_test_add_func ("/cache/budget-changes", test_budget_changes);
  return g_test_run ();
}
