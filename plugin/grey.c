/* Numbers as shades of grey
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grey.h"

#include <math.h>

#define CONVERT(type)                                                                              \
  for (gsize i = 0; i < n; i++)                                                                    \
    values[i] = (gdouble)((const type *)pixels)[i];                                                \
  break

void
idr_grey_convert (LaminaFormat format, gconstpointer pixels, gsize n, gdouble *values)
{
  switch (format)
    {
    case LAMINA_FORMAT_U8:
      CONVERT (guint8);
    case LAMINA_FORMAT_I8:
      CONVERT (gint8);
    case LAMINA_FORMAT_U16:
      CONVERT (guint16);
    case LAMINA_FORMAT_I16:
      CONVERT (gint16);
    case LAMINA_FORMAT_U32:
      CONVERT (guint32);
    case LAMINA_FORMAT_I32:
      CONVERT (gint32);
    case LAMINA_FORMAT_U64:
      CONVERT (guint64);
    case LAMINA_FORMAT_I64:
      CONVERT (gint64);
    case LAMINA_FORMAT_F32:
      CONVERT (gfloat);
    case LAMINA_FORMAT_F64:
      CONVERT (gdouble);
    }
}

void
idr_grey_extend (IdrGrey *grey, const gdouble *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      {
        grey->min = MIN (grey->min, values[i]);
        grey->max = MAX (grey->max, values[i]);
      }
}

/* Halves, because the difference of two doubles may be beyond a double. */
guint8
idr_grey_get (const IdrGrey *grey, gdouble value)
{
  gdouble range = grey->max / 2 - grey->min / 2;
  gdouble shade;

  if (!(range > 0))
    return isnan (value) || value == 0 ? 0 : 128;
  shade = 0.5 + (value / 2 - grey->min / 2) / range * 255;
  return shade > 0.5 ? (guint8)MIN (shade, 255) : 0;
}
