/* Arrays: every layout comes back as it was written, and faults say where
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "plain-array.h"

#include <math.h>
#include <string.h>

/* --- Layouts --------------------------------------------------------------------------------- */

/* A 3-D array of any type, order and byte order is read whole and in pieces, plainly and
 * transposed. */
typedef struct
{
  const gchar *dtype, *order;
  gsize size;
} Layout;

static void
store_sample (guint8 *to, gint value, const Layout *layout)
{
  gboolean big = layout->dtype[0] == '>';
  guint64 bits = (guint64)value;
  gfloat single = value;
  gdouble wide = value;
  guint32 bits32;

  if (layout->dtype[1] == 'f' && layout->size == 4)
    {
      memcpy (&bits32, &single, 4);
      bits = bits32;
    }
  else if (layout->dtype[1] == 'f')
    memcpy (&bits, &wide, 8);
  for (gsize i = 0; i < layout->size; i++)
    to[big ? layout->size - 1 - i : i] = bits >> (8 * i);
}

static gdouble
load_sample (const guint8 *from, IdrPixel pixel)
{
  gint64 bits = 0;
  gfloat single;
  gdouble wide;

  memcpy (&bits, from, idr_pixel_get_size (pixel));
  memcpy (&single, from, 4);
  memcpy (&wide, from, 8);
  return pixel == IDR_PIXEL_F32 ? single : pixel == IDR_PIXEL_F64 ? wide : (gdouble)bits;
}

/* 3 x 5 x 7 samples, numbered in C order, in chunks of 2 x 3 x 4. */
static void
put_cube (IdrStore *store, const Layout *layout)
{
  static const gint chunk[3] = { 2, 3, 4 };

  for (gint n = 0; n < 8; n++)
    {
      g_autofree gchar *key = g_strdup_printf ("a/%d/%d/%d", n >> 2, n >> 1 & 1, n & 1);
      guint8 samples[24 * 8];

      for (gint i = 0; i < 24; i++)
        {
          gint z = i / 12, y = i / 4 % 3, x = i % 4;
          gint place = layout->order[0] == 'C' ? i : z + chunk[0] * (y + chunk[1] * x);
          gint value = ((2 * (n >> 2) + z) * 5 + 3 * (n >> 1 & 1) + y) * 7 + 4 * (n & 1) + x;

          store_sample (samples + place * layout->size, value, layout);
        }
      memory_store_put (store, key, samples, 24 * layout->size);
    }
}

static void
check_cube (IdrArray *array, const gint64 *start, const gint64 *size)
{
  IdrPixel pixel = idr_array_get_info (array)->pixel;
  gint64 sample = idr_pixel_get_size (pixel);
  g_autofree guint8 *pixels = g_malloc0 (105 * 8 + 8);
  g_autoptr (GError) error = NULL;
  /* x slowest, z fastest, as nobody stores it */
  gint64 strides[3] = { sample, sample * size[0], sample * size[0] * size[1] };

  for (gint turned = 0; turned < 2; turned++)
    {
      if (!turned)
        for (gint64 d = 2, stride = sample; d >= 0; stride *= size[d--])
          strides[d] = stride;
      else
        for (gint64 d = 0, stride = sample; d < 3; stride *= size[d++])
          strides[d] = stride;
      idr_array_read (array, start, size, pixels, strides, TRUE, NULL, NULL, &error);
      g_assert_no_error (error);
      for (gint64 i = 0; i < size[0] * size[1] * size[2]; i++)
        {
          gint64 z = i / (size[1] * size[2]), y = i / size[2] % size[1], x = i % size[2];
          gint64 value = ((start[0] + z) * 5 + start[1] + y) * 7 + start[2] + x;

          g_assert_cmpfloat (
              load_sample (pixels + z * strides[0] + y * strides[1] + x * strides[2], pixel), ==,
              value);
        }
    }
}

static void
test_layouts (gconstpointer data)
{
  const Layout *layout = data;
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autofree gchar *text = g_strdup_printf (
      "{\"zarr_format\":2,\"shape\":[3,5,7],\"chunks\":[2,3,4],\"dtype\":\"%s\",\"order\":\"%s\","
      "\"dimension_separator\":\"/\",\"compressor\":null,\"filters\":[],\"fill_value\":0}",
      layout->dtype, layout->order);
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrArray) array = plain_array_open_text (store, text, &error);

  g_assert_no_error (error);
  put_cube (store, layout);
  check_cube (array, (gint64[]){ 0, 0, 0 }, (gint64[]){ 3, 5, 7 });
  check_cube (array, (gint64[]){ 1, 0, 0 }, (gint64[]){ 1, 5, 7 });
  check_cube (array, (gint64[]){ 1, 2, 3 }, (gint64[]){ 2, 2, 2 });
  check_cube (array, (gint64[]){ 2, 4, 6 }, (gint64[]){ 1, 1, 1 });
  check_cube (array, (gint64[]){ 0, 3, 4 }, (gint64[]){ 2, 2, 3 });
}

