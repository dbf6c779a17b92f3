/* The length of objects' boundaries: rows as bits, a window of five
 *
 * A block of rows is worked on at once. Its first two rows are context, which was counted before,
 * and its last two cannot be counted yet: they become, with the two before them, the beginning of
 * the next block.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "perimeter-kernels.h"

#include <string.h>

/* Words in a block, so that it stays near; but enough rows that those of the context matter
 * little. */
#define BLOCK_WORDS 256
#define MIN_ROWS 16

#define CONTEXT ((gsize)2) /* rows on either side */

/* Copies of a row's runs, of those that wait for the rows below. */
typedef struct
{
  IdrRun *runs;
  gint32 *labels;
  gsize n_allocated;
} Kept;

struct _IdrPerimeter
{
  const IdrPerimeterKernels *kernels;
  gsize stride;           /* words of a row */
  gsize n_rows, capacity; /* rows in the block */
  gsize n_parted;         /* of them, those whose seams with the row above are known */
  gsize n_kind;           /* words of each kind of bits */
  guint64 *words;         /* all of these, with a word of zero before each and one behind it */
  guint64 *mask, *boundary;
  IdrWeights weights;
  IdrSeams seams;
  gboolean is_split; /* objects' sides may touch, not only their corners */
  gboolean any_seam;
  IdrLabelledRow *rows;
  Kept kept[CONTEXT]; /* of rows in turn */
  guint turn;         /* whose it is */
};

/* Bits of one kind each: the mask and the boundary, which are zero where nothing was written, and
 * their weights, which are not; and seams, which are zero once there is one. */
#define N_ZEROED 2
#define N_SEAMS 4
#define N_KINDS (N_ZEROED + 3 + N_SEAMS)

static const IdrPerimeterKernels *
get_kernels (IdrIsa isa)
{
#ifdef IDR_HAVE_X86
  if (isa == IDR_ISA_AVX512)
    return &idr_perimeter_kernels_avx512;
  if (isa == IDR_ISA_AVX2)
    return &idr_perimeter_kernels_avx2;
#endif
  return &idr_perimeter_kernels_plain;
}

/* FALSE: no memory. */
static gboolean
lay_out (IdrPerimeter *self)
{
  guint64 **const kinds[N_KINDS] = { &self->mask,
                                     &self->boundary,
                                     &self->weights.straight,
                                     &self->weights.slanted,
                                     &self->weights.mixed,
                                     &self->seams.right,
                                     &self->seams.below,
                                     &self->seams.below_right,
                                     &self->seams.below_left };
  gsize bytes;

  self->n_kind = self->capacity * self->stride + 2;
  if (!g_size_checked_mul (&bytes, N_KINDS * sizeof *self->words, self->n_kind))
    return FALSE;
  self->words = g_try_malloc (bytes);
  if (self->words == NULL)
    return FALSE;
  memset (self->words, 0, N_ZEROED * self->n_kind * sizeof *self->words);
  for (guint i = 0; i < N_KINDS; i++)
    *kinds[i] = self->words + i * self->n_kind + 1;
  return TRUE;
}

/* Forgets the block's rows but for the last, which become its first. */
static void
shift (IdrPerimeter *self, gsize kept)
{
  guint64 *const kinds[] = { self->mask, self->seams.right, self->seams.below,
                             self->seams.below_right, self->seams.below_left };
  const gsize from = self->n_rows - kept, used = self->n_rows * self->stride;
  const gsize moved = kept * self->stride;

  for (guint i = 0; i < (self->any_seam ? G_N_ELEMENTS (kinds) : 1); i++)
    {
      memmove (kinds[i], kinds[i] + used - moved, moved * sizeof (guint64));
      memset (kinds[i] + moved, 0, (used - moved) * sizeof (guint64));
    }
  memmove (self->rows, self->rows + from, kept * sizeof *self->rows);
  self->n_rows = self->n_parted = kept;
}

IdrPerimeter *
idr_perimeter_new (gint64 width, gboolean is_split, IdrIsa isa)
{
  g_autoptr (IdrPerimeter) self = NULL;

  g_return_val_if_fail (width > 0 && width <= G_MAXINT32, NULL);

  self = g_new0 (IdrPerimeter, 1);
  self->kernels = get_kernels (isa);
  self->is_split = is_split;
  self->stride = ((gsize)width + 63) / 64 + 1;
  self->capacity = MAX (BLOCK_WORDS / self->stride, MIN_ROWS) + 2 * CONTEXT;
  self->n_rows = self->n_parted = CONTEXT;
  self->rows = g_new0 (IdrLabelledRow, self->capacity);
  return lay_out (self) ? g_steal_pointer (&self) : NULL;
}

