/* Reads the tiles of a stack from an image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "tile-reader.h"

#include "cache.h"

#include <string.h>

/* Pixels of a rectangle of one plane. Their memory goes round: fresh memory costs as much as what
 * is done with it. */
typedef struct
{
  gatomicrefcount n_refs;
  IdrTileReader *reader;
  gsize size;
  guint8 *pixels;
} Block;

struct _IdrTileReader
{
  LaminaImage *input;
  IdrCache *blocks; /* of Block, by plane and place; or NULL */
  gint64 overlap;
  GMutex lock;
  GPtrArray *idle;    /* of Block */
  GHashTable *strips; /* of Strip, by column */
};

/* The last rows of what was read for a tile. */
typedef struct
{
  gint64 x, y, width;
  guint8 pixels[];
} Strip;

static void
block_free (gpointer data)
{
  Block *block = data;

  g_free (block->pixels);
  g_free (block);
}

static gpointer
block_ref (gpointer data)
{
  g_atomic_ref_count_inc (&((Block *)data)->n_refs);
  return data;
}

static void
block_unref (gpointer data)
{
  Block *block = data;

  if (!g_atomic_ref_count_dec (&block->n_refs))
    return;
  g_mutex_lock (&block->reader->lock);
  g_ptr_array_add (block->reader->idle, block);
  g_mutex_unlock (&block->reader->lock);
}

/* One of at least @size bytes; NULL: no memory. */
static Block *
take_block (IdrTileReader *reader, gsize size)
{
  Block *block = NULL;

  g_mutex_lock (&reader->lock);
  if (reader->idle->len > 0)
    block = g_ptr_array_steal_index_fast (reader->idle, reader->idle->len - 1);
  g_mutex_unlock (&reader->lock);
  if (block != NULL && block->size < size)
    g_clear_pointer (&block, block_free);
  if (block == NULL)
    {
      block = g_new0 (Block, 1);
      block->reader = reader;
      block->size = size;
      block->pixels = g_try_malloc (size);
    }
  if (block->pixels == NULL)
    g_clear_pointer (&block, block_free);
  else
    g_atomic_ref_count_init (&block->n_refs);
  return block;
}

IdrTileReader *
idr_tile_reader_new (LaminaImage *input, gsize kept, gint64 overlap)
{
  IdrTileReader *reader = g_new0 (IdrTileReader, 1);

  reader->input = g_object_ref (input);
  reader->idle = g_ptr_array_new_with_free_func (block_free);
  reader->overlap = overlap;
  reader->strips = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  if (kept > 0)
    reader->blocks = idr_cache_new (kept, block_ref, block_unref);
  g_mutex_init (&reader->lock);
  return reader;
}

void
idr_tile_reader_free (IdrTileReader *reader)
{
  g_clear_pointer (&reader->blocks, idr_cache_free);
  g_ptr_array_unref (reader->idle);
  g_hash_table_unref (reader->strips);
  g_object_unref (reader->input);
  g_mutex_clear (&reader->lock);
  g_free (reader);
}

/* --- Reading ------------------------------------------------------------------------------ */

typedef struct
{
  IdrTileReader *reader;
  gint64 plane;
  LaminaRect rect;
  gsize stride;
  LaminaJob *job;
} Request;

/* Keeps the last rows of @pixels, which @request has read, if they can be. */
static void
keep_strip (const Request *request, const guint8 *pixels)
{
  IdrTileReader *reader = request->reader;
  const gint64 skipped = request->rect.height - reader->overlap;
  const gsize size = (gsize)reader->overlap * request->stride;
  Strip *strip;

  if (reader->overlap == 0 || skipped < 0)
    return;
  strip = g_try_malloc (sizeof *strip + size);
  if (strip == NULL)
    return;
  *strip = (Strip){ request->rect.x, request->rect.y + skipped, request->rect.width };
  memcpy (strip->pixels, pixels + (gsize)skipped * request->stride, size);
  g_mutex_lock (&reader->lock);
  g_hash_table_replace (reader->strips, &strip->x, strip);
  g_mutex_unlock (&reader->lock);
}

