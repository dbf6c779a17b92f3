/* SciPy's gaussian_filter, to the last bit
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "gaussian.h"

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
};

/* NumPy's sum of a contiguous array: eight sums side by side, halved beyond 128 numbers. */
static gdouble
sum_pairwise (const gdouble *values, gsize n)
{
  gdouble sums[8], sum = 0;
  gsize half, i;

  if (n > 128)
    {
      half = n / 2 - n / 2 % 8;
      return sum_pairwise (values, half) + sum_pairwise (values + half, n - half);
    }
  if (n < 8)
    {
      for (i = 0; i < n; i++)
        sum += values[i];
      return sum;
    }
  memcpy (sums, values, sizeof sums);
  for (i = 8; i + 8 <= n; i += 8)
    for (guint lane = 0; lane < 8; lane++)
      sums[lane] += values[i + lane];
  sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  for (; i < n; i++)
    sum += values[i];
  return sum;
}

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
  sum = sum_pairwise (kernel, 2 * radius + 1);

  gaussian->weights = g_new (gdouble, radius + 1);
  for (gint64 k = 0; k <= radius; k++)
    gaussian->weights[k] = kernel[radius + k] / sum;
  gaussian->filter.radius = radius;
  gaussian->filter.weights = gaussian->weights;
  set_rough (gaussian);
  return gaussian;
}

void
idr_gaussian_free (IdrGaussian *gaussian)
{
  if (gaussian == NULL)
    return;
  g_free (gaussian->weights);
  g_free (gaussian->rough);
  g_free (gaussian);
}

const IdrFilter *
idr_gaussian_get_filter (const IdrGaussian *gaussian)
{
  return &gaussian->filter;
}

/* The pixel that stands at @i of a line of @n: d c b a | a b c d | d c b a, as often as it takes.
 */
static gint64
mirror (gint64 i, gint64 n)
{
  if (i < -n || i >= 2 * n)
    i = (i % (2 * n) + 2 * n) % (2 * n);
  if (i < 0)
    return -1 - i;
  return i < n ? i : 2 * n - 1 - i;
}

/* --- Strips of columns ------------------------------------------------------------
 *
 * A plane is smoothed in strips, from top to bottom. A strip's rows are widened once, into a ring
 * of as many as one sum needs; the ring and the row between the two passes stay in the nearest
 * cache. */

/* How a strip's workspace is laid out: pointers to what a sum is taken from in either pass, the
 * ring, the row. */
typedef struct
{
  gint64 columns; /* of the plane, in a strip */
  gint64 n_ring;  /* rows */
  gsize pitch;    /* bytes from row to row of the ring */
  gsize ring, line, end;
} Layout;

/* FALSE: no machine has so much memory. */
static gboolean
lay_out (const IdrGaussian *gaussian, const IdrKernels *kernels, const IdrRaster *raster,
         Layout *layout)
{
  const gsize size = kernels->wide_size, n_taps = 2 * gaussian->filter.radius + 1;
  const gint64 near = RING_BYTES / (n_taps * size) / 64 * 64;
  gsize bytes;

  layout->columns = MAX (MAX (near, MIN_COLUMNS), 4 * gaussian->filter.radius);
  if (layout->columns > raster->width)
    layout->columns = raster->width;
  layout->n_ring = MIN ((gint64)n_taps, raster->height);
  /* An odd number of cache lines: rows do not compete for the same places in the cache. */
  bytes = MIN (layout->columns + n_taps, (gsize)raster->width) * size;
  layout->pitch = ((bytes / ALIGNMENT + 1) | 1) * ALIGNMENT;
  layout->ring = (2 * n_taps * sizeof (gconstpointer) / ALIGNMENT + 1) * ALIGNMENT;
  if (!g_size_checked_mul (&bytes, layout->pitch, layout->n_ring))
    return FALSE;
  return g_size_checked_add (&layout->line, layout->ring, bytes)
         && g_size_checked_add (&layout->end, layout->line, (layout->columns + n_taps) * size);
}

