/* lz4 as numcodecs writes it: four bytes with the size, least first, then one block
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <lz4.h>
#include <string.h>

/* No lz4 block grows by more than this. */
#define MAX_RATIO 255

static gboolean
decode (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  guint32 decoded = 0;

  if (size >= sizeof decoded)
    memcpy (&decoded, data, sizeof decoded);
  decoded = GUINT32_FROM_LE (decoded);
  if (size <= sizeof decoded || size > G_MAXINT || decoded > G_MAXINT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "its header is no size");
      return FALSE;
    }
  size -= sizeof decoded;
  if (!idr_buffer_expect (out, decoded, size, MAX_RATIO, error))
    return FALSE;
  if (LZ4_decompress_safe ((const char *)data + 4, (char *)out->data, size, decoded)
      != (gint)decoded)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is damaged or cut short");
      return FALSE;
    }
  out->size = decoded;
  return TRUE;
}

const IdrCodec idr_codec_lz4 = { .name = "lz4", .decode = decode };
