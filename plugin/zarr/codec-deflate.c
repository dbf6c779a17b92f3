/* zlib and gzip: zlib's streams, one or, in gzip's, several in a row
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <zlib.h>

/* No deflate stream grows by more than this. */
#define MAX_RATIO 1032

static gboolean
refuse (z_stream *stream, int code, GError **error)
{
  if (code == Z_MEM_ERROR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not enough memory");
  else if (code == Z_OK || code == Z_BUF_ERROR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is cut short");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is damaged: %s",
                 stream->msg ? stream->msg : "no such stream");
  return FALSE;
}

/* Whether another member follows: Python pads with zeros. */
static gboolean
skip_padding (z_stream *stream)
{
  while (stream->avail_in && !*stream->next_in)
    {
      stream->next_in++;
      stream->avail_in--;
    }
  return stream->avail_in > 0;
}

static gboolean
inflate_all (z_stream *stream, gsize likely, IdrBuffer *out, GError **error)
{
  for (;;)
    {
      guint8 spare; /* where all is there, and only a checksum may come */
      gboolean full = out->size == out->limit;
      gsize room;
      int code;

      if (!full && out->size == out->capacity && !idr_buffer_grow (out, likely, error))
        return FALSE;
      room = full ? 1 : MIN (out->capacity - out->size, G_MAXINT);
      stream->next_out = full ? &spare : out->data + out->size;
      stream->avail_out = room;
      code = inflate (stream, Z_NO_FLUSH);
      if (full && !stream->avail_out)
        return idr_buffer_grow (out, likely, error);
      out->size += room - stream->avail_out;
      if (code == Z_STREAM_END)
        {
          if (!skip_padding (stream))
            return TRUE;
          code = inflateReset (stream);
        }
      if (code != Z_OK)
        return refuse (stream, code, error);
    }
}

static gboolean
decode (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  z_stream stream = { .next_in = (Bytef *)(gsize)data, .avail_in = size };
  gboolean ok;

  if (size > G_MAXUINT)
    return refuse (&stream, Z_DATA_ERROR, error);
  if (out->exact && !idr_buffer_expect (out, out->limit, size, MAX_RATIO, error))
    return FALSE;
  if (inflateInit2 (&stream, MAX_WBITS + 32) != Z_OK)
    return refuse (&stream, Z_MEM_ERROR, error);
  ok = inflate_all (&stream, 4 * size, out, error);
  inflateEnd (&stream);
  return ok;
}

const IdrCodec idr_codec_zlib = { .name = "zlib", .decode = decode };
const IdrCodec idr_codec_gzip = { .name = "gzip", .decode = decode };
