/* Codecs: the steps, bytes in and bytes out, from a stored chunk to its samples
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

/* --- Where a step writes: memory that is asked for only when what came warrants it -------- */

typedef struct
{
  guint8 *data;
  gsize size, capacity;
  gsize limit;    /* of size; not a byte more */
  gboolean exact; /* it must come to the limit */
} IdrBuffer;

/* Makes room for @size bytes in all, which a step knows before it writes, from @stored bytes whose
 * format cannot grow by more than @ratio. */
gboolean idr_buffer_expect (IdrBuffer *buffer, gsize size, gsize stored, gsize ratio,
                            GError **error);
/* Makes room for at least one byte more, for a step that does not know; at first for @likely. */
gboolean idr_buffer_grow (IdrBuffer *buffer, gsize likely, GError **error);
void idr_buffer_clear (IdrBuffer *buffer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IdrBuffer, idr_buffer_clear)

/* --- The steps -------------------------------------------------------------------- */

typedef struct
{
  const gchar *name; /* "blosc" */
  /* Decodes @size bytes into the empty @out. Any thread. Errors are INVALID_DATA and say what is
   * wrong with the bytes, or NOT_SUPPORTED. */
  gboolean (*decode) (const guint8 *data, gsize size, IdrBuffer *out, GError **error);
} IdrCodec;

extern const IdrCodec idr_codec_blosc, idr_codec_zlib, idr_codec_gzip, idr_codec_zstd,
    idr_codec_lz4, idr_codec_crc32c;

/* The codec that numcodecs and Zarr call @name; NOT_SUPPORTED says which ones there are. */
const IdrCodec *idr_codec_find (const gchar *name, GError **error);

/* Takes @bytes back through @steps, the last one first, to exactly @size bytes. */
GBytes *idr_codec_decode (const IdrCodec *const *steps, gint n_steps, GBytes *bytes, gsize size,
                          GError **error);
