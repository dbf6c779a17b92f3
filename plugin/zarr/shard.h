/* How a shard's items (chunks, or shards again) lie in it: an index of them, before or behind them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"
#include "codec.h"

#define IDR_SHARD_MAX_STEPS 4
/* No index is longer than this. */
#define IDR_SHARD_MAX_INDEX ((gsize)64 << 20)

typedef struct
{
  gint64 size[IDR_ARRAY_MAX_DIMS];  /* of the shard, in samples */
  gint64 count[IDR_ARRAY_MAX_DIMS]; /* of its items */
  gint order[IDR_ARRAY_MAX_DIMS];   /* of the dimensions in the index, the slowest first */
  gint n_dims;
  gboolean index_at_start, index_swap;
  IdrStep index_steps[IDR_SHARD_MAX_STEPS];
  gint n_index_steps;
  IdrStep steps[IDR_SHARD_MAX_STEPS]; /* around all of it: it cannot be read in parts */
  gint n_steps;

  /* What follows from that, by idr_shard_check(). */
  gsize n_items, index_size;
} IdrShard;

/* Completes @shard, all of whose items are of @item samples. */
gboolean idr_shard_check (IdrShard *shard, const gint64 *item, GError **error);

/* Whether its items can be read one by one. */
gboolean idr_shard_is_partial (const IdrShard *shard);

/* The index, checked, from its stored bytes: for idr_shard_find(). */
GBytes *idr_shard_decode_index (const IdrShard *shard, GBytes *stored, GError **error);

/* Where the index tells that the item @at of the whole array lies, in bytes from the shard's first
 * on. An empty @index has no items. G_IO_ERROR_NOT_FOUND: there is no such item; INVALID_DATA:
 * there cannot be, where it has more than @limit bytes or lies beyond 2^63. */
gboolean idr_shard_find (const IdrShard *shard, GBytes *index, const gint64 *at, gsize limit,
                         gint64 *offset, gint64 *length, GError **error);
