/* Thresholds found from the values themselves, as scikit-image 0.19.3 finds them: the same sums in
 * the same order
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "automatic.h"

#include "kernels.h"
#include "pairwise.h"

#include <math.h>
#include <string.h>

/* Li's iteration ends long before, also where scikit-image's would go round and round. */
#define MAX_STEPS 100000

/* numpy.argmax: the first of the largest, or the first NaN. */
static gboolean
is_new_maximum (gdouble value, gdouble max)
{
  return value > max || (isnan (value) && !isnan (max));
}

/* --- Otsu: the two classes as far apart as can be ------------------------------------- */

gboolean
idr_threshold_otsu (const IdrHistogram *histogram, gdouble *threshold)
{
  const gsize n = histogram->n;
  /* Of all bins from one on: their pixels, and the mean of these. */
  g_autofree gdouble *weights = g_try_new (gdouble, n), *means = g_try_new (gdouble, n);
  gdouble weight = 0, sum = 0, max = (gdouble)-INFINITY;
  gsize best = 0;

  if (weights == NULL || means == NULL)
    return FALSE;
  for (gsize i = n; i-- > 0;)
    {
      weights[i] = weight += (gdouble)histogram->counts[i];
      sum += (gdouble)histogram->counts[i] * idr_histogram_get_centre (histogram, i);
      means[i] = sum / weight;
    }
  weight = sum = 0;
  for (gsize i = 0; i + 1 < n; i++)
    {
      gdouble apart, variance;

      weight += (gdouble)histogram->counts[i];
      sum += (gdouble)histogram->counts[i] * idr_histogram_get_centre (histogram, i);
      apart = sum / weight - means[i + 1];
      variance = weight * weights[i + 1] * (apart * apart);
      if (is_new_maximum (variance, max))
        {
          max = variance;
          best = i;
        }
    }
  *threshold = idr_histogram_get_centre (histogram, best);
  return TRUE;
}

/* --- Triangle: farthest from the line that joins the peak and the longer tail's end ------- */

gdouble
idr_threshold_triangle (const IdrHistogram *histogram)
{
  const gsize last = histogram->n - 1;
  gdouble norm, peak_height, width, max = (gdouble)-INFINITY;
  gsize peak = 0, n, best = 0;
  gboolean flip;

  for (gsize i = 1; i <= last; i++)
    if (histogram->counts[i] > histogram->counts[peak])
      peak = i;
  flip = peak < last - peak;
  n = flip ? last - peak : peak;

  peak_height = (gdouble)histogram->counts[peak];
  norm = sqrt (
      (gdouble)((IdrInt128)histogram->counts[peak] * histogram->counts[peak] + (IdrInt128)n * n));
  peak_height /= norm;
  width = (gdouble)n / norm;
  for (gsize i = 0; i < n; i++)
    {
      const guint64 count = histogram->counts[flip ? last - i : i];
      const gdouble length = peak_height * (gdouble)i - width * (gdouble)count;

      if (is_new_maximum (length, max))
        {
          max = length;
          best = i;
        }
    }
  return idr_histogram_get_centre (histogram, flip ? last - best : best);
}

/* --- Li: least cross entropy ------------------------------------------------------------------ */

/* Where the classes' means would have the threshold. */
static gdouble
step (gdouble back, gdouble fore)
{
  return (back - fore) / (log (back) - log (fore));
}

/* How far value @i lies above the least, in the pixels' own type: scikit-image subtracts in it, and
 * signed integers go round. */
static gint64
get_offset (const IdrHistogram *histogram, gsize i)
{
  switch (histogram->pixel)
    {
    case IDR_PIXEL_I8:
      return (gint8)i;
    case IDR_PIXEL_I16:
      return (gint16)i;
    case IDR_PIXEL_I32:
      return (gint32)i;
    default:
      return (gint64)i;
    }
}

/* The mean offset of what is above @limit (or is not). NaN where nothing is. */
static gdouble
get_mean (const IdrHistogram *histogram, gdouble limit, gboolean above)
{
  IdrInt128 sum = 0;
  guint64 n = 0;

  for (gsize i = 0; i < histogram->n; i++)
    {
      const gint64 offset = get_offset (histogram, i);

      if (((gdouble)offset > limit) == above)
        {
          sum += (IdrInt128)offset * histogram->counts[i];
          n += histogram->counts[i];
        }
    }
  return (gdouble)sum / (gdouble)n;
}

gdouble
idr_threshold_li_counted (const IdrHistogram *histogram)
{
  const gdouble tolerance = 0.5;
  gdouble next = get_mean (histogram, (gdouble)-INFINITY, TRUE), current = -2 * tolerance;

  for (guint i = 0; fabs (next - current) > tolerance && i < MAX_STEPS; i++)
    {
      current = next;
      next = step (get_mean (histogram, current, FALSE), get_mean (histogram, current, TRUE));
    }
  return next + (gdouble)histogram->first;
}

