/* SciPy's gaussian_filter, to the last bit
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gaussian.h"

#include "coarse.h"
#include "pairwise.h"

#include <math.h>
#include <string.h>

/* Kernels longer than this are refused by nobody, but their rough sums would too often be settled
 * exactly. */
#define MAX_ROUGH_RADIUS 64

/* Cache lines: rows in the workspace start on one. */
#define ALIGNMENT 64

/* What of the nearest cache the ring may take, and how narrow a strip may become for it. */
#define RING_BYTES 32768
#define MIN_COLUMNS 256

struct _IdrGaussian
{
  IdrFilter filter;
  gdouble *weights;
  gfloat *rough;
  IdrCoarseFilter *coarse;
};

/* How near the sums of floats come to those of doubles, for pixels that are not negative and that
 * floats hold, also in pairs.
 *
 * Let u = 2^-24, a float's rounding, S the sum of doubles and A that of floats. Each term of A has
 * the rounding of its weight, of its product and of at most @radius additions, and no term is
 * negative, so that A is within (1 +- u)^(radius + 2) of the true sum; so is S, within 2^-46. With
 * @margin = radius + 4 or more, and for all radii up to MAX_ROUGH_RADIUS, A * (1 - margin u) is
 * below S and A * (1 + margin u) above it, also after the rounding of these products; the squares
 * of what was left out are less than u / 1000. Where both products have the same whole part, S has
 * it too. An even margin makes 1 + margin u a float. */
static void
set_rough (IdrGaussian *gaussian)
{
  const gint64 radius = gaussian->filter.radius;
  const gint64 even = (radius + 5) & ~G_GINT64_CONSTANT (1);
  const gfloat margin = (gfloat)even;

  if (radius > MAX_ROUGH_RADIUS)
    return;
  gaussian->rough = g_new (gfloat, radius + 1);
  for (gint64 k = 0; k <= radius; k++)
    gaussian->rough[k] = (gfloat)gaussian->weights[k];
  gaussian->filter.rough = gaussian->rough;
  gaussian->filter.below = 1 - margin * 0x1p-24f;
  gaussian->filter.above = 1 + margin * 0x1p-24f;
}

IdrGaussian *
idr_gaussian_new (gdouble sigma)
{
  IdrGaussian *gaussian = g_new0 (IdrGaussian, 1);
  const gint64 radius = (gint64)(4.0 * sigma + 0.5);
  const gdouble scale = -0.5 / (sigma * sigma);
  g_autofree gdouble *kernel = g_new0 (gdouble, 2 * radius + 1);
  gdouble sum;

  for (gint64 x = -radius; x <= radius; x++)
    kernel[radius + x] = exp (scale * (gdouble)(x * x));
  sum = idr_sum_pairwise (kernel, 2 * radius + 1);

  gaussian->weights = g_new (gdouble, radius + 1);
  for (gint64 k = 0; k <= radius; k++)
    gaussian->weights[k] = kernel[radius + k] / sum;
  gaussian->filter.radius = radius;
  gaussian->filter.weights = gaussian->weights;
  set_rough (gaussian);
  gaussian->coarse = idr_coarse_filter_new (&gaussian->filter);
  return gaussian;
}

void
idr_gaussian_free (IdrGaussian *gaussian)
{
  if (gaussian == NULL)
    return;
  g_free (gaussian->weights);
  g_free (gaussian->rough);
  idr_coarse_filter_free (gaussian->coarse);
  g_free (gaussian);
}

const IdrFilter *
idr_gaussian_get_filter (const IdrGaussian *gaussian)
{
  return &gaussian->filter;
}

const IdrCoarseFilter *
idr_gaussian_get_coarse (const IdrGaussian *gaussian)
{
  return gaussian->coarse;
}

gint64
idr_gaussian_get_radius (const IdrGaussian *gaussian)
{
  return gaussian->filter.radius;
}

/* --- Patches ---------------------------------------------------------------------- */

IdrPatch
idr_patch_whole (const IdrRaster *plane)
{
  return (IdrPatch){
    .planes = plane,
    .n_planes = 1,
    .plane_width = plane->width,
    .plane_height = plane->height,
    .x1 = plane->width,
    .y1 = plane->height,
  };
}

/* What is mirrored at an edge lies no farther from it than what is beyond the edge, and so within
 * the reach as well. */
