/* The operation write-png: a picture a plane, labels in colours next to the plane itself
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "write-png.h"

#include "draft.h"
#include "picture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <png.h>

#define GAP 4         /* pixels between the two pictures */
#define GAP_GREY 0x40 /* neither background nor object */
#define MAX_SIDE 0x7fffffff

struct _IdrWritePng
{
  LaminaOperation parent_instance;

  LaminaImage *input, *image;
  gchar *path;

  gboolean beside;      /* @image is shown */
  gboolean made_folder; /* it was not there before */
};

G_DEFINE_FINAL_TYPE (IdrWritePng, idr_write_png, LAMINA_TYPE_OPERATION)

/* --- One file ---------------------------------------------------------------------- */

/* What is in a file, from left to right: the plane itself, if it is shown, and what it became. */
typedef struct
{
  IdrPicture *left, *right;
  gint64 left_width, width, height;
  gboolean colour;
  guint8 *row;
} Sheet;

static gboolean
sheet_paint (Sheet *sheet, gint64 y, GError **error)
{
  gsize pixel = sheet->colour ? 3 : 1;
  guint8 *right = sheet->row;

  if (sheet->left != NULL)
    {
      if (!idr_picture_paint (sheet->left, y, sheet->colour, sheet->row, error))
        return FALSE;
      right += (gsize)sheet->left_width * pixel;
      memset (right, GAP_GREY, GAP * pixel);
      right += GAP * pixel;
    }
  return idr_picture_paint (sheet->right, y, sheet->colour, right, error);
}

static void G_GNUC_NORETURN
on_png_error (png_structp png, png_const_charp message)
{
  GError **error = png_get_error_ptr (png);

  if (*error == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "libpng: %s", message);
  png_longjmp (png, 1);
}

static void
on_png_warning (png_structp png, png_const_charp message)
{
}

static void
on_png_write (png_structp png, png_bytep bytes, size_t size)
{
  if (!idr_draft_write (png_get_io_ptr (png), bytes, size, png_get_error_ptr (png)))
    png_longjmp (png, 1);
}

static void
on_png_flush (png_structp png)
{
}

/* Owns nothing, because libpng jumps out of it. */
static gboolean
encode (png_structp png, png_infop info, Sheet *sheet, LaminaJob *job, GError **error)
{
  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;

  png_set_user_limits (png, MAX_SIDE, MAX_SIDE);
  png_set_IHDR (png, info, (png_uint_32)sheet->width, (png_uint_32)sheet->height, 8,
                sheet->colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level (png, 1);
  png_set_filter (png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_write_info (png, info);
  for (gint64 y = 0; y < sheet->height; y++)
    {
      if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error)
          || !sheet_paint (sheet, y, error))
        return FALSE;
      png_write_row (png, sheet->row);
    }
  png_write_end (png, info);
  return TRUE;
}

static gboolean
write_sheet (Sheet *sheet, const gchar *path, LaminaJob *job, GError **error)
{
  g_autoptr (IdrDraft) draft = idr_draft_new (path, error);
  GError *fault = NULL;
  png_structp png;
  png_infop info;

  if (draft == NULL)
    return FALSE;

  png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &fault, on_png_error, on_png_warning);
  info = png != NULL ? png_create_info_struct (png) : NULL;
  if (info == NULL)
    g_set_error (&fault, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write \"%s\": no memory", path);
  else
    {
      png_set_write_fn (png, draft, on_png_write, on_png_flush);
      encode (png, info, sheet, job, &fault);
    }
  png_destroy_write_struct (&png, &info);

  if (fault == NULL)
    return idr_draft_publish (draft, error);
  g_propagate_error (error, fault);
  return FALSE;
}

/* --- The operation ------------------------------------------------------------------- */

static gboolean
is_one_file (IdrWritePng *self)
{
  return g_str_has_suffix (self->path, ".png");
}

static gboolean
have_same_planes (const LaminaInfo *a, const LaminaInfo *b)
{
  return a->width == b->width && a->height == b->height && a->n_t == b->n_t && a->n_c == b->n_c
         && a->n_z == b->n_z;
}

static gboolean
idr_write_png_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  const LaminaInfo *info;

  if (self->input == NULL || self->path == NULL || *self->path == '\0')
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   self->input == NULL ? "There is no image to write"
                                       : "Say with path which folder the pictures go to");
      return FALSE;
    }

  info = lamina_image_get_info (self->input);
  if (is_one_file (self) && lamina_info_get_n_planes (info) > 1)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "\"%s\" is one picture, but there are %" G_GINT64_FORMAT
                   " planes; name a folder, as in \"pictures/\"",
                   self->path, lamina_info_get_n_planes (info));
      return FALSE;
    }
  if (info->samples != 1 && info->samples != 3)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Pixels of %d samples cannot be shown, only of 1 or 3", info->samples);
      return FALSE;
    }
  self->beside = self->image != NULL && self->image != self->input
                 && have_same_planes (info, lamina_image_get_info (self->image));
  if (info->width > (MAX_SIDE - GAP) / (self->beside ? 2 : 1) || info->height > MAX_SIDE)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "Planes of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels are too large for PNG; write a coarser level",
                   info->width, info->height);
      return FALSE;
    }
  return TRUE;
}

