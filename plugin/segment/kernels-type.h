/* The inner loops for pixels of one type; included by kernels-isa.c once for each
 *
 * TYPE and NAME are the pixel's C type, and what the functions are called after.
 *
 * WIDE: numbers into which rows are converted once, for all sums that they are part of. They hold a
 * pixel as exactly as SciPy's doubles, and add two of them as doubles would.
 *
 * ROUGH is defined where rough sums in floats are worth while.
 *
 * WHOLE, for integers: twice as wide, so that they hold a pixel's square, and the sum of 256
 * pixels, each times its place.
 *
 * SQUARES, for integers of at most 32 bits: they hold the squares' sum of any row.
 *
 * REAL, for floats: numbers in which they are summed.
 *
 * FROM_DOUBLE: the cast, where C leaves open what becomes of a sum that rounding carried beyond the
 * type.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#define FUNCTION(name) GLUE (name, NAME)
#ifndef FROM_DOUBLE
#define FROM_DOUBLE (TYPE)
#endif

/* --- Smoothing ------------------------------------------------------------------- */

static void
FUNCTION (widen) (gconstpointer pixels, gsize n, gpointer out)
{
  const TYPE *row = pixels;
  WIDE *restrict wide = out;

  for (gsize i = 0; i < n; i++)
    wide[i] = (WIDE)row[i];
}

#define SUM gdouble
#define SUM_NAME exactly
#define ADD_PRODUCT(sum, a, b) ((sum) + (a) * (b))
#include "kernels-sums.h"

#ifdef ROUGH
#define SUM gfloat
#define SUM_NAME roughly
#define ADD_PRODUCT(sum, a, b) ROUGH_ADD_PRODUCT (sum, a, b)
#include "kernels-sums.h"
#endif

#define PASS down
#define OUT WIDE
#include "kernels-pass.h"

#define PASS along
#define OUT TYPE
#include "kernels-pass.h"

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
/* Several maxima side by side, which the compiler may not make of one where NaN has a say. */
static gdouble
FUNCTION (maximum) (gconstpointer pixels, gsize n)
{
  const TYPE *row = pixels;
  TYPE maxima[SMALL_BLOCK];
  gint8 nans[SMALL_BLOCK] = { 0 };
  gsize i = 0;

  for (guint lane = 0; lane < SMALL_BLOCK; lane++)
    maxima[lane] = row[0];
  for (; i + SMALL_BLOCK <= n; i += SMALL_BLOCK)
    for (guint lane = 0; lane < SMALL_BLOCK; lane++)
      {
        maxima[lane] = MAX (row[i + lane], maxima[lane]);
        nans[lane] |= isnan (row[i + lane]);
      }
  for (; i < n; i++)
    {
      maxima[0] = MAX (row[i], maxima[0]);
      nans[0] |= isnan (row[i]);
    }
  for (guint lane = 1; lane < SMALL_BLOCK; lane++)
    {
      maxima[0] = MAX (maxima[lane], maxima[0]);
      nans[0] |= nans[lane];
    }
  return nans[0] ? (gdouble)NAN : (gdouble)maxima[0];
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

INLINE guint64
FUNCTION (compare_64) (const TYPE *row, const TYPE limit)
{
  gint8 signs[64];

  for (guint i = 0; i < 64; i++)
    signs[i] = (gint8) - (row[i] >= limit);
  return gather_signs (signs);
}

static void
FUNCTION (at_least) (gconstpointer pixels, gsize n, const IdrValue *least, guint64 *bits)
{
  const TYPE *row = pixels, limit = least->NAME;
  gsize i = 0;

  for (; i + 64 <= n; i += 64)
    *bits++ = FUNCTION (compare_64) (row + i, limit);
  if (i < n && n >= 64)
    *bits = FUNCTION (compare_64) (row + n - 64, limit) >> (64 - n % 64);
  else if (i < n)
    for (*bits = 0; i < n; i++)
      *bits |= (guint64)(row[i] >= limit) << i;
}

#include "kernels-tally.h"

#undef TYPE
#undef NAME
#undef WIDE
#undef ROUGH
#undef WHOLE
#undef SQUARES
#undef REAL
#undef FROM_DOUBLE
#undef GLUE_
#undef GLUE
#undef FUNCTION
