/* A Zarr array: opened once, immutable, read by rectangles of any number of dimensions
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "array.h"
#include "chunk.h"
#include "grid.h"
#include "json.h"
#include "shared.h"
#include "strided.h"
#include "want.h"

#include <string.h>

G_STATIC_ASSERT (IDR_ARRAY_MAX_DIMS == IDR_GRID_MAX_DIMS);
G_STATIC_ASSERT (IDR_ARRAY_MAX_DIMS == IDR_STRIDED_MAX_DIMS);

/* --- Opening --------------------------------------------------------------------------- */

static IdrArray *
array_new (IdrStore *store, const gchar *path)
{
  static gsize serial;
  IdrArray *array = g_new0 (IdrArray, 1);

  g_atomic_ref_count_init (&array->refs);
  array->serial = g_atomic_pointer_add (&serial, 1);
  array->store = idr_store_ref (store);
  array->prefix = *path ? g_strconcat (path, "/", NULL) : g_strdup ("");
  array->uri = idr_store_get_uri (store, *path ? path : NULL);
  return array;
}

/* The formats that an array may have, the first one before the other. */
static const struct
{
  const gchar *name; /* of its metadata */
  gboolean (*parse) (IdrMeta *meta, GBytes *bytes, GError **error);
} formats[] = { { ".zarray", idr_meta_parse_v2 }, { "zarr.json", idr_meta_parse_v3 } };

#define N_FORMATS G_N_ELEMENTS (formats)

/* What @fetches got, and in @found which of them. A bucket that cannot be listed refuses (403) what
 * it does not have. */
static GBytes *
wait_for_any (IdrArray *array, IdrFetch *fetches[], guint *found, IdrTally *tally,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  for (*found = 0; *found < N_FORMATS; ++*found)
    {
      g_autoptr (GError) problem = NULL;
      GBytes *bytes = idr_fetch_wait (fetches[*found], tally, cancellable, &problem);

      if (bytes)
        return bytes;
      if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        continue;
      if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      if (!refusal)
        refusal = g_steal_pointer (&problem);
    }
  if (refusal)
    g_propagate_error (error, g_steal_pointer (&refusal));
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "there is no Zarr array at %s: neither .zarray nor zarr.json", array->uri);
  return NULL;
}

IdrArray *
idr_array_open (IdrStore *store, const gchar *path, IdrTally *tally, GCancellable *cancellable,
                GError **error)
{
  g_autoptr (IdrArray) array = NULL;
  g_autoptr (GBytes) bytes = NULL;
  IdrFetch *fetches[N_FORMATS];
  guint found;

  g_return_val_if_fail (store && path, NULL);

  array = array_new (store, path);
  for (guint i = 0; i < N_FORMATS; i++)
    {
      g_autofree gchar *key = g_strconcat (array->prefix, formats[i].name, NULL);

      fetches[i] = idr_store_fetch (store, key, 0, 0, IDR_META_MAX_BYTES);
    }
  bytes = wait_for_any (array, fetches, &found, tally, cancellable, error);
  for (guint i = 0; i < N_FORMATS; i++)
    idr_fetch_unref (fetches[i]);
  if (bytes && formats[found].parse (&array->meta, bytes, error))
    return g_steal_pointer (&array);
  if (bytes)
    g_prefix_error (error, "array %s: %s: ", array->uri, formats[found].name);
  return NULL;
}

static gboolean
is_v2 (GBytes *metadata)
{
  g_autoptr (JsonNode) root = idr_json_parse (metadata, NULL);

  return root && JSON_NODE_HOLDS_OBJECT (root)
         && idr_json_int (json_node_get_object (root), "zarr_format", 0) == 2;
}

IdrArray *
idr_array_open_known (IdrStore *store, const gchar *path, const gchar *metadata, GError **error)
{
  g_autoptr (IdrArray) array = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (store && path && metadata, NULL);

  array = array_new (store, path);
  bytes = g_bytes_new (metadata, strlen (metadata));
  if ((is_v2 (bytes) ? idr_meta_parse_v2 : idr_meta_parse_v3) (&array->meta, bytes, error))
    return g_steal_pointer (&array);
  g_prefix_error (error, "array %s: the group's metadata: ", array->uri);
  return NULL;
}

IdrArray *
idr_array_ref (IdrArray *array)
{
  g_atomic_ref_count_inc (&array->refs);
  return array;
}

void
idr_array_unref (IdrArray *array)
{
  if (!g_atomic_ref_count_dec (&array->refs))
    return;
  idr_store_unref (array->store);
  g_free (array->prefix);
  g_free (array->uri);
  idr_meta_clear (&array->meta);
  g_free (array);
}

const IdrArrayInfo *
idr_array_get_info (IdrArray *array)
{
  return &array->meta.info;
}

/* --- Reading --------------------------------------------------------------------------- */

