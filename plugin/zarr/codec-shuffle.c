/* shuffle: the first bytes of all elements, then all second ones; and packbits: eight truths a byte
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"
#include "json.h"

/* --- shuffle --------------------------------------------------------------------------------- */

static gboolean
unshuffle (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  gsize n = size / step->element;

  if (size % step->element)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "its %" G_GSIZE_FORMAT " bytes are no elements of %" G_GSIZE_FORMAT, size,
                   step->element);
      return FALSE;
    }
  if (!idr_buffer_expect (out, size, size, 1, error))
    return FALSE;
  for (gsize byte = 0; byte < step->element; byte++)
    for (gsize i = 0; i < n; i++)
      out->data[i * step->element + byte] = data[byte * n + i];
  out->size = size;
  return TRUE;
}

static gboolean
configure_shuffle (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  gint64 element = idr_json_int (configuration, "elementsize", 4);

  step->element = (gsize)MAX (element, 1);
  if (element >= 0 && element <= G_MAXINT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "the \"elementsize\" of its codec \"shuffle\" is no size");
  return FALSE;
}

static gsize
keep_size (const IdrStep *step, gsize size)
{
  return size;
}

const IdrCodec idr_codec_shuffle = { "shuffle", unshuffle, configure_shuffle, keep_size };

/* --- packbits -------------------------------------------------------------------------------- */

/* The first byte tells how many bits at the end are none. */
static gboolean
unpack_bits (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  gsize n;

  if (size < 1 || data[0] > 7 || (size == 1 && data[0]))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "its first byte is no number of bits to leave out");
      return FALSE;
    }
  n = (size - 1) * 8 - data[0];
  if (!idr_buffer_expect (out, n, size, 8, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    out->data[i] = data[1 + i / 8] >> (7 - i % 8) & 1;
  out->size = n;
  return TRUE;
}

static gsize
get_packed_size (const IdrStep *step, gsize size)
{
  return 1 + size / 8 + (size % 8 != 0);
}

static gboolean
configure_packbits (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  step->made = *dtype;
  step->stored = (IdrDtype){ .pixel = IDR_PIXEL_U8, .size = 1 };
  if (dtype->boolean)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "its codec \"packbits\" makes truths, where its type has none");
  return FALSE;
}

const IdrCodec idr_codec_packbits
    = { "packbits", unpack_bits, configure_packbits, get_packed_size };
