/* What is foreground: a threshold for a whole stack
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "threshold.h"

#include "automatic.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

#define TOO_MANY                                                                                   \
  "otsu, triangle and li count each whole number, and those here span more than memory= holds, "   \
  "or lie beyond 2^53"
#define NO_ROOM_FOR_FLOATS                                                                         \
  "threshold=li takes all floats at once, 24 bytes each, which is more than memory= holds"

#define STOPPED "nobody waits for its threshold any more"

struct _IdrStatistics
{
  IdrSegmentOptions options;
  IdrStack stack;
  guint sweep;
  gdouble min, max; /* min: only where floats' bins need it; NaN like max */
  IdrHistogram histogram;
  gboolean raises; /* the floats have no histogram */

  /* Floats for li: all, in raster order. A fork writes its tiles into the first one's. */
  gdouble *values;
  gsize n_values;
  gboolean owns_values;
};

static gboolean
is_float (const IdrStatistics *statistics)
{
  return statistics->stack.pixel >= IDR_PIXEL_F32;
}

/* FALSE: more than @budget. @n_values stays 0. */
static gboolean
make_values (IdrStatistics *statistics, gsize budget)
{
  const IdrStack *stack = &statistics->stack;
  gsize n;

  if (!g_size_checked_mul (&n, stack->width, stack->height)
      || !g_size_checked_mul (&n, n, stack->depth) || n > budget / (3 * sizeof (gdouble)))
    return FALSE;
  statistics->values = g_try_new (gdouble, 3 * n);
  statistics->owns_values = TRUE;
  if (statistics->values != NULL)
    statistics->n_values = n;
  return statistics->values != NULL;
}

IdrStatistics *
idr_statistics_new (const IdrSegmentOptions *options, const IdrStack *stack, gsize budget)
{
  IdrStatistics *statistics = g_try_new0 (IdrStatistics, 1);

  if (statistics == NULL)
    return NULL;
  statistics->options = *options;
  statistics->stack = *stack;
  statistics->min = (gdouble)INFINITY;
  statistics->max = (gdouble)-INFINITY;
  statistics->histogram.pixel = stack->pixel;
  statistics->histogram.most = budget / (sizeof (guint64) + IDR_OTSU_BYTES);
  if (options->threshold == IDR_THRESHOLD_LI && is_float (statistics))
    make_values (statistics, budget);
  return statistics;
}

void
idr_statistics_free (IdrStatistics *statistics)
{
  if (statistics == NULL)
    return;
  idr_histogram_clear (&statistics->histogram);
  if (statistics->owns_values)
    g_free (statistics->values);
  g_free (statistics);
}

guint
idr_statistics_get_n_sweeps (const IdrStatistics *statistics)
{
  switch (statistics->options.threshold)
    {
    case IDR_THRESHOLD_ABSOLUTE:
      return 0;
    case IDR_THRESHOLD_OTSU:
    case IDR_THRESHOLD_TRIANGLE:
      return is_float (statistics) ? 2 : 1;
    default:
      return 1;
    }
}

IdrStatistics *
idr_statistics_fork (const IdrStatistics *statistics)
{
  IdrStatistics *fork = g_try_new (IdrStatistics, 1);

  if (fork == NULL)
    return NULL;
  *fork = *statistics;
  fork->histogram.counts = NULL;
  fork->histogram.n = 0;
  fork->owns_values = FALSE;
  return fork;
}

/* --- Adding ------------------------------------------------------------------------------- */

static gdouble
find_minimum (const IdrRaster *raster)
{
  gdouble min = (gdouble)INFINITY;

  for (gint64 y = 0; y < raster->height; y++)
    {
      gconstpointer row = (const guint8 *)raster->data + y * raster->stride;

      if (raster->pixel == IDR_PIXEL_F32)
        for (gint64 x = 0; x < raster->width; x++)
          min = MIN ((gdouble)((const gfloat *)row)[x], min);
      else
        for (gint64 x = 0; x < raster->width; x++)
          min = MIN (((const gdouble *)row)[x], min);
    }
  return min;
}

