/* Small arrays in memory, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"
#include "memory-store.h"

/* Writes @text as the ".zarray" of the array "a", and opens that. */
IdrArray *plain_array_open_text (IdrStore *store, const gchar *text, GError **error);

/* The ".zarray" of @height x @width samples in chunks of 4 x 4, without a compressor; @fill is
 * JSON. */
gchar *plain_array_describe (gint height, gint width, const gchar *dtype, const gchar *fill);
IdrArray *plain_array_open (IdrStore *store, gint height, gint width, const gchar *dtype,
                            const gchar *fill);

/* Puts chunks of an array of type "<u2" whose samples are 100 * y + x. */
void plain_array_put_chunk (IdrStore *store, gint row, gint column);
void plain_array_put_chunks (IdrStore *store, gint rows, gint columns);

/* Reads them into @pixels, row by row. */
gboolean plain_array_read (IdrArray *array, gint64 y, gint64 x, gint64 height, gint64 width,
                           guint16 *pixels, GCancellable *cancellable, GError **error);