gsize
idr_gaussian_get_workspace (const IdrGaussian *gaussian, const IdrKernels *kernels,
                            const IdrRaster *raster)
{
  Layout layout;

  return lay_out (gaussian, kernels, raster, &layout) ? layout.end : 0;
}

/* Fills @line, which begins at column @first of a plane @width wide, from there up to @from and
 * from @to up to @end with what is mirrored of the columns in between. */
static inline void
mirror_ends (guint8 *line, gint64 first, gint64 from, gint64 to, gint64 end, gint64 width,
             const gsize size)
{
  for (gint64 x = first; x < from; x++)
    memcpy (line + (x - first) * size, line + (mirror (x, width) - first) * size, size);
  for (gint64 x = to; x < end; x++)
    memcpy (line + (x - first) * size, line + (mirror (x, width) - first) * size, size);
}

/* The columns from @x0 up to but not including @x1. Returns their maximum. */
static gdouble
smooth_strip (const IdrGaussian *gaussian, const IdrKernels *kernels, const IdrRaster *raster,
              const Layout *layout, gint64 x0, gint64 x1, guint8 *workspace, guint8 *out,
              gsize stride)
{
  const IdrFilter *filter = &gaussian->filter;
  const gint64 radius = filter->radius, n_taps = 2 * radius + 1;
  const gint64 from = MAX (0, x0 - radius), to = MIN (raster->width, x1 + radius);
  const gsize pixel_size = idr_pixel_get_size (raster->pixel), size = kernels->wide_size;
  gconstpointer *down = (gconstpointer *)(gpointer)workspace, *along = down + n_taps;
  guint8 *ring = workspace + layout->ring, *line = workspace + layout->line;
  gdouble max = (gdouble)-INFINITY;
  gint64 n_widened = 0;

  for (gint64 k = 0; k < n_taps; k++)
    along[k] = line + k * size;
  for (gint64 y = 0; y < raster->height; y++)
    {
      guint8 *row = out + y * stride + x0 * pixel_size;

      for (; n_widened < MIN (y + radius + 1, raster->height); n_widened++)
        kernels->widen ((const guint8 *)raster->data + n_widened * raster->stride
                            + from * pixel_size,
                        to - from, ring + n_widened % layout->n_ring * layout->pitch);
      /* One row further, what a sum is taken from moves up by one. */
      for (gint64 k = y == 0 ? 0 : n_taps - 1; k < n_taps; k++)
        down[k] = ring + mirror (y + k - radius, raster->height) % layout->n_ring * layout->pitch;
      kernels->down (filter, down, line + (from - (x0 - radius)) * size, to - from);
      if (size == sizeof (gfloat))
        mirror_ends (line, x0 - radius, from, to, x1 + radius, raster->width, sizeof (gfloat));
      else
        mirror_ends (line, x0 - radius, from, to, x1 + radius, raster->width, sizeof (gdouble));
      kernels->along (filter, along, row, x1 - x0);
      max = idr_maximum (max, kernels->maximum (row, x1 - x0));
      memmove (down, down + 1, (n_taps - 1) * sizeof *down);
    }
  return max;
}

gdouble
idr_gaussian_smooth (const IdrGaussian *gaussian, const IdrKernels *kernels,
                     const IdrRaster *raster, gpointer workspace, gpointer out, gsize stride)
{
  gdouble max = (gdouble)-INFINITY;
  Layout layout;

  g_return_val_if_fail (lay_out (gaussian, kernels, raster, &layout), (gdouble)NAN);

  for (gint64 x = 0; x < raster->width; x += layout.columns)
    max = idr_maximum (max, smooth_strip (gaussian, kernels, raster, &layout, x,
                                          MIN (x + layout.columns, raster->width), workspace, out,
                                          stride));
  return max;
}
