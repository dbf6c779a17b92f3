/* Sharded arrays: only the index and what is needed is fetched, neighbours together; what an index
 * says is not believed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plain-array.h"

#include <string.h>

#define NONE G_MAXUINT64
/* 8 x 8 samples of one byte in shards of 4 x 8, these in chunks of 2 x 2: eight a shard. */
#define N_ITEMS 8
#define INDEX_SIZE 128 /* two numbers for each */
#define BYTES "[{\"name\":\"bytes\",\"configuration\":{\"endian\":\"little\"}}]"
#define SUMMED                                                                                     \
  "[{\"name\":\"bytes\",\"configuration\":{\"endian\":\"little\"}},{\"name\":\"crc32c\"}]"

static gchar *
describe (const gchar *shard, const gchar *codecs)
{
  return g_strdup_printf (
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[8,8],\"data_type\":\"uint8\","
      "\"chunk_grid\":{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":%s}},"
      "\"chunk_key_encoding\":\"default\",\"codecs\":%s,\"fill_value\":9}",
      shard, codecs);
}

static gchar *
describe_codec (const gchar *chunk, const gchar *codecs, const gchar *index, const gchar *location)
{
  return g_strdup_printf ("{\"name\":\"sharding_indexed\",\"configuration\":{\"chunk_shape\":%s,"
                          "\"codecs\":%s,\"index_codecs\":%s,\"index_location\":\"%s\"}}",
                          chunk, codecs, index, location);
}

static IdrArray *
open_text (IdrStore *store, const gchar *text, GError **error)
{
  memory_store_put_text (store, "a/zarr.json", text);
  return idr_array_open (store, "a", NULL, NULL, error);
}

static IdrArray *
open_simple (IdrStore *store, const gchar *location)
{
  g_autofree gchar *codec = describe_codec ("[2,2]", "[\"bytes\"]", BYTES, location);
  g_autofree gchar *codecs = g_strdup_printf ("[%s]", codec);
  g_autofree gchar *text = describe ("[4,8]", codecs);
  g_autoptr (GError) error = NULL;
  IdrArray *array = open_text (store, text, &error);

  g_assert_no_error (error);
  return array;
}

/* A shard whose chunk i holds 10 * i + 1, + 2, + 3, + 4; @gap bytes between two of them. The index
 * comes first or last; @words, where given, are written in its stead. */
static GByteArray *
make_shard (gboolean at_start, gint gap, const guint64 *words)
{
  GByteArray *shard = g_byte_array_new ();
  guint64 index[2 * N_ITEMS];
  gint begin = at_start ? INDEX_SIZE : 0;

  for (gsize i = 0; i < N_ITEMS; i++)
    {
      index[2 * i] = GUINT64_TO_LE ((guint64)begin + i * (4 + (guint64)gap));
      index[2 * i + 1] = GUINT64_TO_LE (4);
    }
  if (at_start)
    g_byte_array_append (shard, (gconstpointer)(words ? words : index), INDEX_SIZE);
  for (gint i = 0; i < N_ITEMS; i++)
    {
      guint8 item[4] = { 10 * i + 1, 10 * i + 2, 10 * i + 3, 10 * i + 4 };
      g_autofree guint8 *nothing = g_malloc0 (gap + 1);

      g_byte_array_append (shard, item, sizeof item);
      g_byte_array_append (shard, nothing, gap);
    }
  if (!at_start)
    g_byte_array_append (shard, (gconstpointer)(words ? words : index), INDEX_SIZE);
  return shard;
}

static void
put_shard (IdrStore *store, const gchar *key, gboolean at_start, gint gap, const guint64 *words)
{
  g_autoptr (GByteArray) shard = make_shard (at_start, gap, words);

  memory_store_put (store, key, shard->data, shard->len);
}

static gboolean
read_part (IdrArray *array, gint64 y, gint64 x, gint64 height, gint64 width, guint8 *pixels,
           IdrTally *tally, GError **error)
{
  return idr_array_read (array, (gint64[]){ y, x }, (gint64[]){ height, width }, pixels,
                         (gint64[]){ width, 1 }, FALSE, tally, NULL, error);
}

/* --- What is read ------------------------------------------------------------------------- */

