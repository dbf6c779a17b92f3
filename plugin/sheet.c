/* A PNG file: one picture, or two side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "sheet.h"

#include "picture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <png.h>

#define GAP 4         /* pixels between the two pictures */
#define GAP_GREY 0x40 /* neither background nor object */
#define MAX_SIDE 0x7fffffff

typedef struct
{
  IdrPicture *left, *right; /* @left may be NULL */
  gint64 left_width, width, height;
  gboolean colour;
  guint8 *row;

  FILE *file;
  const gchar *name;
  LaminaJob *job;
} Painter;

gboolean
idr_sheet_fits (const LaminaInfo *info, gint n, GError **error)
{
  if (info->samples != 1 && info->samples != 3)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Pixels of %d samples cannot be shown, only of 1 or 3", info->samples);
      return FALSE;
    }
  if (info->width > (MAX_SIDE - GAP) / n || info->height > MAX_SIDE)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Planes of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels are too large for PNG; write a coarser level",
                   info->width, info->height);
      return FALSE;
    }
  return TRUE;
}

/* --- What libpng calls; it is left by a jump when there is an error ------------------------- */

static void G_GNUC_NORETURN
on_error (png_structp png, png_const_charp message)
{
  GError **error = png_get_error_ptr (png);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "libpng: %s", message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static gboolean
fail_to_write (const Painter *painter, GError **error)
{
  gint code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot write \"%s\": %s",
               painter->name, g_strerror (code));
  return FALSE;
}

static void
on_write (png_structp png, png_bytep bytes, size_t size)
{
  const Painter *painter = png_get_io_ptr (png);

  if (fwrite (bytes, 1, size, painter->file) == size)
    return;
  fail_to_write (painter, png_get_error_ptr (png));
  png_longjmp (png, 1);
}

static void
on_flush (png_structp png)
{
}

/* --- Painting ---------------------------------------------------------------------------- */

static gboolean
paint_row (Painter *painter, gint64 y, GError **error)
{
  gsize pixel = painter->colour ? 3 : 1;
  guint8 *right = painter->row;

  if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (painter->job), error))
    return FALSE;
  if (painter->left != NULL)
    {
      if (!idr_picture_paint (painter->left, y, painter->colour, painter->row, error))
        return FALSE;
      right += (gsize)painter->left_width * pixel;
      memset (right, GAP_GREY, GAP * pixel);
      right += GAP * pixel;
    }
  return idr_picture_paint (painter->right, y, painter->colour, right, error);
}

/* Owns nothing, because libpng jumps out of it. Without filters, and compressed as fast as can be:
 * labels are runs, which need none, and noise gains little by them. */
static gboolean
encode (png_structp png, png_infop info, Painter *painter, GError **error)
{
  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;

  png_set_user_limits (png, MAX_SIDE, MAX_SIDE);
  png_set_IHDR (png, info, (png_uint_32)painter->width, (png_uint_32)painter->height, 8,
                painter->colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level (png, 1);
  png_set_filter (png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_write_info (png, info);
  for (gint64 y = 0; y < painter->height; y++)
    {
      if (!paint_row (painter, y, error))
        return FALSE;
      png_write_row (png, painter->row);
    }
  png_write_end (png, info);
  return TRUE;
}

static gboolean
paint (Painter *painter, GError **error)
{
  GError *fault = NULL;
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &fault, on_error, on_warning);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;

  if (info == NULL)
    g_set_error (&fault, G_IO_ERROR, G_IO_ERROR_FAILED, "No memory for the picture \"%s\"",
                 painter->name);
  else
    {
      png_set_write_fn (png, painter, on_write, on_flush);
      encode (png, info, painter, &fault);
    }
  png_destroy_write_struct (&png, &info);

  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, fault);
  return FALSE;
}

static gboolean
write_file (Painter *painter, const gchar *path, GError **error)
{
  gboolean painted;

  painter->file = g_fopen (path, "wb");
  if (painter->file == NULL)
    return fail_to_write (painter, error);
  painted = paint (painter, error);
  if (fclose (painter->file) != 0 && painted)
    return fail_to_write (painter, error);
  return painted;
}

gboolean
idr_sheet_write (const IdrSheet *sheet, const gchar *path, const gchar *name, LaminaJob *job,
                 GError **error)
{
  const LaminaInfo *info = lamina_image_get_info (sheet->right);
  g_autoptr (IdrPicture) left = NULL;
  g_autoptr (IdrPicture) right = NULL;
  g_autofree guint8 *row = NULL;
  Painter painter = { .width = info->width, .height = info->height, .name = name, .job = job };

  painter.colour = idr_picture_has_colour (sheet->right);
  if (sheet->left != NULL)
    {
      left = idr_picture_new (sheet->left, sheet->plane, job, error);
      if (left == NULL)
        return FALSE;
      painter.left_width = info->width;
      painter.width = 2 * info->width + GAP;
      painter.colour = painter.colour || idr_picture_has_colour (sheet->left);
    }
  right = idr_picture_new (sheet->right, sheet->plane, job, error);
  if (right == NULL)
    return FALSE;

  row = g_try_malloc_n ((gsize)painter.width, painter.colour ? 3 : 1);
  if (row == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "No memory for the picture \"%s\"", name);
      return FALSE;
    }
  painter.left = left;
  painter.right = right;
  painter.row = row;
  return write_file (&painter, path, error);
}
