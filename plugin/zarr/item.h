/* What an array's chunks lie in: a chunk is an object of the store, or an item of a shard, which is
 * an object itself, or an item of a larger shard
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"
#include "meta.h"

struct _IdrArray
{
  gatomicrefcount refs;
  guint64 serial; /* of this process: what the cache knows it by */
  IdrStore *store;
  gchar *prefix; /* of its keys: "" or "0/" */
  gchar *uri;
  IdrMeta meta;
};

typedef struct
{
  IdrArray *array;               /* borrowed */
  gint level;                    /* 0: an object; meta.n_shards: a chunk; between: a shard in one */
  gint64 at[IDR_ARRAY_MAX_DIMS]; /* its place among those of its level */
} IdrItem;

/* What is kept of an item. */
typedef enum
{
  IDR_ITEM_CONTENT, /* a chunk's samples; the bytes of a shard that cannot be read in parts */
  IDR_ITEM_INDEX,   /* of a shard */
  IDR_ITEM_STORED   /* a chunk's bytes as they are stored */
} IdrItemPart;

#define IDR_ITEM_N_PARTS 3

/* What the cache, and the fetches ahead, know it by. */
GBytes *idr_item_get_key (const IdrItem *item, IdrItemPart part);

/* The object that it lies in. */
gchar *idr_item_get_name (const IdrItem *item);

/* The size of the items of @level, in samples. */
const gint64 *idr_item_get_size (const IdrMeta *meta, gint level);

/* The most that one of @level may be stored in. */
gsize idr_item_get_limit (const IdrMeta *meta, gint level);

/* Where a shard's index is, which lies at @offset and has @length bytes, -1 for a whole object: as
 * idr_store_fetch() has it. FALSE where that is too short. */
gboolean idr_item_find_index (const IdrShard *shard, gint64 offset, gint64 length,
                              gint64 *index_offset);

/* The index of the shard @item: fetched once for all who ask. Without items where there is no such
 * shard. */
GBytes *idr_item_get_index (const IdrItem *item, IdrTally *tally, GCancellable *cancellable,
                            GError **error);

/* The stored bytes of @item. G_IO_ERROR_NOT_FOUND: there are none. */
GBytes *idr_item_read (const IdrItem *item, IdrTally *tally, GCancellable *cancellable,
                       GError **error);
