/* Objects that touch, told apart by their shapes: one after the other in its own box
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "split.h"

#include "distance.h"
#include "domes.h"
#include "extent.h"
#include "watershed.h"

#include <string.h>

#define TOO_LARGE "an object's box, 24 bytes a pixel, is larger than split can hold in memory="
#define NO_MEMORY "memory does not suffice to split its objects"
#define TOO_MANY "there are more than 2^31 - 1 objects"

/* Squares of distances are 32 bits wide. */
#define MAX_SIDE 131000

/* That are put together between two looks at who waits. */
#define WATCHED_ROWS 1024

/* What a pixel of a box takes: IdrFronts come when domes are done with. */
typedef struct
{
  IdrLattice lattice;
  gsize n_allocated, n_side;
  guint32 *squares;
  gint32 *parts;
  IdrFront *fronts;
  IdrDistanceWork distance;
} Work;

/* A part of a run. */
typedef struct
{
  gint64 row;
  gint32 x0, x1;
  gint32 label;
} Piece;

typedef struct
{
  const IdrStack *stack;
  gboolean diagonal;
  gsize memory;
  IdrRuns *runs;
  IdrExtent *extents;
  Work work;
  const IdrWatch *watch;
  Piece *pieces; /* of objects that are split */
  gsize n_pieces, n_pieces_allocated;
  gint64 n_labels; /* those of parts come after the objects' own */
} Split;

static void
split_clear (Split *split)
{
  g_free (split->extents);
  g_free (split->work.squares);
  g_free (split->work.parts);
  g_free (split->work.fronts);
  g_free (split->work.distance.values);
  g_free (split->work.distance.centres);
  g_free (split->work.distance.starts);
  g_free (split->pieces);
}

/* --- An object in its box ------------------------------------------------------------------- */

static IdrBox
get_box (const Split *split, const IdrExtent *extent)
{
  const gint64 height = split->stack->height;

  return (IdrBox){ extent->x0, extent->y0, extent->row0 / height,
                   extent->x1, extent->y1, (extent->row1 - 1) / height + 1 };
}

static gboolean
reserve_side (Work *work, gsize side)
{
  if (side <= work->n_side)
    return TRUE;
  work->n_side = side;
  g_free (work->distance.values);
  g_free (work->distance.centres);
  g_free (work->distance.starts);
  work->distance.values = g_try_new (guint32, side);
  work->distance.centres = g_try_new (gint32, side);
  work->distance.starts = g_try_new (gint32, side);
  return work->distance.values != NULL && work->distance.centres != NULL
         && work->distance.starts != NULL;
}

static gboolean
reserve (Work *work, gsize memory, const gchar **problem)
{
  const IdrLattice *lattice = &work->lattice;
  const gsize side = (gsize)MAX (MAX (lattice->width, lattice->height), lattice->depth);
  const gsize size = sizeof *work->squares + sizeof *work->parts + sizeof *work->fronts;

  *problem = TOO_LARGE;
  if (lattice->n > memory / size || side > MAX_SIDE)
    return FALSE;
  *problem = NO_MEMORY;
  if (!reserve_side (work, side))
    return FALSE;
  if (lattice->n <= work->n_allocated)
    return TRUE;
  work->n_allocated = lattice->n;
  g_free (work->squares);
  g_free (work->parts);
  g_free (work->fronts);
  work->squares = g_try_new (guint32, lattice->n);
  work->parts = g_try_new (gint32, lattice->n);
  work->fronts = g_try_new (IdrFront, lattice->n);
  return work->squares != NULL && work->parts != NULL && work->fronts != NULL;
}

/* The first run of @row that ends beyond @x. */
static gsize
find_run (const IdrRuns *runs, gint64 row, gint32 x)
{
  gsize from = runs->rows[row], to = runs->rows[row + 1];

  while (from < to)
    {
      const gsize middle = from + (to - from) / 2;

      if (runs->runs[middle].x1 > x)
        to = middle;
      else
        from = middle + 1;
    }
  return from;
}

/* Calls @visit for each run of @label, with the first pixel's place in the lattice. */
typedef gboolean (*Visit) (Split *split, gint64 row, IdrRun run, gsize at);

