/* The pixels of one object's box, and which of them are neighbours
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lattice.h"

typedef struct
{
  gint8 z, y, x;
} Step;

/* By distance from the centre; those as far as each other as NumPy's argsort leaves them. */
static const Step plane_steps[] = { { 0, -1, 0 },  { 0, 0, -1 }, { 0, 0, 1 },  { 0, 1, 0 },
                                    { 0, -1, -1 }, { 0, -1, 1 }, { 0, 1, -1 }, { 0, 1, 1 } };

static const Step cross_steps[]
    = { { -1, 0, 0 }, { 0, -1, 0 }, { 0, 0, -1 }, { 0, 0, 1 }, { 0, 1, 0 }, { 1, 0, 0 } };

static const Step cube_steps[]
    = { { 0, 1, 0 },  { -1, 0, 0 },   { 0, 0, 1 },   { 0, 0, -1 },  { 1, 0, 0 },   { 0, -1, 0 },
        { 0, 1, 1 },  { 0, 1, -1 },   { 1, 1, 0 },   { 0, -1, 1 },  { 0, -1, -1 }, { -1, 1, 0 },
        { 1, 0, 1 },  { -1, 0, 1 },   { -1, 0, -1 }, { -1, -1, 0 }, { 1, 0, -1 },  { 1, -1, 0 },
        { 1, 1, -1 }, { -1, -1, -1 }, { 1, -1, -1 }, { -1, 1, 1 },  { -1, 1, -1 }, { -1, -1, 1 },
        { 1, -1, 1 }, { 1, 1, 1 } };

gboolean
idr_lattice_init (IdrLattice *lattice, const IdrBox *box, gboolean is_volume, gboolean diagonal)
{
  const Step *steps = !is_volume ? plane_steps : diagonal ? cube_steps : cross_steps;

  lattice->width = box->x1 - box->x0 + 2;
  lattice->height = box->y1 - box->y0 + 2;
  lattice->depth = is_volume ? box->z1 - box->z0 + 2 : 1;
  if (!g_size_checked_mul (&lattice->n, lattice->width, lattice->height)
      || !g_size_checked_mul (&lattice->n, lattice->n, lattice->depth))
    return FALSE;
  if (is_volume)
    lattice->n_neighbours = diagonal ? G_N_ELEMENTS (cube_steps) : G_N_ELEMENTS (cross_steps);
  else
    lattice->n_neighbours = diagonal ? G_N_ELEMENTS (plane_steps) : G_N_ELEMENTS (plane_steps) / 2;
  for (guint i = 0; i < lattice->n_neighbours; i++)
    lattice->neighbours[i]
        = (steps[i].z * lattice->height + steps[i].y) * lattice->width + steps[i].x;
  return TRUE;
}