static void
test_read (void)
{
  static const guint8 expected[16] = { 1, 2, 11, 12, 21, 22, 31, 32, /* row 0 */
                                       3, 4, 13, 14, 23, 24, 33, 34 };
  static const gchar *const locations[] = { "end", "start" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (IdrArray) array = open_simple (store, locations[i]);
      IdrTally tally = { 0 };
      g_autoptr (GError) error = NULL;
      guint8 pixels[64];

      put_shard (store, "a/c/0/0", i == 1, 0, NULL);
      g_assert_cmpint (idr_array_get_info (array)->chunk[1], ==, 2);
      read_part (array, 0, 0, 8, 8, pixels, &tally, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (pixels, 16, expected, 16);
      g_assert_cmpint (pixels[31], ==, 74);
      g_assert_cmpint (pixels[32], ==, 9); /* of the shard that is not there */
      g_assert_cmpint (pixels[63], ==, 9);
      g_assert_cmpint (tally.chunks, ==, 8);
      g_assert_cmpint (tally.missing, ==, 8);
    }
}

/* One index and one range for neighbours; nothing that is not needed. */
static void
test_ranges (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = open_simple (store, "end");
  guint before;
  gint64 bytes;
  guint8 pixels[64];

  put_shard (store, "a/c/0/0", FALSE, 0, NULL);
  put_shard (store, "a/c/1/0", FALSE, 100, NULL);
  before = memory_store_count (store, NULL);
  bytes = memory_store_count_bytes (store);
  g_assert_true (read_part (array, 0, 0, 2, 8, pixels, NULL, NULL));
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 2);
  g_assert_cmpint (memory_store_count_bytes (store), ==, bytes + INDEX_SIZE + 16);
  g_assert_true (read_part (array, 2, 4, 1, 1, pixels, NULL, NULL)); /* the index is kept */
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 3);
  g_assert_cmpint (memory_store_count_bytes (store), ==, bytes + INDEX_SIZE + 20);

  before = memory_store_count (store, NULL);
  bytes = memory_store_count_bytes (store);
  g_assert_true (read_part (array, 4, 0, 2, 8, pixels, NULL, NULL)); /* too far apart */
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 5);
  g_assert_cmpint (memory_store_count_bytes (store), ==, bytes + INDEX_SIZE + 16);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
}

/* A hint returns at once; the chunks follow when the index is there, and the read finds them. */
static void
test_will_need (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = open_simple (store, "end");
  guint before;
  guint8 pixels[64];

  put_shard (store, "a/c/0/0", FALSE, 0, NULL);
  before = memory_store_count (store, NULL);
  memory_store_hold (store, TRUE);
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 2, 8 });
  idr_array_will_need (array, (gint64[]){ 2, 0 }, (gint64[]){ 2, 8 });
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 1);
  memory_store_hold (store, FALSE);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 3);
  g_assert_true (read_part (array, 0, 0, 4, 8, pixels, NULL, NULL));
  g_assert_cmpint (pixels[31], ==, 74);
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 3);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 4, 8 });
  g_assert_cmpint (memory_store_count (store, NULL), ==, before + 3);
}

/* A hint that failed is forgotten, and the read asks again. */
static void
test_hint_failed (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = open_simple (store, "end");
  g_autoptr (GError) error = NULL;
  guint8 pixels[64];

  put_shard (store, "a/c/0/0", FALSE, 0, NULL);
  memory_store_hold (store, TRUE);
  idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 4, 8 });
  memory_store_fail (store, "a/c/0/0", G_IO_ERROR_TIMED_OUT, 1);
  memory_store_hold (store, FALSE);
  read_part (array, 0, 0, 4, 8, pixels, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pixels[31], ==, 74);
  g_assert_cmpint (memory_store_count_alive (store), ==, 0);
}

/* A checksum around the shard makes it one piece; within it is another shard. */
static void
test_whole_and_nested (void)
{
  g_autofree gchar *inner = describe_codec ("[2,2]", "[\"bytes\"]", BYTES, "end");
  g_autofree gchar *inner_list = g_strdup_printf ("[%s]", inner);
  g_autofree gchar *outer = describe_codec ("[4,8]", inner_list, BYTES, "start");
  g_autofree gchar *whole = g_strdup_printf ("[%s,{\"name\":\"numcodecs.adler32\"}]", outer);
  g_autofree gchar *parts = g_strdup_printf ("[%s]", outer);
  g_autofree gchar *in_parts = describe ("[8,8]", parts);
  g_autofree gchar *as_whole = describe ("[8,8]", whole);
  g_autoptr (GByteArray) shard = make_shard (FALSE, 0, NULL), both = g_byte_array_new ();
  guint64 index[4] = { NONE, NONE, GUINT64_TO_LE (32), GUINT64_TO_LE (shard->len) };

  g_byte_array_append (both, (gconstpointer)index, sizeof index);
  g_byte_array_append (both, shard->data, shard->len);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrArray) array = open_text (store, i ? as_whole : in_parts, &error);
      guint32 one = 1, two = 0, sum;
      guint8 pixels[64];

      g_assert_no_error (error);
      for (guint k = 0; k < both->len; k++)
        {
          one = (one + both->data[k]) % 65521;
          two = (two + one) % 65521;
        }
      sum = GUINT32_TO_LE (two << 16 | one);
      if (i == 1)
        g_byte_array_prepend (both, (gconstpointer)&sum, sizeof sum);
      memory_store_put (store, "a/c/0/0", both->data, both->len);
      idr_array_will_need (array, (gint64[]){ 6, 4 }, (gint64[]){ 2, 4 });
      read_part (array, 0, 0, 8, 8, pixels, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (pixels[0], ==, 9);
      g_assert_cmpint (pixels[32], ==, 1);
      g_assert_cmpint (pixels[63], ==, 74);
      g_assert_cmpint (memory_store_count (store, "a/c/0/0"), ==, i ? 1 : 4);
      g_assert_cmpint (memory_store_count_alive (store), ==, 0);
    }
}

