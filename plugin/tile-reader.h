/* Reads the tiles of a stack from an image; what neighbouring planes share is read once
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

typedef struct _IdrTileReader IdrTileReader;

/* Of the stack whose first plane is @first; @kept: bytes of pixels that may be kept for other tiles
 * that need them, too. */
IdrTileReader *idr_tile_reader_new (LaminaImage *input, gint64 first, gsize kept);
void idr_tile_reader_free (IdrTileReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrTileReader, idr_tile_reader_free)

/* A tile's pixels, for one thread. */
typedef struct
{
  IdrRaster *planes;
  GPtrArray *blocks; /* hold the pixels */
} IdrTilePixels;

/* Reads @box into @pixels, to be cleared by the caller. Any thread, many at a time. */
gboolean idr_tile_reader_read (IdrTileReader *reader, const IdrBox *box, IdrTilePixels *pixels,
                               LaminaJob *job, GError **error);
void idr_tile_pixels_clear (IdrTilePixels *pixels);

/* Says that @box will be read soon; of several planes the last one: those before are known. */
void idr_tile_reader_will_need (IdrTileReader *reader, const IdrBox *box, LaminaJob *job);
