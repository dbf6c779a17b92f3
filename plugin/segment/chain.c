/* The bands of a stack, joined one after the other as they come
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain.h"

#define TOO_MUCH "its objects take more than memory= allows"

gboolean
idr_chain_init (IdrChain *chain, const IdrStack *stack, const IdrGrid *grid, gboolean diagonal,
                gsize memory)
{
  chain->grid = grid;
  chain->stack = *stack;
  chain->diagonal = diagonal;
  chain->memory = memory;
  chain->n_bands = stack->depth * grid->n_down;
  chain->links = g_try_new0 (IdrLink, chain->n_bands);
  return chain->links != NULL;
}

void
idr_chain_clear (IdrChain *chain)
{
  for (gint64 i = 0; chain->links != NULL && i < chain->n_bands; i++)
    {
      idr_band_unref (chain->links[i].band);
      idr_sums_clear (&chain->links[i].sums);
    }
  g_clear_pointer (&chain->links, g_free);
  idr_forest_clear (&chain->forest);
}

/* --- What touches ------------------------------------------------------------------------ */

/* Row @y of plane @z, which lies in or near the @k-th band of the plane. */
static IdrRow
get_row (const IdrChain *chain, gint64 z, gint64 k, gint64 y)
{
  const gint64 *rows = chain->grid->rows;
  const IdrLink *link;
  const IdrRuns *runs;
  gsize first;

  for (; y < rows[k]; k--)
    ;
  for (; y >= rows[k + 1]; k++)
    ;
  link = &chain->links[z * chain->grid->n_down + k];
  runs = &link->band->runs;
  first = runs->rows[y - rows[k]];
  return (IdrRow){ runs->runs + first, runs->labels + first, runs->rows[y - rows[k] + 1] - first,
                   link->base };
}

static void
join_rows (IdrChain *chain, gint64 z, gint64 k, gint64 y, gint64 other_z, gint64 other_y)
{
  const IdrRow other = get_row (chain, other_z, k, other_y), row = get_row (chain, z, k, y);

  idr_forest_join_rows (&chain->forest, &other, &row, chain->diagonal);
}

/* Row @y with those of the plane before. */
static void
join_planes (IdrChain *chain, gint64 z, gint64 k, gint64 y)
{
  const gint64 slack = chain->diagonal ? 1 : 0;

  for (gint64 other = MAX (0, y - slack); other <= MIN (chain->stack.height - 1, y + slack);
       other++)
    join_rows (chain, z, k, y, z - 1, other);
}

static void
join_band (IdrChain *chain, gint64 index)
{
  const gint64 z = index / chain->grid->n_down, k = index % chain->grid->n_down;
  const gint64 *rows = chain->grid->rows;

  if (k > 0)
    join_rows (chain, z, k, rows[k], z, rows[k] - 1);
  for (gint64 y = rows[k]; z > 0 && y < rows[k + 1]; y++)
    join_planes (chain, z, k, y);
}

/* --- Memory -------------------------------------------------------------------------------- */

static void
let_go (IdrChain *chain, gint64 index)
{
  IdrLink *link = &chain->links[index];

  if (link->band == NULL)
    return;
  chain->used -= link->band->size;
  g_clear_pointer (&link->band, idr_band_unref);
  chain->n_gone++;
}

/* Lets go of what no row will touch any more and memory does not allow for; the first bands stay
 * longest. */
static void
make_room (IdrChain *chain)
{
  const gint64 last = chain->n_joined - 1 - (chain->stack.depth > 1 ? chain->grid->n_down + 1 : 1);

  if (last < 0 || chain->used <= chain->memory)
    return;
  if (chain->n_gone == 0)
    chain->n_first = last;
  let_go (chain, last);
  while (chain->n_first > 0 && chain->used > chain->memory)
    let_go (chain, --chain->n_first);
}

gboolean
idr_chain_add (IdrChain *chain, IdrBand *band, const gchar **problem)
{
  IdrLink *link = &chain->links[chain->n_joined];
  gsize labels;

  link->band = band;
  link->base = (gint32)MAX (1, chain->forest.n) - 1;
  link->sums = band->sums;
  band->sums = (IdrSums){ 0 };
  if (chain->n_bands == 1)
    return TRUE;
  if (!idr_forest_grow (&chain->forest, (gsize)band->n_labels, problem))
    return FALSE;
  join_band (chain, chain->n_joined);
  chain->n_joined++;

  labels = idr_sums_get_bytes (&link->sums) + (gsize)band->n_labels * sizeof (gint32);
  chain->used += band->size + labels;
  chain->labels_size += labels;
  *problem = TOO_MUCH;
  if (chain->labels_size > chain->memory)
    return FALSE;
  make_room (chain);
  return TRUE;
}

/* --- Numbers ------------------------------------------------------------------------------- */

gint32
idr_chain_number (IdrChain *chain, IdrSums *sums, const gchar **problem)
{
  gint32 n;

  if (chain->n_bands == 1)
    {
      *sums = chain->links->sums;
      chain->links->sums = (IdrSums){ 0 };
      return chain->links->band->n_labels;
    }
  n = idr_forest_number (&chain->forest);
  idr_sums_start (sums, chain->stack.pixel, chain->stack.is_volume);
  *problem = TOO_MUCH;
  if (!idr_sums_reserve (sums, (gsize)n + 1))
    return -1;
  for (gint64 i = 0; i < chain->n_bands; i++)
    {
      IdrLink *link = &chain->links[i];

      for (gsize label = 1; label < link->sums.n; label++)
        idr_sums_merge (sums, chain->forest.parents[link->base + (gint32)label], &link->sums,
                        (gint32)label);
      idr_sums_clear (&link->sums);
    }
  return n;
}
