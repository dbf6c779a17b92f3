/* The inner loops for pixels of one type; included by kernels-isa.c once for each
 *
 * TYPE, NAME    the pixel's C type, and what the functions are called after
 * PAIR          vectors in which two pixels are added exactly, or as doubles
 * WHOLE         integers that hold a row's sum; not defined for floats
 * FROM_DOUBLE   the cast, where C leaves open what becomes of a sum that rounding carried beyond
 * the type SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#define FUNCTION(name) GLUE (name, NAME)
#define Pixels GLUE (Pixels, NAME)
#define LoosePixels GLUE (LoosePixels, NAME)

typedef VECTOR (TYPE, LANES) Pixels;
typedef Pixels LoosePixels __attribute__ ((aligned (__alignof__(TYPE)), may_alias));

/* --- Smoothing ------------------------------------------------------------------- */

INLINE void
FUNCTION (store) (TYPE *out, const Doubles *sum)
{
#ifdef FROM_DOUBLE
  for (guint lane = 0; lane < LANES; lane++)
    out[lane] = FROM_DOUBLE ((*sum)[lane]);
#elif defined(WHOLE)
  if (sizeof (TYPE) < 4)
    *(LoosePixels *)out = __builtin_convertvector(__builtin_convertvector(*sum, Ints), Pixels);
  else
    *(LoosePixels *)out = __builtin_convertvector(*sum, Pixels);
#else
  *(LoosePixels *)out = __builtin_convertvector(*sum, Pixels);
#endif
}

/* @n_vectors vectors of pixels from @start on. */
INLINE void
FUNCTION (correlate_vectors) (const IdrFilter *filter, const gconstpointer *taps, TYPE *out,
                              gsize start, const guint n_vectors)
{
  const gint64 radius = filter->radius;
  const LoosePixels *centre = (const LoosePixels *)((const TYPE *)taps[radius] + start);
  Doubles sums[UNROLL];

  for (guint v = 0; v < n_vectors; v++)
    sums[v] = __builtin_convertvector(__builtin_convertvector(centre[v], PAIR), Doubles)
              * filter->weights[0];
  for (gint64 k = radius; k > 0; k--)
    {
      const LoosePixels *left = (const LoosePixels *)((const TYPE *)taps[radius - k] + start);
      const LoosePixels *right = (const LoosePixels *)((const TYPE *)taps[radius + k] + start);

      for (guint v = 0; v < n_vectors; v++)
        sums[v] += __builtin_convertvector(__builtin_convertvector(left[v], PAIR)
                                               + __builtin_convertvector(right[v], PAIR),
                                           Doubles)
                   * filter->weights[k];
    }
  for (guint v = 0; v < n_vectors; v++)
    FUNCTION (store) (out + start + v * LANES, &sums[v]);
}

INLINE TYPE
FUNCTION (correlate_pixel) (const IdrFilter *filter, const gconstpointer *taps, gsize i)
{
  const gint64 radius = filter->radius;
  gdouble sum = (gdouble)((const TYPE *)taps[radius])[i] * filter->weights[0];

  for (gint64 k = radius; k > 0; k--)
    sum += ((gdouble)((const TYPE *)taps[radius - k])[i]
            + (gdouble)((const TYPE *)taps[radius + k])[i])
           * filter->weights[k];
#ifdef FROM_DOUBLE
  return FROM_DOUBLE (sum);
#else
  return (TYPE)sum;
#endif
}

static void
FUNCTION (correlate) (const IdrFilter *filter, const gconstpointer *taps, gpointer out, gsize n)
{
  gsize i = 0;

  for (; i + UNROLL * LANES <= n; i += UNROLL * LANES)
    FUNCTION (correlate_vectors) (filter, taps, out, i, UNROLL);
  for (; i + LANES <= n; i += LANES)
    FUNCTION (correlate_vectors) (filter, taps, out, i, 1);
  for (; i < n; i++)
    ((TYPE *)out)[i] = FUNCTION (correlate_pixel) (filter, taps, i);
}

