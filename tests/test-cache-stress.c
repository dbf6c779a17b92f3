/* The cache under askers, cancellations and failures that come as they like
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cache.h"
#include "counted-value.h"

#define N_KEYS 12
#define N_THREADS 8
#define N_ROUNDS 1000

typedef struct
{
  IdrCache *cache;
  GMutex lock;
  GCancellable *asking[N_THREADS]; /* the cancellables in use, for others to cancel */
  gint running[N_KEYS];
  guint seeds[N_THREADS];
  gint next_thread;
} Stress;

static gpointer
stress_make (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Stress *stress = data;
  gint number = counted_value_get_number (key);
  guint32 luck = g_random_int ();
  gboolean cancelled = FALSE;

  g_assert_cmpint (g_atomic_int_add (&stress->running[number], 1), ==, 0);
  for (guint i = 0; i < luck % 4 && !cancelled; i++)
    {
      g_usleep (50);
      cancelled = g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  g_atomic_int_add (&stress->running[number], -1);
  if (cancelled)
    return NULL;
  if (luck >> 28 == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no luck");
      return NULL;
    }
  *size = 1;
  return counted_value_new (number);
}

static void
stress_swap (Stress *stress, gint thread, GCancellable *cancellable)
{
  g_mutex_lock (&stress->lock);
  stress->asking[thread] = cancellable;
  g_mutex_unlock (&stress->lock);
}

static void
stress_cancel (Stress *stress, gint thread)
{
  g_autoptr (GCancellable) cancellable = NULL;

  g_mutex_lock (&stress->lock);
  g_set_object (&cancellable, stress->asking[thread]);
  g_mutex_unlock (&stress->lock);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static void
stress_ask (Stress *stress, gint thread, gint number)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) key = counted_value_make_key (number);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) value = NULL;

  stress_swap (stress, thread, cancellable);
  value = idr_cache_get (stress->cache, key, stress_make, stress, cancellable, &error);
  stress_swap (stress, thread, NULL);

  if (value != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpint (counted_value_get_number (value), ==, number);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_true (g_cancellable_is_cancelled (cancellable)); /* its own, nobody else's */
    }
}

static void
stress_put (Stress *stress, gint number)
{
  g_autoptr (GBytes) key = counted_value_make_key (number);
  g_autoptr (GBytes) value = counted_value_new (number);

  idr_cache_put (stress->cache, key, value, 1);
}

static void
stress_peek (Stress *stress, gint number)
{
  g_autoptr (GBytes) key = counted_value_make_key (number);
  g_autoptr (GBytes) value = idr_cache_peek (stress->cache, key);

  g_assert_true (value == NULL || counted_value_get_number (value) == number);
}

static gpointer
stress_thread (gpointer data)
{
  Stress *stress = data;
  gint thread = g_atomic_int_add (&stress->next_thread, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (stress->seeds[thread]);

  for (gint round = 0; round < N_ROUNDS; round++)
    {
      gint number = g_rand_int_range (rand, 0, N_KEYS);

      switch (g_rand_int_range (rand, 0, 8))
        {
        case 0:
          stress_put (stress, number);
          break;
        case 1:
          stress_peek (stress, number);
          break;
        case 2:
        case 3:
          stress_cancel (stress, g_rand_int_range (rand, 0, N_THREADS));
          break;
        default:
          stress_ask (stress, thread, number);
        }
    }
  return NULL;
}

static void
test_stress (void)
{
  Stress stress = { .cache = idr_cache_new (5, (gpointer (*) (gpointer))g_bytes_ref,
                                            (GDestroyNotify)g_bytes_unref) };
  GThread *threads[N_THREADS];

  g_mutex_init (&stress.lock);
  for (gint i = 0; i < N_THREADS; i++)
    stress.seeds[i] = (guint)g_test_rand_int ();
  for (gint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("stress", stress_thread, &stress);
  for (gint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&stress.lock);
  idr_cache_free (stress.cache);
  g_assert_cmpint (counted_value_get_alive (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache/stress", test_stress);
  return g_test_run ();
}