/* How many of the first rows of @pixels need not be read: they were for the tile above. */
static gint64
take_strip (const Request *request, guint8 *pixels)
{
  IdrTileReader *reader = request->reader;
  g_autofree Strip *strip = NULL;

  g_mutex_lock (&reader->lock);
  strip = g_hash_table_lookup (reader->strips, &request->rect.x);
  if (strip != NULL && strip->y == request->rect.y && strip->width == request->rect.width
      && reader->overlap < request->rect.height)
    g_hash_table_steal (reader->strips, &request->rect.x);
  else
    strip = NULL;
  g_mutex_unlock (&reader->lock);
  if (strip == NULL)
    return 0;
  memcpy (pixels, strip->pixels, (gsize)reader->overlap * request->stride);
  return reader->overlap;
}

static gboolean
read_rect (const Request *request, guint8 *pixels, GError **error)
{
  const gint64 known = take_strip (request, pixels);
  LaminaRect rect = request->rect;

  rect.y += known;
  rect.height -= known;
  if (!lamina_image_read (request->reader->input, request->plane, &rect,
                          pixels + (gsize)known * request->stride, request->stride, request->job,
                          error))
    return FALSE;
  keep_strip (request, pixels);
  return TRUE;
}

static Block *
read_block (const Request *request, gsize *size, GError **error)
{
  IdrTileReader *reader = request->reader;
  Block *block = NULL;

  if (g_size_checked_mul (size, request->stride, (gsize)request->rect.height))
    block = take_block (reader, *size);
  if (block == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "There is no memory for %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels: give parallel-segment less of it, memory=, or read a coarser level=",
                   request->rect.width, request->rect.height);
      return NULL;
    }
  if (!read_rect (request, block->pixels, error))
    g_clear_pointer (&block, block_unref);
  return block;
}

/* #IdrCacheMake */
static gpointer
make_block (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  return read_block (data, size, error);
}

static Block *
get_block (const Request *request, GError **error)
{
  const LaminaRect *rect = &request->rect;
  /* The size, too: tiles that are nearer to an edge than they reach all begin there. */
  const gint64 place[] = { request->plane, rect->x, rect->y, rect->width, rect->height };
  g_autoptr (GBytes) key = NULL;
  Request copy = *request;
  gsize size;

  if (request->reader->blocks == NULL)
    return read_block (request, &size, error);
  key = g_bytes_new (place, sizeof place);
  return idr_cache_get (request->reader->blocks, key, make_block, &copy,
                        G_CANCELLABLE (request->job), error);
}

/* The pixels of a box, and what holds them. */
typedef struct
{
  IdrRaster *planes;
  GPtrArray *blocks;
} Pixels;

static void
pixels_clear (Pixels *pixels)
{
  g_clear_pointer (&pixels->blocks, g_ptr_array_unref);
  g_clear_pointer (&pixels->planes, g_free);
}

static gboolean
read_pixels (IdrTileReader *reader, gint64 first, const IdrBox *box, Pixels *pixels, LaminaJob *job,
             GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (reader->input);
  const gint64 width = box->x1 - box->x0, height = box->y1 - box->y0;
  const gsize stride = (gsize)width * lamina_info_get_pixel_size (info);

  pixels->planes = g_new (IdrRaster, box->z1 - box->z0);
  pixels->blocks = g_ptr_array_new_with_free_func (block_unref);
  for (gint64 z = box->z0; z < box->z1; z++)
    {
      const Request request
          = { reader, first + z, { box->x0, box->y0, width, height }, stride, job };
      Block *block = get_block (&request, error);

      if (block == NULL)
        return FALSE;
      g_ptr_array_add (pixels->blocks, block);
      pixels->planes[z - box->z0] = (IdrRaster){ .pixel = (IdrPixel)info->format,
                                                 .data = block->pixels,
                                                 .stride = stride,
                                                 .width = width,
                                                 .height = height };
    }
  return TRUE;
}

gboolean
idr_tile_reader_add (IdrTileReader *reader, gint64 first, IdrSegmentation *segmentation,
                     gint64 tile, LaminaJob *job, const gchar **problem, GError **error)
{
  Pixels pixels = { NULL, NULL };
  gboolean done = TRUE;
  IdrBox box;

  if (idr_segmentation_get_box (segmentation, tile, &box))
    done = read_pixels (reader, first, &box, &pixels, job, error);
  done = done && idr_segmentation_add (segmentation, tile, pixels.planes, problem);
  pixels_clear (&pixels);
  return done;
}

void
idr_tile_reader_will_need (IdrTileReader *reader, gint64 first, const IdrBox *box, LaminaJob *job)
{
  const LaminaRect rect = { box->x0, box->y0, box->x1 - box->x0, box->y1 - box->y0 };

  lamina_image_will_need (reader->input, first + box->z1 - 1, &rect, job);
}
