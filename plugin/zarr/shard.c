/* How a shard's items lie in it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "shard.h"

#include <string.h>

#define NONE G_MAXUINT64

typedef struct
{
  guint64 offset, length;
} Entry;

gboolean
idr_shard_check (IdrShard *shard, const gint64 *item, GError **error)
{
  gsize size;

  shard->n_items = 1;
  for (gint d = 0; d < shard->n_dims; d++)
    {
      if (shard->size[d] % item[d])
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "its shards of %" G_GINT64_FORMAT
                       " in dimension %d are no whole number of chunks of %" G_GINT64_FORMAT,
                       shard->size[d], d, item[d]);
          return FALSE;
        }
      shard->count[d] = shard->size[d] / item[d];
      if (!g_size_checked_mul (&shard->n_items, shard->n_items, (gsize)shard->count[d])
          || shard->n_items > IDR_SHARD_MAX_INDEX / sizeof (Entry))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "a shard of it has more chunks than can be read");
          return FALSE;
        }
    }
  size = shard->n_items * sizeof (Entry);
  shard->index_size = idr_codec_get_limit (shard->index_steps, shard->n_index_steps, size);
  return TRUE;
}

gboolean
idr_shard_is_partial (const IdrShard *shard)
{
  return shard->n_steps == 0;
}

GBytes *
idr_shard_decode_index (const IdrShard *shard, GBytes *stored, GError **error)
{
  gsize size = shard->n_items * sizeof (Entry);
  g_autoptr (GBytes) bytes = NULL;
  guint64 *words;

  if (g_bytes_get_size (stored) < shard->index_size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it has %" G_GSIZE_FORMAT " bytes, too few for its index of %" G_GSIZE_FORMAT,
                   g_bytes_get_size (stored), shard->index_size);
      return NULL;
    }
  bytes = idr_codec_decode (shard->index_steps, shard->n_index_steps, stored, size, TRUE, error);
  if (!bytes)
    {
      g_prefix_error (error, "its index: ");
      return NULL;
    }
  if (!shard->index_swap)
    return g_steal_pointer (&bytes);
  words = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  for (gsize i = 0; i < 2 * shard->n_items; i++)
    words[i] = GUINT64_SWAP_LE_BE (words[i]);
  return g_bytes_new_take (words, size);
}

gboolean
idr_shard_find (const IdrShard *shard, GBytes *index, const gint64 *at, gsize limit, gint64 *offset,
                gint64 *length, GError **error)
{
  Entry entry = { NONE, NONE };
  gsize slot = 0;

  for (gint i = 0; i < shard->n_dims; i++)
    {
      gint d = shard->order[i];

      slot = slot * (gsize)shard->count[d] + (gsize)(at[d] % shard->count[d]);
    }
  if (g_bytes_get_size (index))
    memcpy (&entry, (const Entry *)g_bytes_get_data (index, NULL) + slot, sizeof entry);
  if (entry.offset == NONE && entry.length == NONE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "it is not in its shard");
      return FALSE;
    }
  if (entry.length > limit || entry.offset > (guint64)G_MAXINT64 - entry.length)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "the index of its shard points to %" G_GUINT64_FORMAT
                   " bytes at %" G_GUINT64_FORMAT ", which cannot be",
                   entry.length, entry.offset);
      return FALSE;
    }
  *offset = (gint64)entry.offset;
  *length = (gint64)entry.length;
  return TRUE;
}
