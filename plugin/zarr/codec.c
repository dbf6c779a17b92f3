/* Codecs: the chain of steps
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <string.h>

/* Of what a step may come to that is not the last: more is no chunk that anybody wrote. */
#define SLACK (1 << 16)

/* --- Where a step writes ----------------------------------------------------------- */

static gboolean
resize (IdrBuffer *buffer, gsize capacity, GError **error)
{
  guint8 *data = g_try_realloc (buffer->data, MAX (capacity, 1));

  if (!data)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "not enough memory for %" G_GSIZE_FORMAT " bytes", capacity);
      return FALSE;
    }
  buffer->data = data;
  buffer->capacity = capacity;
  return TRUE;
}

gboolean
idr_buffer_expect (IdrBuffer *buffer, gsize size, gsize stored, gsize ratio, GError **error)
{
  if (buffer->exact ? size != buffer->limit : size > buffer->limit)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "it decodes to %" G_GSIZE_FORMAT
                 " bytes, where its shape and type take %s%" G_GSIZE_FORMAT,
                 size, buffer->exact ? "" : "at most ", buffer->limit);
  else if (size / ratio > stored)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%" G_GSIZE_FORMAT " bytes cannot decode to %" G_GSIZE_FORMAT
                 ": it is cut short or damaged",
                 stored, size);
  else
    return resize (buffer, size, error);
  return FALSE;
}

gboolean
idr_buffer_grow (IdrBuffer *buffer, gsize likely, GError **error)
{
  gsize most = buffer->limit / 2;

  if (buffer->size == buffer->limit)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it decodes to more than the %" G_GSIZE_FORMAT
                   " bytes that its shape and type take",
                   buffer->limit);
      return FALSE;
    }
  if (!buffer->capacity)
    return resize (buffer, CLAMP (likely, 1, buffer->limit), error);
  return resize (buffer, buffer->capacity > most ? buffer->limit : 2 * buffer->capacity, error);
}

void
idr_buffer_clear (IdrBuffer *buffer)
{
  g_clear_pointer (&buffer->data, g_free);
}

/* --- The chain ----------------------------------------------------------------------- */

const IdrCodec *
idr_codec_find (const gchar *name, GError **error)
{
  static const IdrCodec *const codecs[] = { &idr_codec_blosc, &idr_codec_zlib, &idr_codec_gzip,
                                            &idr_codec_zstd,  &idr_codec_lz4,  &idr_codec_crc32c };
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (!strcmp (codecs[i]->name, name))
        return codecs[i];
      g_string_append_printf (known, "%s%s", i ? ", " : "", codecs[i]->name);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "its codec \"%.40s\" cannot be read; those that can are %s", name, known->str);
  return NULL;
}

static GBytes *
decode_step (const IdrCodec *codec, GBytes *bytes, gsize limit, gboolean exact, GError **error)
{
  g_auto (IdrBuffer) out = { .limit = limit, .exact = exact };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (!codec->decode (data, size, &out, error))
    {
      g_prefix_error (error, "%s: ", codec->name);
      return NULL;
    }
  if (exact && out.size != limit)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: it decodes to %" G_GSIZE_FORMAT
                   " bytes, where its shape and type take %" G_GSIZE_FORMAT,
                   codec->name, out.size, limit);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out.data), out.size);
}

GBytes *
idr_codec_decode (const IdrCodec *const *steps, gint n_steps, GBytes *bytes, gsize size,
                  GError **error)
{
  g_autoptr (GBytes) now = g_bytes_ref (bytes);

  for (gint i = n_steps - 1; i >= 0; i--)
    {
      gsize limit = i ? size + size / 8 + SLACK : size;
      GBytes *next = decode_step (steps[i], now, limit, i == 0, error);

      if (!next)
        return NULL;
      g_bytes_unref (now);
      now = next;
    }
  if (g_bytes_get_size (now) != size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it holds %" G_GSIZE_FORMAT
                   " bytes, where its shape and type take %" G_GSIZE_FORMAT,
                   g_bytes_get_size (now), size);
      return NULL;
    }
  return g_steal_pointer (&now);
}
