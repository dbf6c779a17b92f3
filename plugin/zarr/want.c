/* What is wanted soon of an object: its fetches, started ahead
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "want.h"
#include "chunk.h"
#include "grid.h"
#include "shared.h"

#include <string.h>

/* Neighbours are fetched together up to this many bytes: beyond it, requests side by side are as
 * good. */
#define MAX_RANGE ((gint64)8 << 20)
/* What lies between neighbours is fetched, too, up to a hundredth of what is wanted. */
#define MAX_WASTE 100

typedef struct
{
  IdrItem item;          /* holds a reference to its array */
  gint64 offset, length; /* of its bytes in the object; length -1: all of them */
  gint64 start[IDR_ARRAY_MAX_DIMS], size[IDR_ARRAY_MAX_DIMS]; /* of the rectangle, in samples */
  gint64 skip;
  IdrAheadReason reason;
} Want;

static gboolean want_item (const Want *want);

static void
want_free (gpointer data)
{
  Want *want = data;

  idr_array_unref (want->item.array);
  g_free (want);
}

static Want *
want_copy (const Want *want)
{
  Want *copy = g_memdup2 (want, sizeof *want);

  idr_array_ref (copy->item.array);
  return copy;
}

/* --- Ranges ---------------------------------------------------------------------------- */

/* Starts one fetch of @length bytes of the object from @offset on, -1 for all. */
static gboolean
start (const Want *want, gint64 offset, gint64 length, gsize limit, const IdrAheadPart *parts,
       guint n_parts)
{
  g_autofree gchar *name = idr_item_get_name (&want->item);
  IdrAheadRange range = { want->item.array->store, name, offset, MAX (length, 0), limit };

  return idr_ahead_start (idr_shared_get_ahead (), want->reason,
                          idr_shared_get_bound (want->reason), &range, parts, n_parts);
}

static gint
compare_offsets (gconstpointer a, gconstpointer b)
{
  const IdrAheadPart *one = a, *two = b;

  return (one->offset > two->offset) - (one->offset < two->offset);
}

/* How many of the @n parts, in order, are fetched together, and in @length how many bytes that
 * are. */
static guint
join (const IdrAheadPart *parts, guint n, gsize max_size, gint64 *length)
{
  gint64 begin = parts[0].offset, end = begin + parts[0].length, wanted = parts[0].length;
  gsize size = parts[0].size;
  guint i;

  for (i = 1; i < n; i++)
    {
      gint64 reach = MAX (end, parts[i].offset + parts[i].length);

      wanted += parts[i].length;
      size += parts[i].size;
      if (reach - begin > MAX_RANGE || size > max_size
          || reach - begin - wanted > wanted / MAX_WASTE)
        break;
      end = reach;
    }
  *length = end - begin;
  return i;
}

/* Starts to fetch the parts, whose offsets are those in the object. */
static gboolean
start_parts (const Want *want, IdrAheadPart *parts, guint n)
{
  gsize max_size = idr_shared_get_bound (want->reason) / 4;
  gboolean ok = TRUE;

  if (n > 1)
    qsort (parts, n, sizeof *parts, compare_offsets);
  for (guint i = 0; ok && i < n;)
    {
      gint64 begin = parts[i].offset, length;
      guint joined = join (parts + i, n - i, max_size, &length);

      for (guint k = i; k < i + joined; k++)
        parts[k].offset -= begin;
      ok = start (want, begin, length, (gsize)length, parts + i, joined);
      i += joined;
    }
  return ok;
}

/* --- Shards ------------------------------------------------------------------------------ */

static void
part_clear (gpointer data)
{
  g_bytes_unref (((IdrAheadPart *)data)->key);
}

static gsize
get_chunk_size (const IdrMeta *meta)
{
  return meta->n_samples * idr_pixel_get_size (meta->info.pixel);
}

/* Takes the item of @want that the walk @grid is at, where the index says that there is one: a
 * chunk goes to @parts, a shard's own items are wanted at once. */
static gboolean
want_next (const Want *want, GBytes *index, const IdrGrid *grid, GArray *parts)
{
  const IdrMeta *meta = &want->item.array->meta;
  Want next = { .item = { want->item.array, want->item.level + 1, { 0 } }, .reason = want->reason };
  IdrAheadPart part = { .size = get_chunk_size (meta) };

  memcpy (next.item.at, grid->at, sizeof next.item.at);
  if (!idr_shard_find (&meta->shards[want->item.level], index, grid->at,
                       idr_item_get_limit (meta, next.item.level), &next.offset, &next.length, NULL)
      || next.length == 0 || __builtin_add_overflow (next.offset, want->offset, &next.offset)
      || next.offset > G_MAXINT64 - next.length)
    return TRUE;
  if (next.item.level < meta->n_shards)
    {
      for (gint d = 0; d < grid->n_dims; d++)
        {
          next.start[d] = grid->start[d] + grid->to[d];
          next.size[d] = grid->size[d];
        }
      return want_item (&next);
    }
  part.offset = next.offset;
  part.length = next.length;
  if (!idr_chunk_is_coming (want->item.array, grid->at))
    {
      part.key = idr_item_get_key (&next.item, IDR_ITEM_CONTENT);
      g_array_append_val (parts, part);
    }
  return TRUE;
}

