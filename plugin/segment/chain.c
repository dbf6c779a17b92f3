/* The bands of a stack, joined one after the other as they come
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain.h"

#define TOO_MUCH "its objects take more than memory= allows: give more"

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
      g_free (chain->links[i].ids);
    }
  idr_sums_clear (&chain->sums);
  g_clear_pointer (&chain->links, g_free);
  idr_forest_clear (&chain->forest);
}

/* --- What touches ------------------------------------------------------------------------ */

/* Row @y of plane @z, which lies in or near the @k-th band of the plane; @base is added to its
 * labels. */
static IdrRow
get_row (const IdrChain *chain, gint64 z, gint64 k, gint64 y, gint32 base)
{
  const gint64 *rows = chain->grid->rows;
  const IdrRuns *runs;
  gsize first;

  for (; y < rows[k]; k--)
    ;
  for (; y >= rows[k + 1]; k++)
    ;
  runs = &chain->links[z * chain->grid->n_down + k].band->runs;
  first = runs->rows[y - rows[k]];
  return (IdrRow){ runs->runs + first, runs->labels + first, runs->rows[y - rows[k] + 1] - first,
                   base };
}

/* Row @y of the newest band with another one that has ids. */
static void
join_rows (IdrChain *chain, gint64 z, gint64 k, gint64 y, gint32 base, gint64 other_z,
           gint64 other_y)
{
  const IdrRow other = get_row (chain, other_z, k, other_y, 0);
  const IdrRow row = get_row (chain, z, k, y, base);

  idr_forest_join_rows (&chain->forest, &other, &row, chain->diagonal);
}

/* Row @y with those of the plane before. */
static void
join_planes (IdrChain *chain, gint64 z, gint64 k, gint64 y, gint32 base)
{
  const gint64 slack = chain->diagonal ? 1 : 0;

  for (gint64 other = MAX (0, y - slack); other <= MIN (chain->stack.height - 1, y + slack);
       other++)
    join_rows (chain, z, k, y, base, z - 1, other);
}

static void
join_band (IdrChain *chain, gint64 index, gint32 base)
{
  const gint64 z = index / chain->grid->n_down, k = index % chain->grid->n_down;
  const gint64 *rows = chain->grid->rows;

  if (k > 0)
    join_rows (chain, z, k, rows[k], base, z, rows[k] - 1);
  for (gint64 y = rows[k]; z > 0 && y < rows[k + 1]; y++)
    join_planes (chain, z, k, y, base);
}

/* Labels of the newest band, which are those of the forest from @base on, become ids: that of what
 * they touch, if it has one, or the next one. */
static void
give_ids (IdrChain *chain, IdrLink *link, gint32 base)
{
  gint32 n = base;

  for (gint32 label = 1; label <= link->n_labels; label++)
    {
      const gint32 root = idr_forest_find (&chain->forest, base + label);

      if (root <= base)
        link->ids[label] = root;
      else if (root < base + label)
        link->ids[label] = link->ids[root - base];
      else
        link->ids[label] = ++n;
    }
  for (gint32 id = base + 1; id <= n; id++)
    chain->forest.parents[id] = id;
  chain->forest.n = (gsize)n + 1;
  idr_band_map (link->band, link->ids);
}

static gboolean
merge_sums (IdrChain *chain, const IdrLink *link)
{
  const IdrSums *sums = &link->band->sums;

  if (chain->sums.n == 0)
    idr_sums_start (&chain->sums, chain->stack.pixel, chain->stack.is_volume);
  if (!idr_sums_reserve (&chain->sums, chain->forest.n))
    return FALSE;
  for (gsize label = 1; label < sums->n; label++)
    idr_sums_merge (&chain->sums, link->ids[label], sums, (gint32)label);
  idr_sums_clear (&link->band->sums);
  return TRUE;
}

/* Takes the place of the band's own labels. */
static gboolean
join_link (IdrChain *chain, IdrLink *link, const gchar **problem)
{
  const gint32 base = (gint32)MAX (1, chain->forest.n) - 1;

  link->n_labels = link->band->n_labels;
  link->ids = g_try_new0 (gint32, (gsize)link->n_labels + 1);
  *problem = TOO_MUCH;
  if (link->ids == NULL || !idr_forest_grow (&chain->forest, (gsize)link->n_labels, problem))
    return FALSE;
  join_band (chain, chain->n_joined, base);
  give_ids (chain, link, base);
  *problem = TOO_MUCH;
  return merge_sums (chain, link);
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
  gsize size;

  link->band = band;
  if (chain->n_bands == 1)
    {
      chain->sums = band->sums;
      band->sums = (IdrSums){ 0 };
      return TRUE;
    }
  size = chain->ids_size - idr_sums_get_bytes (&chain->sums);
  if (!join_link (chain, link, problem))
    return FALSE;
  chain->n_joined++;
  size += idr_sums_get_bytes (&chain->sums) + (gsize)link->n_labels * 2 * sizeof (gint32);
  chain->used += band->size + size - chain->ids_size;
  chain->ids_size = size;
  *problem = TOO_MUCH;
  if (size > chain->memory)
    return FALSE;
  make_room (chain);
  return TRUE;
}

/* --- Numbers ------------------------------------------------------------------------------- */

gint32
idr_chain_number (IdrChain *chain, IdrSums *sums)
{
  gint32 n = chain->links->band != NULL ? chain->links->band->n_labels : 0, last = 0;

  if (chain->n_bands > 1)
    {
      n = idr_forest_number (&chain->forest);
      /* A number is never beyond its id: what it overwrites was moved before. */
      for (gsize id = 1; id < chain->sums.n; id++)
        {
          const gint32 number = chain->forest.parents[id];

          if (number > last)
            idr_sums_copy (&chain->sums, last = number, &chain->sums, (gint32)id);
          else
            idr_sums_merge (&chain->sums, number, &chain->sums, (gint32)id);
        }
    }
  *sums = chain->sums;
  chain->sums = (IdrSums){ 0 };
  return n;
}
