/* How often values occur: of integers each for itself, of floats in NumPy's 256 bins
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "histogram.h"

#include <math.h>
#include <string.h>

void
idr_histogram_clear (IdrHistogram *histogram)
{
  g_clear_pointer (&histogram->counts, g_free);
  histogram->n = 0;
}

/* --- Integers --------------------------------------------------------------------------- */

/* Makes the bins those of @first to @last and of what was there. */
static gboolean
widen (IdrHistogram *histogram, gint64 first, gint64 last)
{
  guint64 *counts;
  gsize n;

  if (histogram->counts != NULL)
    {
      first = MIN (first, histogram->first);
      last = MAX (last, histogram->first + (gint64)histogram->n - 1);
    }
  n = (gsize)(last - first) + 1;
  if (n == histogram->n)
    return TRUE;
  if (n > histogram->most)
    return FALSE;
  counts = g_try_new0 (guint64, n);
  if (counts == NULL)
    return FALSE;
  if (histogram->counts != NULL)
    memcpy (counts + (histogram->first - first), histogram->counts, histogram->n * sizeof *counts);
  g_free (histogram->counts);
  histogram->counts = counts;
  histogram->first = first;
  histogram->n = n;
  return TRUE;
}

/* For each type: the range of @n > 0 pixels, and a row of them counted. */
#define DEFINE_COUNTING(Type)                                                                      \
  static gboolean range_of_##Type (gconstpointer pixels, gsize n, gint64 *first, gint64 *last)     \
  {                                                                                                \
    const Type *row = pixels;                                                                      \
    Type low = row[0], high = row[0];                                                              \
                                                                                                   \
    for (gsize i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        low = MIN (low, row[i]);                                                                   \
        high = MAX (high, row[i]);                                                                 \
      }                                                                                            \
    if ((gdouble)low < -(gdouble)IDR_MAX_WHOLE || (gdouble)high > (gdouble)IDR_MAX_WHOLE)          \
      return FALSE;                                                                                \
    *first = MIN (*first, (gint64)low);                                                            \
    *last = MAX (*last, (gint64)high);                                                             \
    return TRUE;                                                                                   \
  }                                                                                                \
  static void count_##Type (gconstpointer pixels, gsize n, gint64 first, guint64 *counts)          \
  {                                                                                                \
    const Type *row = pixels;                                                                      \
                                                                                                   \
    for (gsize i = 0; i < n; i++)                                                                  \
      counts[(gint64)row[i] - first]++;                                                            \
  }

DEFINE_COUNTING (guint8)
DEFINE_COUNTING (gint8)
DEFINE_COUNTING (guint16)
DEFINE_COUNTING (gint16)
DEFINE_COUNTING (guint32)
DEFINE_COUNTING (gint32)
DEFINE_COUNTING (guint64)
DEFINE_COUNTING (gint64)

static const struct
{
  gboolean (*range) (gconstpointer pixels, gsize n, gint64 *first, gint64 *last);
  void (*count) (gconstpointer pixels, gsize n, gint64 first, guint64 *counts);
} countings[] = {
  { range_of_guint8, count_guint8 },   { range_of_gint8, count_gint8 },
  { range_of_guint16, count_guint16 }, { range_of_gint16, count_gint16 },
  { range_of_guint32, count_guint32 }, { range_of_gint32, count_gint32 },
  { range_of_guint64, count_guint64 }, { range_of_gint64, count_gint64 },
};

static gboolean
add_integers (IdrHistogram *histogram, const IdrRaster *raster)
{
  const guint8 *data = raster->data;
  gint64 first = G_MAXINT64, last = G_MININT64;

  for (gint64 y = 0; y < raster->height; y++)
    if (!countings[raster->pixel].range (data + y * raster->stride, raster->width, &first, &last))
      return FALSE;
  if (!widen (histogram, first, last))
    return FALSE;
  for (gint64 y = 0; y < raster->height; y++)
    countings[raster->pixel].count (data + y * raster->stride, raster->width, histogram->first,
                                    histogram->counts);
  return TRUE;
}