static void
test_odd_types (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) half = plain_array_open (store, 4, 8, ">f2", "0.1");
  static const guint8 stored[32]
      = { 0x3c, 0, 0xbc, 0, 0x7b, 0xff, 0, 1, 0x7c, 0, 0xfc, 0, 0x83, 0xff, 0x04, 0 };
  static const gfloat expected[]
      = { 1, -1, 65504, 0x1p-24f, INFINITY, -INFINITY, -1023 * 0x1p-24f, 0x1p-14f };
  gfloat pixels[32];
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrArray) zero = NULL;
  guint8 byte = 0;

  memory_store_put (store, "a/0.0", stored, sizeof stored);
  g_assert_true (idr_array_read (half, (gint64[]){ 0, 0 }, (gint64[]){ 4, 8 }, pixels,
                                 (gint64[]){ 32, 4 }, FALSE, NULL, NULL, &error));
  g_assert_cmpmem (pixels, 16, expected, 16);
  g_assert_cmpmem (pixels + 8, 16, expected + 4, 16);
  g_assert_cmpfloat (pixels[4], ==, 1638 * 0x1p-14f);

  zero = plain_array_open_text (
      store,
      "{\"zarr_format\":2,\"shape\":[],\"chunks\":[],\"dtype\":\"|b1\",\"order\":\"C\","
      "\"compressor\":null,\"filters\":null,\"fill_value\":true}",
      &error);
  g_assert_no_error (error);
  g_assert_true (idr_array_read (zero, (gint64[1]){ 0 }, (gint64[1]){ 0 }, &byte, (gint64[1]){ 0 },
                                 FALSE, NULL, NULL, &error));
  g_assert_cmpint (byte, ==, 1);
  g_assert_cmpint (memory_store_count (store, "a/0"), ==, 1);
}

/* --- Fill values and missing chunks -------------------------------------------------- */

static const struct
{
  const gchar *dtype, *fill;
  guint64 bits; /* or, where it is refused, REFUSED */
  gboolean refused;
} fills[] = {
  { "|u1", "255", 255 },
  { "|u1", "256", 0, TRUE },
  { "|u1", "-1", 0, TRUE },
  { "|u1", "1.5", 0, TRUE },
  { "|u1", "\"x\"", 0, TRUE },
  { "|u1", "[1]", 0, TRUE },
  { "|i1", "-128", 0x80 },
  { "|i1", "-129", 0, TRUE },
  { "|i1", "128", 0, TRUE },
  { ">u2", "\"0\"", 0 },
  { ">u2", "4660", 0x1234 },
  { "<i4", "-1.0", 0xffffffff },
  { "<u8", "18446744073709551615", G_MAXUINT64 },
  { "<u8", "18446744073709551616", 0, TRUE },
  { "<u8", "9223372036854775808", 1ull << 63 },
  { "<u8", "9007199254740993", 9007199254740993 },
  { "<i8", "-9223372036854775808", 1ull << 63 },
  { "<i8", "9223372036854775808", 0, TRUE },
  { "<i8", "-9223372036854775809", 0, TRUE },
  { "<f4", "0.1", 0x3dcccccd },
  { "<f4", "1e39", 0, TRUE },
  { "<f4", "NaN", 0x7fc00000 },
  { "<f4", "\"NaN\"", 0x7fc00000 },
  { "<f8", "\"-Infinity\"", 0xfff0000000000000 },
  { "<f8", "Infinity", 0x7ff0000000000000 },
  { "<f8", "1e999", 0, TRUE },
  { "<f8", "\"\"", 0, TRUE },
  { "<f8", "null", 0 },
  { "<u2", "\"NBI=\"", 0x1234 }, /* base64 */
  { ">f4", "\"P4AAAA==\"", 0x3f800000 },
  { ">f4", "\"P4AA\"", 0, TRUE },
  { "|b1", "false", 0 },
  { "|b1", "2", 0, TRUE },
};

