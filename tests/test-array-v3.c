/* Arrays of Zarr's third format: keys, byte order, transposition; what cannot be read is named
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plain-array.h"

#include <math.h>
#include <string.h>

/* 2 x 3 samples in one chunk. */
static gchar *
describe (const gchar *type, const gchar *fill, const gchar *keys, const gchar *codecs,
          const gchar *more)
{
  return g_strdup_printf (
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[2,3],\"data_type\":%s,\"chunk_grid\":"
      "{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[2,3]}},\"chunk_key_encoding\":%s,"
      "\"codecs\":%s%s,\"fill_value\":%s}",
      type, keys, codecs, more, fill);
}

static IdrArray *
open_v3 (IdrStore *store, const gchar *text, GError **error)
{
  memory_store_put_text (store, "a/zarr.json", text);
  return idr_array_open (store, "a", NULL, NULL, error);
}

static IdrArray *
open_good (IdrStore *store, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  IdrArray *array = open_v3 (store, text, &error);

  g_assert_no_error (error);
  return array;
}

static void
read_all (IdrArray *array, gpointer pixels)
{
  gint64 sample = idr_pixel_get_size (idr_array_get_info (array)->pixel);
  g_autoptr (GError) error = NULL;

  idr_array_read (array, (gint64[]){ 0, 0 }, (gint64[]){ 2, 3 }, pixels,
                  (gint64[]){ 3 * sample, sample }, FALSE, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_keys (void)
{
  static const struct
  {
    const gchar *keys, *key;
  } cases[] = {
    { "\"default\"", "a/c/0/0" },
    { "{\"name\":\"default\"}", "a/c/0/0" },
    { "{\"name\":\"default\",\"configuration\":{\"separator\":\".\"}}", "a/c.0.0" },
    { "{\"name\":\"v2\"}", "a/0.0" },
    { "{\"name\":\"v2\",\"configuration\":{\"separator\":\"/\"}}", "a/0/0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = describe ("\"uint8\"", "9", cases[i].keys, "[\"bytes\"]", "");
      g_autoptr (IdrArray) array = open_good (store, text);
      guint8 pixels[6];

      memory_store_put (store, cases[i].key, "\1\2\3\4\5\6", 6);
      read_all (array, pixels);
      g_assert_cmpmem (pixels, 6, "\1\2\3\4\5\6", 6);
    }
}

#define BIG "{\"name\":\"bytes\",\"configuration\":{\"endian\":\"big\"}}"
#define LITTLE "{\"name\":\"bytes\",\"configuration\":{\"endian\":\"little\"}}"
#define TRANSPOSE "{\"name\":\"transpose\",\"configuration\":{\"order\":[1,0]}}"

static void
test_codecs (void)
{
  static const guint16 expected[6] = { 1, 2, 3, 4, 5, 6 };
  static const struct
  {
    const gchar *codecs, *stored, *shown;
    gsize size;
  } cases[] = {
    { "[" BIG "]", "\0\1\0\2\0\3\0\4\0\5\0\6", "none", 12 },
    { "[" LITTLE "]", "\1\0\2\0\3\0\4\0\5\0\6\0", "none", 12 },
    { "[" TRANSPOSE "," BIG "]", "\0\1\0\4\0\2\0\5\0\3\0\6", "none", 12 },
    { "[" TRANSPOSE "," TRANSPOSE "," BIG "]", "\0\1\0\2\0\3\0\4\0\5\0\6", "none", 12 },
    { "[" BIG ",{\"name\":\"numcodecs.lz4\"}]", "\14\0\0\0\300\0\1\0\2\0\3\0\4\0\5\0\6", "lz4",
      17 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = describe ("\"uint16\"", "9", "\"default\"", cases[i].codecs, "");
      g_autoptr (IdrArray) array = open_good (store, text);
      const IdrArrayInfo *info = idr_array_get_info (array);
      guint16 pixels[6];

      memory_store_put (store, "a/c/0/0", cases[i].stored, cases[i].size);
      read_all (array, pixels);
      g_assert_cmpmem (pixels, 12, expected, 12);
      g_assert_cmpint (info->zarr_format, ==, 3);
      g_assert_cmpstr (info->dtype, ==, "uint16");
      g_assert_cmpstr (info->codec, ==, cases[i].shown);
    }
}

static void
test_fill (void)
{
  static const struct
  {
    const gchar *type, *fill;
    guint64 bits;
  } cases[] = {
    { "\"bool\"", "true", 1 },
    { "\"uint64\"", "18446744073709551615", G_MAXUINT64 },
    { "\"float32\"", "\"NaN\"", 0x7fc00000 },
    { "\"float32\"", "\"0x7fc00001\"", 0x7fc00001 },
    { "\"float64\"", "\"0xfff0000000000000\"", 0xfff0000000000000 },
    { "\"float16\"", "\"0x3c00\"", 0x3f800000 },
    { "{\"name\":\"float32\"}", "-0.5", 0xbf000000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text
          = describe (cases[i].type, cases[i].fill, "\"default\"", "[" LITTLE "]", "");
      g_autoptr (IdrArray) array = open_good (store, text);
      guint8 pixels[48];
      guint64 found = 0;

      read_all (array, pixels);
      memcpy (&found, pixels, idr_pixel_get_size (idr_array_get_info (array)->pixel));
      g_assert_cmphex (found, ==, cases[i].bits);
    }
}

static const struct
{
  const gchar *type, *fill, *keys, *codecs, *more;
  gint code;
  const gchar *said;
} broken[] = {
  { "\"uint16\"", "0", "\"default\"", "[\"bytes\"]", "", G_IO_ERROR_INVALID_DATA, "\"endian\"" },
  { "\"uint8\"", "0", "\"default\"", "[]", "", G_IO_ERROR_INVALID_DATA, "none that makes bytes" },
  { "\"uint8\"", "0", "\"default\"", "[{}]", "", G_IO_ERROR_INVALID_DATA,
    "\"codecs\" has no name" },
  { "\"uint8\"", "0", "\"default\"", "[\"sharding_indexed\"]", "", G_IO_ERROR_INVALID_DATA,
    "\"chunk_shape\" of its shards" },
  { "\"uint8\"", "0", "\"default\"", "[\"bytes\",\"zfpy\"]", "", G_IO_ERROR_NOT_SUPPORTED,
    "\"zfpy\"" },
  { "\"uint8\"", "0", "\"default\"", "[\"transpose\",\"bytes\"]", "", G_IO_ERROR_INVALID_DATA,
    "\"order\"" },
  { "\"uint8\"", "0", "\"default\"",
    "[{\"name\":\"transpose\",\"configuration\":{\"order\":[1,1]}},\"bytes\"]", "",
    G_IO_ERROR_INVALID_DATA, "\"order\"" },
  { "\"uint8\"", "0", "\"hilbert\"", "[\"bytes\"]", "", G_IO_ERROR_NOT_SUPPORTED, "\"hilbert\"" },
  { "\"uint8\"", "0", "{\"name\":\"v2\",\"configuration\":{\"separator\":\"-\"}}", "[\"bytes\"]",
    "", G_IO_ERROR_INVALID_DATA, "separator" },
  { "\"complex64\"", "0", "\"default\"", "[\"bytes\"]", "", G_IO_ERROR_NOT_SUPPORTED,
    "\"complex64\"" },
  { "7", "0", "\"default\"", "[\"bytes\"]", "", G_IO_ERROR_INVALID_DATA,
    "\"data_type\" has no name" },
  { "\"uint8\"", "256", "\"default\"", "[\"bytes\"]", "", G_IO_ERROR_INVALID_DATA, "fill value" },
  { "\"float32\"", "\"0x7fc\"", "\"default\"", "[\"bytes\"]", "", G_IO_ERROR_INVALID_DATA,
    "fill value" },
  { "\"uint8\"", "0", "\"default\"", "[\"bytes\"]", ",\"storage_transformers\":[\"x\"]",
    G_IO_ERROR_NOT_SUPPORTED, "storage_transformers" },
  { "\"uint8\"", "0", "\"default\"", "[\"bytes\"]", ",\"cipher\":{\"name\":\"x\"}",
    G_IO_ERROR_NOT_SUPPORTED, "\"cipher\" is not known" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = describe (broken[i].type, broken[i].fill, broken[i].keys,
                                         broken[i].codecs, broken[i].more);
      g_autoptr (GError) error = NULL;

      g_assert_null (open_v3 (store, text, &error));
      g_assert_error (error, G_IO_ERROR, broken[i].code);
      g_assert_true (g_str_has_prefix (error->message, "array memory:a: zarr.json: "));
      if (!strstr (error->message, broken[i].said))
        g_error ("%s: %s", broken[i].said, error->message);
    }
}

/* What says that it need not be understood is passed over; a group is no array. */
static void
test_members (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autofree gchar *text = describe ("\"uint8\"", "0", "\"default\"", "[\"bytes\"]",
                                     ",\"storage_transformers\":[],\"attributes\":{},"
                                     "\"hint\":{\"name\":\"x\",\"must_understand\":false}");
  g_autoptr (IdrArray) array = open_good (store, text);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (idr_array_get_info (array)->n_dims, ==, 2);
  g_assert_null (open_v3 (store, "{\"zarr_format\":3,\"node_type\":\"group\"}", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Metadata that are known already cost nothing; wrong ones are refused. */
static void
test_known (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autofree gchar *text = describe ("\"uint8\"", "9", "\"default\"", "[\"bytes\"]", "");
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrArray) array = idr_array_open_known (store, "a", text, &error);
  guint8 pixels[6];

  g_assert_no_error (error);
  g_assert_cmpint (memory_store_count (store, NULL), ==, 0);
  memory_store_put (store, "a/c/0/0", "\1\2\3\4\5\6", 6);
  read_all (array, pixels);
  g_assert_cmpmem (pixels, 6, "\1\2\3\4\5\6", 6);
  g_assert_null (idr_array_open_known (store, "a", "{\"zarr_format\":3}", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Whatever the metadata are, there is an array or an error. */
static void
test_mutations (void)
{
  g_autofree gchar *seed
      = describe ("\"uint16\"", "9", "{\"name\":\"default\",\"configuration\":{}}",
                  "[" TRANSPOSE "," BIG ",{\"name\":\"crc32c\"}]", "");
  gint size = strlen (seed);
  g_autoptr (GRand) random = g_rand_new_with_seed (4496763);

  for (gint i = 0; i < 5000; i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = g_strdup (seed);
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrArray) array = NULL;

      for (gint k = g_rand_int_range (random, 1, 4); k > 0; k--)
        text[g_rand_int_range (random, 0, size)]
            = k % 2 ? g_rand_int_range (random, 32, 127) : seed[g_rand_int_range (random, 0, size)];
      array = open_v3 (store, text, &error);
      g_assert_true ((array == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/array-v3/keys", test_keys);
  g_test_add_func ("/array-v3/codecs", test_codecs);
  g_test_add_func ("/array-v3/fill", test_fill);
  g_test_add_func ("/array-v3/refused", test_refused);
  g_test_add_func ("/array-v3/members", test_members);
  g_test_add_func ("/array-v3/known", test_known);
  g_test_add_func ("/array-v3/mutations", test_mutations);
  return g_test_run ();
}
