/* The operation write-png: a picture a plane, labels in colours next to the plane itself
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "write-png.h"

#include "sheet.h"
#include "stage.h"

struct _IdrWritePng
{
  LaminaOperation parent_instance;

  LaminaImage *input, *image;
  gchar *path;

  IdrStage *stage; /* from begin to end */
};

G_DEFINE_FINAL_TYPE (IdrWritePng, idr_write_png, LAMINA_TYPE_OPERATION)

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

/* What is shown to the left; or NULL. */
static LaminaImage *
get_left (IdrWritePng *self)
{
  if (self->image == NULL || self->image == self->input
      || !have_same_planes (lamina_image_get_info (self->image),
                            lamina_image_get_info (self->input)))
    return NULL;
  return self->image;
}

static gboolean
idr_write_png_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  gint64 n_planes;

  if (self->input == NULL || self->path == NULL || *self->path == '\0')
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   self->input == NULL ? "There is no image to write"
                                       : "Say with path which folder the pictures go to");
      return FALSE;
    }
  n_planes = lamina_image_get_n_planes (self->input);
  if (is_one_file (self) && n_planes > 1)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "\"%s\" is one picture, but there are %" G_GINT64_FORMAT
                   " planes; name a folder, as in \"pictures/\"",
                   self->path, n_planes);
      return FALSE;
    }
  if (get_left (self) == NULL)
    return idr_sheet_fits (lamina_image_get_info (self->input), 1, error);
  return idr_sheet_fits (lamina_image_get_info (self->input), 2, error)
         && idr_sheet_fits (lamina_image_get_info (self->image), 2, error);
}

/* Finds out that nothing can be written before anything is computed. */
static gboolean
idr_write_png_begin (LaminaOperation *operation, LaminaJob *job, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  g_autofree gchar *folder
      = is_one_file (self) ? g_path_get_dirname (self->path) : g_strdup (self->path);

  self->stage = idr_stage_new (folder, error);
  return self->stage != NULL;
}

static gchar *
name_file (IdrWritePng *self, gint64 plane)
{
  gint t, c, z;

  if (is_one_file (self))
    return g_path_get_basename (self->path);
  lamina_info_get_place (lamina_image_get_info (self->input), plane, &t, &c, &z);
  return g_strdup_printf ("t_%d_c_%d_z_%d.png", t, c, z);
}

static gboolean
idr_write_png_plane (LaminaOperation *operation, gint64 plane, LaminaJob *job, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  const IdrSheet sheet = { get_left (self), self->input, plane };
  g_autofree gchar *name = name_file (self, plane);
  g_autofree gchar *path = idr_stage_get_path (self->stage, name);
  g_autofree gchar *final
      = is_one_file (self) ? g_strdup (self->path) : g_build_filename (self->path, name, NULL);

  return idr_sheet_write (&sheet, path, final, job, error);
}

static gboolean
idr_write_png_end (LaminaOperation *operation, gboolean done, GError **error)
{
  IdrWritePng *self = IDR_WRITE_PNG (operation);
  gboolean published = !done || idr_stage_publish (self->stage, error);

  g_clear_pointer (&self->stage, idr_stage_free);
  return published;
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
