/* Chunks that many planes share: fetched once, and decoded once where there is room to keep them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plain-array.h"

#include <string.h>
#include <zlib.h>

enum
{
  DEPTH = 8,
  SIDE = 32,
  CHUNK = 16,
  N_CHUNKS = 4
};

/* DEPTH planes of SIDE x SIDE in chunks of as many planes, each filled with its number. */
static IdrArray *
make_array (IdrStore *store)
{
  g_autoptr (GError) error = NULL;
  IdrArray *array = plain_array_open_text (
      store,
      "{\"zarr_format\":2,\"shape\":[8,32,32],\"chunks\":[8,16,16],\"dtype\":\"|u1\",\"order\":"
      "\"C\","
      "\"compressor\":{\"id\":\"zlib\"},\"filters\":null,\"fill_value\":0}",
      &error);
  guint8 samples[DEPTH * CHUNK * CHUNK], packed[1024];

  g_assert_no_error (error);
  for (gint i = 1; i < N_CHUNKS; i++)
    {
      g_autofree gchar *key = g_strdup_printf ("a/0.%d.%d", i / 2, i % 2);
      uLongf size = sizeof packed;

      memset (samples, i, sizeof samples);
      g_assert_cmpint (compress (packed, &size, samples, sizeof samples), ==, Z_OK);
      memory_store_put (store, key, packed, (gssize)size);
    }
  return array;
}

static void
read_planes (IdrArray *array, IdrTally *tally)
{
  guint8 pixels[SIDE * SIDE];
  g_autoptr (GError) error = NULL;

  for (gint64 z = 0; z < DEPTH; z++)
    {
      idr_array_will_need (array, (gint64[]){ z, 0, 0 }, (gint64[]){ 1, SIDE, SIDE });
      idr_array_read (array, (gint64[]){ z, 0, 0 }, (gint64[]){ 1, SIDE, SIDE }, pixels,
                      (gint64[]){ 0, SIDE, 1 }, FALSE, tally, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (pixels[0], ==, 0);
      g_assert_cmpint (pixels[SIDE - 1], ==, 1);
      g_assert_cmpint (pixels[SIDE * SIDE - 1], ==, 3);
    }
}

static void
test_fits (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = make_array (store);
  IdrTally tally = { 0 };
  guint before = memory_store_count (store, NULL);

  read_planes (array, &tally);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + N_CHUNKS);
  g_assert_cmpint (tally.chunks, ==, N_CHUNKS - 1);
  g_assert_cmpint (tally.missing, ==, 1);
  g_assert_cmpint (tally.again, ==, 0);
}

/* The slab is 8 KiB. */
static void
test_does_not_fit (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = make_array (store);
  IdrTally tally = { 0 };
  gsize size = idr_array_get_cache_size ();
  guint before = memory_store_count (store, NULL);

  idr_array_set_cache_size (6 << 10);
  read_planes (array, &tally);
  idr_array_set_cache_size (size);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + N_CHUNKS);
  g_assert_cmpint (tally.chunks, ==, (gint64)(N_CHUNKS - 1) * DEPTH);
  g_assert_cmpint (tally.again, ==, (gint64)(N_CHUNKS - 1) * (DEPTH - 1));
  g_assert_cmpint (tally.missing, ==, 1);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/array-slabs/fits", test_fits);
  g_test_add_func ("/array-slabs/does-not-fit", test_does_not_fit);
  return g_test_run ();
}
