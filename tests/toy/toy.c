/* A plug-in for the tests of the command: a source that can be slow, broken or stuck, and a writer
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

#include <string.h>

/* --- toy-source ------------------------------------------------------------------------ */

#define TOY_TYPE_SOURCE (toy_source_get_type ())
G_DECLARE_FINAL_TYPE (ToySource, toy_source, TOY, SOURCE, LaminaOperation)

typedef enum
{
  TOY_MOOD_GOOD,
  TOY_MOOD_BAD
} ToyMood;

struct _ToySource
{
  LaminaOperation parent_instance;

  gchar *location;
  gint planes, delay;
  gint64 budget;
  gdouble scale;
  gboolean odd;
  ToyMood mood;
  LaminaImage *image;
  LaminaTable *objects;
};

G_DEFINE_FINAL_TYPE (ToySource, toy_source, LAMINA_TYPE_OPERATION)

static GType
toy_mood_get_type (void)
{
  static const GEnumValue values[] = { { TOY_MOOD_GOOD, "Planes are read", "good" },
                                       { TOY_MOOD_BAD, "Plane 2 fails", "bad" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("ToyMood", values));
  return type;
}

/* What the outputs need to know; they may outlive the operation. */
typedef struct
{
  gint delay;
  ToyMood mood;
} Manner;

static gboolean
behave (const Manner *manner, gint64 plane, LaminaJob *job, GError **error)
{
  for (gint i = 0; i < manner->delay; i++)
    {
      if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error))
        return FALSE;
      g_usleep (1000);
    }
  if (manner->mood == TOY_MOOD_GOOD || plane != 2)
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "plane 2:\nis \033[31mbroken");
  return FALSE;
}

static gboolean
read_image (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
            LaminaJob *job, GError **error)
{
  for (gint64 y = 0; y < rect->height; y++)
    memset ((guint8 *)pixels + (gsize)y * stride, (gint)plane, (gsize)rect->width);
  return behave (data, plane, job, error);
}

static GArray *
read_table (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  gdouble number = (gdouble)plane;

  if (!behave (data, plane, job, error))
    return NULL;
  lamina_job_count (job, "objects", 1);
  return g_array_append_val (g_array_new (FALSE, FALSE, sizeof number), number);
}

static LaminaInfo
make_info (ToySource *self)
{
  static const gchar *const channels[] = { "red", "no \033colour", NULL };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add_parsed (&builder, "{'name', <'a \033[31mname\nof two lines'>}");
  g_variant_builder_add_parsed (&builder, "{'channel-colors', <[0xff0000, -1]>}");
  g_variant_builder_add_parsed (&builder, "{'levels', <[(int64 8, int64 6, 'l0')]>}");
  g_variant_builder_add_parsed (&builder, "{'annotations', <[('Gene', 'X'), ('Gene', 'Y')]>}");
  return (LaminaInfo){ .size = sizeof (LaminaInfo),
                       .format = LAMINA_FORMAT_U8,
                       .samples = 1,
                       .width = 8,
                       .height = 6,
                       .n_t = 1,
                       .n_c = 2,
                       .n_z = self->planes,
                       .tile_width = 8,
                       .tile_height = 6,
                       .n_levels = 1,
                       .size_x = 0.25,
                       .channels = channels,
                       .extra = g_variant_builder_end (&builder) };
}

static gboolean
toy_source_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  static const LaminaImageFuncs image_funcs = { .size = sizeof image_funcs, .read = read_image };
  static const LaminaTableFuncs table_funcs = { .size = sizeof table_funcs, .read = read_table };
  static const gchar *const columns[] = { "plane", NULL };
  ToySource *self = TOY_SOURCE (operation);
  const Manner manner = { self->delay, self->mood };
  LaminaInfo info;

  while (g_strcmp0 (self->location, "stuck") == 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_usleep (1000);
    }
  if (g_strcmp0 (self->location, "here") != 0)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND, "There is nothing at \"%s\"",
                   self->location);
      return FALSE;
    }
  info = make_info (self);
  self->image = lamina_image_new (&info, &image_funcs, g_memdup2 (&manner, sizeof manner), g_free);
  self->objects
      = lamina_table_new (columns, &info, &table_funcs, g_memdup2 (&manner, sizeof manner), g_free);
  return TRUE;
}