/* --- What an index may say ---------------------------------------------------------------- */

static const struct
{
  guint64 offset, length;
  const gchar *said; /* NULL: it is missing */
} entries[] = {
  { NONE, NONE, NULL },
  { NONE, 4, "which cannot be" },
  { 4, NONE, "which cannot be" },
  { 4, (guint64)1 << 40, "which cannot be" },
  { G_MAXINT64, 4, "which cannot be" },
  { G_MAXINT64 - 4, 4, "too long" },
  { INDEX_SIZE + 30, 4, "beyond the shard's end" },
  { 10000, 4, "too long" },
  { 0, 0, "holds 0 bytes" },
  { 0, 3, "holds 3 bytes" },
};

static void
test_entries (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (IdrArray) array = open_simple (store, "end");
      g_autoptr (GError) error = NULL;
      guint64 words[2 * N_ITEMS];
      guint8 pixels[64];

      memset (words, 255, sizeof words);
      words[0] = GUINT64_TO_LE (entries[i].offset);
      words[1] = GUINT64_TO_LE (entries[i].length);
      put_shard (store, "a/c/0/0", FALSE, 0, words);
      idr_array_will_need (array, (gint64[]){ 0, 0 }, (gint64[]){ 4, 4 });
      read_part (array, 0, 0, 4, 4, pixels, NULL, &error);
      if (!entries[i].said)
        {
          g_assert_no_error (error);
          g_assert_cmpint (pixels[0], ==, 9);
          continue;
        }
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, "array memory:a: chunk 0/0: "));
      if (!strstr (error->message, entries[i].said))
        g_error ("%s: %s", entries[i].said, error->message);
    }
}

/* A checksum of the index that is wrong, and an object that is too short for an index. */
static void
test_index (void)
{
  g_autofree gchar *codec = describe_codec ("[2,2]", "[\"bytes\"]", SUMMED, "end");
  g_autofree gchar *codecs = g_strdup_printf ("[%s]", codec);
  g_autofree gchar *text = describe ("[4,8]", codecs);
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrArray) array = open_text (store, text, &error);
  guint8 pixels[64];

  g_assert_no_error (error);
  put_shard (store, "a/c/0/0", FALSE, 0, NULL);
  g_assert_false (read_part (array, 0, 0, 1, 1, pixels, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, "array memory:a: shard 0/0: its index: crc32c"));
  g_clear_error (&error);
  memory_store_put (store, "a/c/0/0", "abc", 3);
  g_assert_false (read_part (array, 0, 0, 1, 1, pixels, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "too few for its index"));
}

static const struct
{
  const gchar *chunk, *codecs, *index, *location;
  gint code;
  const gchar *said;
} broken[] = {
  { "[3,2]", "[\"bytes\"]", BYTES, "end", G_IO_ERROR_INVALID_DATA, "no whole number of chunks" },
  { "[0,2]", "[\"bytes\"]", BYTES, "end", G_IO_ERROR_INVALID_DATA, "\"chunk_shape\"" },
  { "[2]", "[\"bytes\"]", BYTES, "end", G_IO_ERROR_INVALID_DATA, "\"chunk_shape\"" },
  { "[2,2]", "[]", BYTES, "end", G_IO_ERROR_INVALID_DATA, "none that makes bytes" },
  { "[2,2]", "[\"bytes\"]", "[]", "end", G_IO_ERROR_INVALID_DATA, "no \"index_codecs\"" },
  { "[2,2]", "[\"bytes\"]", "[\"bytes\"]", "end", G_IO_ERROR_INVALID_DATA, "\"endian\"" },
  { "[2,2]", "[\"bytes\"]", "[\"zstd\"]", "end", G_IO_ERROR_NOT_SUPPORTED, "\"zstd\"" },
  { "[2,2]", "[\"bytes\"]", BYTES, "middle", G_IO_ERROR_INVALID_DATA, "\"index_location\"" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *codec
          = describe_codec (broken[i].chunk, broken[i].codecs, broken[i].index, broken[i].location);
      g_autofree gchar *codecs = g_strdup_printf ("[%s]", codec);
      g_autofree gchar *text = describe ("[4,8]", codecs);
      g_autoptr (GError) error = NULL;

      g_assert_null (open_text (store, text, &error));
      g_assert_error (error, G_IO_ERROR, broken[i].code);
      if (!strstr (error->message, broken[i].said))
        g_error ("%s: %s", broken[i].said, error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/array-shards/read", test_read);
  g_test_add_func ("/array-shards/ranges", test_ranges);
  g_test_add_func ("/array-shards/will-need", test_will_need);
  g_test_add_func ("/array-shards/hint-failed", test_hint_failed);
  g_test_add_func ("/array-shards/whole-and-nested", test_whole_and_nested);
  g_test_add_func ("/array-shards/entries", test_entries);
  g_test_add_func ("/array-shards/index", test_index);
  g_test_add_func ("/array-shards/refused", test_refused);
  return g_test_run ();
}
