/* What the pixels of a run tell: part of kernels-type.h, for pixels of one type
 *
 * Sums are taken of a stretch of pixels at a time, which narrow integers hold, or for floats in
 * lanes, whose order is the same on all machines.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define FEW 32
#define STRETCH 256
#define LANES 8

#ifdef SQUARES
/* From the last pixel back: what has been summed then counts once more for each pixel before. */
static void
FUNCTION (tally_few) (const TYPE *row, gsize n, IdrTally *tally)
{
  TYPE min = row[0], max = row[0];
  WHOLE sum = 0, places = 0;
  SQUARES squares = 0;

  for (gsize i = n; i-- > 0;)
    {
      const TYPE value = row[i];

      places += sum;
      sum += (WHOLE)value;
      squares += (SQUARES)((WHOLE)value * (WHOLE)value);
      min = MIN (min, value);
      max = MAX (max, value);
    }
  tally->sum.whole = sum;
  tally->moment.whole = places;
  tally->spread.whole = (IdrInt128)squares;
  tally->min = (gdouble)min;
  tally->max = (gdouble)max;
}

static void
FUNCTION (tally) (gconstpointer pixels, gsize n, IdrTally *tally)
{
  const TYPE *row = pixels;
  TYPE min = row[0], max = row[0];
  SQUARES squares = 0;
  IdrInt128 moment = 0;
  gint64 sum = 0;

  if (n < FEW)
    {
      FUNCTION (tally_few) (row, n, tally);
      return;
    }
  for (gsize start = 0; start < n; start += STRETCH)
    {
      const guint length = (guint)MIN (n - start, STRETCH);
      WHOLE part = 0, places = 0;

      for (guint i = 0; i < length; i++)
        {
          const TYPE value = row[start + i];

          part += (WHOLE)value;
          places += (WHOLE)value * (WHOLE)i;
          squares += (SQUARES)((WHOLE)value * (WHOLE)value);
          min = MIN (min, value);
          max = MAX (max, value);
        }
      sum += (gint64)part;
      moment += (IdrInt128)places + (IdrInt128)part * (gint64)start;
    }
  tally->sum.whole = sum;
  tally->moment.whole = moment;
  tally->spread.whole = (IdrInt128)squares;
  tally->min = (gdouble)min;
  tally->max = (gdouble)max;
}
#elif defined WHOLE
static void
FUNCTION (tally) (gconstpointer pixels, gsize n, IdrTally *tally)
{
  const TYPE *row = pixels;
  TYPE min = row[0], max = row[0];
  IdrInt128 sum = 0, moment = 0;
  IdrInt128 pivot;
  long double rest, spread = 0;

  for (gsize i = 0; i < n; i++)
    {
      sum += row[i];
      moment += (IdrInt128)row[i] * (gint64)i;
      min = MIN (min, row[i]);
      max = MAX (max, row[i]);
    }
  /* From a whole number less than one away from the mean: what is between is exact. */
  pivot = sum / (gint64)n;
  rest = (long double)(sum - pivot * (gint64)n);
  for (gsize i = 0; i < n; i++)
    {
      const long double distance = (long double)(row[i] - pivot);

      spread += distance * distance;
    }
  spread -= rest * rest / (long double)n;
  tally->sum.whole = sum;
  tally->moment.whole = moment;
  idr_total_set_real (&tally->spread, spread);
  tally->min = (gdouble)min;
  tally->max = (gdouble)max;
}
#else
INLINE REAL
FUNCTION (add_lanes) (const REAL *lanes)
{
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
         + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

static REAL
FUNCTION (measure_spread) (const TYPE *row, gsize n, REAL mean)
{
  REAL lanes[LANES] = { 0 };
  gsize i = 0;

  for (; i + LANES <= n; i += LANES)
    for (guint lane = 0; lane < LANES; lane++)
      {
        const REAL distance = (REAL)row[i + lane] - mean;

        lanes[lane] += distance * distance;
      }
  for (guint lane = 0; i + lane < n; lane++)
    {
      const REAL distance = (REAL)row[i + lane] - mean;

      lanes[lane] += distance * distance;
    }
  return FUNCTION (add_lanes) (lanes);
}

static void
FUNCTION (tally) (gconstpointer pixels, gsize n, IdrTally *tally)
{
  const TYPE *row = pixels;
  REAL sums[LANES] = { 0 }, moments[LANES] = { 0 }, sum;
  TYPE min = row[0], max = row[0];
  gboolean any_nan = FALSE;
  gsize i = 0;

  for (; i + LANES <= n; i += LANES)
    for (guint lane = 0; lane < LANES; lane++)
      {
        const REAL value = (REAL)row[i + lane];

        sums[lane] += value;
        moments[lane] += value * (REAL)(gint32)(i + lane);
      }
  for (guint lane = 0; i + lane < n; lane++)
    {
      const REAL value = (REAL)row[i + lane];

      sums[lane] += value;
      moments[lane] += value * (REAL)(gint32)(i + lane);
    }
  for (i = 0; i < n; i++)
    {
      min = MIN (min, row[i]);
      max = MAX (max, row[i]);
      any_nan |= isnan (row[i]);
    }
  sum = FUNCTION (add_lanes) (sums);
  idr_total_set_real (&tally->sum, (long double)sum);
  idr_total_set_real (&tally->moment, (long double)FUNCTION (add_lanes) (moments));
  idr_total_set_real (&tally->spread,
                      (long double)FUNCTION (measure_spread) (row, n, sum / (REAL)n));
  tally->min = any_nan ? (gdouble)NAN : (gdouble)min;
  tally->max = any_nan ? (gdouble)NAN : (gdouble)max;
}
#endif

#undef FEW
#undef STRETCH
#undef LANES