static gboolean
check_rectangle (IdrArray *array, const gint64 *start, const gint64 *size, GError **error)
{
  const IdrArrayInfo *info = &array->meta.info;

  for (gint d = 0; d < info->n_dims; d++)
    if (start[d] < 0 || size[d] < 0 || start[d] > info->shape[d] - size[d])
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     "array %s: dimension %d has %" G_GINT64_FORMAT
                     " elements, not %" G_GINT64_FORMAT " from %" G_GINT64_FORMAT " on",
                     array->uri, d, info->shape[d], size[d], start[d]);
        return FALSE;
      }
  return TRUE;
}

/* Tells which chunk or shard of which array @error is about; a cancellation is nobody's. */
static void
tell_where (IdrArray *array, const gint64 *at, const gchar *what, GError **error)
{
  g_autoptr (GString) place = g_string_new (NULL);

  if (!error || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  for (gint d = 0; d < array->meta.info.n_dims; d++)
    g_string_append_printf (place, "%s%" G_GINT64_FORMAT, d ? "/" : "", at[d]);
  g_prefix_error (error, "array %s: %s %s: ", array->uri, what, place->len ? place->str : "0");
}

/* A rectangle that is read, and where to. */
typedef struct
{
  IdrArray *array;
  const gint64 *strides;
  gboolean missing_is_error;
  gboolean is_thin; /* its chunks come to more than can be kept for its neighbours */
  IdrTally *tally;
  GCancellable *cancellable;
} Reading;

/* Copies what the rectangle and the chunk have in common, or the fill value where it is missing. */
static void
paint (const Reading *reading, const IdrGrid *grid, GBytes *chunk, guint8 *to)
{
  static const gint64 repeat[IDR_ARRAY_MAX_DIMS];
  const IdrMeta *meta = &reading->array->meta;
  const guint8 *from = chunk ? g_bytes_get_data (chunk, NULL) : meta->fill;

  for (gint d = 0; chunk && d < grid->n_dims; d++)
    from += grid->from[d] * meta->strides[d];
  idr_strided_copy (grid->n_dims, grid->size, idr_pixel_get_size (meta->info.pixel), from,
                    chunk ? meta->strides : repeat, to, reading->strides);
}

/* Whether the chunk is read as a whole, to where its samples lie as in itself. */
static gboolean
is_whole (const Reading *reading, const IdrGrid *grid)
{
  const IdrMeta *meta = &reading->array->meta;

  for (gint d = 0; d < grid->n_dims; d++)
    if (grid->size[d] != meta->info.chunk[d]
        || (grid->size[d] > 1 && reading->strides[d] != meta->strides[d]))
      return FALSE;
  return idr_dtype_is_native (&meta->dtype);
}

static gboolean
fill_chunk (const Reading *reading, const IdrGrid *grid, guint8 *to, gboolean *is_missing,
            GError **error)
{
  g_autoptr (GBytes) chunk = NULL;

  if (is_whole (reading, grid))
    return idr_chunk_read (reading->array, grid->at, to, is_missing, reading->tally,
                           reading->cancellable, error);
  chunk = (reading->is_thin ? idr_chunk_get_again : idr_chunk_get) (
      reading->array, grid->at, reading->tally, reading->cancellable, error);
  *is_missing = chunk && g_bytes_get_size (chunk) == 0;
  if (chunk && !*is_missing)
    paint (reading, grid, chunk, to);
  return chunk != NULL;
}

static gboolean
read_chunk (const Reading *reading, const IdrGrid *grid, guint8 *pixels, GError **error)
{
  gboolean is_missing = FALSE, ok;

  for (gint d = 0; d < grid->n_dims; d++)
    pixels += grid->to[d] * reading->strides[d];
  ok = fill_chunk (reading, grid, pixels, &is_missing, error);
  if (is_missing && reading->missing_is_error)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "it is not in the store");
      ok = FALSE;
    }
  if (!ok)
    tell_where (reading->array, grid->at, "chunk", error);
  else if (is_missing)
    paint (reading, grid, NULL, pixels);
  return ok;
}

/* Where the object's part of the rectangle is, in samples of the array. */
static void
get_start (const IdrGrid *object, gint64 *start)
{
  for (gint d = 0; d < object->n_dims; d++)
    start[d] = object->start[d] + object->to[d];
}

/* Reads the chunks of a shard: as soon as its index is there, all of them are asked for that fit,
 * and the others when these were read. */
