/* Sums over pixels of at most 16 bits, of which 64 bits hold those of a whole tile
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "small-runs.h"

#include "plane-sums.h"

/* Vectors lie within one. */
#define CACHE_LINE 64

/* Sums of more labels would push all else out of the cache. */
#define MAX_LABELS ((gsize)1 << 16)

gboolean
idr_small_runs_fit (const IdrRaster *raster, gint64 x, gint64 y)
{
  /* All squares of values are less than 2^32, and so is a value times a place. */
  const gint64 reach = MAX (MAX (x + raster->width, y + raster->height), 1 << 16);
  gint64 product;

  return !__builtin_mul_overflow (raster->width, raster->height, &product)
         && !__builtin_mul_overflow (product, reach, &product)
         && !__builtin_mul_overflow (product, 12 * reach, &product);
}

static void
start (IdrSmallSums *small, gsize n)
{
  static const IdrSmallSums empty = { .min = { [0 ... G_N_ELEMENTS (empty.min) - 1] = G_MAXINT16 },
                                      .max = { [0 ... G_N_ELEMENTS (empty.max) - 1] = G_MININT16 },
                                      .x0 = G_MAXINT32 };

  for (gsize label = 0; label < n; label++)
    small[label] = empty;
}

static gint64
add_lanes (const gint64 *lanes)
{
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

/* Adds what @small has of plane @z. */
static void
merge (IdrSums *sums, gint32 label, const IdrSmallSums *small, gint64 bias, gint64 z)
{
  const gint64 biased = add_lanes (small->sum), sum = biased + bias * small->area;
  gint16 min = small->min[0], max = small->max[0];
  struct _IdrPlaneSums planar = {
    .twice_x = small->twice_x,
    .y = small->y,
    .twelve_xx = small->twelve_xx,
    .twice_xy = small->twice_xy,
    .yy = small->yy,
    .sum.whole = sum,
    .spread.whole = add_lanes (small->squares) + bias * (biased + sum),
    .sum_x.whole = add_lanes (small->sum_x) + bias * (small->twice_x / 2),
    .sum_y.whole = add_lanes (small->sum_y) + bias * small->y,
    .area = small->area,
    .x0 = small->x0,
    .y0 = small->y0,
    .x1 = small->x1,
    .y1 = small->y1,
    .z0 = (gint32)z,
    .z1 = (gint32)z + 1,
  };
  struct _IdrDepthSums depth = {
    .z = (IdrInt128)small->area * z,
    .twice_xz = (IdrInt128)small->twice_x * z,
    .yz = (IdrInt128)small->y * z,
    .zz = (IdrInt128)small->area * z * z,
    .sum_z.whole = (IdrInt128)sum * z,
  };
  const IdrSums one = {
    .pixel = sums->pixel, .is_volume = sums->is_volume, .n = 1, .planar = &planar, .depth = &depth
  };

  for (gsize lane = 1; lane < G_N_ELEMENTS (small->min); lane++)
    {
      min = MIN (min, small->min[lane]);
      max = MAX (max, small->max[lane]);
    }
  planar.min = (gdouble)(min + bias);
  planar.max = (gdouble)(max + bias);
  idr_sums_merge (sums, label, &one, 0);
}

gboolean
idr_sums_add_small_runs (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster,
                         const IdrBox *from, const IdrKernels *kernels)
{
  g_autofree guint8 *memory = NULL;
  IdrSmallSums *small;

  if (sums->n > MAX_LABELS)
    return FALSE;
  memory = g_try_malloc (sums->n * sizeof *small + CACHE_LINE);
  if (memory == NULL)
    return FALSE;
  small = (IdrSmallSums *)(gpointer)(memory + CACHE_LINE - (gsize)memory % CACHE_LINE);
  start (small, sums->n);
  kernels->add_small_runs (runs, raster, from->x0, from->y0, small);
  for (gsize label = 0; label < sums->n; label++)
    if (small[label].area > 0)
      merge (sums, (gint32)label, &small[label], kernels->bias, from->z0);
  return TRUE;
}
