/* Filters and the rarer compressors: what numcodecs 0.10 has written comes back as NumPy has it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"
#include "json.h"

#include <string.h>

static GBytes *
parse_hex (const gchar *text)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *text; text += 2)
    {
      guint8 byte = g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]);

      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

/* The step of @configuration, for samples of @dtype. */
static gboolean
make_step (IdrStep *step, const gchar *configuration, const gchar *dtype, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (configuration, strlen (configuration));
  g_autoptr (JsonNode) node = idr_json_parse (bytes, NULL);
  JsonObject *object = json_node_get_object (node);
  IdrDtype type;

  g_assert_true (idr_dtype_parse (&type, dtype, NULL));
  return idr_step_init (step, idr_json_string (object, "id"), object, &type, error);
}

static const struct
{
  const gchar *configuration, *dtype, *stored, *made; /* both as hexadecimal digits */
} cases[] = {
  { "{\"id\":\"delta\",\"dtype\":\"<u2\",\"astype\":\"<i2\"}", "<u2",
    "00002c012c012c012c012c012c012c01", "00002c0158028403b004dc0508073408" },
  { "{\"id\":\"delta\",\"dtype\":\"u1\"}", "|u1", "ff02ff", "ff0100" },
  { "{\"id\":\"delta\",\"dtype\":\"<u8\",\"astype\":\"<i1\"}", "<u8", "05fb",
    "05000000000000000000000000000000" },
  { "{\"id\":\"delta\",\"dtype\":\">i2\"}", ">i2", "ffff0102", "ffff0101" },
  { "{\"id\":\"delta\"}", "<f4", "0000803f00000040", "0000803f00004040" },
  { "{\"id\":\"fixedscaleoffset\",\"offset\":1000,\"scale\":10,\"dtype\":\"<f4\",\"astype\":"
    "\"u1\"}",
    "<f4", "00010a64", "00007a4466067a4400407a4400807c44" },
  { "{\"id\":\"fixedscaleoffset\",\"offset\":0.1,\"scale\":3,\"dtype\":\"<f8\",\"astype\":\"<f4\"}",
    "<f8", "0000803f00002040", "000000c0bbbbdb3f000000e0dddded3f" },
  { "{\"id\":\"fixedscaleoffset\",\"offset\":0.5,\"scale\":0.3,\"dtype\":\"<i2\"}", "<i2",
    "f9ff6400", "eaff4d01" },
  { "{\"id\":\"quantize\",\"digits\":1,\"dtype\":\"<f8\",\"astype\":\"<f4\"}", "<f8", "0000803f",
    "000000000000f03f" },
  { "{\"id\":\"astype\",\"encode_dtype\":\"<f8\",\"decode_dtype\":\"|i1\"}", "|i1",
    "000000000000f8bf", "ff" },
  { "{\"id\":\"bitround\",\"keepbits\":3}", "<f4", "0000803f", "0000803f" },
  { "{\"id\":\"packbits\"}", "|b1", "06b1c0", "01000101000000010101" },
  { "{\"id\":\"shuffle\",\"elementsize\":2}", "<u2", "02040103", "02010403" },
  { "{\"id\":\"shuffle\",\"elementsize\":0}", "|u1", "0204", "0204" },
  { "{\"id\":\"crc32\"}", "|u1", "2639f4cb313233343536373839", "313233343536373839" },
  { "{\"id\":\"adler32\"}", "|u1", "de011e09313233343536373839", "313233343536373839" },
  { "{\"id\":\"crc32\",\"location\":\"end\"}", "|u1", "3132333435363738392639f4cb",
    "313233343536373839" },
  { "{\"id\":\"bz2\"}", "|u1",
    "425a6839314159265359fd3af56100000101003c00200021b468334d12984e2ee48a70a121fa75eac2",
    "616263646162636461626364" },
  { "{\"id\":\"lzma\",\"format\":1}", "|u1",
    "fd377a585a000004e6d6b4460200210116000000742fe5a3e0000b00095d00309888984859a56b0000000000"
    "9bfcca608ba6a86e0001250ce729c3c11fb6f37d010000000004595a",
    "616263646162636461626364" },
  { "{\"id\":\"lzma\",\"format\":2}", "|u1",
    "5d00008000ffffffffffffffff0030988898485a67c123ffffa1dc0000", "616263646162636461626364" },
  { "{\"id\":\"lzma\",\"format\":3,\"filters\":[{\"id\":3,\"dist\":4},{\"id\":33,\"preset\":1}]}",
    "|u1", "e0000b000a5d003098889839a0a060800000", "616263646162636461626364" },
};