static gboolean
read_shard (const Reading *reading, const IdrGrid *object, guint8 *pixels, GError **error)
{
  IdrArray *array = reading->array;
  IdrItem shard = { array, 0, { 0 } };
  g_autoptr (GBytes) index = NULL;
  gint64 start[IDR_ARRAY_MAX_DIMS];
  gboolean ok, asked = FALSE;
  IdrGrid grid;

  memcpy (shard.at, object->at, sizeof shard.at);
  index = idr_item_get_index (&shard, reading->tally, reading->cancellable, error);
  if (!index)
    {
      tell_where (array, object->at, "shard", error);
      return FALSE;
    }
  get_start (object, start);
  idr_grid_begin (&grid, object->n_dims, array->meta.info.chunk, start, object->size);
  for (gint d = 0; d < object->n_dims; d++)
    pixels += object->to[d] * reading->strides[d];
  do
    {
      if (!asked && !idr_chunk_is_coming (array, grid.at))
        asked = idr_want (array, object->at, start, object->size, grid.n, IDR_AHEAD_READ);
      ok = read_chunk (reading, &grid, pixels, error);
    }
  while (ok && idr_grid_next (&grid));
  return ok;
}

static gboolean
want_object (IdrArray *array, const IdrGrid *object, IdrAheadReason reason)
{
  gint64 start[IDR_ARRAY_MAX_DIMS];

  get_start (object, start);
  return idr_want (array, object->at, start, object->size, 0, reason);
}

/* Moves @ahead on while its objects can be started, never behind @grid; FALSE at the end. */
static gboolean
start_ahead (IdrArray *array, const IdrGrid *grid, IdrGrid *ahead)
{
  do
    {
      gboolean started = ahead->n < grid->n || want_object (array, ahead, IDR_AHEAD_READ);

      /* The one that is read next needs no room. */
      if (!started && ahead->n > grid->n)
        return TRUE;
    }
  while (idr_grid_next (ahead));
  return FALSE;
}

/* Gives up what was started for the objects of @grid up to @ahead. */
static void
withdraw (IdrArray *array, IdrGrid *grid, const IdrGrid *ahead)
{
  do
    {
      gint64 start[IDR_ARRAY_MAX_DIMS];

      get_start (grid, start);
      idr_want_withdraw (array, grid->at, start, grid->size);
    }
  while (grid->n < ahead->n && idr_grid_next (grid));
}

/* Whether the rectangle is a slice of chunks that are thicker, and that are more than the cache
 * holds: each would be displaced before the neighbour that is in it, too, is read. One chunk alone
 * never is. */
static gboolean
is_thin (IdrArray *array, const gint64 *start, const gint64 *size)
{
  const IdrArrayInfo *info = &array->meta.info;
  gsize slab = array->meta.n_samples * idr_pixel_get_size (info->pixel), one = slab;
  gboolean is_slice = FALSE;

  for (gint d = 0; d < info->n_dims; d++)
    {
      gint64 n
          = size[d] ? (start[d] + size[d] - 1) / info->chunk[d] - start[d] / info->chunk[d] + 1 : 0;

      is_slice = is_slice || size[d] < MIN (info->chunk[d], info->shape[d]);
      if (!g_size_checked_mul (&slab, slab, (gsize)n))
        slab = G_MAXSIZE;
    }
  return is_slice && slab > one && slab > idr_cache_get_budget (idr_shared_get_cache ());
}

gboolean
idr_array_read (IdrArray *array, const gint64 *start, const gint64 *size, gpointer pixels,
                const gint64 *strides, gboolean missing_is_error, IdrTally *tally,
                GCancellable *cancellable, GError **error)
{
  Reading reading
      = { array, strides, missing_is_error, is_thin (array, start, size), tally, cancellable };
  IdrGrid grid, ahead;
  gboolean ok, more;

  g_return_val_if_fail (array && start && size && pixels && strides, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !check_rectangle (array, start, size, error))
    return FALSE;
  if (!idr_grid_begin (&grid, array->meta.info.n_dims, idr_item_get_size (&array->meta, 0), start,
                       size))
    return TRUE;
  ahead = grid;
  more = !idr_grid_is_single (&grid);
  do
    {
      more = more && start_ahead (array, &grid, &ahead);
      ok = array->meta.n_shards > 0 ? read_shard (&reading, &grid, pixels, error)
                                    : read_chunk (&reading, &grid, pixels, error);
    }
  while (ok && idr_grid_next (&grid));
  if (!ok)
    withdraw (array, &grid, &ahead);
  return ok;
}

void
idr_array_will_need (IdrArray *array, const gint64 *start, const gint64 *size)
{
  IdrGrid grid;

  g_return_if_fail (array && start && size);

  if (!check_rectangle (array, start, size, NULL)
      || !idr_grid_begin (&grid, array->meta.info.n_dims, idr_item_get_size (&array->meta, 0),
                          start, size))
    return;
  while (want_object (array, &grid, IDR_AHEAD_HINT) && idr_grid_next (&grid))
    ;
}

/* --- The cache ------------------------------------------------------------------------- */

/* One half is for chunks that were read, the other for those that are on their way. */

void
idr_array_set_cache_size (gsize bytes)
{
  idr_cache_set_budget (idr_shared_get_cache (), bytes / 2);
}

gsize
idr_array_get_cache_size (void)
{
  return 2 * idr_cache_get_budget (idr_shared_get_cache ());
}
