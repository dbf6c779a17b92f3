/* Arrays: each chunk is fetched once, in time, and for all who ask; hostile ones do no harm
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plain-array.h"

/* --- Fetching ------------------------------------------------------------------------ */

typedef struct
{
  IdrArray *array;
  GCancellable *cancellable;
  GError *error;
  guint16 pixels[64];
} Reading;

static gpointer
read_all (gpointer data)
{
  Reading *reading = data;

  plain_array_read (reading->array, 0, 0, 8, 8, reading->pixels, reading->cancellable,
                    &reading->error);
  return NULL;
}

static void
wait_for (guint (*count) (IdrStore *store), IdrStore *store, guint n)
{
  while (count (store) != n)
    g_usleep (200);
}

static guint
count_fetches (IdrStore *store)
{
  return memory_store_count (store, NULL);
}

/* A read of four chunks asks for all four before it waits for one. */
static void
test_ahead (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 8, 8, "<u2", "0");
  Reading reading = { array };
  guint before;
  GThread *thread;

  plain_array_put_chunks (store, 2, 2);
  before = memory_store_count (store, NULL);
  memory_store_hold (store, TRUE);
  thread = g_thread_new ("read", read_all, &reading);
  wait_for (count_fetches, store, before + 4);
  memory_store_hold (store, FALSE);
  g_thread_join (thread);
  g_assert_no_error (reading.error);
  g_assert_cmpint (reading.pixels[63], ==, 707);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 4);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
}

/* Of two who read the same, one is cancelled: the other goes on with what is on its way, and
 * nothing is asked twice. */
static void
test_cancel (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 8, 8, "<u2", "0");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Reading first = { array, cancellable }, second = { array };
  GThread *one, *two;
  guint before;

  plain_array_put_chunks (store, 2, 2);
  before = memory_store_count (store, NULL);
  memory_store_hold (store, TRUE);
  one = g_thread_new ("first", read_all, &first);
  wait_for (memory_store_count_waiting, store, 1);
  two = g_thread_new ("second", read_all, &second);
  g_usleep (200000); /* nothing tells when it has joined; a busy machine takes its time */
  g_cancellable_cancel (cancellable);
  g_thread_join (one);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (strstr (first.error->message, "chunk"));
  wait_for (memory_store_count_waiting, store, 1);
  memory_store_hold (store, FALSE);
  g_thread_join (two);
  g_assert_no_error (second.error);
  g_assert_cmpint (second.pixels[63], ==, 707);
  g_assert_cmpint (memory_store_count (store, "a/0.0"), ==, 1);
  g_assert_cmpint (memory_store_count (store, NULL), <=, before + 7);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
  g_clear_error (&first.error);
}

/* When the only reader has gone, what it had started goes too. */
static void
test_cancel_alone (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 8, 8, "<u2", "0");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Reading reading = { array, cancellable };
  GThread *thread;

  memory_store_hold (store, TRUE);
  thread = g_thread_new ("read", read_all, &reading);
  wait_for (memory_store_count_waiting, store, 1);
  g_assert_cmpint (memory_store_count_alive (store), ==, 4);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_error (reading.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
  g_clear_error (&reading.error);
}

/* A chunk is fetched once, whether it is read whole, in pieces or both, and decoded anew only where
 * it is read whole again. */
static void
test_whole (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 8, 8, "<u2", "0");
  g_autoptr (GError) error = NULL;
  const gint64 start[] = { 4, 4 }, chunk[] = { 4, 4 }, piece[] = { 1, 2 };
  const gint64 dense[] = { 8, 2 }, wide[] = { 100, 2 };
  IdrTally tally = { 0 };
  guint16 pixels[4][50];

  plain_array_put_chunks (store, 2, 2);
  for (gint i = 1; i <= 2; i++)
    {
      g_assert_true (
          idr_array_read (array, start, chunk, pixels, dense, FALSE, &tally, NULL, &error));
      g_assert_cmpint (((guint16 *)pixels)[15], ==, 707);
      g_assert_cmpint (tally.chunks, ==, i);
    }
  for (gint i = 0; i < 2; i++)
    {
      g_assert_true (
          idr_array_read (array, start, piece, pixels, dense, FALSE, &tally, NULL, &error));
      g_assert_cmpint (pixels[0][1], ==, 405);
      g_assert_cmpint (tally.chunks, ==, 3);
    }
  g_assert_true (idr_array_read (array, start, chunk, pixels, wide, FALSE, &tally, NULL, &error));
  g_assert_cmpint (pixels[3][3], ==, 707);
  g_assert_true (idr_array_read (array, start, chunk, pixels, dense, FALSE, &tally, NULL, &error));
  g_assert_cmpint (((guint16 *)pixels)[15], ==, 707);
  g_assert_cmpint (tally.chunks, ==, 3);
  g_assert_cmpint (memory_store_count (store, "a/1.1"), ==, 1);
}

static void
test_will_need (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 8, 8, "<u2", "0");
  guint before;
  guint16 pixels[64];
  g_autoptr (GError) error = NULL;

  plain_array_put_chunks (store, 2, 2);
  before = memory_store_count (store, NULL);
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 8, 4 });
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 8, 8 });
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 9, 8 });
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 4);
  memory_store_fail (store, "a/1.1", G_IO_ERROR_TIMED_OUT, 1);
  g_assert_true (plain_array_read (array, 0, 0, 8, 8, pixels, NULL, &error));
  g_assert_cmpint (pixels[63], ==, 707);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 5);
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 8, 8 });
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 5);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
}