static gboolean
want_items (const Want *want, GBytes *index)
{
  const IdrMeta *meta = &want->item.array->meta;
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (IdrAheadPart));
  IdrGrid grid;
  gboolean ok = TRUE;

  g_array_set_clear_func (parts, part_clear);
  if (!idr_grid_begin (&grid, meta->info.n_dims, idr_item_get_size (meta, want->item.level + 1),
                       want->start, want->size))
    return TRUE;
  do
    if (grid.n >= want->skip)
      ok = want_next (want, index, &grid, parts);
  while (ok && idr_grid_next (&grid));
  return start_parts (want, (IdrAheadPart *)parts->data, parts->len) && ok;
}

/* An index that was on its way is there. What is wrong with it, the read will tell. */
static void
on_index (GBytes *stored, gpointer data)
{
  const Want *want = data;
  const IdrShard *shard = &want->item.array->meta.shards[want->item.level];
  g_autoptr (GBytes) index = stored ? idr_shard_decode_index (shard, stored, NULL) : NULL;

  if (index)
    want_items (want, index);
}

/* Starts to fetch the index, and what is wanted when that is there. */
static gboolean
want_index (const Want *want, GBytes *key)
{
  const IdrShard *shard = &want->item.array->meta.shards[want->item.level];
  IdrAheadPart part = { key, shard->index_size, 0, -1 };
  IdrAheadReason reason;
  gint64 offset, length;
  g_autoptr (IdrFetch) fetch = NULL;

  if (!idr_item_find_index (shard, want->offset, want->length, &offset))
    return TRUE;
  if (!start (want, offset, (gint64)shard->index_size, shard->index_size, &part, 1))
    return FALSE;
  fetch = idr_ahead_get (idr_shared_get_ahead (), key, &reason, &offset, &length);
  if (fetch)
    idr_fetch_then (fetch, on_index, want_copy (want), want_free);
  return TRUE;
}

/* --- Objects ------------------------------------------------------------------------------ */

static gboolean
want_whole (const Want *want)
{
  const IdrMeta *meta = &want->item.array->meta;
  g_autoptr (GBytes) key = idr_item_get_key (&want->item, IDR_ITEM_CONTENT);
  IdrAheadPart part = { key, get_chunk_size (meta), 0, -1 };

  if (want->item.level == meta->n_shards ? idr_chunk_is_coming (want->item.array, want->item.at)
                                         : idr_cache_has (idr_shared_get_cache (), key))
    return TRUE;
  if (want->item.level < meta->n_shards)
    part.size *= meta->shards[want->item.level].n_items;
  return start (want, want->offset, want->length, idr_item_get_limit (meta, want->item.level),
                &part, 1);
}

static gboolean
want_item (const Want *want)
{
  const IdrMeta *meta = &want->item.array->meta;
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GBytes) index = NULL;

  if (want->item.level == meta->n_shards || !idr_shard_is_partial (&meta->shards[want->item.level]))
    return want_whole (want);
  key = idr_item_get_key (&want->item, IDR_ITEM_INDEX);
  index = idr_cache_peek (idr_shared_get_cache (), key);
  return index ? want_items (want, index) : want_index (want, key);
}

gboolean
idr_want (IdrArray *array, const gint64 *at, const gint64 *from, const gint64 *size, gint64 skip,
          IdrAheadReason reason)
{
  gsize n = array->meta.info.n_dims * sizeof (gint64);
  Want want = { .item = { array, 0, { 0 } }, .length = -1, .skip = skip, .reason = reason };

  memcpy (want.item.at, at, n);
  memcpy (want.start, from, n);
  memcpy (want.size, size, n);
  return want_item (&want);
}

void
idr_want_withdraw (IdrArray *array, const gint64 *at, const gint64 *from, const gint64 *size)
{
  IdrItem object = { array, 0, { 0 } };
  IdrGrid grid;

  memcpy (object.at, at, array->meta.info.n_dims * sizeof *at);
  if (array->meta.n_shards > 0)
    {
      g_autoptr (GBytes) index = idr_item_get_key (&object, IDR_ITEM_INDEX);
      g_autoptr (GBytes) whole = idr_item_get_key (&object, IDR_ITEM_CONTENT);

      idr_ahead_withdraw (idr_shared_get_ahead (), index);
      idr_ahead_withdraw (idr_shared_get_ahead (), whole);
    }
  if (!idr_grid_begin (&grid, array->meta.info.n_dims, array->meta.info.chunk, from, size))
    return;
  do
    idr_chunk_withdraw (array, grid.at);
  while (idr_grid_next (&grid));
}
