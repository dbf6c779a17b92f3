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

/* Pixels of at most 16 bits, which are 16-bit integers once BIAS is taken off them. */
#ifdef BIAS
/* Of a row @y whose first pixel is column @x, the pixels from @x0 up to but not including @x1. */
INLINE void
FUNCTION (add_values) (IdrSmallSums *sums, const TYPE *row, gint64 x, gint64 y, gint64 x0,
                       gint64 x1)
{
  for (gint64 at = x0; at < x1; at++)
    {
      const gint64 value = (gint64)row[at] - BIAS;

      sums->sum[0] += value;
      sums->squares[0] += value * value;
      sums->sum_x[0] += value * (x + at);
      sums->sum_y[0] += value * y;
      sums->min[0] = MIN (sums->min[0], (gint16)value);
      sums->max[0] = MAX (sums->max[0], (gint16)value);
    }
}

#ifdef WORDS
/* Likewise, of a row that has as many pixels as a vector: @width of them. */
INLINE void
FUNCTION (add_vectors) (IdrSmallSums *sums, const TYPE *row, gint64 width, gint64 x, gint64 y,
                        gint64 x0, gint64 x1)
{
  for (gint64 at = x0; at < x1; at += WORDS)
    {
      /* Nothing beyond the row is read: others may be writing there. */
      const gint64 start = MIN (at, width - WORDS);
      TYPE pixels __attribute__ ((vector_size (WORDS * sizeof (TYPE))));

      memcpy (&pixels, row + start, sizeof pixels);
      add_words (sums, __builtin_convertvector(pixels, Words) ^ (gint16)-BIAS, (gint)(at - start),
                 (gint)MIN (x1 - start, WORDS), (gint32)(x + start), (gint32)y);
    }
}
#endif

static void
FUNCTION (add_small_runs) (const IdrRuns *runs, const IdrRaster *raster, gint64 x, gint64 y,
                           IdrSmallSums *sums)
{
  for (gint64 row = 0; row < runs->n_rows; row++)
    {
      const TYPE *pixels
          = (const TYPE *)(gconstpointer)((const guint8 *)raster->data + row * raster->stride);

      for (gsize i = runs->rows[row]; i < runs->rows[row + 1]; i++)
        {
          const IdrRun run = runs->runs[i];
          IdrSmallSums *to = &sums[runs->labels[i]];

          add_places (to, run, y + row);
#ifdef WORDS
          if (raster->width >= WORDS)
            FUNCTION (add_vectors) (to, pixels, raster->width, x, y + row, run.x0 - x, run.x1 - x);
          else
#endif
            FUNCTION (add_values) (to, pixels, x, y + row, run.x0 - x, run.x1 - x);
        }
    }
}
#endif

#undef BIAS
#undef FEW
#undef STRETCH
#undef LANES