/* What is near a whole is refused, or harmless. */
static void
damage (const IdrStep *step, GBytes *stored, gsize size)
{
  gsize n = g_bytes_get_size (stored);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (stored, NULL), n);
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (stored, 0, i), changed = NULL;
      g_autoptr (GBytes) whatever = NULL;
      g_autoptr (GError) error = NULL;

      if (idr_codec_decode (step, 1, cut, size, TRUE, &error))
        g_error ("%s is read from %" G_GSIZE_FORMAT " bytes of %" G_GSIZE_FORMAT, step->codec->name,
                 i, n);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      data[i] ^= 0x55;
      changed = g_bytes_new (data, n);
      whatever = idr_codec_decode (step, 1, changed, size, TRUE, NULL);
    }
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) stored = parse_hex (cases[i].stored), made = parse_hex (cases[i].made);
      g_autoptr (GBytes) found = NULL;
      g_autoptr (GError) error = NULL;
      gsize size = g_bytes_get_size (made);
      IdrStep step;

      make_step (&step, cases[i].configuration, cases[i].dtype, &error);
      g_assert_no_error (error);
      found = idr_codec_decode (&step, 1, stored, size, TRUE, &error);
      g_assert_no_error (error);
      if (!g_bytes_equal (found, made))
        g_error ("%s: not %s", cases[i].configuration, cases[i].made);
      if (step.codec->get_stored_size)
        g_assert_cmpint (step.codec->get_stored_size (&step, size), ==, g_bytes_get_size (stored));
      g_assert_cmpint (idr_codec_get_limit (&step, 1, size), >=, g_bytes_get_size (stored));
      damage (&step, stored, size);
    }
}

/* Several in a row, whose sizes are known before anything is decoded. */
static void
test_chain (void)
{
  g_autoptr (GBytes) stored = parse_hex ("00010a64"), wrong = parse_hex ("00010a");
  g_autoptr (GBytes) made = NULL;
  g_autoptr (GError) error = NULL;
  IdrStep steps[2];

  make_step (&steps[0], "{\"id\":\"astype\",\"encode_dtype\":\"<i2\",\"decode_dtype\":\"<u4\"}",
             "<u4", &error);
  make_step (&steps[1], "{\"id\":\"astype\",\"encode_dtype\":\"|u1\",\"decode_dtype\":\"<i2\"}",
             "<i2", &error);
  g_assert_no_error (error);
  made = idr_codec_decode (steps, 2, stored, 16, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (((const guint8 *)g_bytes_get_data (made, NULL))[12], ==, 100);
  g_assert_null (idr_codec_decode (steps, 2, wrong, 16, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static const struct
{
  const gchar *configuration, *dtype;
  gint code;
} refused[] = {
  { "{\"id\":\"delta\",\"dtype\":\"<c8\"}", "<f4", G_IO_ERROR_NOT_SUPPORTED },
  { "{\"id\":\"delta\"}", "|b1", G_IO_ERROR_NOT_SUPPORTED },
  { "{\"id\":\"delta\"}", "<f2", G_IO_ERROR_NOT_SUPPORTED },
  { "{\"id\":\"fixedscaleoffset\",\"offset\":1}", "<f4", G_IO_ERROR_INVALID_DATA },
  { "{\"id\":\"packbits\"}", "|u1", G_IO_ERROR_INVALID_DATA },
  { "{\"id\":\"shuffle\",\"elementsize\":-1}", "|u1", G_IO_ERROR_INVALID_DATA },
  { "{\"id\":\"crc32\",\"location\":\"middle\"}", "|u1", G_IO_ERROR_INVALID_DATA },
  { "{\"id\":\"lzma\",\"format\":3,\"filters\":[{\"id\":4}]}", "|u1", G_IO_ERROR_NOT_SUPPORTED },
  { "{\"id\":\"vlen-utf8\"}", "|u1", G_IO_ERROR_NOT_SUPPORTED },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      IdrStep step;

      g_assert_false (make_step (&step, refused[i].configuration, refused[i].dtype, &error));
      g_assert_error (error, G_IO_ERROR, refused[i].code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filters/cases", test_cases);
  g_test_add_func ("/filters/chain", test_chain);
  g_test_add_func ("/filters/refused", test_refused);
  return g_test_run ();
}
