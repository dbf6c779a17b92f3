/* lzma: xz files, lzma's own older ones, and the bare streams of its filters
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"
#include "json.h"

#include <lzma.h>

#define RAW 3 /* the "format" */

/* Dictionaries larger than this are for no chunk. */
#define MAX_MEMORY ((guint64)512 << 20)

static gboolean
refuse (lzma_ret code, GError **error)
{
  if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not enough memory");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is %s",
                 code == LZMA_OK || code == LZMA_BUF_ERROR ? "cut short" : "damaged");
  return FALSE;
}

static gboolean
decode_all (lzma_stream *stream, gsize likely, IdrBuffer *out, GError **error)
{
  lzma_ret code;

  do
    {
      guint8 spare; /* where all is there, and only a checksum may come */
      gboolean full = out->size == out->limit;
      gsize room;

      if (!full && out->size == out->capacity && !idr_buffer_grow (out, likely, error))
        return FALSE;
      room = full ? 1 : out->capacity - out->size;
      stream->next_out = full ? &spare : out->data + out->size;
      stream->avail_out = room;
      code = lzma_code (stream, LZMA_FINISH);
      if (full && !stream->avail_out)
        return idr_buffer_grow (out, likely, error);
      out->size += room - stream->avail_out;
    }
  while (code == LZMA_OK);
  return code == LZMA_STREAM_END || refuse (code, error);
}

static lzma_ret
begin_raw (const IdrStep *step, lzma_stream *stream)
{
  lzma_options_lzma lzma;
  lzma_options_delta delta = { .type = LZMA_DELTA_TYPE_BYTE, .dist = step->distance };
  lzma_filter filters[]
      = { { LZMA_FILTER_DELTA, &delta }, { LZMA_FILTER_LZMA2, &lzma }, { LZMA_VLI_UNKNOWN, NULL } };

  if (lzma_lzma_preset (&lzma, LZMA_PRESET_DEFAULT))
    return LZMA_OPTIONS_ERROR;
  lzma.dict_size = step->dictionary;
  return lzma_raw_decoder (stream, step->distance ? filters : filters + 1);
}

static gboolean
decode (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_ret code = step->is_raw ? begin_raw (step, &stream)
                               : lzma_auto_decoder (&stream, MAX_MEMORY, LZMA_CONCATENATED);
  gboolean ok;

  stream.next_in = data;
  stream.avail_in = size;
  ok = code == LZMA_OK ? decode_all (&stream, 4 * size, out, error) : refuse (code, error);
  lzma_end (&stream);
  return ok;
}

/* The filters of a bare stream, as Python's module writes them: perhaps delta, then LZMA2. */
static gboolean
configure (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  JsonArray *filters = idr_json_array (configuration, "filters");
  guint n = filters ? json_array_get_length (filters) : 0;
  JsonObject *last = n ? idr_json_object_at (filters, n - 1) : NULL;
  JsonObject *first = n == 2 ? idr_json_object_at (filters, 0) : NULL;
  gint64 preset = idr_json_int (last, "preset", LZMA_PRESET_DEFAULT), size, distance = 0;
  lzma_options_lzma lzma;

  step->is_raw = idr_json_int (configuration, "format", 1) == RAW;
  if (!step->is_raw)
    return TRUE;
  if (preset < 0 || lzma_lzma_preset (&lzma, (guint32)preset))
    preset = -1;
  size = preset < 0 ? 0 : idr_json_int (last, "dict_size", lzma.dict_size);
  if (first)
    distance = idr_json_int (first, "id", 0) == (gint64)LZMA_FILTER_DELTA
                   ? idr_json_int (first, "dist", 1)
                   : -1;
  if (n < 1 || n > 2 || idr_json_int (last, "id", 0) != (gint64)LZMA_FILTER_LZMA2 || size < 4096
      || (guint64)size > MAX_MEMORY || distance < 0 || distance > 256 || (n == 2 && !distance))
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
          "the \"filters\" of its codec \"lzma\" cannot be read: only delta and LZMA2 can");
      return FALSE;
    }
  step->dictionary = (guint32)size;
  step->distance = (guint32)distance;
  return TRUE;
}

const IdrCodec idr_codec_lzma = { .name = "lzma", .decode = decode, .configure = configure };