static gchar *
name_file (IdrWritePng *self, gint64 plane)
{
  g_autofree gchar *name = NULL;
  gint t, c, z;

  if (is_one_file (self))
    return g_strdup (self->path);
  lamina_info_get_place (lamina_image_get_info (self->input), plane, &t, &c, &z);
  name = g_strdup_printf ("t_%d_c_%d_z_%d.png", t, c, z);
  return g_build_filename (self->path, name, NULL);
}

/* Finds out that nothing can be written before anything is computed. */
static gboolean
idr_write_png_begin (LaminaOperation *operation, LaminaJob *job, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  g_autofree gchar *first = name_file (self, 0);
  g_autoptr (IdrDraft) trial = NULL;

  if (!is_one_file (self) && !g_file_test (self->path, G_FILE_TEST_IS_DIR))
    {
      if (g_mkdir_with_parents (self->path, 0777) != 0)
        {
          gint code = errno;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                       "Cannot make the folder \"%s\": %s", self->path, g_strerror (code));
          return FALSE;
        }
      self->made_folder = TRUE;
    }
  trial = idr_draft_new (first, error);
  return trial != NULL;
}

static gboolean
idr_write_png_plane (LaminaOperation *operation, gint64 plane, LaminaJob *job, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  const LaminaInfo *info = lamina_image_get_info (self->input);
  g_autoptr (IdrPicture) left = NULL, right = NULL;
  g_autofree guint8 *row = NULL;
  g_autofree gchar *path = name_file (self, plane);
  Sheet sheet = { .width = info->width, .height = info->height };

  if (self->beside)
    {
      left = idr_picture_new (self->image, plane, job, error);
      if (left == NULL)
        return FALSE;
      sheet.left_width = info->width;
      sheet.width = 2 * info->width + GAP;
    }
  right = idr_picture_new (self->input, plane, job, error);
  if (right == NULL)
    return FALSE;

  sheet.left = left;
  sheet.right = right;
  sheet.colour = idr_picture_has_colour (self->input)
                 || (self->beside && idr_picture_has_colour (self->image));
  sheet.row = row = g_try_malloc_n ((gsize)sheet.width, 3);
  if (row == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write \"%s\": no memory", path);
      return FALSE;
    }
  return write_sheet (&sheet, path, job, error);
}

/* Pictures that are finished stay, a folder without any does not. */
static gboolean
idr_write_png_end (LaminaOperation *operation, gboolean done, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);

  if (!done && self->made_folder)
    g_rmdir (self->path);
  return TRUE;
}

static void
idr_write_png_init (IdrWritePng *self)
{
}

static void
idr_write_png_class_init (IdrWritePngClass *klass)
{
  static const gchar *const writes[] = { "/", ".png", NULL };
  LaminaOperationClass *operation = LAMINA_OPERATION_CLASS (klass);

  operation->title = "Write PNG pictures";
  operation->summary = "Writes a picture for each plane, to look at: labels in distinct colours on "
                       "black, grey values scaled to the range that they have in their plane";
  operation->saves = "path";
  operation->writes = writes;
  operation->open = idr_write_png_open;
  operation->begin = idr_write_png_begin;
  operation->plane = idr_write_png_plane;
  operation->end = idr_write_png_end;

  lamina_operation_class_add (
      operation,
      g_param_spec_object ("input", "Input", "What to paint", LAMINA_TYPE_IMAGE, LAMINA_IN),
      G_STRUCT_OFFSET (IdrWritePng, input));
  lamina_operation_class_add (
      operation,
      g_param_spec_object ("image", "Image",
                           "The plane itself, shown to the left of what it became; left out where "
                           "its planes are others in size or number",
                           LAMINA_TYPE_IMAGE, LAMINA_IN),
      G_STRUCT_OFFSET (IdrWritePng, image));
  lamina_operation_class_add (
      operation,
      g_param_spec_string ("path", "Path",
                           "Folder for files such as t_0_c_0_z_12.png, made where it is missing; "
                           "for a single plane also a file that ends in .png",
                           NULL, LAMINA_IN),
      G_STRUCT_OFFSET (IdrWritePng, path));
}
