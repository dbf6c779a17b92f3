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
  guint8 *data;

  if (buffer->is_lent)
    return TRUE;
  data = g_try_realloc (buffer->data, MAX (capacity, 1));
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
  if (!buffer->is_lent)
    g_clear_pointer (&buffer->data, g_free);
}

/* --- The chain ----------------------------------------------------------------------- */

static const IdrCodec *const codecs[]
    = { &idr_codec_blosc,    &idr_codec_zlib,       &idr_codec_gzip,
        &idr_codec_zstd,     &idr_codec_lz4,        &idr_codec_bz2,
        &idr_codec_lzma,     &idr_codec_crc32c,     &idr_codec_crc32,
        &idr_codec_adler32,  &idr_codec_fletcher32, &idr_codec_shuffle,
        &idr_codec_packbits, &idr_codec_delta,      &idr_codec_fixedscaleoffset,
        &idr_codec_quantize, &idr_codec_astype,     &idr_codec_bitround };

const IdrCodec *
idr_codec_find (const gchar *name, GError **error)
{
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

gboolean
idr_step_init (IdrStep *step, const gchar *name, JsonObject *configuration, const IdrDtype *dtype,
               GError **error)
{
  *step = (IdrStep){ .codec = idr_codec_find (name, error) };
  return step->codec
         && (!step->codec->configure || step->codec->configure (step, configuration, dtype, error));
}

/* What @step may store for at most @size bytes. */
static gsize
get_bound (const IdrStep *step, gsize size)
{
  return step->codec->get_stored_size ? step->codec->get_stored_size (step, size)
                                      : size + size / 8 + SLACK;
}

gsize
idr_codec_get_limit (const IdrStep *steps, gint n_steps, gsize size)
{
  for (gint i = 0; i < n_steps; i++)
    size = get_bound (&steps[i], size);
  return size;
}

static gboolean
decode_step (const IdrStep *step, GBytes *bytes, IdrBuffer *out, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  /* Nothing has no address, but memcpy() must have one. */
  if (!step->codec->decode (step, data ? data : (const guint8 *)"", size, out, error))
    {
      g_prefix_error (error, "%s: ", step->codec->name);
      return FALSE;
    }
  if (!out->exact || out->size == out->limit)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "%s: it decodes to %" G_GSIZE_FORMAT
               " bytes, where its shape and type take %" G_GSIZE_FORMAT,
               step->codec->name, out->size, out->limit);
  return FALSE;
}

static GBytes *
decode_steps (const IdrStep *steps, gint n_steps, GBytes *bytes, gsize size, gboolean exact,
              GError **error)
{
  g_auto (IdrBuffer) out = { .limit = size, .exact = exact };
  g_autoptr (GBytes) now = NULL;

  if (n_steps == 0)
    return g_bytes_ref (bytes);
  now = decode_steps (steps + 1, n_steps - 1, bytes, get_bound (steps, size),
                      exact && steps->codec->get_stored_size, error);
  if (!now || !decode_step (steps, now, &out, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out.data), out.size);
}

GBytes *
idr_codec_decode (const IdrStep *steps, gint n_steps, GBytes *bytes, gsize size, gboolean exact,
                  GError **error)
{
  gsize stored = g_bytes_get_size (bytes);

  if (n_steps > 0 || (exact ? stored == size : stored <= size))
    return decode_steps (steps, n_steps, bytes, size, exact, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "it holds %" G_GSIZE_FORMAT
               " bytes, where its shape and type take %s%" G_GSIZE_FORMAT,
               stored, exact ? "" : "at most ", size);
  return NULL;
}

gboolean
idr_codec_decode_to (const IdrStep *steps, gint n_steps, GBytes *bytes, gpointer to, gsize size,
                     GError **error)
{
  IdrBuffer out = { .data = to, .capacity = size, .limit = size, .exact = TRUE, .is_lent = TRUE };
  g_autoptr (GBytes) now = NULL;

  if (n_steps > 0)
    {
      now = decode_steps (steps + 1, n_steps - 1, bytes, get_bound (steps, size),
                          steps->codec->get_stored_size != NULL, error);
      return now && decode_step (steps, now, &out, error);
    }
  now = idr_codec_decode (NULL, 0, bytes, size, TRUE, error);
  if (now)
    memcpy (to, g_bytes_get_data (now, NULL), size);
  return now != NULL;
}
