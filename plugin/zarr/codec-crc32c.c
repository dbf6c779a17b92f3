/* crc32c: the bytes as they are, and their checksum behind them, least byte first
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78 /* Castagnoli's, reflected */

static const guint32 *
get_table (void)
{
  static guint32 table[256];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint32 i = 0; i < 256; i++)
        {
          table[i] = i;
          for (gint bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? POLYNOMIAL : 0);
        }
      g_once_init_leave (&ready, 1);
    }
  return table;
}

static guint32
get_checksum (const guint8 *data, gsize size)
{
  const guint32 *table = get_table ();
  guint32 sum = ~0U;

  for (gsize i = 0; i < size; i++)
    sum = sum >> 8 ^ table[(sum ^ data[i]) & 255];
  return ~sum;
}

static gboolean
decode (const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  guint32 stored, found;

  if (size < sizeof stored)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is too short for a checksum");
      return FALSE;
    }
  size -= sizeof stored;
  memcpy (&stored, data + size, sizeof stored);
  stored = GUINT32_FROM_LE (stored);
  found = get_checksum (data, size);
  if (stored != found)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it is damaged: its checksum is %08x, where %08x was written", found, stored);
      return FALSE;
    }
  if (!idr_buffer_expect (out, size, size, 1, error))
    return FALSE;
  memcpy (out->data, data, size);
  out->size = size;
  return TRUE;
}

const IdrCodec idr_codec_crc32c = { "crc32c", decode };
