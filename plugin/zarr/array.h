/* A Zarr array: opened once, immutable, read by rectangles of any number of dimensions
 *
 * Chunks are fetched, checked and decoded once for all who ask, and kept, decoded, in one cache for
 * the whole process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "pixel.h"
#include "store.h"

#define IDR_ARRAY_MAX_DIMS 8

typedef struct _IdrArray IdrArray;

typedef struct
{
  gint n_dims;
  gint64 shape[IDR_ARRAY_MAX_DIMS];
  gint64 chunk[IDR_ARRAY_MAX_DIMS];
  IdrPixel pixel;   /* of what is read, in the machine's byte order */
  gint zarr_format; /* 2 or 3 */
  gchar *dtype;     /* as the store writes it: ">u2", "uint16" */
  gchar *codec;     /* for people: "blosc/lz4", "zlib", "none" */
} IdrArrayInfo;

/* Opens the array at @path ("" or "0" or "labels/0/1") of @store: reads its metadata, and nothing
 * else, so that it does not depend on how many chunks there are. Errors: G_IO_ERROR_NOT_FOUND (no
 * array there), INVALID_DATA (metadata that breaks its format), NOT_SUPPORTED (a type, codec or
 * filter that cannot be read, by name). */
IdrArray *idr_array_open (IdrStore *store, const gchar *path, IdrTally *tally,
                          GCancellable *cancellable, GError **error);

/* The same with @metadata, a ".zarray" or a "zarr.json", that is known already; nothing is asked
 * for. */
IdrArray *idr_array_open_known (IdrStore *store, const gchar *path, const gchar *metadata,
                                GError **error);
IdrArray *idr_array_ref (IdrArray *array);
void idr_array_unref (IdrArray *array);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrArray, idr_array_unref)

const IdrArrayInfo *idr_array_get_info (IdrArray *array);

/* Reads @size elements from @start in each dimension. The element at @start + i goes to @pixels +
 * sum of i[d] *
 * @strides[d] (bytes). @missing_is_error: chunks that are not in the store are
 * G_IO_ERROR_NOT_FOUND, instead of the fill value. Any thread; errors say which chunk of which
 * array. */
gboolean idr_array_read (IdrArray *array, const gint64 *start, const gint64 *size, gpointer pixels,
                         const gint64 *strides, gboolean missing_is_error, IdrTally *tally,
                         GCancellable *cancellable, GError **error);

/* Says that these elements will be read soon: starts to fetch their chunks and returns at once.
 * What does not fit into half of the cache together with what was announced before and is not read
 * yet is dropped; a fetch that fails is forgotten, and the read asks again. */
void idr_array_will_need (IdrArray *array, const gint64 *start, const gint64 *size);

/* The cache of chunks, one for the process, holds @bytes from now on (64 MiB before the first
 * call): those that were read, and those that are on their way. */
void idr_array_set_cache_size (gsize bytes);
gsize idr_array_get_cache_size (void);
