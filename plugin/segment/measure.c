/* Sums over objects' pixels, and what follows from them
 *
 * Places are summed as whole numbers, counted from the stack's corner, and so are integers' values.
 * Only in the end, and around the object's own middle, a difference of large numbers is taken:
 * exactly.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "measure.h"

#include "plane-sums.h"
#include "shape.h"
#include "small-runs.h"

#include <math.h>
#include <string.h>

typedef struct _IdrPlaneSums PlaneSums;
typedef struct _IdrDepthSums DepthSums;

#define INLINE static inline __attribute__ ((always_inline))

static gboolean
is_whole (IdrPixel pixel)
{
  return pixel <= IDR_PIXEL_I64;
}

/* Are squares summed, or distances from the mean? */
static gboolean
has_squares (IdrPixel pixel)
{
  return pixel <= IDR_PIXEL_I32;
}

/* --- Totals ---------------------------------------------------------------------------- */

INLINE long double
get_real (const IdrTotal *total, gboolean whole)
{
  return whole ? idr_to_real (total->whole) : idr_total_get_real (total);
}

INLINE void
add_real (IdrTotal *total, long double more)
{
  idr_total_set_real (total, idr_total_get_real (total) + more);
}

INLINE void
add_total (IdrTotal *total, const IdrTotal *more, gboolean whole)
{
  if (whole)
    total->whole += more->whole;
  else
    add_real (total, idr_total_get_real (more));
}

/* Adds a product: the values of a run that begins at @place, each times its own place. */
INLINE void
add_moment (IdrTotal *total, const IdrTotal *moment, const IdrTotal *sum, gint64 place,
            gboolean whole)
{
  if (whole && sum->whole == (gint64)sum->whole)
    total->whole += moment->whole + (IdrInt128)(gint64)sum->whole * place;
  else if (whole)
    total->whole += moment->whole + sum->whole * place;
  else
    add_real (total, idr_total_get_real (moment) + idr_total_get_real (sum) * (long double)place);
}

/* The spread of two sets of pixels from their spreads and sums, which are still their own. */
INLINE void
add_spread (IdrTotal *spread, const IdrTotal *sum, gint64 n, const IdrTotal *more,
            const IdrTotal *more_sum, gint64 n_more, IdrPixel pixel)
{
  const long double a = n, b = n_more;
  long double between;

  if (has_squares (pixel))
    {
      spread->whole += more->whole;
      return;
    }
  if (is_whole (pixel))
    {
      /* The means may be so large that only what is above a whole number near both counts. */
      const IdrInt128 pivot = sum->whole / n;

      between = (long double)(more_sum->whole - pivot * n_more) / b
                - (long double)(sum->whole - pivot * n) / a;
    }
  else
    between = idr_total_get_real (more_sum) / b - idr_total_get_real (sum) / a;
  add_real (spread, idr_total_get_real (more) + between * between * (a * b / (a + b)));
}

void
idr_tally_append (IdrTally *tally, gint64 n, const IdrTally *next, gint64 n_next, IdrPixel pixel)
{
  add_spread (&tally->spread, &tally->sum, n, &next->spread, &next->sum, n_next, pixel);
  add_moment (&tally->moment, &next->moment, &next->sum, n, is_whole (pixel));
  add_total (&tally->sum, &next->sum, is_whole (pixel));
  tally->min = idr_minimum (tally->min, next->min);
  tally->max = idr_maximum (tally->max, next->max);
}

/* Squares are taken of the distance from the whole number that is nearest to the mean: then what is
 * subtracted is at most half. */
static long double
measure_variance (const IdrTally *tally, gint64 n, long double mean, IdrPixel pixel)
{
  const IdrInt128 sum = tally->sum.whole;
  long double squares, rest;
  gint64 pivot;

  if (!has_squares (pixel))
    return idr_total_get_real (&tally->spread) / (long double)n;
  pivot = llrintl (mean);
  squares = idr_to_real (tally->spread.whole - 2 * sum * pivot + (IdrInt128)n * pivot * pivot);
  rest = idr_to_real (sum - (IdrInt128)n * pivot);
  return MAX (squares - rest * rest / (long double)n, 0) / (long double)n;
}

IdrIntensity
idr_tally_conclude (const IdrTally *tally, gint64 n, IdrPixel pixel)
{
  const long double sum = get_real (&tally->sum, is_whole (pixel));
  const long double mean = sum / (long double)n;

  return (IdrIntensity){
    .mean = (gdouble)mean,
    .min = tally->min,
    .max = tally->max,
    .sum = (gdouble)sum,
    .std = (gdouble)sqrtl (measure_variance (tally, n, mean, pixel)),
  };
}

