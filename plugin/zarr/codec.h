/* Codecs: the steps, bytes in and bytes out, from a stored chunk to its samples
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "dtype.h"
#include <gio/gio.h>

/* --- Where a step writes: memory that is asked for only when what came warrants it -------- */

typedef struct
{
  guint8 *data;
  gsize size, capacity;
  gsize limit;      /* of size; not a byte more */
  gboolean exact;   /* it must come to the limit */
  gboolean is_lent; /* somebody's, with room for the limit: neither moved nor freed */
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

typedef struct _IdrCodec IdrCodec;

/* A codec as one array has it: with its configuration. */
typedef struct
{
  const IdrCodec *codec;
  IdrDtype stored, made;        /* of a filter of numbers: what it takes and what it makes of it */
  gdouble scale, offset;        /* fixedscaleoffset */
  gsize element;                /* shuffle: bytes that belong together */
  gboolean at_end;              /* a checksum: behind the bytes, not before them */
  gboolean is_raw;              /* lzma: a bare stream of LZMA2 with this dictionary, */
  guint32 dictionary, distance; /* of differences at this distance, or 0 */
} IdrStep;

struct _IdrCodec
{
  const gchar *name; /* "blosc" */
  /* Decodes @size bytes, which are never at NULL, into the empty @out. Any thread. Errors are
   * INVALID_DATA and say what is wrong with the bytes, or NOT_SUPPORTED. */
  gboolean (*decode) (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out,
                      GError **error);
  /* Reads the configuration, where the codec has any. Numbers are made into @dtype where it does
   * not say. */
  gboolean (*configure) (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype,
                         GError **error);
  /* How many bytes are stored for @size; NULL: that depends on the bytes. */
  gsize (*get_stored_size) (const IdrStep *step, gsize size);
};

extern const IdrCodec idr_codec_blosc, idr_codec_zlib, idr_codec_gzip, idr_codec_bz2,
    idr_codec_lzma, idr_codec_zstd, idr_codec_lz4;
extern const IdrCodec idr_codec_crc32c, idr_codec_crc32, idr_codec_adler32, idr_codec_fletcher32;
extern const IdrCodec idr_codec_shuffle, idr_codec_packbits;
extern const IdrCodec idr_codec_delta, idr_codec_fixedscaleoffset, idr_codec_quantize,
    idr_codec_astype, idr_codec_bitround;

/* The codec that numcodecs and Zarr call @name; NOT_SUPPORTED says which ones there are. */
const IdrCodec *idr_codec_find (const gchar *name, GError **error);

/* Whether it is a filter: its input and its output are numbers, not just bytes. */
gboolean idr_codec_is_filter (const IdrCodec *codec);

/* Makes @step of the codec @name and its @configuration, which may be NULL; the step before it
 * makes @dtype, or takes it. */
gboolean idr_step_init (IdrStep *step, const gchar *name, JsonObject *configuration,
                        const IdrDtype *dtype, GError **error);

/* The most that may be stored for @size bytes: more than any compressor makes of what it cannot
 * compress. */
gsize idr_codec_get_limit (const IdrStep *steps, gint n_steps, gsize size);

/* Takes @bytes back through @steps, the last one first, to exactly @size bytes, or to at most that
 * where not @exact. */
GBytes *idr_codec_decode (const IdrStep *steps, gint n_steps, GBytes *bytes, gsize size,
                          gboolean exact, GError **error);

/* The same, to exactly @size bytes at @to. After an error anything may be there. */
gboolean idr_codec_decode_to (const IdrStep *steps, gint n_steps, GBytes *bytes, gpointer to,
                              gsize size, GError **error);
