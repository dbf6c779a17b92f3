/* Codecs: what is whole comes back; what is cut, damaged or of another size does not
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <blosc.h>
#include <lz4.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define N ((gsize)35000)

/* Bytes that compress, as an image does, but not to nothing. */
static guint8 *
make_samples (void)
{
  guint8 *samples = g_malloc (N);
  guint32 state = 1;

  for (gsize i = 0; i < N; i += 2)
    {
      state = state * 1664525 + 1013904223;
      samples[i] = state >> 28;
      samples[i + 1] = i / 5000;
    }
  return samples;
}

/* --- Writers ------------------------------------------------------------------------------ */

static GBytes *
write_blosc (const guint8 *samples, const gchar *inner, gint shuffle)
{
  gsize room = N + BLOSC_MAX_OVERHEAD;
  guint8 *out = g_malloc (room);
  gint size = blosc_compress_ctx (5, shuffle, 2, N, samples, out, room, inner, 0, 1);

  g_assert_cmpint (size, >, 0);
  return g_bytes_new_take (out, size);
}

static GBytes *
write_deflate (const guint8 *samples, gint window_bits)
{
  gsize room = 2 * N;
  guint8 *out = g_malloc (room);
  z_stream stream
      = { .next_in = (Bytef *)(gsize)samples, .avail_in = N, .next_out = out, .avail_out = room };

  g_assert_cmpint (deflateInit2 (&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  deflateEnd (&stream);
  return g_bytes_new_take (out, room - stream.avail_out);
}

static GBytes *
write_zstd (const guint8 *samples, gboolean with_size)
{
  gsize room = ZSTD_compressBound (N), size;
  guint8 *out = g_malloc (room);
  ZSTD_CCtx *context = ZSTD_createCCtx ();

  ZSTD_CCtx_setParameter (context, ZSTD_c_contentSizeFlag, with_size);
  ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 1);
  size = ZSTD_compress2 (context, out, room, samples, N);
  ZSTD_freeCCtx (context);
  g_assert_false (ZSTD_isError (size));
  return g_bytes_new_take (out, size);
}

static GBytes *
write_lz4 (const guint8 *samples)
{
  gint room = LZ4_compressBound (N), size;
  guint8 *out = g_malloc (room + 4);

  out[0] = N & 255;
  out[1] = N >> 8;
  out[2] = out[3] = 0;
  size = LZ4_compress_default ((const char *)samples, (char *)out + 4, N, room);
  return g_bytes_new_take (out, size + 4);
}

static GBytes *
join (GBytes *a, GBytes *b)
{
  GByteArray *both = g_byte_array_new ();

  g_byte_array_append (both, g_bytes_get_data (a, NULL), g_bytes_get_size (a));
  g_byte_array_append (both, g_bytes_get_data (b, NULL), g_bytes_get_size (b));
  return g_byte_array_free_to_bytes (both);
}

/* --- Checks ----------------------------------------------------------------------------------- */

static GBytes *
decode (const gchar *name, GBytes *stored, gsize size, GError **error)
{
  IdrDtype dtype = { IDR_PIXEL_U8, 1, FALSE, FALSE };
  IdrStep step;

  g_assert_true (idr_step_init (&step, name, NULL, &dtype, error));
  return idr_codec_decode (&step, 1, stored, size, TRUE, error);
}

static void
assert_refused (const gchar *name, GBytes *stored, gsize size, const gchar *said)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (decode (name, stored, size, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_null (strchr (error->message, '\n'));
  if (!strstr (error->message, said))
    g_error ("%s: %s", said, error->message);
}

/* @stored is @samples; anything else that is near it is refused, or harmless. */
static void
check (const gchar *name, GBytes *stored, const guint8 *samples)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = decode (name, stored, N, &error);
  g_autoptr (GRand) random = g_rand_new_with_seed (44);
  gsize size = g_bytes_get_size (stored);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), samples, N);
  assert_refused (name, stored, N - 2, "34998");
  assert_refused (name, stored, N + 2, "35002");
  assert_refused (name, stored, (gsize)2 << 30, "2147483648");
  for (gint i = 0; i < 200; i++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (stored, 0, size * i / 200);
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (stored, NULL), size);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GBytes) whatever = NULL;

      assert_refused (name, cut, N, "");
      data[g_rand_int_range (random, 0, i % 2 ? MIN (24, size) : size)]
          ^= g_rand_int_range (random, 1, 256);
      changed = g_bytes_new (data, size);
      whatever = decode (name, changed, N, NULL);
    }
}