void
idr_perimeter_free (IdrPerimeter *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < CONTEXT; i++)
    {
      g_free (self->kept[i].runs);
      g_free (self->kept[i].labels);
    }
  g_free (self->rows);
  g_free (self->words);
  g_free (self);
}

/* --- Rows as bits -------------------------------------------------------------------------- */

static void
set_bits (guint64 *words, gsize x0, gsize x1)
{
  const gsize first = x0 / 64, last = (x1 - 1) / 64;
  const guint64 from = ~(guint64)0 << x0 % 64, to = ~(guint64)0 >> (63 - (x1 - 1) % 64);

  if (first == last)
    {
      words[first] |= from & to;
      return;
    }
  words[first] |= from;
  for (gsize i = first + 1; i < last; i++)
    words[i] = ~(guint64)0;
  words[last] |= to;
}

static void
set_seam (IdrPerimeter *self, guint64 *seam, gsize row, gint64 x0, gint64 x1)
{
  if (x0 >= x1)
    return;
  if (!self->any_seam)
    memset (self->seams.right - 1, 0, N_SEAMS * self->n_kind * sizeof *self->words);
  self->any_seam = TRUE;
  set_bits (seam + row * self->stride, (gsize)x0, (gsize)x1);
}

/* Two runs of different objects, @upper in @row and @lower in the next one. */
static void
part (IdrPerimeter *self, gsize row, IdrRun upper, IdrRun lower)
{
  set_seam (self, self->seams.below, row, MAX (upper.x0, lower.x0), MIN (upper.x1, lower.x1));
  set_seam (self, self->seams.below_right, row, MAX (upper.x0, lower.x0 - 1),
            MIN (upper.x1, lower.x1 - 1));
  set_seam (self, self->seams.below_left, row, MAX (upper.x0, lower.x0 + 1),
            MIN (upper.x1, lower.x1 + 1));
}

static gint32
get_label (const IdrLabelledRow *row, gint64 x)
{
  gsize from = 0, to = row->n;

  while (from < to)
    {
      const gsize middle = from + (to - from) / 2;

      if (row->runs[middle].x1 > x)
        to = middle;
      else
        from = middle + 1;
    }
  return from < row->n ? row->labels[from] : 0;
}

/* Of those @corners, a word's bits from pixel @x0 on in the row above, which
 * touch pixels @step to the right in row @at, those where two objects meet become a @seam. */
static void
part_corners (IdrPerimeter *self, gsize at, guint64 corners, gint64 x0, gint step, guint64 *seam)
{
  for (; corners != 0; corners &= corners - 1)
    {
      const gint64 x = x0 + __builtin_ctzll (corners);

      if (get_label (&self->rows[at - 1], x) != get_label (&self->rows[at], x + step))
        set_seam (self, seam, at - 1, x, x + 1);
    }
}

/* Finds where two objects in row @at and the one above touch by corners that have no side in common
 * with either: elsewhere, pixels that touch are one object's. */
static void
find_corners (IdrPerimeter *self, gsize at)
{
  const gsize first = (at - 1) * self->stride;
  const IdrCorners corners = { self->weights.straight + first, self->weights.slanted + first };

  for (gsize i = 0; i + 1 < self->stride; i++)
    {
      if ((corners.right[i] | corners.left[i]) == 0)
        continue;
      part_corners (self, at, corners.right[i], (gint64)i * 64, 1, self->seams.below_right);
      part_corners (self, at, corners.left[i], (gint64)i * 64, -1, self->seams.below_left);
    }
}

/* Finds all that touches the runs of row @at without being of the same object. */
static void
find_seams (IdrPerimeter *self, gsize at)
{
  const IdrLabelledRow *row = &self->rows[at], *above = row - 1;
  gsize first = 0;

  for (gsize i = 0; i < row->n; i++)
    {
      const IdrRun run = row->runs[i];
      const gint32 label = row->labels[i];

      if (i > 0 && row->runs[i - 1].x1 == run.x0 && row->labels[i - 1] != label)
        set_seam (self, self->seams.right, at, run.x0 - 1, run.x0);
      while (first < above->n && above->runs[first].x1 < run.x0)
        first++;
      for (gsize j = first; j < above->n && above->runs[j].x0 <= run.x1; j++)
        if (above->labels[j] != label)
          part (self, at - 1, above->runs[j], run);
    }
}

