/* The rule of the segmentation, word for word and without haste
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "naive-segment.h"

#include <math.h>
#include <string.h>

gdouble
naive_get (IdrPixel pixel, gconstpointer data, gsize i)
{
  switch (pixel)
    {
    case IDR_PIXEL_U8:
      return ((const guint8 *)data)[i];
    case IDR_PIXEL_I8:
      return ((const gint8 *)data)[i];
    case IDR_PIXEL_U16:
      return ((const guint16 *)data)[i];
    case IDR_PIXEL_I16:
      return ((const gint16 *)data)[i];
    case IDR_PIXEL_U32:
      return ((const guint32 *)data)[i];
    case IDR_PIXEL_I32:
      return ((const gint32 *)data)[i];
    case IDR_PIXEL_U64:
      return (gdouble)((const guint64 *)data)[i];
    case IDR_PIXEL_I64:
      return (gdouble)((const gint64 *)data)[i];
    case IDR_PIXEL_F32:
      return (gdouble)((const gfloat *)data)[i];
    case IDR_PIXEL_F64:
      return ((const gdouble *)data)[i];
    default:
      g_assert_not_reached ();
    }
}

void
naive_set (IdrPixel pixel, gpointer data, gsize i, gdouble value)
{
  switch (pixel)
    {
    case IDR_PIXEL_U8:
      ((guint8 *)data)[i] = (guint8)value;
      break;
    case IDR_PIXEL_I8:
      ((gint8 *)data)[i] = (gint8)value;
      break;
    case IDR_PIXEL_U16:
      ((guint16 *)data)[i] = (guint16)value;
      break;
    case IDR_PIXEL_I16:
      ((gint16 *)data)[i] = (gint16)value;
      break;
    case IDR_PIXEL_U32:
      ((guint32 *)data)[i] = (guint32)value;
      break;
    case IDR_PIXEL_I32:
      ((gint32 *)data)[i] = (gint32)value;
      break;
    case IDR_PIXEL_U64: /* as x86-64 casts */
      ((guint64 *)data)[i] = value < 0x1p64 ? (guint64)value : 0;
      break;
    case IDR_PIXEL_I64:
      ((gint64 *)data)[i] = fabs (value) < 0x1p63 ? (gint64)value : G_MININT64;
      break;
    case IDR_PIXEL_F32:
      ((gfloat *)data)[i] = (gfloat)value;
      break;
    case IDR_PIXEL_F64:
      ((gdouble *)data)[i] = value;
      break;
    default:
      g_assert_not_reached ();
    }
}

/* As NumPy sums: more than 128 numbers in halves. */
static gdouble
sum_as_numpy (const gdouble *values, gsize n)
{
  gdouble lanes[8] = { 0 }, sum;
  gsize i = 0;

  if (n > 128)
    return sum_as_numpy (values, n / 16 * 8) + sum_as_numpy (values + n / 16 * 8, n - n / 16 * 8);
  if (n >= 8)
    for (; i + 8 <= n; i += 8)
      for (guint lane = 0; lane < 8; lane++)
        lanes[lane] += values[i + lane];
  sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
        + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  for (; i < n; i++)
    sum += values[i];
  return sum;
}

/* Where a walk that turns at either end stands after @i steps. */
static gint64
reflect (gint64 i, gint64 n)
{
  while (i < 0 || i >= n)
    i = i < 0 ? -1 - i : 2 * n - 1 - i;
  return i;
}

/* One pass over a line of @n pixels that lie @step apart. */
static void
smooth_line (IdrPixel pixel, gpointer data, gsize first, gsize step, gint64 n,
             const gdouble *weights, gint64 radius)
{
  g_autofree gdouble *line = g_new (gdouble, n);

  for (gint64 i = 0; i < n; i++)
    line[i] = naive_get (pixel, data, first + i * step);
  for (gint64 i = 0; i < n; i++)
    {
      gdouble sum = line[i] * weights[radius];

      for (gint64 k = radius; k > 0; k--)
        sum += (line[reflect (i - k, n)] + line[reflect (i + k, n)]) * weights[radius - k];
      naive_set (pixel, data, first + i * step, sum);
    }
}

void
naive_smooth (IdrPixel pixel, gpointer data, gint64 width, gint64 height, gint64 depth,
              gdouble sigma)
{
  const gint64 radius = (gint64)(4 * sigma + 0.5);
  g_autofree gdouble *weights = g_new0 (gdouble, 2 * radius + 1);
  gdouble sum;

  if (sigma <= 1e-15)
    return;
  for (gint64 i = 0; i <= 2 * radius; i++)
    weights[i] = exp (-0.5 / (sigma * sigma) * (gdouble)((i - radius) * (i - radius)));
  sum = sum_as_numpy (weights, 2 * radius + 1);
  for (gint64 i = 0; i <= 2 * radius; i++)
    weights[i] /= sum;
  for (gint64 i = 0; i < width * height && depth > 1; i++)
    smooth_line (pixel, data, i, width * height, depth, weights, radius);
  for (gint64 i = 0; i < width * depth; i++)
    smooth_line (pixel, data, i / width * width * height + i % width, width, height, weights,
                 radius);
  for (gint64 i = 0; i < height * depth; i++)
    smooth_line (pixel, data, i * width, 1, width, weights, radius);
}