static void
toy_source_init (ToySource *self)
{
}

static void
toy_source_class_init (ToySourceClass *klass)
{
  LaminaOperationClass *operation = LAMINA_OPERATION_CLASS (klass);

#define ADD(member, spec)                                                                          \
  lamina_operation_class_add (operation, spec, G_STRUCT_OFFSET (ToySource, member))
  operation->title = "Make planes";
  operation->summary = "Makes planes out of nothing";
  operation->opens = "location";
  operation->open = toy_source_open;
  ADD (location,
       g_param_spec_string ("location", "Location", "\"here\" or \"stuck\"", NULL, LAMINA_IN));
  ADD (planes, g_param_spec_int ("planes", "Planes", "How many", 1, 100000, 4, LAMINA_IN));
  ADD (delay, g_param_spec_int ("delay", "Delay", "Milliseconds that a plane takes", 0, G_MAXINT, 0,
                                LAMINA_IN));
  ADD (budget,
       g_param_spec_int64 ("budget", "Budget", "Bytes", 1024, G_MAXINT64, 65536, LAMINA_IN));
  ADD (scale, g_param_spec_double ("scale", "Scale", "A number", 0, 2.5, 0.1, LAMINA_IN));
  ADD (odd, g_param_spec_boolean ("odd", "Odd", "A truth", TRUE, LAMINA_IN));
  ADD (mood, g_param_spec_enum ("mood", "Mood", "How planes are read", toy_mood_get_type (),
                                TOY_MOOD_GOOD, LAMINA_IN));
  ADD (image, g_param_spec_object ("image", "Image", "The planes", LAMINA_TYPE_IMAGE, LAMINA_OUT));
  ADD (objects,
       g_param_spec_object ("objects", "Objects", "A row a plane", LAMINA_TYPE_TABLE, LAMINA_OUT));
#undef ADD
}

/* --- toy-write --------------------------------------------------------------------------- */

#define TOY_TYPE_WRITE (toy_write_get_type ())
G_DECLARE_FINAL_TYPE (ToyWrite, toy_write, TOY, WRITE, LaminaOperation)

struct _ToyWrite
{
  LaminaOperation parent_instance;

  LaminaTable *input;
  gchar *path;
  gint n_rows;
};

G_DEFINE_FINAL_TYPE (ToyWrite, toy_write, LAMINA_TYPE_OPERATION)

static gboolean
toy_write_plane (LaminaOperation *operation, gint64 plane, LaminaJob *job, GError **error)
{
  ToyWrite *self = TOY_WRITE (operation);
  g_autoptr (GArray) rows = lamina_table_read (self->input, plane, job, error);

  if (rows != NULL)
    g_atomic_int_inc (&self->n_rows);
  return rows != NULL;
}

static gboolean
toy_write_end (LaminaOperation *operation, gboolean done, GError **error)
{
  ToyWrite *self = TOY_WRITE (operation);
  g_autofree gchar *text = g_strdup_printf ("%d rows\n", self->n_rows);

  return !done || g_file_set_contents (self->path, text, -1, error);
}

static void
toy_write_init (ToyWrite *self)
{
}

static void
toy_write_class_init (ToyWriteClass *klass)
{
  static const gchar *const writes[] = { ".toy", NULL };
  LaminaOperationClass *operation = LAMINA_OPERATION_CLASS (klass);

  operation->title = "Count rows";
  operation->summary = "Writes how many rows a table has";
  operation->saves = "path";
  operation->writes = writes;
  operation->plane = toy_write_plane;
  operation->end = toy_write_end;
  lamina_operation_class_add (
      operation,
      g_param_spec_object ("input", "Input", "What to count", LAMINA_TYPE_TABLE, LAMINA_IN),
      G_STRUCT_OFFSET (ToyWrite, input));
  lamina_operation_class_add (operation,
                              g_param_spec_string ("path", "Path", "A file", NULL, LAMINA_IN),
                              G_STRUCT_OFFSET (ToyWrite, path));
}

LAMINA_PLUGIN_DEFINE ("toy", "1", "LGPL-2.1-or-later", "For tests", NULL,
                      { "toy-source", toy_source_get_type }, { "toy-write", toy_write_get_type })
