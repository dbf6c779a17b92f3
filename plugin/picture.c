/* A plane as rows of 8-bit colours that a person can judge
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "picture.h"

#include <math.h>

#define STRIP_SIZE (16 << 20) /* bytes of a plane to hold at once, or a row of tiles */

struct _IdrPicture
{
  LaminaImage *image;
  const LaminaInfo *info;
  gint64 plane;
  LaminaJob *job;

  guint8 *strip;
  gsize stride;
  gint64 strip_height, top, bottom; /* rows from @top to @bottom are in the strip */

  gdouble *values; /* of a row's samples */
  gdouble min, max;
};

gboolean
idr_picture_has_colour (LaminaImage *image)
{
  const LaminaInfo *info = lamina_image_get_info (image);

  return info->labels || info->samples > 1;
}

/* Rows enough that tiles are read whole, and the whole plane where that is small. */
static gint64
choose_strip_height (const LaminaInfo *info, gsize stride)
{
  gint64 tile = CLAMP (info->tile_height, 1, info->height);
  gint64 rows = STRIP_SIZE / (gint64)stride;

  if (rows >= info->height)
    return info->height;
  if (rows < tile)
    return MIN (tile, 256);
  return rows - rows % tile;
}

static gboolean
read_strip (IdrPicture *picture, gint64 top, GError **error)
{
  gint64 bottom = MIN (top + picture->strip_height, picture->info->height);
  LaminaRect rect = { 0, top, picture->info->width, bottom - top };

  picture->bottom = 0; /* what a read that fails leaves behind is worth nothing */
  if (!lamina_image_read (picture->image, picture->plane, &rect, picture->strip, picture->stride,
                          picture->job, error))
    return FALSE;
  picture->top = top;
  picture->bottom = bottom;
  return TRUE;
}

#define CONVERT(type)                                                                              \
  for (gsize i = 0; i < n; i++)                                                                    \
    values[i] = (gdouble)((const type *)pixels)[i];                                                \
  break

static void
convert (LaminaFormat format, gconstpointer pixels, gsize n, gdouble *values)
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

/* Puts row @y into picture->values. */
static gboolean
read_values (IdrPicture *picture, gint64 y, GError **error)
{
  const LaminaInfo *info = picture->info;

  if ((y < picture->top || y >= picture->bottom) && !read_strip (picture, y, error))
    return FALSE;
  convert (info->format, picture->strip + (gsize)(y - picture->top) * picture->stride,
           (gsize)info->width * (gsize)info->samples, picture->values);
  return TRUE;
}

