/* A walk over the chunks that a rectangle of any number of dimensions touches
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid.h"

static void
meet (IdrGrid *grid, gint d)
{
  gint64 origin = grid->at[d] * grid->chunk[d];
  gint64 begin = MAX (grid->start[d], origin);
  /* Not origin + chunk, which a large chunk at the edge takes beyond 64 bits. */
  gint64 end = grid->at[d] == grid->last[d] ? grid->stop[d] : origin + grid->chunk[d];

  grid->from[d] = begin - origin;
  grid->to[d] = begin - grid->start[d];
  grid->size[d] = end - begin;
}

gboolean
idr_grid_begin (IdrGrid *grid, gint n_dims, const gint64 *chunk, const gint64 *start,
                const gint64 *size)
{
  grid->n_dims = n_dims;
  grid->chunk = chunk;
  grid->n = 0;
  for (gint d = 0; d < n_dims; d++)
    {
      if (size[d] == 0)
        return FALSE;
      grid->start[d] = start[d];
      grid->stop[d] = start[d] + size[d];
      grid->at[d] = grid->first[d] = start[d] / chunk[d];
      grid->last[d] = (grid->stop[d] - 1) / chunk[d];
      meet (grid, d);
    }
  return TRUE;
}

gboolean
idr_grid_next (IdrGrid *grid)
{
  grid->n++;
  for (gint d = grid->n_dims - 1; d >= 0; d--)
    {
      gboolean more = grid->at[d] < grid->last[d];

      grid->at[d] = more ? grid->at[d] + 1 : grid->first[d];
      meet (grid, d);
      if (more)
        return TRUE;
    }
  return FALSE;
}

gboolean
idr_grid_is_single (const IdrGrid *grid)
{
  for (gint d = 0; d < grid->n_dims; d++)
    if (grid->first[d] != grid->last[d])
      return FALSE;
  return TRUE;
}