/* Hints stop at half of the cache; what is read makes room, also for a read that is larger than the
 * cache. */
static void
test_bound (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrArray) array = plain_array_open_text (
      store,
      "{\"zarr_format\":2,\"shape\":[200,1048576],\"chunks\":[1,1048576],\"dtype\":\"|u1\","
      "\"order\":\"C\",\"compressor\":null,\"filters\":null,\"fill_value\":3}",
      &error);
  g_autofree guint8 *pixels = g_malloc (200);
  guint half = idr_array_get_cache_size () >> 21;
  guint before = memory_store_count (store, NULL);

  g_assert_no_error (error);
  g_assert_cmpint (half, ==, 32);
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 200, 1 });
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + half);
  for (gint y = 0; y < 10; y++)
    g_assert_true (idr_array_read (array, (gint64[]){ y, 0 }, (gint64[]){ 1, 1 }, pixels,
                                   (gint64[]){ 1, 1 }, FALSE, NULL, NULL, &error));
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 200, 1 });
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + half + 10);
  g_assert_true (idr_array_read (array, (gint64[]){ 0, 0 }, (gint64[]){ 200, 1 }, pixels,
                                 (gint64[]){ 1, 1 }, FALSE, NULL, NULL, &error));
  for (gint y = 0; y < 200; y++)
    g_assert_cmpint (pixels[y], ==, 3);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 200);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
}

/* --- Threads and hostile input ------------------------------------------------------- */

typedef struct
{
  IdrArray *array;
  guint seed;
} Reader;

static gpointer
read_anything (gpointer data)
{
  const Reader *reader = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (reader->seed);

  for (gint i = 0; i < 300; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      gint64 y = g_rand_int_range (random, 0, 64), x = g_rand_int_range (random, 0, 64);
      gint64 height = g_rand_int_range (random, 1, 65 - y),
             width = g_rand_int_range (random, 1, 65 - x);
      g_autofree guint16 *pixels = g_new (guint16, height * width);

      if (i % 5 == 0)
        g_cancellable_cancel (cancellable);
      if (i % 3 == 0)
        idr_array_will_need (reader->array, (gint64[]){ y, x }, (gint64[]){ height, width });
      if (!plain_array_read (reader->array, y, x, height, width, pixels, cancellable, &error))
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        for (gint64 k = 0; k < height * width; k++)
          g_assert_cmpint (pixels[k], ==, 100 * (y + k / width) + x + k % width);
    }
  return NULL;
}

static void
test_threads (void)
{
  for (gint round = 0; round < 5; round++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (IdrArray) array = plain_array_open (store, 64, 64, "<u2", "0");
      Reader readers[4];
      GThread *threads[4];

      plain_array_put_chunks (store, 16, 16);
      for (gint i = 0; i < 4; i++)
        {
          readers[i] = (Reader){ array, 10 * round + i };
          threads[i] = g_thread_new ("reader", read_anything, &readers[i]);
        }
      for (gint i = 0; i < 4; i++)
        g_thread_join (threads[i]);
    }
}

/* Whatever the metadata and the chunks are, there is an array and pixels, or an error. */
static void
test_mutations (void)
{
  static const gchar seed[]
      = "{\"zarr_format\":2,\"shape\":[6,6],\"chunks\":[4,4],\"dtype\":\"<u2\",\"order\":\"C\","
        "\"dimension_separator\":\".\",\"filters\":[],\"fill_value\":0,\"compressor\":"
        "{\"id\":\"blosc\",\"cname\":\"lz4\"}}";
  static const gchar *const ids[] = { "blosc", "zlib", "gzip", "zstd", "lz4" };
  g_autoptr (GRand) random = g_rand_new_with_seed (4007801);

  for (gint i = 0; i < 5000; i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = g_strdup (seed);
      g_autoptr (GString) changed = NULL;
      guint8 chunk[64], pixels[64 * 8];
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrArray) array = NULL;

      for (gint k = g_rand_int_range (random, 0, 3); k > 0; k--)
        text[g_rand_int_range (random, 0, sizeof seed - 1)]
            = k % 2 ? g_rand_int_range (random, 32, 127) : seed[g_rand_int_range (random, 0, 100)];
      changed = g_string_new (text);
      g_string_replace (changed, "blosc", ids[i % 5], 1);
      for (guint k = 0; k < sizeof chunk; k++)
        chunk[k] = g_rand_int_range (random, 0, k % 4 ? 4 : 256);
      memory_store_put (store, "a/0.0", chunk, g_rand_int_range (random, 0, sizeof chunk));
      array = plain_array_open_text (store, changed->str, &error);
      g_assert_true ((array == NULL) == (error != NULL));
      g_clear_error (&error);
      if (array && idr_array_get_info (array)->n_dims == 2)
        g_assert_true (idr_array_read (array, (gint64[]){ 0, 0 }, (gint64[]){ 2, 2 }, pixels,
                                       (gint64[]){ 32, 8 }, FALSE, NULL, NULL, &error)
                       == (error == NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/array-fetch/ahead", test_ahead);
  g_test_add_func ("/array-fetch/cancel", test_cancel);
  g_test_add_func ("/array-fetch/cancel-alone", test_cancel_alone);
  g_test_add_func ("/array-fetch/whole", test_whole);
  g_test_add_func ("/array-fetch/will-need", test_will_need);
  g_test_add_func ("/array-fetch/bound", test_bound);
  g_test_add_func ("/array-fetch/threads", test_threads);
  g_test_add_func ("/array-fetch/mutations", test_mutations);
  return g_test_run ();
}
