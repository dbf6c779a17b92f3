/* An image made on the fly, of any size: squares in a grid, one in each cell, so that what must be
 * found in it is known
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

typedef struct _GridImage GridImage;

struct _GridImage
{
  gint64 width, height;
  gint n_planes; /* in z */
  gint64 tile_width, tile_height;
  gint64 cell, square; /* pixels on a side */
  gboolean is_striped; /* the squares of a column are one stripe */
  gint64 slant;        /* rows after which all is a pixel further left; or 0 */
  gint n_reads;        /* so far */
  gint cancel_at;      /* the read that cancels its job, or 0 */

  /* Called at the beginning of each read; or NULL. */
  void (*watch) (GridImage *grid, const LaminaRect *rect, LaminaJob *job);
};

/* @grid must live longer. The squares have 1000 + their column's number % 7, what is between them
 * 100. */
LaminaImage *grid_image_new (GridImage *grid);

/* How many squares there are, those that the edges cut among them. */
gint64 grid_image_count (const GridImage *grid);