static void
test_fill (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = plain_array_describe (3, 3, fills[i].dtype, fills[i].fill);
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrArray) array = plain_array_open_text (store, text, &error);
      guint64 pixels[9] = { 0 };
      gint64 sample;
      IdrTally tally = { 0 };

      if (fills[i].refused)
        {
          g_assert_null (array);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
          g_assert_nonnull (strstr (error->message, "fill value"));
          continue;
        }
      g_assert_no_error (error);
      sample = idr_pixel_get_size (idr_array_get_info (array)->pixel);
      for (gint again = 0; again < 2; again++)
        g_assert_true (idr_array_read (array, (gint64[]){ 0, 0 }, (gint64[]){ 3, 3 }, pixels,
                                       (gint64[]){ 24, 8 }, FALSE, &tally, NULL, &error));
      for (gint k = 0; k < 9; k++)
        g_assert_cmphex (GUINT64_FROM_LE (pixels[k]), ==, fills[i].bits);
      g_assert_cmpint (tally.missing, ==, 1);
      g_assert_cmpint (sample, <=, 8);
    }
}

static void
test_missing (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 6, 6, "<u2", "7");
  guint16 pixels[36];
  IdrTally tally = { 0 };
  g_autoptr (GError) error = NULL;

  plain_array_put_chunk (store, 1, 1);
  g_assert_true (idr_array_read (array, (gint64[]){ 0, 0 }, (gint64[]){ 6, 6 }, pixels,
                                 (gint64[]){ 12, 2 }, FALSE, &tally, NULL, &error));
  for (gint i = 0; i < 36; i++)
    g_assert_cmpint (pixels[i], ==, i / 6 > 3 && i % 6 > 3 ? 100 * (i / 6) + i % 6 : 7);
  g_assert_cmpint (tally.missing, ==, 3);
  g_assert_cmpint (tally.chunks, ==, 1);
  g_assert_cmpint (tally.bytes, ==, 32);

  g_assert_false (idr_array_read (array, (gint64[]){ 0, 0 }, (gint64[]){ 6, 6 }, pixels,
                                  (gint64[]){ 12, 2 }, TRUE, &tally, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "array memory:a: chunk 0/0: it is not in the store");
  g_assert_cmpint (tally.missing, ==, 3);
  g_assert_cmpint (memory_store_count (store, "a/0.0"), ==, 1);
}

/* --- Errors -------------------------------------------------------------------------- */

#define V2(shape, chunks, rest)                                                                    \
  "{\"zarr_format\":2,\"shape\":" shape ",\"chunks\":" chunks "," rest "}"
