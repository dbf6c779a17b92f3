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
  gboolean whole;   /* the chunk is read as a whole, which is done once as a rule */
  gboolean fetched; /* by this one */
} Request;

static IdrItem
get_item (IdrArray *array, const gint64 *at)
{
  IdrItem item = { array, array->meta.n_shards, { 0 } };

  memcpy (item.at, at, array->meta.info.n_dims * sizeof *at);
  return item;
}

/* What stands for a chunk that is not in the store, among its bytes and its samples alike. */
static GBytes *
get_missing (void)
{
  static gsize missing;

  if (g_once_init_enter (&missing))
    g_once_init_leave (&missing, (gsize)g_bytes_new_static ("", 0));
  return (GBytes *)missing;
}

/* --- What is stored ---------------------------------------------------------------------- */

static gpointer
make_stored (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  g_autoptr (GError) problem = NULL;
  GBytes *stored = idr_item_read (request->item, request->tally, cancellable, &problem);

  request->fetched = TRUE;
  *size = IDR_SHARED_ENTRY_SIZE;
  if (stored)
    {
      *size += g_bytes_get_size (stored);
      return stored;
    }
  if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (request->tally)
    request->tally->missing++;
  return g_bytes_ref (get_missing ());
}

static GBytes *
get_stored (Request *request, GBytes *key, GCancellable *cancellable, GError **error)
{
  return (request->whole ? idr_cache_get_passing : idr_cache_get) (
      idr_shared_get_cache (), key, make_stored, request, cancellable, error);
}

/* --- What it decodes to ------------------------------------------------------------------ */

static void
count (IdrTally *tally, gboolean decoded, const struct timespec *begin)
{
  struct timespec end;

  if (!tally)
    return;
  clock_gettime (CLOCK_MONOTONIC, &end);
  tally->chunks += decoded;
  tally->decode_ns += (end.tv_sec - begin->tv_sec) * G_GINT64_CONSTANT (1000000000) + end.tv_nsec
                      - begin->tv_nsec;
}

static GBytes *
decode (const Request *request, GBytes *stored, GError **error)
{
  struct timespec begin;
  GBytes *samples;

  clock_gettime (CLOCK_MONOTONIC, &begin);
  samples = idr_meta_decode (&request->item->array->meta, stored, error);
  count (request->tally, samples != NULL, &begin);
  return samples;
}

static gpointer
make (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  g_autoptr (GBytes) stored_key = idr_item_get_key (request->item, IDR_ITEM_STORED);
  g_autoptr (GBytes) stored = get_stored (request, stored_key, cancellable, error);
  GBytes *samples;

  *size = IDR_SHARED_ENTRY_SIZE;
  if (!stored || stored == get_missing ())
    return g_steal_pointer (&stored);
  samples = decode (request, stored, error);
  *size += samples ? g_bytes_get_size (samples) : 0;
  /* Once is enough; and bytes that cannot be decoded are asked for again. */
  idr_cache_drop (idr_shared_get_cache (), stored_key);
  return samples;
}

GBytes *
idr_chunk_get (IdrArray *array, const gint64 *at, IdrTally *tally, GCancellable *cancellable,
               GError **error)
{
  IdrItem item = get_item (array, at);
  g_autoptr (GBytes) key = idr_item_get_key (&item, IDR_ITEM_CONTENT);
  Request request = { .item = &item, .tally = tally };

  return idr_cache_get (idr_shared_get_cache (), key, make, &request, cancellable, error);
}

GBytes *
idr_chunk_get_again (IdrArray *array, const gint64 *at, IdrTally *tally, GCancellable *cancellable,
                     GError **error)
{
  IdrItem item = get_item (array, at);
  Request request = { .item = &item, .tally = tally };
  g_autoptr (GBytes) key = idr_item_get_key (&item, IDR_ITEM_CONTENT);
  g_autoptr (GBytes) stored_key = idr_item_get_key (&item, IDR_ITEM_STORED);
  g_autoptr (GBytes) stored = NULL;
  GBytes *samples = idr_cache_peek (idr_shared_get_cache (), key);

  if (samples)
    return samples;
  stored = get_stored (&request, stored_key, cancellable, error);
  if (!stored || stored == get_missing ())
    return g_steal_pointer (&stored);
  if (tally)
    tally->again += !request.fetched;
  samples = decode (&request, stored, error);
  if (!samples)
    idr_cache_drop (idr_shared_get_cache (), stored_key);
  return samples;
}

/* Decodes @stored to @to. */
static gboolean
decode_to (const Request *request, GBytes *stored, gpointer to, GError **error)
{
  const IdrMeta *meta = &request->item->array->meta;
  struct timespec begin;
  gboolean decoded;

  clock_gettime (CLOCK_MONOTONIC, &begin);
  decoded = idr_codec_decode_to (meta->steps, meta->n_steps, stored, to,
                                 meta->n_samples * meta->dtype.size, error);
  count (request->tally, decoded, &begin);
  return decoded;
}

gboolean
idr_chunk_read (IdrArray *array, const gint64 *at, gpointer to, gboolean *is_missing,
                IdrTally *tally, GCancellable *cancellable, GError **error)
{
  IdrItem item = get_item (array, at);
  Request request = { .item = &item, .tally = tally, .whole = TRUE };
  g_autoptr (GBytes) key = idr_item_get_key (&item, IDR_ITEM_CONTENT);
  g_autoptr (GBytes) stored_key = idr_item_get_key (&item, IDR_ITEM_STORED);
  g_autoptr (GBytes) samples = idr_cache_peek (idr_shared_get_cache (), key);
  g_autoptr (GBytes) stored
      = samples ? NULL : get_stored (&request, stored_key, cancellable, error);

  *is_missing = samples == get_missing () || stored == get_missing ();
  if (samples)
    memcpy (to, g_bytes_get_data (samples, NULL), g_bytes_get_size (samples));
  if (samples || *is_missing)
    return TRUE;
  if (stored && decode_to (&request, stored, to, error))
    return TRUE;
  idr_cache_drop (idr_shared_get_cache (), stored_key);
  return FALSE;
}

/* --- Ahead ------------------------------------------------------------------------------- */

/* Whether the samples, known by @key, or what is stored of them are there or under way. */
static gboolean
is_cached (const IdrItem *item, GBytes *key)
{
  g_autoptr (GBytes) stored_key = idr_item_get_key (item, IDR_ITEM_STORED);

  return idr_cache_has (idr_shared_get_cache (), key)
         || idr_cache_has (idr_shared_get_cache (), stored_key);
}

gboolean
idr_chunk_is_coming (IdrArray *array, const gint64 *at)
{
  IdrItem item = get_item (array, at);
  g_autoptr (GBytes) key = idr_item_get_key (&item, IDR_ITEM_CONTENT);

  return idr_ahead_has (idr_shared_get_ahead (), key) || is_cached (&item, key);
}

void
idr_chunk_withdraw (IdrArray *array, const gint64 *at)
{
  IdrItem item = get_item (array, at);
  g_autoptr (GBytes) key = idr_item_get_key (&item, IDR_ITEM_CONTENT);

  /* Whoever waited for the same, too, goes on with it. */
  if (!is_cached (&item, key))
    idr_ahead_withdraw (idr_shared_get_ahead (), key);
}
