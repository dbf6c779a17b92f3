/* A plane as rows of 8-bit colours that a person can judge
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "picture.h"

#include "grey.h"
#include "palette.h"

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
  IdrGrey grey;
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

/* Puts row @y into picture->values. */
static gboolean
read_values (IdrPicture *picture, gint64 y, GError **error)
{
  const LaminaInfo *info = picture->info;

  if ((y < picture->top || y >= picture->bottom) && !read_strip (picture, y, error))
    return FALSE;
  idr_grey_convert (info->format, picture->strip + (gsize)(y - picture->top) * picture->stride,
                    (gsize)info->width * (gsize)info->samples, picture->values);
  return TRUE;
}

/* The smallest and largest finite value of the plane. */
static gboolean
measure (IdrPicture *picture, GError **error)
{
  const LaminaInfo *info = picture->info;
  gsize n = (gsize)info->width * (gsize)info->samples;

  picture->grey = IDR_GREY_NONE;
  for (gint64 y = 0; y < info->height; y++)
    {
      if (!read_values (picture, y, error)
          || g_cancellable_set_error_if_cancelled (G_CANCELLABLE (picture->job), error))
        return FALSE;
      idr_grey_extend (&picture->grey, picture->values, n);
    }
  return TRUE;
}

static gboolean
find_range (IdrPicture *picture, GError **error)
{
  const LaminaInfo *info = picture->info;

  picture->grey.min = 0;
  picture->grey.max = info->format == LAMINA_FORMAT_U8 ? G_MAXUINT8 : G_MAXUINT16;
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
          idr_palette_get ((guint64)MIN (fabs (last), 0x1p63), rgb);
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
      row[i] = idr_grey_get (&picture->grey, picture->values[i]);
  else
    for (gint64 x = 0; x < info->width; x++)
      row[3 * x] = row[3 * x + 1] = row[3 * x + 2]
          = idr_grey_get (&picture->grey, picture->values[x]);
  return TRUE;
}
