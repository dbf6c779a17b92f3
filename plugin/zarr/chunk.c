/* One chunk of an array: fetched, decoded and kept for all who ask
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chunk.h"
#include "shared.h"

#include <string.h>
#include <time.h>

typedef struct
{
  const IdrItem *item;
  IdrTally *tally;
} Request;

static IdrItem
get_item (IdrArray *array, const gint64 *at)
{
  IdrItem item = { array, array->meta.n_shards, { 0 } };

  memcpy (item.at, at, array->meta.info.n_dims * sizeof *at);
  return item;
}

static GBytes *
get_key (IdrArray *array, const gint64 *at)
{
  IdrItem item = get_item (array, at);

  return idr_item_get_key (&item, IDR_ITEM_CONTENT);
}

static GBytes *
decode (const Request *request, GBytes *stored, GError **error)
{
  struct timespec begin, end;
  GBytes *chunk;

  clock_gettime (CLOCK_MONOTONIC, &begin);
  chunk = idr_meta_decode (&request->item->array->meta, stored, error);
  clock_gettime (CLOCK_MONOTONIC, &end);
  if (request->tally)
    {
      request->tally->chunks += chunk != NULL;
      request->tally->decode_ns += (end.tv_sec - begin.tv_sec) * G_GINT64_CONSTANT (1000000000)
                                   + end.tv_nsec - begin.tv_nsec;
    }
  return chunk;
}

static gpointer
make (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  const Request *request = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) stored = idr_item_read (request->item, request->tally, cancellable, &problem);

  *size = IDR_SHARED_ENTRY_SIZE;
  if (stored)
    {
      GBytes *chunk = decode (request, stored, error);

      *size += chunk ? g_bytes_get_size (chunk) : 0;
      return chunk;
    }
  if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (request->tally)
    request->tally->missing++;
  return g_bytes_new_static ("", 0);
}

GBytes *
idr_chunk_get (IdrArray *array, const gint64 *at, IdrTally *tally, GCancellable *cancellable,
               GError **error)
{
  IdrItem item = get_item (array, at);
  g_autoptr (GBytes) key = idr_item_get_key (&item, IDR_ITEM_CONTENT);
  Request request = { &item, tally };

  return idr_cache_get (idr_shared_get_cache (), key, make, &request, cancellable, error);
}

gboolean
idr_chunk_is_coming (IdrArray *array, const gint64 *at)
{
  g_autoptr (GBytes) key = get_key (array, at);

  return idr_cache_has (idr_shared_get_cache (), key)
         || idr_ahead_has (idr_shared_get_ahead (), key);
}

void
idr_chunk_withdraw (IdrArray *array, const gint64 *at)
{
  g_autoptr (GBytes) key = get_key (array, at);

  /* Whoever waited for the same, too, goes on with it. */
  if (!idr_cache_has (idr_shared_get_cache (), key))
    idr_ahead_withdraw (idr_shared_get_ahead (), key);
}
