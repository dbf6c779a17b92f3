/* Smoothing in 16-bit numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "coarse.h"

#include <math.h>
#include <string.h>

/* What the weights are counted in. */
#define ONE 65536

/* Longer filters are off by too much to settle anything. */
#define MAX_RADIUS 64

/* Cache lines: rows in the workspace start on one. */
#define ALIGNMENT 64

/* What of the nearest cache the ring may take, and how narrow a strip may become for it. */
#define RING_BYTES 24576
#define MIN_COLUMNS 256

/* The columns in the widest vector. */
#define MAX_BLOCK 32

/* Rows that are summed down before they are summed along, an even number: what has just been
 * written is not yet there to be read at another place. */
#define BATCH 8

/* --- The filter -------------------------------------------------------------------------- */

static gint32
join_weights (const gint16 *weights)
{
  return (gint32)((guint16)weights[0] | (guint32)(guint16)weights[1] << 16);
}

IdrCoarseFilter *
idr_coarse_filter_new (const IdrFilter *exact)
{
  const gint64 radius = exact->radius;
  g_autofree gint16 *taps = NULL;
  IdrCoarseFilter *filter;
  gint32 centre = ONE;
  gdouble off = 0;

  if (radius > MAX_RADIUS)
    return NULL;
  /* From one zero before them to one after. */
  taps = g_new0 (gint16, 2 * radius + 3);
  for (gint64 k = 1; k <= radius; k++)
    {
      const gint16 weight = (gint16)lrint (ONE * exact->weights[k]);

      taps[1 + radius - k] = taps[1 + radius + k] = weight;
      centre -= 2 * weight;
      off += 2 * fabs (exact->weights[k] - (gdouble)weight / ONE);
    }
  if (centre < 0 || centre > G_MAXINT16)
    return NULL;
  taps[1 + radius] = (gint16)centre;
  off += fabs (exact->weights[0] - (gdouble)centre / ONE);

  filter = g_new (IdrCoarseFilter, 1);
  filter->radius = radius;
  filter->margin = (gint32)ceil (ONE * off + 2.01);
  filter->first = g_new (gint32, radius + 1);
  filter->second = g_new (gint32, radius + 1);
  for (gint64 j = 0; j <= radius; j++)
    {
      filter->first[j] = join_weights (taps + 1 + 2 * j);
      filter->second[j] = join_weights (taps + 2 * j);
    }
  return filter;
}

void
idr_coarse_filter_free (IdrCoarseFilter *filter)
{
  if (filter == NULL)
    return;
  g_free (filter->first);
  g_free (filter->second);
  g_free (filter);
}

/* --- Strips of columns, from top to bottom, two rows at a time ------------------------------- */

/* How a strip's workspace is laid out: pointers to the pairs that a sum is taken from, the ring of
 * pairs, the rows between the passes. */
typedef struct
{
  gint64 columns;         /* in a strip */
  gsize pitch, line;      /* bytes from one to the next */
  gsize ring, lines, end; /* lines: of their first columns in the plane */
} Layout;

