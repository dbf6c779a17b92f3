/* Sums over pixels of at most 16 bits, of which 64 bits hold those of a whole tile
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "small-runs.h"

#include "plane-sums.h"

/* Runs of a row that are tallied together. */
#define BATCH 64

/* As struct _IdrPlaneSums has them, but of values less the kernels' bias. */
typedef struct
{
  gint64 area, twice_x, y;
  gint64 twelve_xx, twice_xy, yy;
  gint64 sum, squares, sum_x, sum_y;
  gint32 min, max;
  gint32 x0, y0, x1, y1;
} Small;

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

static inline void
add_run (Small *to, IdrRun run, gint32 y, const IdrSmallTally *tally)
{
  const gint64 n = run.x1 - run.x0, s = (gint64)run.x0 + run.x1 - 1;

  if (to->area == 0)
    *to = (Small){ .min = tally->min, .max = tally->max, .x0 = run.x0, .y0 = y, .y1 = y };
  to->area += n;
  to->twice_x += n * s;
  to->y += n * y;
  to->twelve_xx += (3 * s * s + n * n - 1) * n;
  to->twice_xy += n * s * y;
  to->yy += n * y * y;
  to->sum += tally->sum;
  to->squares += tally->squares;
  to->sum_x += tally->moment;
  to->sum_y += tally->sum * y;
  to->min = MIN (to->min, tally->min);
  to->max = MAX (to->max, tally->max);
  to->x0 = MIN (to->x0, run.x0);
  to->x1 = MAX (to->x1, run.x1);
  to->y1 = y + 1;
}

static void
add_runs (Small *small, const IdrRuns *runs, const IdrRaster *raster, const IdrBox *from,
          const IdrKernels *kernels)
{
  IdrSmallTally tallies[BATCH];

  for (gint64 row = 0; row < runs->n_rows; row++)
    for (gsize i = runs->rows[row], n; i < runs->rows[row + 1]; i += n)
      {
        n = MIN (runs->rows[row + 1] - i, BATCH);
        kernels->tally_runs ((const guint8 *)raster->data + row * raster->stride, from->x0,
                             raster->width, runs->runs + i, n, tallies);
        for (gsize j = 0; j < n; j++)
          add_run (&small[runs->labels[i + j]], runs->runs[i + j], (gint32)(from->y0 + row),
                   &tallies[j]);
      }
}

/* Adds what @small has of plane @z. */
static void
merge (IdrSums *sums, gint32 label, const Small *small, gint64 bias, gint64 z)
{
  const gint64 sum = small->sum + bias * small->area;
  struct _IdrPlaneSums planar = {
    .twice_x = small->twice_x,
    .y = small->y,
    .twelve_xx = small->twelve_xx,
    .twice_xy = small->twice_xy,
    .yy = small->yy,
    .sum.whole = sum,
    .spread.whole = small->squares + bias * (small->sum + sum),
    .sum_x.whole = small->sum_x + bias * (small->twice_x / 2),
    .sum_y.whole = small->sum_y + bias * small->y,
    .min = (gdouble)(small->min + bias),
    .max = (gdouble)(small->max + bias),
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

  idr_sums_merge (sums, label, &one, 0);
}

gboolean
idr_sums_add_small_runs (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster,
                         const IdrBox *from, const IdrKernels *kernels)
{
  g_autofree Small *small = g_try_new (Small, sums->n);

  if (small == NULL)
    return sums->n == 0;
  for (gsize label = 0; label < sums->n; label++)
    small[label].area = 0;
  add_runs (small, runs, raster, from, kernels);
  for (gsize label = 0; label < sums->n; label++)
    if (small[label].area > 0)
      merge (sums, (gint32)label, &small[label], kernels->bias, from->z0);
  return TRUE;
}
