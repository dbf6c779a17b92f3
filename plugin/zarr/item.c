/* What an array's chunks lie in: objects of the store, or shards
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "item.h"
#include "shared.h"

#include <string.h>

/* --- Names and sizes ------------------------------------------------------------------- */

/* Writes @number in as few bytes as tell where it ends; returns where that is. */
static guint8 *
write_number (guint8 *to, guint64 number)
{
  for (; number >= 0x80; number >>= 7)
    *to++ = (guint8)(number | 0x80);
  *to++ = (guint8)number;
  return to;
}

/* Short, as it is hashed again and again. */
GBytes *
idr_item_get_key (const IdrItem *item, IdrItemPart part)
{
  guint8 key[(2 + IDR_ARRAY_MAX_DIMS) * 10];
  guint8 *end = write_number (key, item->array->serial);

  end = write_number (end, IDR_ITEM_N_PARTS * (guint64)item->level + part);
  for (gint d = 0; d < item->array->meta.info.n_dims; d++)
    end = write_number (end, (guint64)item->at[d]);
  return g_bytes_new (key, (gsize)(end - key));
}

static IdrItem
get_parent (const IdrItem *item)
{
  const IdrMeta *meta = &item->array->meta;
  IdrItem parent = { item->array, item->level - 1, { 0 } };

  for (gint d = 0; d < meta->info.n_dims; d++)
    parent.at[d] = item->at[d] / meta->shards[parent.level].count[d];
  return parent;
}

gchar *
idr_item_get_name (const IdrItem *item)
{
  IdrItem object = *item;

  while (object.level > 0)
    object = get_parent (&object);
  return idr_meta_get_key (&item->array->meta, object.at, item->array->prefix);
}

const gint64 *
idr_item_get_size (const IdrMeta *meta, gint level)
{
  return level == meta->n_shards ? meta->info.chunk : meta->shards[level].size;
}

gsize
idr_item_get_limit (const IdrMeta *meta, gint level)
{
  const IdrShard *shard = &meta->shards[level];
  gsize size;

  if (level == meta->n_shards)
    return idr_codec_get_limit (meta->steps, meta->n_steps, meta->n_samples * meta->dtype.size) + 1;
  /* What is read in parts may be of any size. */
  if (idr_shard_is_partial (shard))
    return G_MAXINT64;
  size = idr_item_get_limit (meta, level + 1);
  if (!g_size_checked_mul (&size, size, shard->n_items)
      || !g_size_checked_add (&size, size, shard->index_size))
    size = IDR_META_MAX_CHUNK;
  return idr_codec_get_limit (shard->steps, shard->n_steps, MIN (size, IDR_META_MAX_CHUNK));
}

/* --- Fetching ------------------------------------------------------------------------------ */

typedef struct
{
  const IdrItem *item;
  IdrTally *tally;
  gboolean made; /* what was asked for, by this one */
} Request;

/* Where the bytes of an item are. */
typedef struct
{
  GBytes *within;        /* of a shard that was read as a whole, or NULL: of the object */
  gint64 offset, length; /* -1: all of the object */
} Place;