/* --- The list of sums ------------------------------------------------------------------- */

gboolean
idr_sums_fit (gint64 width, gint64 height, gint64 depth)
{
  /* The sum of all x * x is at most the pixels times the width twice; with the factors above, and
   * times the pixels once more, as variances are worked out, it is to fit into 127 bits. */
  gint64 product;

  return !__builtin_mul_overflow (width, height, &product)
         && !__builtin_mul_overflow (product, depth, &product)
         && !__builtin_mul_overflow (product, 2 * MAX (MAX (width, height), depth), &product);
}

void
idr_sums_clear (IdrSums *sums)
{
  g_free (sums->planar);
  g_free (sums->depth);
  *sums = (IdrSums){ 0 };
}

void
idr_sums_start (IdrSums *sums, IdrPixel pixel, gboolean is_volume)
{
  if (is_volume && !sums->is_volume)
    idr_sums_clear (sums);
  sums->pixel = pixel;
  sums->is_volume = is_volume;
  sums->n = 0;
}

gsize
idr_sums_get_bytes (const IdrSums *sums)
{
  return sums->n_allocated
         * (sizeof *sums->planar + (sums->depth != NULL ? sizeof *sums->depth : 0));
}

static gboolean
grow (IdrSums *sums, gsize n)
{
  const gsize wanted = MAX (n, sums->n_allocated + sums->n_allocated / 2);
  PlaneSums *planar = g_try_realloc_n (sums->planar, wanted, sizeof *planar);

  if (planar == NULL)
    return FALSE;
  sums->planar = planar;
  if (sums->is_volume)
    {
      DepthSums *depth = g_try_realloc_n (sums->depth, wanted, sizeof *depth);

      if (depth == NULL)
        return FALSE;
      sums->depth = depth;
    }
  sums->n_allocated = wanted;
  return TRUE;
}

gboolean
idr_sums_reserve (IdrSums *sums, gsize n)
{
  if (n > sums->n_allocated && !grow (sums, n))
    return FALSE;
  for (; sums->n < n; sums->n++)
    sums->planar[sums->n].area = 0;
  return TRUE;
}

gint64
idr_sums_get_area (const IdrSums *sums, gint32 label)
{
  return sums->planar[label].area;
}

/* --- Adding ------------------------------------------------------------------------------- */

static void
start (IdrSums *sums, gint32 label)
{
  sums->planar[label] = (PlaneSums){ .min = (gdouble)INFINITY,
                                     .max = (gdouble)-INFINITY,
                                     .x0 = G_MAXINT32,
                                     .y0 = G_MAXINT32,
                                     .z0 = G_MAXINT32 };
  if (sums->is_volume)
    sums->depth[label] = (DepthSums){ 0 };
}

static void
add_depth (DepthSums *depth, gint64 n, gint64 twice_x, gint64 y, gint64 z, const IdrTally *tally,
           gboolean whole)
{
  depth->z += (IdrInt128)n * z;
  depth->twice_xz += (IdrInt128)twice_x * z;
  depth->yz += (IdrInt128)(n * y) * z;
  depth->zz += (IdrInt128)(n * z) * z;
  if (whole)
    depth->sum_z.whole += tally->sum.whole * z;
  else
    add_real (&depth->sum_z, idr_total_get_real (&tally->sum) * (long double)z);
}

INLINE void
add_values (PlaneSums *to, gint64 n, gint64 x0, gint64 y, const IdrTally *tally, IdrPixel pixel)
{
  static const IdrTotal nothing = { .whole = 0 };
  const gboolean whole = is_whole (pixel);

  if (to->area == 0)
    to->spread = tally->spread;
  else
    add_spread (&to->spread, &to->sum, to->area, &tally->spread, &tally->sum, n, pixel);
  add_moment (&to->sum_x, &tally->moment, &tally->sum, x0, whole);
  add_moment (&to->sum_y, &nothing, &tally->sum, y, whole);
  add_total (&to->sum, &tally->sum, whole);
  to->min = idr_minimum (to->min, tally->min);
  to->max = idr_maximum (to->max, tally->max);
}

/* Up to here 64 bits hold the sum of squares of a run, twelve times. */
#define NEAR (1 << 19)

