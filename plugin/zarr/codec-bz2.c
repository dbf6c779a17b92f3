/* bz2: bzip2's streams, one or several in a row
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <bzlib.h>

static gboolean
refuse (int code, GError **error)
{
  if (code == BZ_MEM_ERROR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not enough memory");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 code == BZ_OK ? "it is cut short" : "it is damaged");
  return FALSE;
}

/* One stream, from where @in is; FALSE with @error, or moves @in on. */
static gboolean
inflate_stream (bz_stream *in, gsize likely, IdrBuffer *out, GError **error)
{
  int code;

  do
    {
      gchar spare; /* where all is there, and only a checksum may come */
      gboolean full = out->size == out->limit;
      guint before = in->avail_in;
      gsize room;

      if (!full && out->size == out->capacity && !idr_buffer_grow (out, likely, error))
        return FALSE;
      room = full ? 1 : MIN (out->capacity - out->size, G_MAXINT);
      in->next_out = full ? &spare : (gchar *)out->data + out->size;
      in->avail_out = room;
      code = BZ2_bzDecompress (in);
      if (full && !in->avail_out)
        return idr_buffer_grow (out, likely, error);
      out->size += room - in->avail_out;
      if (code == BZ_OK && !before && in->avail_out)
        return refuse (code, error);
    }
  while (code == BZ_OK);
  return code == BZ_STREAM_END || refuse (code, error);
}

static gboolean
decode (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  gchar *at = (gchar *)(gsize)data;
  gsize left = size;
  gboolean ok;

  if (size > G_MAXINT)
    return refuse (BZ_DATA_ERROR, error);
  do
    {
      bz_stream stream = { .next_in = at, .avail_in = left };

      if (BZ2_bzDecompressInit (&stream, 0, 0) != BZ_OK)
        return refuse (BZ_MEM_ERROR, error);
      ok = inflate_stream (&stream, 4 * size, out, error);
      at = stream.next_in;
      left = stream.avail_in;
      BZ2_bzDecompressEnd (&stream);
    }
  while (ok && left);
  return ok;
}

const IdrCodec idr_codec_bz2 = { .name = "bz2", .decode = decode };