void
idr_gaussian_get_reach (const IdrGaussian *gaussian, const IdrPatch *patch, gint64 *x0, gint64 *y0,
                        gint64 *x1, gint64 *y1)
{
  const gint64 radius = gaussian->filter.radius;

  *x0 = MAX (0, patch->x0 - radius);
  *y0 = MAX (0, patch->y0 - radius);
  *x1 = MIN (patch->plane_width, patch->x1 + radius);
  *y1 = MIN (patch->plane_height, patch->y1 + radius);
}

/* --- Strips of columns ------------------------------------------------------------
 *
 * A patch is smoothed in strips, from top to bottom. A strip's rows are widened once, and summed
 * through the planes, into a ring of as many as one sum needs; the ring and the row between the two
 * last passes stay in the nearest cache. */

/* How a strip's workspace is laid out: pointers to what a sum is taken from in each pass, the ring,
 * a row of each plane, the row between the passes. */
typedef struct
{
  gint64 columns; /* of the patch, in a strip */
  gint64 n_ring;  /* rows */
  gsize pitch;    /* bytes from row to row of the ring, and of the planes' rows */
  gsize ring, through, line, end;
} Layout;

/* FALSE: no machine has so much memory. */
static gboolean
lay_out (const IdrGaussian *gaussian, const IdrKernels *kernels, const IdrPatch *patch,
         Layout *layout)
{
  const gsize size = kernels->wide_size, n_taps = 2 * gaussian->filter.radius + 1;
  const gint64 near = RING_BYTES / (n_taps * size) / 64 * 64;
  const gint64 n_through = patch->n_planes > 1 ? patch->n_planes : 0;
  gsize bytes;

  layout->columns = MAX (MAX (near, MIN_COLUMNS), 4 * gaussian->filter.radius);
  layout->columns = MIN (layout->columns, patch->x1 - patch->x0);
  layout->n_ring = MIN ((gint64)n_taps, patch->plane_height);
  /* An odd number of cache lines: rows do not compete for the same places in the cache. */
  bytes = MIN (layout->columns + n_taps, (gsize)patch->plane_width) * size;
  layout->pitch = ((bytes / ALIGNMENT + 1) | 1) * ALIGNMENT;
  layout->ring = (3 * n_taps * sizeof (gconstpointer) / ALIGNMENT + 1) * ALIGNMENT;
  if (!g_size_checked_mul (&bytes, layout->pitch, layout->n_ring + n_through))
    return FALSE;
  layout->through = layout->ring + layout->n_ring * layout->pitch;
  return g_size_checked_add (&layout->line, layout->ring, bytes)
         && g_size_checked_add (&layout->end, layout->line, (layout->columns + n_taps) * size);
}

gsize
idr_gaussian_get_workspace (const IdrGaussian *gaussian, const IdrKernels *kernels,
                            const IdrPatch *patch)
{
  Layout layout;

  return lay_out (gaussian, kernels, patch, &layout) ? layout.end : 0;
}

/* What smooth_strip and those that it calls have in common. */
typedef struct
{
  const IdrFilter *filter;
  const IdrKernels *kernels;
  const IdrPatch *patch;
  Layout layout;
  guint8 *workspace;
  gconstpointer *down, *along, *through; /* what a sum is taken from */
} Work;

/* Fills @line, which begins at column @first of a plane @width wide, from there up to @from and
 * from @to up to @end with what is mirrored of the columns in between. */
static inline void
mirror_ends (guint8 *line, gint64 first, gint64 from, gint64 to, gint64 end, gint64 width,
             const gsize size)
{
  for (gint64 x = first; x < from; x++)
    memcpy (line + (x - first) * size, line + (idr_gaussian_mirror (x, width) - first) * size,
            size);
  for (gint64 x = to; x < end; x++)
    memcpy (line + (x - first) * size, line + (idr_gaussian_mirror (x, width) - first) * size,
            size);
}

