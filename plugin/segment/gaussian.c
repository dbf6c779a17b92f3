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
  const gfloat margin = (gfloat)((radius + 5) / 2 * 2);

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
  g_autofree gdouble *kernel = g_new (gdouble, 2 * radius + 1);
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
  if (i >= 0 && i < n)
    return i;
  i %= 2 * n;
  if (i < 0)
    i += 2 * n;
  return i < n ? i : 2 * n - 1 - i;
}

/* @line: @n pixels with room for @radius on either side, which is filled with their mirror images.
 */
static void
mirror_ends (guint8 *line, gint64 n, gint64 radius, gsize size)
{
  for (gint64 i = 1; i <= radius; i++)
    {
      memcpy (line - i * size, line + mirror (-i, n) * size, size);
      memcpy (line + (n - 1 + i) * size, line + mirror (n - 1 + i, n) * size, size);
    }
}

/* The workspace: the pointers to what a pixel's sum is taken from in either pass, then a row with
 * its mirrored ends. */
static gsize
get_line_offset (const IdrGaussian *gaussian, gsize size)
{
  gsize radius = gaussian->filter.radius;
  gsize taps = 2 * (2 * radius + 1) * sizeof (gconstpointer);

  return (taps + radius * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

gsize
idr_gaussian_get_workspace (const IdrGaussian *gaussian, IdrPixel pixel, gint64 width)
{
  gsize size = idr_pixel_get_size (pixel), bytes;

  if (!g_size_checked_add (&bytes, width, gaussian->filter.radius)
      || !g_size_checked_mul (&bytes, bytes, size)
      || !g_size_checked_add (&bytes, bytes, get_line_offset (gaussian, size)))
    return 0;
  return bytes;
}

void
idr_gaussian_smooth (const IdrGaussian *gaussian, const IdrKernels *kernels,
                     const IdrRaster *raster, gint64 from, gint64 to, gpointer workspace,
                     guint8 *out, gsize out_stride)
{
  const IdrFilter *filter = &gaussian->filter;
  const gint64 radius = filter->radius, n_taps = 2 * radius + 1;
  const gsize size = idr_pixel_get_size (raster->pixel);
  gconstpointer *down = workspace, *along = down + n_taps;
  guint8 *line = (guint8 *)workspace + get_line_offset (gaussian, size);

  for (gint64 k = 0; k < n_taps; k++)
    along[k] = line + (k - radius) * (gssize)size;
  for (gint64 y = from; y < to; y++)
    {
      for (gint64 k = 0; k < n_taps; k++)
        down[k] = (const guint8 *)raster->data
                  + raster->stride * mirror (y + k - radius, raster->height);
      kernels->correlate (filter, down, line, raster->width);
      mirror_ends (line, raster->width, radius, size);
      kernels->correlate (filter, along, out, raster->width);
      out += out_stride;
    }
}
