/* How a stack is cut
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid.h"

/* Where @n tiles of about @tile in @size pixels begin, and where the last one ends. They begin
 * before the multiples of @tile, if they can, so that what is read for one ends there: the image's
 * own tiles, as a rule. */
static gint64 *
cut (gint64 size, gint64 tile, gint64 n, gint64 reach)
{
  gint64 *edges = g_try_new (gint64, (gsize)n + 1);
  const gint64 shift = reach < tile ? reach : 0;

  if (edges == NULL)
    return NULL;
  edges[0] = 0;
  for (gint64 i = 1; i < n; i++)
    edges[i] = i * tile - shift;
  edges[n] = size;
  return edges;
}

gboolean
idr_grid_init (IdrGrid *grid, const IdrStack *stack, gint64 reach)
{
  grid->n_across = (stack->width - 1) / stack->tile_width + 1;
  grid->n_down = (stack->height - 1) / stack->tile_height + 1;
  grid->columns = cut (stack->width, stack->tile_width, grid->n_across, reach);
  grid->rows = cut (stack->height, stack->tile_height, grid->n_down, reach);
  return grid->columns != NULL && grid->rows != NULL;
}

void
idr_grid_clear (IdrGrid *grid)
{
  g_free (grid->columns);
  g_free (grid->rows);
}

IdrBox
idr_grid_get_tile (const IdrGrid *grid, gint64 tile)
{
  const gint64 column = tile % grid->n_across, band = tile / grid->n_across;
  const gint64 row = band % grid->n_down, z = band / grid->n_down;

  return (IdrBox){ grid->columns[column],     grid->rows[row],     z,
                   grid->columns[column + 1], grid->rows[row + 1], z + 1 };
}
