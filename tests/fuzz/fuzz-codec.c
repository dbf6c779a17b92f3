/* Fuzz target: what was stored, taken back through the codec that the first byte chooses
 *
 * The second byte chooses the type of the samples, its highest bit whether the size must be exact;
 * the third, how many blocks of 64 bytes there should be.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"
#include "json.h"
#include "target.h"

#include <string.h>

#define HEADER 3

static const struct
{
  const gchar *name, *configuration;
} codecs[] = {
  { "blosc", "{}" },
  { "zlib", "{}" },
  { "gzip", "{}" },
  { "bz2", "{}" },
  { "lzma", "{}" },
  { "lzma", "{\"format\":3,\"filters\":[{\"id\":3,\"dist\":2},{\"id\":33,\"preset\":1}]}" },
  { "zstd", "{}" },
  { "lz4", "{}" },
  { "crc32c", "{}" },
  { "crc32", "{\"location\":\"end\"}" },
  { "adler32", "{}" },
  { "fletcher32", "{}" },
  { "shuffle", "{\"elementsize\":3}" },
  { "packbits", "{}" },
  { "delta", "{\"dtype\":\"<i2\",\"astype\":\"<i4\"}" },
  { "fixedscaleoffset", "{\"dtype\":\"<f4\",\"astype\":\"|u1\",\"scale\":10,\"offset\":1}" },
  { "quantize", "{\"dtype\":\"<f8\",\"astype\":\"<f4\",\"digits\":1}" },
  { "astype", "{\"encode_dtype\":\"<f4\",\"decode_dtype\":\"|i1\"}" },
  { "bitround", "{\"keepbits\":3}" },
};

static const gchar *const types[] = { "|u1", ">u2", "<f4", ">f8", "|b1", "<i8" };

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) configuration = NULL, stored = NULL, made = NULL;
  g_autoptr (JsonNode) node = NULL;
  IdrDtype dtype;
  IdrStep step;
  gsize i, limit;
  gboolean exact;

  if (size < HEADER)
    return 0;
  exact = data[1] >> 7;
  limit = 64 * (gsize)data[2];
  i = data[0] % G_N_ELEMENTS (codecs);
  configuration = g_bytes_new_static (codecs[i].configuration, strlen (codecs[i].configuration));
  node = idr_json_parse (configuration, NULL);
  g_assert_true (idr_dtype_parse (&dtype, types[(data[1] & 127) % G_N_ELEMENTS (types)], NULL));
  if (!idr_step_init (&step, codecs[i].name, json_node_get_object (node), &dtype, NULL))
    return 0;
  /* A copy, so that not a byte behind it is read unnoticed. */
  stored = g_bytes_new (data + HEADER, size - HEADER);
  made = idr_codec_decode (&step, 1, stored, limit, exact, NULL);
  g_assert_true (!made || g_bytes_get_size (made) <= limit);
  g_assert_true (!made || !exact || g_bytes_get_size (made) == limit);
  return 0;
}
