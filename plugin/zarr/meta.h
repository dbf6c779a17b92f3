/* What an array's metadata say, whatever their format: all that reading it takes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"
#include "codec.h"
#include "dtype.h"
#include "shard.h"

#define IDR_META_MAX_STEPS 8
#define IDR_META_MAX_SHARDS 3

/* No document of metadata is larger than this, */
#define IDR_META_MAX_BYTES ((gsize)64 << 20)
/* and no decoded chunk than this. */
#define IDR_META_MAX_CHUNK ((gsize)2 << 30)

typedef struct
{
  IdrArrayInfo info;
  IdrDtype dtype;
  gint order[IDR_ARRAY_MAX_DIMS];    /* of a stored chunk's dimensions, the slowest first */
  IdrStep steps[IDR_META_MAX_STEPS]; /* as written: the last one is decoded first */
  gint n_steps;
  IdrShard shards[IDR_META_MAX_SHARDS]; /* that a chunk lies in, the outermost first */
  gint n_shards;
  guint8 fill[8];       /* a sample of info.pixel */
  gboolean is_prefixed; /* a chunk's key begins with "c" */
  gchar separator;      /* between the numbers in a chunk's key */

  /* What follows from that, by idr_meta_check(). */
  gsize n_samples;                    /* in a chunk */
  gint64 strides[IDR_ARRAY_MAX_DIMS]; /* in a decoded chunk, in bytes */
} IdrMeta;

/* Zarr v2: the content of ".zarray". */
gboolean idr_meta_parse_v2 (IdrMeta *meta, GBytes *bytes, GError **error);
/* Zarr v3: the content of "zarr.json". */
gboolean idr_meta_parse_v3 (IdrMeta *meta, GBytes *bytes, GError **error);
void idr_meta_clear (IdrMeta *meta);

/* For the formats' parsers: FALSE, with an error of GIOErrorEnum. */
gboolean idr_meta_refuse (GError **error, gint code, const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* For them, too. Both take a list of numbers and check them. */
gboolean idr_meta_parse_shape (IdrMeta *meta, JsonArray *shape, JsonArray *chunk, GError **error);
gboolean idr_meta_check (IdrMeta *meta, GError **error);
/* Zarr v3's "codecs": meta-codecs.c. After shape and type. */
gboolean idr_meta_parse_codecs (IdrMeta *meta, JsonArray *codecs, GError **error);

/* What may be extended has a name, and perhaps a configuration; the name alone will do. */
typedef struct
{
  const gchar *name;
  JsonObject *configuration; /* or NULL */
} IdrExtension;

gboolean idr_extension_parse (IdrExtension *extension, JsonNode *node, const gchar *what,
                              GError **error);

/* The key of the object @at, a chunk or an outermost shard, of the array whose keys begin with
 * @prefix. */
gchar *idr_meta_get_key (const IdrMeta *meta, const gint64 *at, const gchar *prefix);

/* A chunk's samples, of info.pixel, in the order that @meta->strides tells, from its stored bytes.
 */
GBytes *idr_meta_decode (const IdrMeta *meta, GBytes *stored, GError **error);