/* Row @y of the plane, its columns from @from up to @to, wide, into @out. */
static void
widen_row (const Work *work, gint64 y, gint64 from, gint64 to, guint8 *out)
{
  const IdrPatch *patch = work->patch;
  const gsize offset = (from - patch->x) * idr_pixel_get_size (patch->planes->pixel);
  const gsize row = y - patch->y;
  guint8 *wide = work->workspace + work->layout.through;

  if (patch->n_planes > 1)
    {
      for (gint64 k = 0; k < patch->n_planes; k++, wide += work->layout.pitch)
        work->kernels->widen ((const guint8 *)patch->planes[k].data + row * patch->planes[k].stride
                                  + offset,
                              to - from, wide);
      work->kernels->down (work->filter, work->through, out, to - from);
      return;
    }
  work->kernels->widen ((const guint8 *)patch->planes->data + row * patch->planes->stride + offset,
                        to - from, out);
}

/* Where row @y lies in a ring of @n, in which the last row that came to lie first is @origin. */
static inline gint64
get_place (gint64 y, gint64 origin, gint64 n)
{
  return y >= origin ? y - origin : y - origin + n;
}

/* The columns from @x0 up to but not including @x1. Returns their maximum. */
static gdouble
smooth_strip (const Work *work, gint64 x0, gint64 x1, guint8 *out, gsize stride)
{
  const IdrPatch *patch = work->patch;
  const IdrKernels *kernels = work->kernels;
  const gint64 radius = work->filter->radius, n_taps = 2 * radius + 1;
  const gint64 width = patch->plane_width, height = patch->plane_height;
  const gint64 from = MAX (0, x0 - radius), to = MIN (width, x1 + radius);
  const gint64 n_ring = work->layout.n_ring;
  guint8 *ring = work->workspace + work->layout.ring, *line = work->workspace + work->layout.line;
  gint64 next = MAX (0, patch->y0 - radius), origin = next;
  gdouble max = (gdouble)-INFINITY;

  for (gint64 y = patch->y0; y < patch->y1; y++, out += stride)
    {
      for (; next < MIN (y + radius + 1, height); next++)
        {
          origin = next == origin + n_ring ? next : origin;
          widen_row (work, next, from, to, ring + (next - origin) * work->layout.pitch);
        }
      /* One row further, what a sum is taken from moves up by one. */
      for (gint64 k = y == patch->y0 ? 0 : n_taps - 1; k < n_taps; k++)
        {
          const gint64 row = idr_gaussian_mirror (y + k - radius, height);

          work->down[k] = ring + get_place (row, origin, n_ring) * work->layout.pitch;
        }
      kernels->down (work->filter, work->down, line + (from - (x0 - radius)) * kernels->wide_size,
                     to - from);
      if (kernels->wide_size == sizeof (gfloat))
        mirror_ends (line, x0 - radius, from, to, x1 + radius, width, sizeof (gfloat));
      else
        mirror_ends (line, x0 - radius, from, to, x1 + radius, width, sizeof (gdouble));
      kernels->along (work->filter, work->along, out, x1 - x0);
      max = idr_maximum (max, kernels->maximum (out, x1 - x0));
      memmove (work->down, work->down + 1, (n_taps - 1) * sizeof *work->down);
    }
  return max;
}

gdouble
idr_gaussian_smooth (const IdrGaussian *gaussian, const IdrKernels *kernels, const IdrPatch *patch,
                     gpointer workspace, gpointer out, gsize stride)
{
  const gint64 n_taps = 2 * gaussian->filter.radius + 1;
  const gsize size = idr_pixel_get_size (patch->planes->pixel);
  Work work = { &gaussian->filter, kernels, patch, .workspace = workspace, .down = workspace };
  gdouble max = (gdouble)-INFINITY;

  g_return_val_if_fail (lay_out (gaussian, kernels, patch, &work.layout), (gdouble)NAN);
  g_return_val_if_fail (patch->n_planes == 1 || patch->n_planes == n_taps, (gdouble)NAN);

  work.along = work.down + n_taps;
  work.through = work.along + n_taps;
  for (gint64 k = 0; k < n_taps; k++)
    work.along[k] = work.workspace + work.layout.line + k * kernels->wide_size;
  for (gint64 k = 0; k < patch->n_planes && patch->n_planes > 1; k++)
    work.through[k] = work.workspace + work.layout.through + k * work.layout.pitch;
  for (gint64 x = patch->x0; x < patch->x1; x += work.layout.columns)
    max = idr_maximum (max, smooth_strip (&work, x, MIN (x + work.layout.columns, patch->x1),
                                          (guint8 *)out + (x - patch->x0) * size, stride));
  return max;
}
