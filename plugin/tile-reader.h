/* Reads the tiles of a stack from an image; what neighbouring planes share is read once
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

typedef struct _IdrTileReader IdrTileReader;

/* @kept: bytes of pixels that may be kept for other tiles that need them, too. @overlap: rows that
 * a tile shares with the one below it, which are kept for that one. */
IdrTileReader *idr_tile_reader_new (LaminaImage *input, gsize kept, gint64 overlap);
void idr_tile_reader_free (IdrTileReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrTileReader, idr_tile_reader_free)

/* Reads what a tile of @segmentation takes, of the stack that begins with plane @first, and adds
 * it. FALSE with @error; or with @problem, a constant string, that says what is wrong with the
 * stack itself. Any thread, many at a time. */
gboolean idr_tile_reader_add (IdrTileReader *reader, gint64 first, IdrSegmentation *segmentation,
                              gint64 tile, LaminaJob *job, const gchar **problem, GError **error);

/* Says that @box of that stack will be read soon; of several planes the last one: those before are
 * known. */
void idr_tile_reader_will_need (IdrTileReader *reader, gint64 first, const IdrBox *box,
                                LaminaJob *job);
