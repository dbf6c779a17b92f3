/* The labelled runs of a part of a stack
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "band.h"

#include <string.h>

#define NO_MEMORY "memory does not suffice for its objects"

/* One with room for so much; NULL: no memory. */
static IdrBand *
allocate (gint64 n_rows, gsize n_runs)
{
  const gsize rows_bytes = ((gsize)n_rows + 1) * sizeof (gsize);
  const gsize size = sizeof (IdrBand) + rows_bytes + n_runs * (sizeof (IdrRun) + sizeof (gint32));
  IdrBand *band = g_try_malloc (size);

  if (band == NULL)
    return NULL;
  *band = (IdrBand){ .size = size };
  g_atomic_ref_count_init (&band->n_refs);
  band->runs.rows = (gsize *)(band + 1);
  band->runs.runs = (IdrRun *)(gpointer)((guint8 *)(band + 1) + rows_bytes);
  band->runs.labels = (gint32 *)(gpointer)(band->runs.runs + n_runs);
  band->runs.n_rows = n_rows;
  band->runs.n_runs = n_runs;
  return band;
}

IdrBand *
idr_band_new (const IdrRuns *runs, gint32 n_labels)
{
  IdrBand *band = allocate (runs->n_rows, runs->n_runs);

  if (band == NULL)
    return NULL;
  band->n_labels = n_labels;
  memcpy (band->runs.rows, runs->rows, ((gsize)runs->n_rows + 1) * sizeof *runs->rows);
  if (runs->n_runs > 0)
    {
      memcpy (band->runs.runs, runs->runs, runs->n_runs * sizeof *runs->runs);
      memcpy (band->runs.labels, runs->labels, runs->n_runs * sizeof *runs->labels);
    }
  return band;
}

IdrBand *
idr_band_ref (IdrBand *band)
{
  g_atomic_ref_count_inc (&band->n_refs);
  return band;
}

void
idr_band_unref (IdrBand *band)
{
  if (band == NULL || !g_atomic_ref_count_dec (&band->n_refs))
    return;
  idr_sums_clear (&band->sums);
  g_free (band);
}

/* --- Tiles side by side --------------------------------------------------------------- */

/* A tile that is being joined to its neighbours. */
typedef struct
{
  const IdrBand *band;
  gint64 x0, x1;
  gint32 *ids;                    /* in the forest, by label */
  gint32 n_seen;                  /* labels */
  gint32 left, right;             /* ids of what touches its edges in this row; 0: nothing */
  gint32 left_above, right_above; /* the same in the row above */
} Tile;

typedef struct
{
  Tile *tiles;
  gint64 n_tiles;
  gboolean diagonal;
  IdrForest forest;
  gint32 n_ids;
  gint32 *ids; /* of all tiles */
  IdrBand *out;
} Seam;

static void
seam_clear (Seam *seam)
{
  g_free (seam->tiles);
  g_free (seam->ids);
  idr_forest_clear (&seam->forest);
  idr_band_unref (seam->out);
}

static gboolean
seam_start (Seam *seam, IdrBand **tiles, gint64 n_tiles, const gint64 *edges, const gchar **problem)
{
  gsize n_labels = 0, n_runs = 0;

  for (gint64 t = 0; t < n_tiles; t++)
    {
      n_labels += (gsize)tiles[t]->n_labels;
      n_runs += tiles[t]->runs.n_runs;
    }
  *problem = NO_MEMORY;
  seam->n_tiles = n_tiles;
  seam->tiles = g_try_new0 (Tile, n_tiles);
  seam->ids = g_try_new (gint32, n_labels + (gsize)n_tiles);
  seam->out = allocate (tiles[0]->runs.n_rows, n_runs);
  if (seam->tiles == NULL || seam->ids == NULL || seam->out == NULL)
    return FALSE;
  for (gint64 t = 0, first = 0; t < n_tiles; first += tiles[t++]->n_labels + 1)
    seam->tiles[t] = (Tile){ tiles[t], edges[t], edges[t + 1], seam->ids + first, 0, 0, 0, 0, 0 };
  return idr_forest_grow (&seam->forest, n_labels, problem);
}

/* Labels of a tile come in the order of their first pixels, and get ids in that of the whole
 * band. */
static gint32
get_id (Seam *seam, Tile *tile, gint32 label)
{
  if (label > tile->n_seen)
    tile->ids[tile->n_seen = label] = ++seam->n_ids;
  return tile->ids[label];
}

/* Adds the runs of a tile's row to those of the band's, which begin with the @first-th. */
static void
add_runs (Seam *seam, Tile *tile, gint64 row, gsize first)
{
  const IdrRuns *runs = &tile->band->runs;
  IdrRuns *out = &seam->out->runs;

  tile->left_above = tile->left;
  tile->right_above = tile->right;
  tile->left = tile->right = 0;
  for (gsize i = runs->rows[row]; i < runs->rows[row + 1]; i++)
    {
      const IdrRun run = runs->runs[i];
      const gint32 id = get_id (seam, tile, runs->labels[i]);

      if (run.x0 == tile->x0)
        tile->left = id;
      if (run.x1 == tile->x1)
        tile->right = id;
      if (run.x0 == tile->x0 && out->n_runs > first && out->runs[out->n_runs - 1].x1 == run.x0)
        {
          idr_forest_join (&seam->forest, out->labels[out->n_runs - 1], id);
          out->runs[out->n_runs - 1].x1 = run.x1;
          continue;
        }
      out->runs[out->n_runs] = run;
      out->labels[out->n_runs++] = id;
    }
}