INLINE void
add_run (IdrSums *sums, gint32 label, gint64 x0, gint64 x1, gint64 y, gint64 z,
         const IdrTally *tally, IdrPixel pixel)
{
  PlaneSums *to = &sums->planar[label];
  const gint64 n = x1 - x0, s = x0 + x1 - 1;

  if (to->area == 0)
    start (sums, label);
  to->twice_x += (IdrInt128)n * s;
  to->y += (IdrInt128)n * y;
  if (x1 <= NEAR)
    to->twelve_xx += (IdrInt128)((3 * s * s + n * n - 1) * n);
  else
    to->twelve_xx += (3 * (IdrInt128)s * s + (n * n - 1)) * n;
  to->twice_xy += (IdrInt128)(n * s) * y;
  to->yy += (IdrInt128)(n * y) * y;
  add_values (to, n, x0, y, tally, pixel);
  to->area += n;
  to->x0 = MIN (to->x0, (gint32)x0);
  to->x1 = MAX (to->x1, (gint32)x1);
  to->y0 = MIN (to->y0, (gint32)y);
  to->y1 = MAX (to->y1, (gint32)y + 1);
  to->z0 = MIN (to->z0, (gint32)z);
  to->z1 = MAX (to->z1, (gint32)z + 1);
  if (sums->is_volume)
    add_depth (&sums->depth[label], n, n * s, y, z, tally, is_whole (pixel));
}

void
idr_sums_add_run (IdrSums *sums, gint32 label, gint64 x0, gint64 x1, gint64 y, gint64 z,
                  const IdrTally *tally)
{
  add_run (sums, label, x0, x1, y, z, tally, sums->pixel);
}

static void
merge_depth (DepthSums *to, const DepthSums *from, gboolean whole)
{
  to->z += from->z;
  to->twice_xz += from->twice_xz;
  to->yz += from->yz;
  to->zz += from->zz;
  add_total (&to->sum_z, &from->sum_z, whole);
}

static void
merge_plane (PlaneSums *to, const PlaneSums *from, IdrPixel pixel)
{
  const gboolean whole = is_whole (pixel);

  to->twice_x += from->twice_x;
  to->y += from->y;
  to->twelve_xx += from->twelve_xx;
  to->twice_xy += from->twice_xy;
  to->yy += from->yy;
  add_spread (&to->spread, &to->sum, to->area, &from->spread, &from->sum, from->area, pixel);
  add_total (&to->sum_x, &from->sum_x, whole);
  add_total (&to->sum_y, &from->sum_y, whole);
  add_total (&to->sum, &from->sum, whole);
  to->min = idr_minimum (to->min, from->min);
  to->max = idr_maximum (to->max, from->max);
  to->area += from->area;
  to->x0 = MIN (to->x0, from->x0);
  to->x1 = MAX (to->x1, from->x1);
  to->y0 = MIN (to->y0, from->y0);
  to->y1 = MAX (to->y1, from->y1);
  to->z0 = MIN (to->z0, from->z0);
  to->z1 = MAX (to->z1, from->z1);
}

void
idr_sums_copy (IdrSums *sums, gint32 into, const IdrSums *more, gint32 from)
{
  sums->planar[into] = more->planar[from];
  if (sums->is_volume)
    sums->depth[into] = more->depth[from];
}

void
idr_sums_merge (IdrSums *sums, gint32 into, const IdrSums *more, gint32 from)
{
  if (more->planar[from].area == 0)
    return;
  if (sums->planar[into].area == 0)
    {
      idr_sums_copy (sums, into, more, from);
      return;
    }
  merge_plane (&sums->planar[into], &more->planar[from], sums->pixel);
  if (sums->is_volume)
    merge_depth (&sums->depth[into], &more->depth[from], is_whole (sums->pixel));
}

/* @like: a type that is summed as the pixels are, so that there is nothing to choose for a run. */
INLINE void
add_runs (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster, const IdrBox *from,
          const IdrKernels *kernels, IdrPixel like)
{
  const gsize size = idr_pixel_get_size (raster->pixel);

  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      const guint8 *pixels = (const guint8 *)raster->data + row * raster->stride;

      for (gsize i = runs->rows[row]; i < runs->rows[row + 1]; i++)
        {
          const IdrRun run = runs->runs[i];
          IdrTally tally;

          kernels->tally (pixels + (run.x0 - from->x0) * size, run.x1 - run.x0, &tally);
          add_run (sums, runs->labels[i], run.x0, run.x1, from->y0 + row, from->z0, &tally, like);
        }
    }
}