static void
test_blosc (void)
{
  static const gchar *const all[] = { "blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd" };
  g_autofree guint8 *samples = make_samples ();
  g_auto (GStrv) known = g_strsplit (blosc_list_compressors (), ",", 0);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    for (gint shuffle = BLOSC_NOSHUFFLE; shuffle <= BLOSC_BITSHUFFLE; shuffle++)
      {
        g_autoptr (GBytes) stored = NULL;

        if (!g_strv_contains ((const gchar *const *)known, all[i]))
          continue;
        stored = write_blosc (samples, all[i], shuffle);
        check ("blosc", stored, samples);
      }
}

static void
test_deflate (void)
{
  g_autofree guint8 *samples = make_samples ();
  g_autoptr (GBytes) zlib = write_deflate (samples, 15), gzip = write_deflate (samples, 31);
  g_autoptr (GBytes) two = join (gzip, gzip), padding = g_bytes_new ("\0\0\0", 3);
  g_autoptr (GBytes) padded = join (gzip, padding), both = NULL;
  g_autoptr (GError) error = NULL;

  check ("zlib", zlib, samples);
  check ("gzip", gzip, samples);
  check ("gzip", padded, samples);
  both = decode ("gzip", two, 2 * N, &error);
  g_assert_no_error (error);
  g_assert_cmpmem ((const guint8 *)g_bytes_get_data (both, NULL) + N, N, samples, N);
  assert_refused ("gzip", two, N, "more than the 35000 bytes");
}

static void
test_zstd (void)
{
  g_autofree guint8 *samples = make_samples ();
  g_autoptr (GBytes) with = write_zstd (samples, TRUE), without = write_zstd (samples, FALSE);
  g_autoptr (GBytes) two = join (with, without), both = NULL;
  g_autoptr (GError) error = NULL;

  check ("zstd", with, samples);
  both = decode ("zstd", without, N, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (both, NULL), N, samples, N);
  g_clear_pointer (&both, g_bytes_unref);
  assert_refused ("zstd", without, N - 1, "more than the 34999 bytes");
  assert_refused ("zstd", without, N + 1, "decodes to 35000 bytes");
  both = decode ("zstd", two, 2 * N, &error);
  g_assert_no_error (error);
  g_assert_cmpmem ((const guint8 *)g_bytes_get_data (both, NULL) + N, N, samples, N);
}

static void
test_lz4 (void)
{
  g_autofree guint8 *samples = make_samples ();
  g_autoptr (GBytes) stored = write_lz4 (samples);

  check ("lz4", stored, samples);
}

static void
test_crc32c (void)
{
  /* RFC 3720's example: 32 bytes of zero */
  static const guint8 stored[36] = { [32] = 0xaa, 0x36, 0x91, 0x8a };
  g_autoptr (GBytes) whole = g_bytes_new_static (stored, 36), bytes = NULL;
  g_autoptr (GBytes) cut = g_bytes_new_static (stored, 35), none = g_bytes_new_static (stored, 3);
  g_autoptr (GError) error = NULL;

  bytes = decode ("crc32c", whole, 32, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), stored, 32);
  assert_refused ("crc32c", cut, 31, "its checksum is");
  assert_refused ("crc32c", none, 0, "too short");
  assert_refused ("crc32c", whole, 31, "decodes to 32 bytes");
}

/* Steps in a row: the last one written is the first one read. */
static void
test_chain (void)
{
  g_autofree guint8 *samples = make_samples ();
  g_autoptr (GBytes) inner = write_blosc (samples, "lz4", BLOSC_SHUFFLE);
  gsize size = g_bytes_get_size (inner), room = compressBound (size);
  g_autofree guint8 *packed = g_malloc (room);
  IdrStep steps[] = { { .codec = &idr_codec_blosc }, { .codec = &idr_codec_zlib } };
  g_autoptr (GBytes) outer = NULL, bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (compress (packed, &room, g_bytes_get_data (inner, NULL), size), ==, Z_OK);
  outer = g_bytes_new (packed, room);
  bytes = idr_codec_decode (steps, 2, outer, N, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), samples, N);
  g_assert_null (idr_codec_decode (NULL, 0, outer, N, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (idr_codec_find ("lz77", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "blosc, zlib, gzip, zstd, lz4, bz2, lzma, crc32c"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/blosc", test_blosc);
  g_test_add_func ("/codec/deflate", test_deflate);
  g_test_add_func ("/codec/zstd", test_zstd);
  g_test_add_func ("/codec/lz4", test_lz4);
  g_test_add_func ("/codec/crc32c", test_crc32c);
  g_test_add_func ("/codec/chain", test_chain);
  return g_test_run ();
}
