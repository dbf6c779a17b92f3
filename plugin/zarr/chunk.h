/* One chunk of an array: fetched, decoded and kept for all who ask
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ahead.h"
#include "array.h"
#include "cache.h"
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

/* The samples of the chunk @at, decoded; no bytes at all where the store has no such chunk. */
GBytes *idr_chunk_get (IdrArray *array, const gint64 *at, IdrTally *tally,
                       GCancellable *cancellable, GError **error);

/* Starts to fetch the chunk @at. FALSE if that must wait until others are read. */
gboolean idr_chunk_start (IdrArray *array, const gint64 *at, IdrAheadReason reason);

/* Gives up what a read has started. */
void idr_chunk_withdraw (IdrArray *array, const gint64 *at);

/* The cache that all chunks of the process are in. */
IdrCache *idr_chunk_get_cache (void);