static gboolean
lay_out (const IdrCoarseFilter *filter, const IdrPatch *patch, Layout *layout)
{
  const gsize n_pairs = filter->radius + 1;
  const gint64 near = RING_BYTES / (4 * n_pairs) / MAX_BLOCK * MAX_BLOCK;
  gsize n_blocks;

  layout->columns = MAX (MAX (near, MIN_COLUMNS), 4 * filter->radius);
  layout->columns = MIN (layout->columns, patch->x1 - patch->x0);
  n_blocks = (layout->columns + 2 * filter->radius) / MAX_BLOCK + 1;
  /* An odd number of cache lines: rows do not compete for the same places in the cache. */
  layout->pitch = n_blocks * MAX_BLOCK * 4 + ALIGNMENT;
  layout->line = n_blocks * MAX_BLOCK * 2 + (gsize)3 * ALIGNMENT;
  layout->ring = (n_pairs * sizeof (gint16 *) / ALIGNMENT + 1) * ALIGNMENT;
  layout->lines = layout->ring + n_pairs * layout->pitch
                  + (2 * filter->radius + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  layout->end = layout->lines + BATCH * layout->line;
  return layout->columns <= G_MAXINT32;
}

gboolean
idr_coarse_suits (const IdrCoarseFilter *filter, const IdrKernels *kernels, const IdrPatch *patch)
{
  return filter != NULL && kernels->coarse != NULL && patch->n_planes == 1
         && patch->x1 - patch->x0 >= (gint64)kernels->coarse->block;
}

gsize
idr_coarse_get_workspace (const IdrCoarseFilter *filter, const IdrPatch *patch)
{
  Layout layout;

  return lay_out (filter, patch, &layout) ? layout.end : 0;
}

typedef struct
{
  const IdrCoarseFilter *filter;
  const IdrCoarseKernels *kernels;
  const IdrPatch *patch;
  guint shift;
  Layout layout;
  guint8 *workspace;
  const gint16 **pairs;
} Work;

/* Two rows of the patch, from the @index-th of the rows that it is smoothed from on, side by side.
 */
static const gint16 *
make_pair (const Work *work, gint64 index, gint64 from, gint64 to)
{
  const IdrPatch *patch = work->patch;
  const IdrRaster *plane = patch->planes;
  const gint64 radius = work->filter->radius, y = patch->y0 - radius + 2 * index;
  const gint64 first = idr_gaussian_mirror (y, patch->plane_height);
  /* Beyond the last row that is needed, any will do. */
  const gint64 second
      = y + 1 < patch->y1 + radius ? idr_gaussian_mirror (y + 1, patch->plane_height) : first;
  const guint8 *pixels
      = (const guint8 *)plane->data + (from - patch->x) * idr_pixel_get_size (plane->pixel);
  gpointer out = work->workspace + work->layout.ring + index % (radius + 1) * work->layout.pitch;

  work->kernels->pair (pixels + (first - patch->y) * plane->stride,
                       pixels + (second - patch->y) * plane->stride, to - from, work->shift, out);
  return out;
}

/* One of the lines, its first column in the plane. */
static gint16 *
get_line (const Work *work, gint64 row)
{
  return (gint16 *)(gpointer)(work->workspace + work->layout.lines + row * work->layout.line);
}

/* Fills @n lines, which begin at column @from of the plane, from column @x up to @end. */
static void
mirror (const Work *work, gint64 from, gint64 x, gint64 end, gint64 n)
{
  for (; x < end; x++)
    {
      const gint64 source = idr_gaussian_mirror (x, work->patch->plane_width);

      for (gint64 row = 0; row < n; row++)
        get_line (work, row)[x - from] = get_line (work, row)[source - from];
    }
}

static void
smooth_strip (const Work *work, gint64 x0, gint64 x1, guint8 *out, gsize stride, gint16 *maxima)
{
  const IdrPatch *patch = work->patch;
  const gint64 radius = work->filter->radius, height = patch->y1 - patch->y0;
  const gint64 first = x0 - radius, end = x1 + radius;
  const gint64 from = MAX (0, first), to = MIN (patch->plane_width, end);
  gint64 next = 0, n;

  for (gint64 y = 0; y < height; y += n)
    {
      n = MIN (BATCH, height - y);
      for (gint64 row = 0; row < n; row += 2)
        {
          memmove (work->pairs, work->pairs + 1, radius * sizeof *work->pairs);
          for (; next <= (y + row) / 2 + radius; next++)
            work->pairs[MIN (next, radius)] = make_pair (work, next, from, to);
          work->kernels->down (work->filter, work->pairs, to - from, get_line (work, row),
                               get_line (work, row + 1));
        }
      mirror (work, from, first, from, n);
      mirror (work, from, to, end, n);
      work->kernels->along (work->filter, get_line (work, 0) - (from - first), work->layout.line,
                            x1 - x0, n, (gint16 *)(gpointer)(out + y * stride), stride, maxima + y);
    }
}

void
idr_coarse_smooth (const IdrCoarseFilter *filter, const IdrKernels *kernels, const IdrPatch *patch,
                   guint shift, gpointer workspace, gint16 *out, gsize stride, gint16 *maxima)
{
  Work work = { filter, kernels->coarse, patch, shift, .workspace = workspace, .pairs = workspace };

  g_return_if_fail (idr_coarse_suits (filter, kernels, patch));
  g_return_if_fail (lay_out (filter, patch, &work.layout));

  for (gint64 y = patch->y0; y < patch->y1; y++)
    maxima[y - patch->y0] = G_MININT16;
  /* The last strip is as wide as the others. */
  for (gint64 x = patch->x0; x < patch->x1; x += work.layout.columns)
    {
      const gint64 x0 = MIN (x, patch->x1 - work.layout.columns);

      smooth_strip (&work, x0, x0 + work.layout.columns, (guint8 *)(out + (x0 - patch->x0)), stride,
                    maxima);
    }
}