gdouble
naive_maximum (IdrPixel pixel, gconstpointer data, gsize n)
{
  gdouble max = naive_get (pixel, data, 0);

  for (gsize i = 0; i < n; i++)
    {
      gdouble value = naive_get (pixel, data, i);

      if (isnan (value))
        return value;
      max = MAX (max, value);
    }
  return max;
}

static void
flood (NaiveSegments *segments, const gboolean *above, gint64 x, gint64 y, guint32 label)
{
  const gint64 width = segments->width, height = segments->height;
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 at = y * width + x;

  g_array_append_val (stack, at);
  while (stack->len > 0)
    {
      at = g_array_index (stack, gint64, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      if (!above[at] || segments->labels[at] != 0)
        continue;
      segments->labels[at] = label;
      x = at % width;
      y = at / width;
      for (guint side = 0; side < 4; side++)
        {
          gint64 nx = x + (side == 0) - (side == 1), ny = y + (side == 2) - (side == 3);
          gint64 next = ny * width + nx;

          if (nx >= 0 && nx < width && ny >= 0 && ny < height)
            g_array_append_val (stack, next);
        }
    }
}

static IdrObject
measure (const NaiveSegments *segments, IdrPixel pixel, gconstpointer data, gint32 label)
{
  IdrObject object = { .label = label, .x0 = G_MAXINT64, .y0 = G_MAXINT64, .max = -INFINITY };
  long double x_sum = 0, y_sum = 0, sum = 0;

  for (gint64 y = 0; y < segments->height; y++)
    for (gint64 x = 0; x < segments->width; x++)
      {
        gsize at = y * segments->width + x;
        gdouble value = naive_get (pixel, data, at);

        if (segments->labels[at] != (guint32)label)
          continue;
        object.area++;
        object.x0 = MIN (object.x0, x);
        object.y0 = MIN (object.y0, y);
        object.x1 = MAX (object.x1, x + 1);
        object.y1 = MAX (object.y1, y + 1);
        x_sum += x;
        y_sum += y;
        sum += (long double)value;
        if (!isnan (object.max))
          object.max = isnan (value) ? value : MAX (object.max, value);
      }
  object.x = (gdouble)(x_sum / object.area);
  object.y = (gdouble)(y_sum / object.area);
  object.mean = (gdouble)(sum / object.area);
  return object;
}

NaiveSegments *
naive_segment (const IdrSegmentOptions *options, const IdrRaster *raster)
{
  const gint64 width = raster->width, height = raster->height;
  const gsize n = width * height, size = idr_pixel_get_size (raster->pixel);
  g_autofree guint8 *plane = g_malloc0 (n * size), *smoothed = NULL;
  g_autofree gboolean *above = g_new (gboolean, n);
  NaiveSegments *segments = g_new0 (NaiveSegments, 1);
  gdouble threshold;

  for (gint64 y = 0; y < height; y++)
    memcpy (plane + y * width * size, (const guint8 *)raster->data + y * raster->stride,
            width * size);
  smoothed = g_memdup2 (plane, n * size);
  naive_smooth (raster->pixel, smoothed, width, height, 1, options->sigma);
  threshold = options->fraction * naive_maximum (raster->pixel, smoothed, n);
  if (raster->pixel == IDR_PIXEL_F32)
    threshold = (gdouble)(gfloat)threshold;
  for (gsize i = 0; i < n; i++)
    above[i] = naive_get (raster->pixel, smoothed, i) > threshold;

  segments->width = width;
  segments->height = height;
  segments->labels = g_new0 (guint32, n);
  segments->objects = g_array_new (FALSE, FALSE, sizeof (IdrObject));
  for (gsize i = 0; i < n; i++)
    if (above[i] && segments->labels[i] == 0)
      {
        gint32 label = (gint32)segments->objects->len + 1;
        IdrObject object;

        flood (segments, above, i % width, i / width, label);
        object = measure (segments, raster->pixel, plane, label);
        g_array_append_val (segments->objects, object);
      }
  return segments;
}

void
naive_segments_free (NaiveSegments *segments)
{
  g_free (segments->labels);
  g_array_unref (segments->objects);
  g_free (segments);
}
