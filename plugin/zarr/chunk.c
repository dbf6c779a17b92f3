/* One chunk of an array: fetched, decoded and kept for all who ask
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chunk.h"

#include <string.h>
#include <time.h>

#define CACHE_SIZE (64 << 20)
/* What the cache needs for an entry itself. */
#define ENTRY_SIZE 256

static gpointer
chunk_ref (gpointer value)
{
  return g_bytes_ref (value);
}

static void
chunk_unref (gpointer value)
{
  g_bytes_unref (value);
}

IdrCache *
idr_chunk_get_cache (void)
{
  static gsize cache;

  if (g_once_init_enter (&cache))
    g_once_init_leave (&cache, (gsize)idr_cache_new (CACHE_SIZE, chunk_ref, chunk_unref));
  return (IdrCache *)cache;
}

static IdrAhead *
get_ahead (void)
{
  static gsize ahead;

  if (g_once_init_enter (&ahead))
    g_once_init_leave (&ahead, (gsize)idr_ahead_new ());
  return (IdrAhead *)ahead;
}

/* --- Names and sizes ------------------------------------------------------------------- */

static GBytes *
get_key (const IdrArray *array, const gint64 *at)
{
  gint64 key[1 + IDR_ARRAY_MAX_DIMS] = { array->serial };

  memcpy (key + 1, at, array->meta.info.n_dims * sizeof *at);
  return g_bytes_new (key, (1 + array->meta.info.n_dims) * sizeof *key);
}

static gchar *
get_name (const IdrArray *array, const gint64 *at)
{
  g_autofree gchar *key = idr_meta_get_key (&array->meta, at);

  return g_strconcat (array->prefix, key, NULL);
}

static gsize
get_size (const IdrArray *array)
{
  return array->meta.n_samples * idr_pixel_get_size (array->meta.info.pixel);
}

/* More than any compressor makes of a chunk that it cannot compress. */
static gsize
get_limit (const IdrArray *array)
{
  gsize size = array->meta.n_samples * array->meta.dtype.size;

  return size + size / 8 + (1 << 16);
}

/* --- Fetched and decoded ----------------------------------------------------------------- */

typedef struct
{
  IdrArray *array;
  const gint64 *at;
  IdrTally *tally;
} Request;

static GBytes *
fetch (const Request *request, GBytes *key, GCancellable *cancellable, GError **error)
{
  IdrArray *array = request->array;
  g_autofree gchar *name = NULL;
  g_autoptr (IdrFetch) now = NULL;
  g_autoptr (GError) problem = NULL;
  IdrAheadReason reason = IDR_AHEAD_READ;
  g_autoptr (IdrFetch) early = idr_ahead_get (get_ahead (), key, &reason);

  if (early)
    {
      GBytes *bytes = idr_fetch_wait (early, request->tally, cancellable, &problem);

      if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        idr_ahead_drop (get_ahead (), key);
      /* What was a guess and failed long ago, perhaps, is asked for again. */
      if (bytes || reason == IDR_AHEAD_READ
          || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          if (problem)
            g_propagate_error (error, g_steal_pointer (&problem));
          return bytes;
        }
    }
  name = get_name (array, request->at);
  now = idr_store_fetch (array->store, name, 0, 0, get_limit (array));
  return idr_fetch_wait (now, request->tally, cancellable, error);
}

static GBytes *
decode (const Request *request, GBytes *stored, GError **error)
{
  struct timespec begin, end;
  GBytes *chunk;

  clock_gettime (CLOCK_MONOTONIC, &begin);
  chunk = idr_meta_decode (&request->array->meta, stored, error);
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
  g_autoptr (GBytes) stored = fetch (request, key, cancellable, &problem);

  *size = ENTRY_SIZE;
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
  g_autoptr (GBytes) key = get_key (array, at);
  Request request = { array, at, tally };

  return idr_cache_get (idr_chunk_get_cache (), key, make, &request, cancellable, error);
}

/* --- Ahead ------------------------------------------------------------------------------ */

gboolean
idr_chunk_start (IdrArray *array, const gint64 *at, IdrAheadReason reason)
{
  IdrCache *cache = idr_chunk_get_cache ();
  gsize budget = idr_cache_get_budget (cache);
  g_autoptr (GBytes) key = get_key (array, at);
  g_autofree gchar *name = NULL;

  if (idr_cache_has (cache, key))
    return TRUE;
  name = get_name (array, at);
  return idr_ahead_start (get_ahead (), key, reason, get_size (array),
                          reason == IDR_AHEAD_HINT ? budget / 2 : budget, array->store, name,
                          get_limit (array));
}

void
idr_chunk_withdraw (IdrArray *array, const gint64 *at)
{
  g_autoptr (GBytes) key = get_key (array, at);

  /* Whoever waited for the same, too, goes on with it. */
  if (!idr_cache_has (idr_chunk_get_cache (), key))
    idr_ahead_withdraw (get_ahead (), key);
}