/* --- Floats ------------------------------------------------------------------------------- */

/* As numpy.linspace, which works in doubles, and numpy.histogram, which scales in the pixels' own
 * type as far as it can. */
gboolean
idr_histogram_set_range (IdrHistogram *histogram, gdouble min, gdouble max)
{
  const gboolean is_single = histogram->pixel == IDR_PIXEL_F32;
  const gdouble delta = max - min, step = delta / IDR_N_FLOAT_BINS;
  const gdouble range = is_single ? (gdouble)((gfloat)max - (gfloat)min) : delta;

  histogram->low = min;
  histogram->scale = IDR_N_FLOAT_BINS / range;
  if (!isfinite (range) || !isfinite (histogram->scale))
    return FALSE;
  for (guint i = 0; i <= IDR_N_FLOAT_BINS; i++)
    {
      gdouble edge = step != 0 ? i * step + min : (gdouble)i / IDR_N_FLOAT_BINS * delta + min;

      if (i == IDR_N_FLOAT_BINS)
        edge = max;
      histogram->edges[i] = is_single ? (gdouble)(gfloat)edge : edge;
    }
  return TRUE;
}

/* Puts right what scaling has put beside its bin. */
static void
count_float (IdrHistogram *histogram, gdouble value, gdouble scaled)
{
  guint bin = MIN ((guint)scaled, IDR_N_FLOAT_BINS - 1);

  if (value < histogram->edges[bin])
    bin--;
  if (bin < IDR_N_FLOAT_BINS - 1 && value >= histogram->edges[bin + 1])
    bin++;
  histogram->counts[bin]++;
}

static void
count_singles (IdrHistogram *histogram, const gfloat *row, gsize n)
{
  const gfloat low = (gfloat)histogram->low, scale = (gfloat)histogram->scale;
  /* NumPy takes larger numbers for doubles. */
  const gboolean fits = histogram->scale < 3.4e38;

  for (gsize i = 0; i < n; i++)
    {
      const gfloat above = row[i] - low;

      count_float (histogram, (gdouble)row[i],
                   fits ? (gdouble)(above * scale) : (gdouble)above * histogram->scale);
    }
}

static void
count_doubles (IdrHistogram *histogram, const gdouble *row, gsize n)
{
  for (gsize i = 0; i < n; i++)
    count_float (histogram, row[i], (row[i] - histogram->low) * histogram->scale);
}

static gboolean
add_floats (IdrHistogram *histogram, const IdrRaster *raster)
{
  if (histogram->counts == NULL)
    {
      histogram->n = IDR_N_FLOAT_BINS;
      histogram->counts = g_new0 (guint64, histogram->n);
    }
  for (gint64 y = 0; y < raster->height; y++)
    {
      gconstpointer row = (const guint8 *)raster->data + y * raster->stride;

      if (raster->pixel == IDR_PIXEL_F32)
        count_singles (histogram, row, raster->width);
      else
        count_doubles (histogram, row, raster->width);
    }
  return TRUE;
}

/* --- Both ------------------------------------------------------------------------------------ */

void
idr_histogram_add (IdrHistogram *histogram, const IdrRaster *raster)
{
  if (!histogram->failed)
    histogram->failed = raster->pixel < IDR_PIXEL_F32 ? !add_integers (histogram, raster)
                                                      : !add_floats (histogram, raster);
}

void
idr_histogram_merge (IdrHistogram *into, const IdrHistogram *from)
{
  into->failed = into->failed || from->failed;
  if (into->failed || from->counts == NULL)
    return;
  if (!widen (into, from->first, from->first + (gint64)from->n - 1))
    {
      into->failed = TRUE;
      return;
    }
  for (gsize i = 0; i < from->n; i++)
    into->counts[from->first - into->first + (gint64)i] += from->counts[i];
}
