/* A walk over the chunks that a rectangle of any number of dimensions touches
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#define IDR_GRID_MAX_DIMS 8

typedef struct
{
  gint n_dims;
  const gint64 *chunk; /* the chunks' size: borrowed */
  gint64 start[IDR_GRID_MAX_DIMS], stop[IDR_GRID_MAX_DIMS];
  gint64 first[IDR_GRID_MAX_DIMS], last[IDR_GRID_MAX_DIMS];
  gint64 n; /* chunks visited before this one */

  gint64 at[IDR_GRID_MAX_DIMS]; /* this chunk's place in the grid */
  /* What it and the rectangle have in common: in the chunk, in the rectangle, and how much. */
  gint64 from[IDR_GRID_MAX_DIMS], to[IDR_GRID_MAX_DIMS], size[IDR_GRID_MAX_DIMS];
} IdrGrid;

/* Goes to the first chunk of the rectangle of @size from @start on; FALSE if it is empty. */
gboolean idr_grid_begin (IdrGrid *grid, gint n_dims, const gint64 *chunk, const gint64 *start,
                         const gint64 *size);

/* Goes to the next, the last dimension's fastest; FALSE after the last one. */
gboolean idr_grid_next (IdrGrid *grid);

/* Whether there is only one chunk to visit. */
gboolean idr_grid_is_single (const IdrGrid *grid);