/* Puts a tile where it belongs. */
static void
keep_values (IdrStatistics *statistics, const IdrRaster *raster, gint64 x, gint64 y, gint64 z)
{
  const IdrStack *stack = &statistics->stack;

  for (gint64 row = 0; row < raster->height; row++)
    {
      gconstpointer pixels = (const guint8 *)raster->data + row * raster->stride;
      gdouble *out = statistics->values + ((z * stack->height + y + row) * stack->width + x);

      if (raster->pixel == IDR_PIXEL_F64)
        memcpy (out, pixels, raster->width * sizeof *out);
      else
        for (gint64 i = 0; i < raster->width; i++)
          out[i] = (gdouble)((const gfloat *)pixels)[i];
    }
}

void
idr_statistics_add (IdrStatistics *statistics, const IdrRaster *smoothed, gint64 x, gint64 y,
                    gint64 z, gdouble max)
{
  switch (statistics->options.threshold)
    {
    case IDR_THRESHOLD_OTSU:
    case IDR_THRESHOLD_TRIANGLE:
      if (!is_float (statistics) || (statistics->sweep == 1 && !statistics->raises))
        idr_histogram_add (&statistics->histogram, smoothed);
      else if (statistics->sweep == 0)
        statistics->min = MIN (statistics->min, find_minimum (smoothed));
      break;
    case IDR_THRESHOLD_LI:
      if (!is_float (statistics))
        idr_histogram_add (&statistics->histogram, smoothed);
      else if (statistics->n_values > 0)
        keep_values (statistics, smoothed, x, y, z);
      break;
    default:
      break;
    }
  statistics->max = idr_maximum (max, statistics->max);
}

void
idr_statistics_merge (IdrStatistics *into, const IdrStatistics *from)
{
  into->min = MIN (into->min, from->min);
  into->max = idr_maximum (from->max, into->max);
  idr_histogram_merge (&into->histogram, &from->histogram);
}

void
idr_statistics_next (IdrStatistics *statistics)
{
  statistics->sweep++;
  statistics->raises
      = !idr_histogram_set_range (&statistics->histogram, statistics->min, statistics->max);
}

/* --- Concluding --------------------------------------------------------------------------- */

/* Of what has a histogram. */
static gboolean
conclude_counted (IdrStatistics *statistics, gdouble *threshold, const gchar **problem)
{
  const IdrHistogram *histogram = &statistics->histogram;
  const IdrThreshold method = statistics->options.threshold;
  gdouble constant = (gdouble)NAN;

  *problem = TOO_MANY;
  if (histogram->failed)
    return FALSE;
  if (is_float (statistics) ? statistics->min == statistics->max : histogram->n == 1)
    constant = is_float (statistics) ? statistics->min : (gdouble)histogram->first;
  if (!isnan (constant))
    *threshold = method == IDR_THRESHOLD_TRIANGLE ? (gdouble)NAN : constant;
  else if (statistics->raises)
    *threshold = (gdouble)NAN;
  else if (method == IDR_THRESHOLD_OTSU)
    return idr_threshold_otsu (histogram, threshold);
  else if (method == IDR_THRESHOLD_TRIANGLE)
    *threshold = idr_threshold_triangle (histogram);
  else
    *threshold = idr_threshold_li_counted (histogram);
  return TRUE;
}

gboolean
idr_statistics_conclude (IdrStatistics *statistics, const IdrWatch *watch, gdouble *threshold,
                         const gchar **problem)
{
  const gsize n = statistics->n_values;

  switch (statistics->options.threshold)
    {
    case IDR_THRESHOLD_FRACTION:
      *threshold = statistics->options.fraction * statistics->max;
      return TRUE;
    case IDR_THRESHOLD_ABSOLUTE:
      *threshold = statistics->options.absolute;
      return TRUE;
    case IDR_THRESHOLD_LI:
      if (!is_float (statistics))
        break;
      *problem = NO_ROOM_FOR_FLOATS;
      if (n == 0)
        return FALSE;
      *problem = STOPPED;
      return idr_threshold_li (statistics->values, n, statistics->values + n,
                               statistics->values + 2 * n, watch, threshold);
    default:
      break;
    }
  return conclude_counted (statistics, threshold, problem);
}