static void
place_clear (Place *place)
{
  g_clear_pointer (&place->within, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* @length bytes of @bytes, -1 for all. */
static GBytes *
slice (GBytes *bytes, gint64 offset, gint64 length, GError **error)
{
  gint64 size = (gint64)g_bytes_get_size (bytes);

  if (length < 0)
    return g_bytes_ref (bytes);
  if (offset <= size && length <= size - offset)
    return g_bytes_new_from_bytes (bytes, (gsize)offset, (gsize)length);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "the index of its shard points to what lies beyond the shard's end");
  return NULL;
}

/* The bytes that were asked for ahead of time. FALSE if they were not, or if they were a guess that
 * failed, long ago perhaps. An index stays where it is until it is in the cache, since hints look
 * for it in both places. */
static gboolean
take_early (const Request *request, IdrItemPart part, GCancellable *cancellable, GBytes **bytes,
            GError **error)
{
  g_autoptr (GBytes) key = idr_item_get_key (request->item, part);
  IdrAheadReason reason;
  gint64 offset, length;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) all = NULL;
  g_autoptr (IdrFetch) early
      = idr_ahead_get (idr_shared_get_ahead (), key, &reason, &offset, &length);

  if (!early)
    return FALSE;
  all = idr_fetch_wait (early, request->tally, cancellable, &problem);
  if (all ? part != IDR_ITEM_INDEX : !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    idr_ahead_drop (idr_shared_get_ahead (), key);
  if (all)
    *bytes = slice (all, offset, length, error);
  else if (reason == IDR_AHEAD_READ || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    return FALSE;
  return TRUE;
}

/* @length bytes of the object that the item lies in, -1 for all, for @part of it. */
static GBytes *
fetch (const Request *request, IdrItemPart part, gint64 offset, gint64 length, gsize limit,
       GCancellable *cancellable, GError **error)
{
  g_autofree gchar *name = NULL;
  g_autoptr (IdrFetch) now = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (take_early (request, part, cancellable, &bytes, error))
    return g_steal_pointer (&bytes);
  if (length == 0)
    return g_bytes_new_static ("", 0);
  name = idr_item_get_name (request->item);
  now = idr_store_fetch (request->item->array->store, name, offset, MAX (length, 0), limit);
  bytes = idr_fetch_wait (now, request->tally, cancellable, error);
  /* What a shard's index tells of need not be there. */
  return bytes && length > 0 && offset >= 0 ? slice (bytes, 0, length, error)
                                            : g_steal_pointer (&bytes);
}

static GBytes *
read_place (const Request *request, const Place *place, IdrItemPart part, gsize limit,
            GCancellable *cancellable, GError **error)
{
  if (place->within)
    return slice (place->within, place->offset, place->length, error);
  return fetch (request, part, place->offset, place->length, limit, cancellable, error);
}

static gboolean locate (const Request *request, Place *place, GCancellable *cancellable,
                        GError **error);

/* --- Shards that are read as a whole --------------------------------------------------------- */

static gpointer
make_whole (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  const Request *request = data;
  const IdrMeta *meta = &request->item->array->meta;
  const IdrShard *shard = &meta->shards[request->item->level];
  gsize limit = idr_item_get_limit (meta, request->item->level);
  g_auto (Place) place = { NULL };
  g_autoptr (GBytes) stored = NULL;
  GBytes *whole;

  if (!locate (request, &place, cancellable, error))
    return NULL;
  stored = read_place (request, &place, IDR_ITEM_CONTENT, limit, cancellable, error);
  whole = stored ? idr_codec_decode (shard->steps, shard->n_steps, stored, limit, FALSE, error)
                 : NULL;
  *size = IDR_SHARED_ENTRY_SIZE + (whole ? g_bytes_get_size (whole) : 0);
  return whole;
}

static GBytes *
get_whole (const Request *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) key = idr_item_get_key (request->item, IDR_ITEM_CONTENT);

  return idr_cache_get (idr_shared_get_cache (), key, make_whole, (gpointer)request, cancellable,
                        error);
}

/* --- Indices ------------------------------------------------------------------------------- */

gboolean
idr_item_find_index (const IdrShard *shard, gint64 offset, gint64 length, gint64 *index_offset)
{
  gint64 size = (gint64)shard->index_size;

  if (length >= 0 && length < size)
    return FALSE;
  if (shard->index_at_start)
    *index_offset = offset;
  else
    *index_offset = length < 0 ? -1 : offset + length - size;
  return TRUE;
}

/* The stored index, NULL with G_IO_ERROR_NOT_FOUND where there is no shard. */
static GBytes *
read_index (const Request *request, GCancellable *cancellable, GError **error)
{
  const IdrShard *shard = &request->item->array->meta.shards[request->item->level];
  g_auto (Place) place = { NULL };

  if (idr_shard_is_partial (shard))
    {
      if (!locate (request, &place, cancellable, error))
        return NULL;
    }
  else
    {
      place.within = get_whole (request, cancellable, error);
      if (!place.within)
        return NULL;
      place.length = (gint64)g_bytes_get_size (place.within);
    }
  if (!idr_item_find_index (shard, place.offset, place.length, &place.offset))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it has %" G_GINT64_FORMAT " bytes, too few for its index of %" G_GSIZE_FORMAT,
                   place.length, shard->index_size);
      return NULL;
    }
  place.length = (gint64)shard->index_size;
  return read_place (request, &place, IDR_ITEM_INDEX, shard->index_size, cancellable, error);
}

static gpointer
make_index (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  const IdrItem *item = request->item;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) stored = read_index (request, cancellable, &problem);
  GBytes *index;

  request->made = TRUE;
  *size = IDR_SHARED_ENTRY_SIZE;
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_bytes_new_static ("", 0);
  index = stored ? idr_shard_decode_index (&item->array->meta.shards[item->level], stored, &problem)
                 : NULL;
  if (index)
    *size += g_bytes_get_size (index);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return index;
}

GBytes *
idr_item_get_index (const IdrItem *item, IdrTally *tally, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) key = idr_item_get_key (item, IDR_ITEM_INDEX);
  Request request = { item, tally, FALSE };
  GBytes *index
      = idr_cache_get (idr_shared_get_cache (), key, make_index, &request, cancellable, error);

  if (request.made && !g_cancellable_is_cancelled (cancellable))
    idr_ahead_drop (idr_shared_get_ahead (), key);
  return index;
}

/* --- Items ----------------------------------------------------------------------------------- */

/* Where the item's stored bytes are: the shards that it lies in tell. */
static gboolean
locate (const Request *request, Place *place, GCancellable *cancellable, GError **error)
{
  const IdrItem *item = request->item;
  const IdrMeta *meta = &item->array->meta;
  IdrItem parent;
  Request outer = { &parent, request->tally, FALSE };
  g_autoptr (GBytes) index = NULL;
  gint64 offset, length;

  *place = (Place){ NULL, 0, -1 };
  if (item->level == 0)
    return TRUE;
  parent = get_parent (item);
  index = idr_item_get_index (&parent, request->tally, cancellable, error);
  if (!index
      || !idr_shard_find (&meta->shards[parent.level], index, item->at,
                          idr_item_get_limit (meta, item->level), &offset, &length, error))
    return FALSE;
  if (!idr_shard_is_partial (&meta->shards[parent.level]))
    place->within = get_whole (&outer, cancellable, error);
  if (idr_shard_is_partial (&meta->shards[parent.level])
          ? !locate (&outer, place, cancellable, error)
          : !place->within)
    return FALSE;
  if (__builtin_add_overflow (place->offset, offset, &offset)
      || (place->length >= 0 && offset - place->offset > place->length - length))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "the index of its shard points to what lies beyond the shard's end");
      return FALSE;
    }
  place->offset = offset;
  place->length = length;
  return TRUE;
}

GBytes *
idr_item_read (const IdrItem *item, IdrTally *tally, GCancellable *cancellable, GError **error)
{
  Request request = { item, tally, FALSE };
  g_auto (Place) place = { NULL };

  if (!locate (&request, &place, cancellable, error))
    return NULL;
  return read_place (&request, &place, IDR_ITEM_CONTENT,
                     idr_item_get_limit (&item->array->meta, item->level), cancellable, error);
}