static gboolean
visit_runs (Split *split, gint32 label, const IdrBox *box, Visit visit)
{
  const IdrRuns *runs = split->runs;
  const IdrLattice *lattice = &split->work.lattice;
  const gint64 frame = lattice->depth > 1 ? 1 : 0;

  for (gint64 z = box->z0; z < box->z1; z++)
    for (gint64 y = box->y0; y < box->y1; y++)
      {
        const gint64 row = z * split->stack->height + y;
        const gsize first
            = (gsize)(((z - box->z0 + frame) * lattice->height + y - box->y0 + 1) * lattice->width
                      + 1);

        for (gsize i = find_run (runs, row, (gint32)box->x0);
             i < runs->rows[row + 1] && runs->runs[i].x0 < box->x1; i++)
          if (runs->labels[i] == label
              && !visit (split, row, runs->runs[i], first + (gsize)(runs->runs[i].x0 - box->x0)))
            return FALSE;
      }
  return TRUE;
}

static gboolean
draw_run (Split *split, gint64 row, IdrRun run, gsize at)
{
  for (gint32 i = 0; i < run.x1 - run.x0; i++)
    split->work.squares[at + (gsize)i] = 1;
  return TRUE;
}

static gboolean
add_piece (Split *split, Piece piece)
{
  if (split->n_pieces == split->n_pieces_allocated)
    {
      const gsize wanted = MAX (1024, 2 * split->n_pieces_allocated);
      Piece *more = g_try_realloc_n (split->pieces, wanted, sizeof *more);

      if (more == NULL)
        return FALSE;
      split->pieces = more;
      split->n_pieces_allocated = wanted;
    }
  split->pieces[split->n_pieces++] = piece;
  return TRUE;
}

static gboolean
cut_run (Split *split, gint64 row, IdrRun run, gsize at)
{
  const gint32 *parts = split->work.parts + at;
  const gint32 n = run.x1 - run.x0;

  for (gint32 start = 0, end; start < n; start = end)
    {
      for (end = start + 1; end < n && parts[end] == parts[start]; end++)
        ;
      if (!add_piece (split, (Piece){ row, run.x0 + start, run.x0 + end,
                                      (gint32)(split->n_labels + parts[start]) }))
        return FALSE;
    }
  return TRUE;
}

/* Draws it and finds its parts. Returns how many there are, or -1: stopped. */
static gint32
find_parts (Split *split, gint32 label, const IdrBox *box)
{
  Work *work = &split->work;
  gint32 n;

  memset (work->squares, 0, work->lattice.n * sizeof *work->squares);
  visit_runs (split, label, box, draw_run);
  if (!idr_distance_transform (&work->lattice, work->squares, &work->distance, split->watch))
    return -1;
  n = idr_find_domes (&work->lattice, work->squares, (gdouble *)(gpointer)work->fronts,
                      (gsize *)(gpointer)work->fronts + work->lattice.n, work->parts, split->watch);
  if (n > 1
      && !idr_watershed (&work->lattice, work->squares, work->parts, work->fronts, split->watch))
    return -1;
  return n;
}

/* Its pieces, if it has more than one part. Its extent says then that nothing is left of it. */
static gboolean
split_object (Split *split, gint32 label, const gchar **problem)
{
  Work *work = &split->work;
  IdrExtent *extent = &split->extents[label];
  const IdrBox box = get_box (split, extent);
  gint32 n;

  /* Nothing two pixels wide has two summits. */
  if (box.x1 - box.x0 <= 2 || box.y1 - box.y0 <= 2)
    return TRUE;
  *problem = TOO_LARGE;
  if (!idr_lattice_init (&work->lattice, &box, split->stack->is_volume, split->diagonal)
      || !reserve (work, split->memory, problem))
    return FALSE;
  n = find_parts (split, label, &box);
  if (n < 0 || n == 1)
    return n == 1;
  *problem = TOO_MANY;
  if (split->n_labels + n > G_MAXINT32)
    return FALSE;
  *problem = NO_MEMORY;
  if (!visit_runs (split, label, &box, cut_run))
    return FALSE;
  split->n_labels += n;
  extent->area = 0;
  return TRUE;
}

/* --- The runs again ------------------------------------------------------------------ */

static gint
compare_pieces (gconstpointer a, gconstpointer b, gpointer data)
{
  const Piece *left = a, *right = b;

  return left->x0 < right->x0 ? -1 : 1;
}

/* Whether to go on with @row. */
static gboolean
goes_on (const Split *split, gint64 row)
{
  return row % WATCHED_ROWS != 0 || idr_watch_go_on (split->watch, 1);
}

/* Brings the pieces into raster order: by rows, and then each row's. FALSE: no memory, or stopped.
 */
