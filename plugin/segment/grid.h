/* How a stack is cut: tiles side by side are a band, bands one below the other a plane
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

typedef struct
{
  gint64 n_across, n_down; /* tiles of a plane */
  gint64 *columns, *rows;  /* where each begins, and where the last one ends */
} IdrGrid;

/* @reach: pixels around a tile that are read with it. FALSE: no memory. */
gboolean idr_grid_init (IdrGrid *grid, const IdrStack *stack, gint64 reach);
void idr_grid_clear (IdrGrid *grid);

/* The pixels of a tile. They are numbered from left to right, from top to bottom, plane by plane.
 */
IdrBox idr_grid_get_tile (const IdrGrid *grid, gint64 tile);