/* Corners that touch across the edge between two tiles. */
static void
join_corners (Seam *seam, const Tile *left, const Tile *right)
{
  if (left->right_above != 0 && right->left != 0)
    idr_forest_join (&seam->forest, left->right_above, right->left);
  if (left->right != 0 && right->left_above != 0)
    idr_forest_join (&seam->forest, left->right, right->left_above);
}

static void
join_rows (Seam *seam)
{
  IdrRuns *out = &seam->out->runs;

  out->n_runs = 0;
  out->rows[0] = 0;
  for (gint64 row = 0; row < out->n_rows; row++)
    {
      const gsize first = out->n_runs;

      for (gint64 t = 0; t < seam->n_tiles; t++)
        add_runs (seam, &seam->tiles[t], row, first);
      for (gint64 t = 1; seam->diagonal && t < seam->n_tiles; t++)
        join_corners (seam, &seam->tiles[t - 1], &seam->tiles[t]);
      out->rows[row + 1] = out->n_runs;
    }
  seam->out->n_labels = idr_forest_number (&seam->forest);
  for (gsize i = 0; i < out->n_runs; i++)
    out->labels[i] = seam->forest.parents[out->labels[i]];
}

static gboolean
merge_sums (Seam *seam)
{
  IdrSums *sums = &seam->out->sums;
  const IdrBand *any = NULL;

  for (gint64 t = 0; any == NULL && t < seam->n_tiles; t++)
    if (seam->tiles[t].band->sums.n > 0)
      any = seam->tiles[t].band;
  if (any == NULL)
    return TRUE;
  idr_sums_start (sums, any->sums.pixel, any->sums.is_volume);
  if (!idr_sums_reserve (sums, (gsize)seam->out->n_labels + 1))
    return FALSE;
  for (gint64 t = 0; t < seam->n_tiles; t++)
    for (gint32 label = 1; label <= seam->tiles[t].band->n_labels; label++)
      idr_sums_merge (sums, seam->forest.parents[seam->tiles[t].ids[label]],
                      &seam->tiles[t].band->sums, label);
  return TRUE;
}

IdrBand *
idr_band_join (IdrBand **tiles, gint64 n_tiles, const gint64 *edges, gboolean diagonal,
               const gchar **problem)
{
  Seam seam = { .diagonal = diagonal };
  IdrBand *band = NULL;

  if (seam_start (&seam, tiles, n_tiles, edges, problem))
    {
      join_rows (&seam);
      *problem = NO_MEMORY;
      if (merge_sums (&seam))
        band = g_steal_pointer (&seam.out);
    }
  seam_clear (&seam);
  return band;
}

gsize
idr_band_get_size (const IdrBand *band)
{
  return band->size;
}

/* --- What becomes of a band ------------------------------------------------------------- */

void
idr_band_map (IdrBand *band, const gint32 *map)
{
  IdrRuns *runs = &band->runs;
  gsize i = 0, kept = 0;

  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      for (; i < runs->rows[row + 1]; i++)
        if (map[runs->labels[i]] != 0)
          {
            runs->runs[kept] = runs->runs[i];
            runs->labels[kept++] = map[runs->labels[i]];
          }
      runs->rows[row + 1] = kept;
    }
  runs->n_runs = kept;
}

/* --- Painting ------------------------------------------------------------------------------ */

/* What is cleared at once, in bytes, so that it is still near when runs are written into it. */
#define CHUNK 16384

/* The first run of @row that ends beyond @x. */
static gsize
find_run (const IdrRuns *runs, gint64 row, gint64 x)
{
  gsize from = runs->rows[row], to = runs->rows[row + 1];

  if (from < to && runs->runs[from].x1 > x)
    return from;
  while (from < to)
    {
      gsize middle = from + (to - from) / 2;

      if (runs->runs[middle].x1 > x)
        to = middle;
      else
        from = middle + 1;
    }
  return from;
}

/* Writes @n > 0 times the same; the last stores overlap rather than being counted. */
static inline void
fill (guint32 *out, gsize n, guint32 label)
{
  typedef guint32 Four __attribute__ ((vector_size (16), aligned (4), may_alias));
  const Four four = { label, label, label, label };

  if (n < 4)
    {
      out[0] = out[n / 2] = out[n - 1] = label;
      return;
    }
  for (gsize i = 4; i < n; i += 4)
    *(Four *)(out + i - 4) = four;
  *(Four *)(out + n - 4) = four;
}

static void
paint_row (const IdrRuns *runs, gint64 row, gint64 x0, gint64 x1, guint32 *out)
{
  const gsize end = runs->rows[row + 1];

  for (gsize i = find_run (runs, row, x0); i < end && runs->runs[i].x0 < x1; i++)
    {
      const gint64 from = MAX (runs->runs[i].x0, x0), to = MIN (runs->runs[i].x1, x1);

      fill (out + (from - x0), (gsize)(to - from), (guint32)runs->labels[i]);
    }
}

void
idr_band_paint (const IdrBand *band, gint64 first, gint64 end, gint64 x0, gint64 x1, guint32 *out,
                gsize stride)
{
  const gsize bytes = (gsize)(x1 - x0) * sizeof *out;
  const gint64 n_together = bytes == stride && bytes > 0 ? (gint64)(CHUNK / bytes) : 0;
  guint8 *row = (guint8 *)out;

  for (gint64 y = first, n; x0 < x1 && y < end; y += n)
    {
      n = CLAMP (n_together, 1, end - y);
      memset (row, 0, (gsize)n * bytes);
      for (gint64 k = y; k < y + n; k++, row += stride)
        paint_row (&band->runs, k, x0, x1, (guint32 *)(gpointer)row);
    }
}
