/* zstd: frames that may or may not say how long their content is
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"

#include <zstd.h>

/* A block of four bytes decodes to 128 KiB at most. */
#define MAX_RATIO (1 << 15)

static void
free_context (gpointer context)
{
  ZSTD_freeDCtx (context);
}

/* A context is large, as chunks go, and each thread keeps its own. */
static ZSTD_DCtx *
get_context (void)
{
  static GPrivate own = G_PRIVATE_INIT (free_context);
  ZSTD_DCtx *context = g_private_get (&own);

  if (!context)
    {
      context = ZSTD_createDCtx ();
      g_private_set (&own, context);
    }
  return context;
}

static gboolean
refuse (const gchar *what, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is damaged: %s", what);
  return FALSE;
}

static gboolean
decode_frame (ZSTD_DCtx *context, const guint8 *data, gsize size, gsize content, IdrBuffer *out,
              GError **error)
{
  gsize n;

  if (!idr_buffer_expect (out, content, size, MAX_RATIO, error))
    return FALSE;
  n = ZSTD_decompressDCtx (context, out->data, content, data, size);
  if (ZSTD_isError (n))
    return refuse (ZSTD_getErrorName (n), error);
  out->size = n;
  return TRUE;
}

/* Any number of frames of any length. */
static gboolean
decode_stream (ZSTD_DCtx *context, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  ZSTD_inBuffer in = { data, size, 0 };
  gsize left = 1;

  ZSTD_DCtx_reset (context, ZSTD_reset_session_only);
  while (left || in.pos < in.size)
    {
      guint8 spare; /* where all is there, and only a checksum may come */
      gboolean full = out->size == out->limit;
      ZSTD_outBuffer to = { &spare, 1, 0 };

      if (!full)
        {
          if (out->size == out->capacity && !idr_buffer_grow (out, 4 * size, error))
            return FALSE;
          to = (ZSTD_outBuffer){ out->data, out->capacity, out->size };
        }
      left = ZSTD_decompressStream (context, &to, &in);
      if (ZSTD_isError (left))
        return refuse (ZSTD_getErrorName (left), error);
      if (full && to.pos)
        return idr_buffer_grow (out, 0, error);
      if (!full)
        out->size = to.pos;
      if (left && in.pos == in.size && to.pos < to.size)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is cut short");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
decode (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  ZSTD_DCtx *context = get_context ();
  unsigned long long content = ZSTD_getFrameContentSize (data, size);

  if (!context)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not enough memory");
      return FALSE;
    }
  if (content == ZSTD_CONTENTSIZE_ERROR)
    return refuse ("it does not begin with a frame", error);
  if (content != ZSTD_CONTENTSIZE_UNKNOWN && ZSTD_findFrameCompressedSize (data, size) == size)
    return decode_frame (context, data, size, content, out, error);
  return decode_stream (context, data, size, out, error);
}

const IdrCodec idr_codec_zstd = { .name = "zstd", .decode = decode };