void
idr_sums_add_runs (IdrSums *sums, const IdrRuns *runs, const IdrRaster *raster, gint64 x, gint64 y,
                   gint64 z, const IdrKernels *kernels)
{
  const IdrBox from = { .x0 = x, .y0 = y, .z0 = z };

  if (kernels->add_small_runs != NULL && idr_small_runs_fit (raster, x, y)
      && idr_sums_add_small_runs (sums, runs, raster, &from, kernels))
    return;
  if (has_squares (raster->pixel))
    add_runs (sums, runs, raster, &from, kernels, IDR_PIXEL_I32);
  else if (is_whole (raster->pixel))
    add_runs (sums, runs, raster, &from, kernels, IDR_PIXEL_I64);
  else
    add_runs (sums, runs, raster, &from, kernels, IDR_PIXEL_F64);
}

/* --- Concluding --------------------------------------------------------------------------- */

static void
conclude_values (const PlaneSums *from, IdrPixel pixel, IdrObject *object)
{
  const IdrTally tally
      = { .sum = from->sum, .spread = from->spread, .min = from->min, .max = from->max };
  const IdrIntensity values = idr_tally_conclude (&tally, from->area, pixel);
  const long double sum = get_real (&from->sum, is_whole (pixel));

  object->mean = values.mean;
  object->min = values.min;
  object->max = values.max;
  object->sum = values.sum;
  object->std = values.std;
  object->weighted_x = (gdouble)(get_real (&from->sum_x, is_whole (pixel)) / sum);
  object->weighted_y = (gdouble)(get_real (&from->sum_y, is_whole (pixel)) / sum);
}

/* Twelve times the covariances, times the area twice, from sums around the middle of the box. */
static IdrSpread
measure_spread (const PlaneSums *from, const DepthSums *depth)
{
  const IdrInt128 n = from->area;
  const IdrInt128 x = ((gint64)from->x0 + from->x1) / 2, y = ((gint64)from->y0 + from->y1) / 2;
  const IdrInt128 twice_x = from->twice_x - 2 * n * x, sum_y = from->y - n * y;
  IdrSpread spread = {
    .xx = n * (from->twelve_xx - 12 * x * (twice_x + n * x)) - 3 * twice_x * twice_x,
    .xy = 6 * (n * (from->twice_xy - y * from->twice_x - 2 * x * sum_y) - twice_x * sum_y),
    .yy = 12 * (n * (from->yy - y * (2 * sum_y + n * y)) - sum_y * sum_y),
    .scale = 12 * (long double)from->area * (long double)from->area,
  };

  if (depth != NULL)
    {
      const IdrInt128 z = ((gint64)from->z0 + from->z1) / 2;
      const IdrInt128 sum_z = depth->z - n * z;

      spread.xz = 6 * (n * (depth->twice_xz - z * from->twice_x - 2 * x * sum_z) - twice_x * sum_z);
      spread.yz = 12 * (n * (depth->yz - z * from->y - y * sum_z) - sum_y * sum_z);
      spread.zz = 12 * (n * (depth->zz - z * (2 * sum_z + n * z)) - sum_z * sum_z);
    }
  return spread;
}

IdrObject
idr_sums_conclude (const IdrSums *sums, gint32 label, const IdrBoundary *boundary)
{
  const PlaneSums *from = &sums->planar[label];
  const DepthSums *depth = sums->is_volume ? &sums->depth[label] : NULL;
  const long double area = from->area;
  const IdrSpread spread = measure_spread (from, depth);
  IdrObject object = {
    .label = label,
    .area = from->area,
    .x0 = from->x0,
    .y0 = from->y0,
    .x1 = from->x1,
    .y1 = from->y1,
    .z0 = from->z0,
    .z1 = from->z1,
    .x = (gdouble)(idr_to_real (from->twice_x) / (2 * area)),
    .y = (gdouble)(idr_to_real (from->y) / area),
    .perimeter = boundary != NULL ? idr_boundary_get_length (boundary) : 0,
  };

  conclude_values (from, sums->pixel, &object);
  if (depth == NULL)
    {
      object.z = object.weighted_z = from->z0;
      idr_spread_fit_ellipse (&spread, &object);
      return object;
    }
  object.z = (gdouble)(idr_to_real (depth->z) / area);
  object.weighted_z = (gdouble)(get_real (&depth->sum_z, is_whole (sums->pixel))
                                / get_real (&from->sum, is_whole (sums->pixel)));
  idr_spread_fit_ellipsoid (&spread, &object);
  return object;
}