static const struct
{
  const gchar *text;
  gint code;
  const gchar *said;
} broken[] = {
  { "", G_IO_ERROR_INVALID_DATA, ".zarray: empty" },
  { "[]", G_IO_ERROR_INVALID_DATA, "no JSON object" },
  { "{\"zarr_format\":3}", G_IO_ERROR_INVALID_DATA, "\"zarr_format\" is not 2" },
  { V2 ("[4]", "[4,4]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "same length" },
  { V2 ("4", "[4]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "same length" },
  { V2 ("[4]", "[0]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "chunk size in dimension 0" },
  { V2 ("[-4]", "[1]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "shape in dimension 0" },
  { V2 ("[4.5]", "[1]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "shape in dimension 0" },
  { V2 ("[99999999999999999999]", "[1]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "shape" },
  { V2 ("[1,1,1,1,1,1,1,1,1]", "[1,1,1,1,1,1,1,1,1]", "\"dtype\":\"<u2\""),
    G_IO_ERROR_NOT_SUPPORTED, "9 dimensions" },
  { V2 ("[4294967296,4294967296]", "[1,1]", "\"dtype\":\"<u2\""), G_IO_ERROR_INVALID_DATA, "2^63" },
  { V2 ("[4]", "[1073741825]", "\"dtype\":\"<u2\""), G_IO_ERROR_NOT_SUPPORTED, "2 GiB" },
  { V2 ("[4,4]", "[4294967296,4294967296]", "\"dtype\":\"<u2\""), G_IO_ERROR_NOT_SUPPORTED,
    "2 GiB" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<c8\""), G_IO_ERROR_NOT_SUPPORTED, "complex" },
  { V2 ("[4]", "[4]", "\"dtype\":\"|u2\""), G_IO_ERROR_NOT_SUPPORTED, "is not known" },
  { V2 ("[4]", "[4]", "\"dtype\":\"\""), G_IO_ERROR_INVALID_DATA, "is not known" },
  { V2 ("[4]", "[4]", "\"dtype\":[[\"a\",\"<u2\"]]"), G_IO_ERROR_NOT_SUPPORTED, "structures" },
  { V2 ("[4]", "[4]", "\"order\":\"C\""), G_IO_ERROR_INVALID_DATA, "no \"dtype\"" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"order\":\"K\""), G_IO_ERROR_INVALID_DATA, "\"order\"" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"dimension_separator\":\"-\""), G_IO_ERROR_INVALID_DATA,
    "dimension_separator" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"filters\":[{\"id\":\"vlen-utf8\"}]"),
    G_IO_ERROR_NOT_SUPPORTED, "codec \"vlen-utf8\"" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"filters\":[7]"), G_IO_ERROR_INVALID_DATA, "objects" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"filters\":7"), G_IO_ERROR_INVALID_DATA, "\"filters\"" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"filters\":[{\"id\":\"packbits\"}]"),
    G_IO_ERROR_INVALID_DATA, "makes truths" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"compressor\":{\"id\":\"jpeg2k\"}"),
    G_IO_ERROR_NOT_SUPPORTED, "codec \"jpeg2k\" cannot be read" },
  { V2 ("[4]", "[4]", "\"dtype\":\"<u2\",\"compressor\":\"zlib\""), G_IO_ERROR_INVALID_DATA,
    "compressor" },
};

static void
test_metadata_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (GError) error = NULL;

      g_assert_null (plain_array_open_text (store, broken[i].text, &error));
      g_assert_error (error, G_IO_ERROR, broken[i].code);
      g_assert_true (g_str_has_prefix (error->message, "array memory:a: .zarray: "));
      g_assert_null (strchr (error->message, '\n'));
      if (!strstr (error->message, broken[i].said))
        g_error ("%s: %s", broken[i].said, error->message);
    }
}

static void
test_no_array (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (idr_array_open (store, "a", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  memory_store_fail (store, "a/.zarray", G_IO_ERROR_PERMISSION_DENIED, 2);
  g_assert_null (idr_array_open (store, "a", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  memory_store_put_text (store, "a/zarr.json", "{}");
  g_assert_null (idr_array_open (store, "a", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  memory_store_fail (store, "a/.zarray", G_IO_ERROR_TIMED_OUT, 1);
  g_assert_null (idr_array_open (store, "a", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_chunk_errors (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrArray) array = plain_array_open (store, 8, 8, "<u2", "0");
  guint16 pixels[64];
  g_autoptr (GError) error = NULL;

  plain_array_put_chunks (store, 2, 2);
  memory_store_put (store, "a/1.0", "0123456789", 10);
  g_assert_false (plain_array_read (array, 0, 0, 8, 8, pixels, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (
      error->message, ==,
      "array memory:a: chunk 1/0: it holds 10 bytes, where its shape and type take 32");
  g_clear_error (&error);
  memory_store_fail (store, "a/1.0", G_IO_ERROR_PERMISSION_DENIED, 1);
  g_assert_false (plain_array_read (array, 4, 0, 4, 4, pixels, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (g_str_has_prefix (error->message, "array memory:a: chunk 1/0: "));
  g_clear_error (&error);
  plain_array_put_chunks (store, 2, 2);
  g_assert_true (plain_array_read (array, 0, 0, 8, 8, pixels, NULL, &error));
  g_assert_cmpint (pixels[63], ==, 707);

  g_assert_false (plain_array_read (array, 1, 0, 8, 8, pixels, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (plain_array_read (array, -1, 0, 1, 1, pixels, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (plain_array_read (array, 8, 0, 0, 8, pixels, NULL, &error));
}

int
main (int argc, char **argv)
{
  static const Layout layouts[]
      = { { "|u1", "C", 1 }, { "|u1", "F", 1 }, { "<u2", "C", 2 }, { ">u2", "F", 2 },
          { ">i4", "C", 4 }, { "<u4", "F", 4 }, { ">u8", "C", 8 }, { "<f4", "F", 4 },
          { ">f4", "C", 4 }, { "<f8", "C", 8 }, { ">f8", "F", 8 } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree gchar *path
          = g_strdup_printf ("/array/layout/%s/%s", layouts[i].dtype, layouts[i].order);

      g_test_add_data_func (path, &layouts[i], test_layouts);
    }
  g_test_add_func ("/array/odd-types", test_odd_types);
  g_test_add_func ("/array/fill", test_fill);
  g_test_add_func ("/array/missing", test_missing);
  g_test_add_func ("/array/metadata-refused", test_metadata_refused);
  g_test_add_func ("/array/no-array", test_no_array);
  g_test_add_func ("/array/chunk-errors", test_chunk_errors);
  return g_test_run ();
}