/* The smallest and largest finite value of the plane. */
static gboolean
measure (IdrPicture *picture, GError **error)
{
  const LaminaInfo *info = picture->info;
  gsize n = (gsize)info->width * (gsize)info->samples;
  gdouble min = INFINITY, max = -INFINITY;

  for (gint64 y = 0; y < info->height; y++)
    {
      if (!read_values (picture, y, error)
          || g_cancellable_set_error_if_cancelled (G_CANCELLABLE (picture->job), error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        if (isfinite (picture->values[i]))
          {
            min = MIN (min, picture->values[i]);
            max = MAX (max, picture->values[i]);
          }
    }
  picture->min = min;
  picture->max = max;
  return TRUE;
}

static gboolean
find_range (IdrPicture *picture, GError **error)
{
  const LaminaInfo *info = picture->info;

  picture->min = 0;
  picture->max = info->format == LAMINA_FORMAT_U8 ? G_MAXUINT8 : G_MAXUINT16;
  if (info->labels)
    return TRUE;
  if (info->samples > 1 && (info->format == LAMINA_FORMAT_U8 || info->format == LAMINA_FORMAT_U16))
    return TRUE;
  return measure (picture, error);
}

IdrPicture *
idr_picture_new (LaminaImage *image, gint64 plane, LaminaJob *job, GError **error)
{
  g_autoptr (IdrPicture) picture = g_new0 (IdrPicture, 1);
  const LaminaInfo *info = lamina_image_get_info (image);
  gsize n, size;

  picture->image = g_object_ref (image);
  picture->info = info;
  picture->plane = plane;
  picture->job = job;
  if (g_size_checked_mul (&n, (gsize)info->width, (gsize)info->samples)
      && g_size_checked_mul (&picture->stride, n, lamina_format_get_size (info->format)))
    {
      picture->strip_height = choose_strip_height (info, picture->stride);
      if (g_size_checked_mul (&size, picture->stride, (gsize)picture->strip_height))
        picture->strip = g_try_malloc (size);
      picture->values = g_try_malloc_n (n, sizeof *picture->values);
    }
  if (picture->strip == NULL || picture->values == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "No memory for rows of %" G_GINT64_FORMAT
                   " pixels: write a coarser level of the image",
                   info->width);
      return NULL;
    }
  if (!find_range (picture, error))
    return NULL;
  return g_steal_pointer (&picture);
}

void
idr_picture_free (IdrPicture *picture)
{
  g_clear_object (&picture->image);
  g_free (picture->strip);
  g_free (picture->values);
  g_free (picture);
}

/* Halves, because the difference of two doubles may be beyond a double. */
static guint8
grey_of (const IdrPicture *picture, gdouble value)
{
  gdouble range = picture->max / 2 - picture->min / 2;
  gdouble grey;

  if (!(range > 0))
    return isnan (value) || value == 0 ? 0 : 128;
  grey = 0.5 + (value / 2 - picture->min / 2) / range * 255;
  return grey > 0.5 ? (guint8)MIN (grey, 255) : 0;
}

/* Hues go round by the golden ratio, so that neighbouring numbers differ most. Numbers that are 8,
 * 13, 21… apart come near each other again: those differ in value and saturation. */
static void
colour_of (guint64 label, guint8 rgb[3])
{
  const guint64 golden = 2654435769; /* the ratio, of a circle of 2^32 */
  static const gdouble values[] = { 1.0, 0.86, 0.74 };
  static const gdouble saturations[] = { 0.85, 0.5 };
  gdouble hue = 6 * ((guint32)(label * golden) / 0x1p32);
  gdouble value = values[label % G_N_ELEMENTS (values)];
  gdouble saturation = saturations[label % G_N_ELEMENTS (saturations)];

  for (gint i = 0; i < 3; i++)
    {
      gdouble distance = fabs (fmod (hue + 2 * (3 - i), 6) - 3); /* 3 at the primary, 0 opposite */
      gdouble share = CLAMP (distance - 1, 0, 1);

      rgb[i] = (guint8)(255 * value * (1 - saturation + saturation * share) + 0.5);
    }
}

static void
paint_labels (const gdouble *values, gint64 width, guint8 *row)
{
  gdouble last = 0;
  guint8 rgb[3] = { 0, 0, 0 };

  for (gint64 x = 0; x < width; x++, row += 3)
    {
      if (values[x] != last)
        {
          last = values[x];
          if (last != 0)
            colour_of ((guint64)MIN (fabs (last), 0x1p63), rgb);
          else
            rgb[0] = rgb[1] = rgb[2] = 0;
        }
      row[0] = rgb[0];
      row[1] = rgb[1];
      row[2] = rgb[2];
    }
}

gboolean
idr_picture_paint (IdrPicture *picture, gint64 y, gboolean colour, guint8 *row, GError **error)
{
  const LaminaInfo *info = picture->info;

  if (!read_values (picture, y, error))
    return FALSE;
  if (info->labels)
    paint_labels (picture->values, info->width, row);
  else if (info->samples > 1 || !colour)
    for (gint64 i = 0; i < info->width * info->samples; i++)
      row[i] = grey_of (picture, picture->values[i]);
  else
    for (gint64 x = 0; x < info->width; x++)
      row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = grey_of (picture, picture->values[x]);
  return TRUE;
}
