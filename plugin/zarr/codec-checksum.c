/* Checksums: the bytes as they are, and four bytes of checksum before or behind them, least first
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"
#include "json.h"

#include <string.h>
#include <zlib.h>

#define SIZE ((gsize)4)
#define POLYNOMIAL 0x82f63b78 /* Castagnoli's, reflected */

/* --- The sums ------------------------------------------------------------------------------ */

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
sum_crc32c (const guint8 *data, gsize size)
{
  const guint32 *table = get_table ();
  guint32 sum = ~0U;

  for (gsize i = 0; i < size; i++)
    sum = sum >> 8 ^ table[(sum ^ data[i]) & 255];
  return ~sum;
}

static guint32
sum_crc32 (const guint8 *data, gsize size)
{
  return (guint32)crc32_z (0, data, size);
}

static guint32
sum_adler32 (const guint8 *data, gsize size)
{
  return (guint32)adler32_z (1, data, size);
}

/* As HDF5 has it: pairs of bytes, the greater one first. */
static guint32
sum_fletcher32 (const guint8 *data, gsize size)
{
  guint32 one = 0, two = 0;

  for (gsize i = 0; i < size; i += 2)
    {
      one += (guint32)data[i] << 8 | (i + 1 < size ? data[i + 1] : 0);
      one = (one & 0xffff) + (one >> 16);
      two += one;
      two = (two & 0xffff) + (two >> 16);
    }
  return two << 16 | one;
}

/* --- The codecs ---------------------------------------------------------------------------- */

static gboolean
check (const IdrStep *step, guint32 (*sum) (const guint8 *data, gsize size), const guint8 *data,
       gsize size, IdrBuffer *out, GError **error)
{
  guint32 stored, found;

  if (size < SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is too short for a checksum");
      return FALSE;
    }
  size -= SIZE;
  memcpy (&stored, step->at_end ? data + size : data, SIZE);
  data += step->at_end ? 0 : SIZE;
  stored = GUINT32_FROM_LE (stored);
  found = sum (data, size);
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

static gsize
get_stored_size (const IdrStep *step, gsize size)
{
  return size + SIZE;
}

/* "location" is "start" or "end", where it is not what it always was. */
static gboolean
configure (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  const gchar *location = idr_json_string (configuration, "location");

  step->at_end = step->codec == &idr_codec_crc32c || step->codec == &idr_codec_fletcher32;
  if (location)
    step->at_end = strcmp (location, "start") != 0;
  if (!location || !strcmp (location, "start") || !strcmp (location, "end"))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "the \"location\" of its checksum is neither \"start\" nor \"end\"");
  return FALSE;
}

#define CHECKSUM(sum)                                                                              \
  static gboolean decode_##sum (const IdrStep *step, const guint8 *data, gsize size,               \
                                IdrBuffer *out, GError **error)                                    \
  {                                                                                                \
    return check (step, sum_##sum, data, size, out, error);                                        \
  }                                                                                                \
  const IdrCodec idr_codec_##sum = { #sum, decode_##sum, configure, get_stored_size };

CHECKSUM (crc32c)
CHECKSUM (crc32)
CHECKSUM (adler32)
CHECKSUM (fletcher32)
