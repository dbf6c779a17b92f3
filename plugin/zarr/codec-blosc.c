/* blosc: blocks, shuffled and compressed by lz4, lz4hc, blosclz, zlib, zstd or snappy
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <blosc.h>

/* No inner compressor grows by more: zstd, 128 KiB out of four bytes. */
#define MAX_RATIO (1 << 15)

static gboolean
refuse (const gchar *what, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

static gboolean
decode (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  gsize decoded, stored, block;
  const gchar *inner;
  gint n;

  if (size < BLOSC_MIN_HEADER_LENGTH)
    return refuse ("it is too short for a header", error);
  blosc_cbuffer_sizes (data, &decoded, &stored, &block);
  if (stored > size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it is cut short: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", size,
                   stored);
      return FALSE;
    }
  if (blosc_cbuffer_validate (data, size, &decoded) < 0)
    return refuse ("its header contradicts itself", error);
  inner = blosc_cbuffer_complib (data);
  if (!inner)
    return refuse ("its header names no compressor", error);
  if (!idr_buffer_expect (out, decoded, size, MAX_RATIO, error))
    return FALSE;
  if (decoded == 0)
    return TRUE;
  n = blosc_decompress_ctx (data, out->data, decoded, 1);
  if (n == -5)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "the installed c-blosc cannot read its compressor %s", inner);
      return FALSE;
    }
  if (n < 0 || (gsize)n != decoded)
    return refuse ("it is damaged", error);
  out->size = decoded;
  return TRUE;
}

const IdrCodec idr_codec_blosc = { .name = "blosc", .decode = decode };