/* The mean of what is above @limit (or is not), in order, as numpy.mean has it. */
static gdouble
get_mean_of (const gdouble *values, gsize n, gdouble limit, gboolean above, gdouble *work)
{
  gsize n_taken = 0;

  for (gsize i = 0; i < n; i++)
    {
      work[n_taken] = values[i];
      n_taken += (values[i] > limit) == above;
    }
  return idr_sum_pairwise (work, n_taken) / (gdouble)n_taken;
}

static guint
get_byte (const gdouble *value, guint shift)
{
  guint64 bits;

  memcpy (&bits, value, sizeof bits);
  return bits >> shift & 0xff;
}

/* Sorts numbers that are not negative, byte by byte, from @from into one of both buffers, which is
 * returned. NULL: stopped. */
static gdouble *
sort (gdouble *from, gdouble *to, gsize n, const IdrWatch *watch)
{
  for (guint shift = 0; shift < 64; shift += 8)
    {
      gsize starts[256] = { 0 }, start = 0;
      gdouble *swapped = from;

      if (!idr_watch_go_on (watch, shift / 128.0))
        return NULL;
      for (gsize i = 0; i < n; i++)
        starts[get_byte (&from[i], shift)]++;
      if (starts[get_byte (&from[0], shift)] == n)
        continue;
      for (guint digit = 0; digit < 256; digit++)
        {
          gsize count = starts[digit];

          starts[digit] = start;
          start += count;
        }
      for (gsize i = 0; i < n; i++)
        {
          if (i % IDR_WATCH_STEP == 0 && !idr_watch_go_on (watch, 0))
            return NULL;
          to[starts[get_byte (&from[i], shift)]++] = from[i];
        }
      from = to;
      to = swapped;
    }
  return from;
}

/* The least difference between two of @n values; NaN if they are all the same. FALSE: stopped. */
static gboolean
find_least_difference (const gdouble *values, gsize n, gdouble *work, gdouble *more_work,
                       const IdrWatch *watch, gdouble *least)
{
  const gdouble *sorted;

  memcpy (work, values, n * sizeof *values);
  sorted = sort (work, more_work, n, watch);
  *least = (gdouble)NAN;
  for (gsize i = 1; sorted != NULL && i < n; i++)
    {
      const gdouble difference = sorted[i] - sorted[i - 1];

      if (difference > 0 && !(difference >= *least))
        *least = difference;
    }
  return sorted != NULL;
}

/* Takes out what is NaN, or what is not finite; returns how many are left. */
static gsize
drop (gdouble *values, gsize n, gboolean infinite, gboolean *all_same)
{
  gsize n_kept = 0;

  *all_same = TRUE;
  for (gsize i = 0; i < n; i++)
    if (infinite ? isfinite (values[i]) : !isnan (values[i]))
      {
        values[n_kept++] = values[i];
        *all_same = *all_same && values[i] == values[0];
      }
  return n_kept;
}

/* The iteration, for @n finite values that are not all the same. FALSE: stopped. */
static gboolean
iterate (gdouble *values, gsize n, gdouble *work, gdouble *more_work, const IdrWatch *watch,
         gdouble *threshold)
{
  gdouble min = values[0], tolerance, next, current;

  for (gsize i = 1; i < n; i++)
    min = MIN (min, values[i]);
  for (gsize i = 0; i < n; i++)
    values[i] -= min;
  if (!find_least_difference (values, n, work, more_work, watch, &tolerance))
    return FALSE;
  tolerance /= 2;
  next = idr_sum_pairwise (values, n) / (gdouble)n;
  current = -2 * tolerance;
  for (guint i = 0; fabs (next - current) > tolerance && i < MAX_STEPS; i++)
    {
      gdouble back;

      current = next;
      back = get_mean_of (values, n, current, FALSE, work);
      if (!idr_watch_go_on (watch, 0.5))
        return FALSE;
      next = step (back, get_mean_of (values, n, current, TRUE, work));
      if (!idr_watch_go_on (watch, 1 - 0.5 / (i + 2)))
        return FALSE;
    }
  *threshold = next + min;
  return TRUE;
}

gboolean
idr_threshold_li (gdouble *values, gsize n, gdouble *work, gdouble *more_work,
                  const IdrWatch *watch, gdouble *threshold)
{
  gboolean all_same;

  n = drop (values, n, FALSE, &all_same);
  if (n == 0 || all_same)
    {
      *threshold = n == 0 ? (gdouble)NAN : values[0];
      return TRUE;
    }
  n = drop (values, n, TRUE, &all_same);
  if (n == 0 || all_same)
    {
      *threshold = n == 0 ? 0 : (gdouble)NAN;
      return TRUE;
    }
  return iterate (values, n, work, more_work, watch, threshold);
}