static void
append (IdrPerimeter *self, IdrLabelledRow row)
{
  guint64 *mask = self->mask + self->n_rows * self->stride;

  for (gsize i = 0; i < row.n; i++)
    set_bits (mask, (gsize)row.runs[i].x0, (gsize)row.runs[i].x1);
  self->rows[self->n_rows++] = row;
}

/* Parts the objects of the rows that are new. */
static void
part_rows (IdrPerimeter *self)
{
  /* Weights come later. */
  const IdrCorners corners = { self->weights.straight, self->weights.slanted };
  const gsize from = self->n_parted;

  if (!self->is_split && from < self->n_rows)
    self->kernels->find_corners (self->mask, (from - 1) * self->stride,
                                 (self->n_rows - from) * self->stride, self->stride, &corners);
  for (gsize at = from; at < self->n_rows; at++)
    if (self->is_split)
      find_seams (self, at);
    else
      find_corners (self, at);
  self->n_parted = self->n_rows;
}

/* --- Blocks ---------------------------------------------------------------------------------- */

/* Counts the rows that have all their neighbours. */
static void
count (IdrPerimeter *self, IdrBoundary *boundaries)
{
  const gsize stride = self->stride, n_rows = self->n_rows;
  const IdrSeams *seams;

  part_rows (self);
  seams = self->any_seam ? &self->seams : NULL;
  if (n_rows <= 2 * CONTEXT)
    return;
  self->kernels->find_boundary (self->mask, seams, stride, (n_rows - 2) * stride, stride,
                                self->boundary);
  self->kernels->weigh (self->boundary, seams, CONTEXT * stride, (n_rows - 2 * CONTEXT) * stride,
                        stride, &self->weights);
  self->kernels->count (&self->weights, CONTEXT * stride, stride, self->rows + CONTEXT,
                        n_rows - 2 * CONTEXT, boundaries);
  shift (self, 2 * CONTEXT);
}

/* Copies the runs of the block's last rows. FALSE: no memory. */
static gboolean
keep (IdrPerimeter *self)
{
  for (gsize i = self->n_rows - CONTEXT; i < self->n_rows; i++)
    {
      IdrLabelledRow *row = &self->rows[i];
      Kept *kept = &self->kept[self->turn];

      if (row->n == 0 || row->runs == self->kept[0].runs || row->runs == self->kept[1].runs)
        continue;
      if (row->n > kept->n_allocated)
        {
          g_free (kept->runs);
          g_free (kept->labels);
          kept->runs = g_try_new (IdrRun, row->n);
          kept->labels = g_try_new (gint32, row->n);
          kept->n_allocated = kept->runs != NULL && kept->labels != NULL ? row->n : 0;
          if (kept->n_allocated == 0)
            return FALSE;
        }
      memcpy (kept->runs, row->runs, row->n * sizeof *row->runs);
      memcpy (kept->labels, row->labels, row->n * sizeof *row->labels);
      row->runs = kept->runs;
      row->labels = kept->labels;
      self->turn = (self->turn + 1) % CONTEXT;
    }
  return TRUE;
}
gboolean
idr_perimeter_add (IdrPerimeter *self, const IdrRuns *runs, gint64 first, gint64 end,
                   IdrBoundary *boundaries)
{
  for (gint64 y = first; y < end; y++)
    {
      const gsize from = runs->rows[y];

      if (self->n_rows == self->capacity)
        count (self, boundaries);
      append (self,
              (IdrLabelledRow){ runs->runs + from, runs->labels + from, runs->rows[y + 1] - from });
    }
  count (self, boundaries);
  return keep (self);
}

void
idr_perimeter_finish (IdrPerimeter *self, IdrBoundary *boundaries)
{
  for (guint i = 0; i < CONTEXT; i++)
    append (self, (IdrLabelledRow){ 0 });
  count (self, boundaries);
  shift (self, CONTEXT);
  self->any_seam = FALSE;
}