/* --- The threshold ------------------------------------------------------------------ */

#ifdef WHOLE
static gdouble
FUNCTION (maximum) (gconstpointer pixels, gsize n)
{
  const TYPE *row = pixels;
  TYPE max = row[0];

  for (gsize i = 0; i < n; i++)
    max = MAX (max, row[i]);
  return (gdouble)max;
}
#else
static gdouble
FUNCTION (maximum) (gconstpointer pixels, gsize n)
{
  const TYPE *row = pixels;
  TYPE max = row[0];
  gboolean nan = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      max = MAX (max, row[i]);
      nan |= isnan (row[i]);
    }
  return nan ? (gdouble)NAN : (gdouble)max;
}
#endif

#ifdef WHOLE
/* By halving: what is above is monotone, also where 64-bit integers are rounded to doubles in order
 * to be compared. */
static gboolean
FUNCTION (least_above) (gdouble threshold, IdrValue *least)
{
  const gboolean is_signed = (TYPE)-1 < (TYPE)1;
  const guint bits = 8 * sizeof (TYPE) - (is_signed ? 1 : 0);
  const IdrInt128 top = ((IdrInt128)1 << bits) - 1;
  IdrInt128 from = is_signed ? -top - 1 : 0, to = top + 1;

  while (from < to)
    {
      IdrInt128 middle = (from + to) >> 1;

      if ((gdouble)(TYPE)middle > threshold)
        to = middle;
      else
        from = middle + 1;
    }
  least->NAME = (TYPE)MIN (from, top);
  return from <= top;
}
#else
/* NumPy compares an array of float32 with a number as float32 if it takes the number for one that
 * fits, else as doubles. */
static gboolean
FUNCTION (least_above) (gdouble threshold, IdrValue *least)
{
  const TYPE bound = (TYPE)threshold;
  const gboolean fits = sizeof (TYPE) == sizeof (gdouble) || fabs (threshold) < 3.4e38;

  if (!fits && (gdouble)bound > threshold)
    least->NAME = bound;
  else if (sizeof (TYPE) == sizeof (gfloat))
    least->NAME = (TYPE)nextafterf ((gfloat)bound, INFINITY);
  else
    least->NAME = (TYPE)nextafter ((gdouble)bound, (gdouble)INFINITY);
  return threshold < (gdouble)INFINITY;
}
#endif

static void
FUNCTION (at_least) (gconstpointer pixels, gsize n, const IdrValue *least, guint64 *bits)
{
  const TYPE *row = pixels;
  const TYPE limit = least->NAME;
  gint8 signs[64];

  for (; n >= 64; n -= 64, row += 64)
    {
      for (guint i = 0; i < 64; i++)
        signs[i] = (gint8) - (row[i] >= limit);
      *bits++ = gather_signs (signs);
    }
  if (n == 0)
    return;
  memset (signs, 0, sizeof signs);
  for (gsize i = 0; i < n; i++)
    signs[i] = (gint8) - (row[i] >= limit);
  *bits = gather_signs (signs);
}

/* --- Measuring ---------------------------------------------------------------------- */

static void
FUNCTION (tally) (gconstpointer pixels, gsize n, IdrTally *tally)
{
  const TYPE *row = pixels;
  gdouble max = FUNCTION (maximum) (pixels, n);

  if (!(max <= tally->max) && !isnan (tally->max))
    tally->max = max;
#ifdef WHOLE
  WHOLE sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (WHOLE)row[i];
  tally->whole += (IdrInt128)sum;
#else
  long double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (long double)row[i];
  tally->real += sum;
#endif
}

#undef TYPE
#undef NAME
#undef PAIR
#undef WHOLE
#undef FROM_DOUBLE
#undef GLUE_
#undef GLUE
#undef FUNCTION
#undef Pixels
#undef LoosePixels