static gboolean
sort_pieces (Split *split)
{
  const gint64 n_rows = split->runs->n_rows;
  g_autofree gsize *ends = g_try_new0 (gsize, n_rows + 1); /* of the row before */
  Piece *sorted = g_try_new (Piece, split->n_pieces);

  if (ends == NULL || sorted == NULL)
    {
      g_free (sorted);
      return FALSE;
    }
  for (gsize i = 0; i < split->n_pieces; i++)
    ends[split->pieces[i].row + 1]++;
  for (gint64 row = 0; row < n_rows; row++)
    ends[row + 1] += ends[row];
  for (gsize i = 0; i < split->n_pieces; i++)
    sorted[ends[split->pieces[i].row]++] = split->pieces[i];
  g_free (split->pieces);
  split->pieces = sorted;
  for (gint64 row = 0; row < n_rows; row++)
    {
      const gsize first = row > 0 ? ends[row - 1] : 0;

      if (!goes_on (split, row))
        return FALSE;
      g_qsort_with_data (sorted + first, (gint)(ends[row] - first), sizeof *sorted, compare_pieces,
                         NULL);
    }
  return TRUE;
}

static void
append (IdrRuns *runs, gint32 x0, gint32 x1, gint32 label)
{
  runs->runs[runs->n_runs] = (IdrRun){ x0, x1 };
  runs->labels[runs->n_runs++] = label;
}

/* Appends to @out a row of what was not split and the pieces of what was; returns the piece that
 * follows. */
static gsize
merge_row (const Split *split, gint64 row, gsize piece, IdrRuns *out)
{
  const IdrRuns *runs = split->runs;

  for (gsize i = runs->rows[row]; i < runs->rows[row + 1]; i++)
    {
      const IdrRun run = runs->runs[i];

      if (split->extents[runs->labels[i]].area > 0)
        {
          append (out, run.x0, run.x1, runs->labels[i]);
          continue;
        }
      for (; piece < split->n_pieces && split->pieces[piece].row == row
             && split->pieces[piece].x0 < run.x1;
           piece++)
        append (out, split->pieces[piece].x0, split->pieces[piece].x1, split->pieces[piece].label);
    }
  out->rows[++out->n_rows] = out->n_runs;
  return piece;
}

/* Numbers labels in the order in which they come. Returns how many there are; -1: no memory. */
static gint32
renumber (IdrRuns *runs, gint64 n_labels)
{
  g_autofree gint32 *numbers = g_try_new0 (gint32, (gsize)n_labels + 1);
  gint32 n = 0;

  if (numbers == NULL)
    return -1;
  for (gsize i = 0; i < runs->n_runs; i++)
    {
      gint32 *number = &numbers[runs->labels[i]];

      if (*number == 0)
        *number = ++n;
      runs->labels[i] = *number;
    }
  return n;
}

/* The runs become those of the parts. */
static gint32
take_pieces (Split *split)
{
  const gsize n_runs = split->runs->n_runs + split->n_pieces;
  IdrRuns out = { 0 };
  gsize piece = 0;
  gint32 n = -1;

  if (!sort_pieces (split))
    return -1;
  out.runs = g_try_new (IdrRun, n_runs);
  out.labels = g_try_new (gint32, n_runs);
  out.n_allocated = n_runs;
  if (out.runs != NULL && out.labels != NULL && idr_runs_start (&out, split->runs->n_rows))
    {
      for (gint64 row = 0; row < split->runs->n_rows && goes_on (split, row); row++)
        piece = merge_row (split, row, piece, &out);
      if (out.n_rows == split->runs->n_rows)
        n = renumber (&out, split->n_labels);
    }
  if (n < 0)
    {
      idr_runs_clear (&out);
      return -1;
    }
  idr_runs_clear (split->runs);
  *split->runs = out;
  return n;
}

gint32
idr_runs_split (IdrRuns *runs, gint32 n_labels, const IdrStack *stack, gboolean diagonal,
                gsize memory, const IdrWatch *watch, const gchar **problem)
{
  Split split = { .stack = stack,
                  .diagonal = diagonal,
                  .memory = memory,
                  .runs = runs,
                  .watch = watch,
                  .n_labels = n_labels };
  gboolean done = TRUE;
  gint32 n = n_labels;

  *problem = NO_MEMORY;
  split.extents = idr_runs_get_extents (runs, n_labels, stack->height);
  done = split.extents != NULL;
  for (gint32 label = 1; done && label <= n_labels; label++)
    done = idr_watch_go_on (watch, (label - 1.0) / n_labels)
           && split_object (&split, label, problem);
  if (done && split.n_pieces > 0)
    {
      *problem = NO_MEMORY;
      n = take_pieces (&split);
    }
  split_clear (&split);
  return done ? n : -1;
}
