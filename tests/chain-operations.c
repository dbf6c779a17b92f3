/* Operations that do little and tell what is done to them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain-operations.h"

static GMutex lock;
static GString *events;
static gint n_reads;

static void G_GNUC_PRINTF (1, 2) note (const gchar *format, ...)
{
  va_list arguments;

  g_mutex_lock (&lock);
  if (events == NULL)
    events = g_string_new (NULL);
  if (events->len > 0)
    g_string_append_c (events, ' ');
  va_start (arguments, format);
  g_string_append_vprintf (events, format, arguments);
  va_end (arguments);
  g_mutex_unlock (&lock);
}

gchar *
chain_operations_take_log (void)
{
  gchar *text;

  g_mutex_lock (&lock);
  text = events != NULL ? g_string_free (g_steal_pointer (&events), FALSE) : g_strdup ("");
  g_mutex_unlock (&lock);
  return text;
}

gint
chain_operations_take_reads (void)
{
  gint n = g_atomic_int_get (&n_reads);

  g_atomic_int_add (&n_reads, -n);
  return n;
}

/* --- Images and tables -------------------------------------------------------------- */

/* Of the pixels of @input, or of 0, and @by. */
typedef struct
{
  LaminaImage *input;
  gint by;
} Sum;

static gboolean
sum_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
          LaminaJob *job, GError **error)
{
  Sum *sum = data;

  g_atomic_int_inc (&n_reads);
  if (sum->input != NULL
      && !lamina_image_read (sum->input, plane, rect, pixels, stride, job, error))
    return FALSE;
  for (gint64 y = 0; y < rect->height; y++)
    for (gint64 x = 0; x < rect->width; x++)
      {
        guint16 *pixel = (guint16 *)((guint8 *)pixels + (gsize)y * stride) + x;

        *pixel = (guint16)((sum->input != NULL ? *pixel : 0) + sum->by);
      }
  return TRUE;
}

static GArray *
sum_read_rows (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Sum *sum = data;
  gdouble row[] = { (gdouble)plane, sum->by };
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (gdouble));

  g_atomic_int_inc (&n_reads);
  return g_array_append_vals (rows, row, 2);
}

static Sum *
sum_new (LaminaImage *input, gint by)
{
  Sum *sum = g_new0 (Sum, 1);

  g_set_object (&sum->input, input);
  sum->by = by;
  return sum;
}

static void
sum_free (gpointer data)
{
  Sum *sum = data;

  g_clear_object (&sum->input);
  g_free (sum);
}

static LaminaImage *
make_image (LaminaImage *input, gint by, gint n_planes)
{
  static const LaminaImageFuncs funcs = { sizeof (LaminaImageFuncs), sum_read, NULL };
  LaminaInfo info = { .size = sizeof info,
                      .format = LAMINA_FORMAT_U16,
                      .samples = 1,
                      .width = 3,
                      .height = 2,
                      .n_t = n_planes,
                      .n_c = 1,
                      .n_z = 1 };

  return lamina_image_new (input != NULL ? lamina_image_get_info (input) : &info, &funcs,
                           sum_new (input, by), sum_free);
}

gint
chain_operations_get_value (GObject *image, gint64 plane)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = lamina_image_read_bytes (LAMINA_IMAGE (image), plane, NULL, NULL, &error);
  const guint16 *pixels;

  g_assert_no_error (error);
  pixels = g_bytes_get_data (bytes, NULL);
  for (gsize i = 1; i < g_bytes_get_size (bytes) / sizeof *pixels; i++)
    g_assert_cmpuint (pixels[i], ==, pixels[0]);
  return pixels[0];
}

/* --- even: the source ----------------------------------------------------------------- */

typedef enum
{
  MOOD_CALM,
  MOOD_WILD
} Mood;

static GType
mood_get_type (void)
{
  static const GEnumValue values[] = { { MOOD_CALM, "MOOD_CALM", "calm" },
                                       { MOOD_WILD, "MOOD_WILD", "wild" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("TestMood", values));
  return type;
}

typedef struct
{
  LaminaOperation parent_instance;
  gint planes, value, mood;
  gint64 budget;
  gdouble scale;
  gboolean odd;
  gchar *text;
  LaminaImage *image;
} Even;

static gboolean
even_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  Even *self = (Even *)operation;

  note ("open:even");
  if (self->odd)
    note ("%d,%" G_GINT64_FORMAT ",%g,%d,[%s]", self->value, self->budget, self->scale, self->mood,
          self->text);
  if (g_strcmp0 (self->text, "fails") == 0)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NETWORK, "no answer");
      return FALSE;
    }
  self->image = make_image (NULL, self->value, self->planes);
  return TRUE;
}

#define ADD(klass, Type, field, spec)                                                              \
  lamina_operation_class_add (LAMINA_OPERATION_CLASS (klass), spec, G_STRUCT_OFFSET (Type, field))
#define IMAGE(name, flags) g_param_spec_object (name, name, "an image", LAMINA_TYPE_IMAGE, flags)
#define TABLE(name, flags) g_param_spec_object (name, name, "a table", LAMINA_TYPE_TABLE, flags)

static void
even_class_init (LaminaOperationClass *klass)
{
  klass->title = "Even planes";
  klass->opens = "text";
  klass->open = even_open;
  ADD (klass, Even, planes, g_param_spec_int ("planes", "", "", 1, 1000, 4, LAMINA_IN));
  ADD (klass, Even, value, g_param_spec_int ("value", "", "", -100, 5000, 7, LAMINA_IN));
  ADD (klass, Even, budget,
       g_param_spec_int64 ("the-budget", "", "", 0, G_MAXINT64, 64, LAMINA_IN));
  ADD (klass, Even, scale, g_param_spec_double ("scale", "", "", 0.5, 100, 1, LAMINA_IN));
  ADD (klass, Even, odd, g_param_spec_boolean ("odd", "", "", FALSE, LAMINA_IN));
  ADD (klass, Even, mood,
       g_param_spec_enum ("mood", "", "", mood_get_type (), MOOD_CALM, LAMINA_IN));
  ADD (klass, Even, text, g_param_spec_string ("text", "", "", "none", LAMINA_IN));
  ADD (klass, Even, image, IMAGE ("image", LAMINA_OUT));
}

/* --- add, marks, thin: filters ----------------------------------------------------------- */

typedef struct
{
  LaminaOperation parent_instance;
  gint by;
  LaminaImage *input, *image;
  LaminaTable *table;
} Filter;

static gboolean
filter_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  static const LaminaTableFuncs funcs = { sizeof (LaminaTableFuncs), sum_read_rows, NULL };
  static const gchar *const columns[] = { "plane", "by", NULL };
  Filter *self = (Filter *)operation;

  note ("open:%s", lamina_operation_get_name (operation));
  if (self->input == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "an image is needed");
      return FALSE;
    }
  self->image = make_image (self->input, self->by, 1);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self), "objects") != NULL)
    self->table = lamina_table_new (columns, lamina_image_get_info (self->input), &funcs,
                                    sum_new (NULL, self->by), sum_free);
  return TRUE;
}

static void
add_class_init (LaminaOperationClass *klass)
{
  klass->open = filter_open;
  ADD (klass, Filter, by, g_param_spec_int ("by", "", "", 0, 5000, 1, LAMINA_IN));
  ADD (klass, Filter, input, IMAGE ("image", LAMINA_IN));
  ADD (klass, Filter, image, IMAGE ("sum", LAMINA_OUT));
}

static void
marks_class_init (LaminaOperationClass *klass)
{
  klass->open = filter_open;
  ADD (klass, Filter, by, g_param_spec_int ("by", "", "", 0, 5000, 1000, LAMINA_IN));
  ADD (klass, Filter, input, IMAGE ("image", LAMINA_IN));
  ADD (klass, Filter, image, IMAGE ("labels", LAMINA_OUT));
  ADD (klass, Filter, table, TABLE ("objects", LAMINA_OUT));
}

static void
thin_class_init (LaminaOperationClass *klass)
{
  klass->open = filter_open;
  ADD (klass, Filter, by, g_param_spec_int ("by", "", "", 0, 5000, 5, LAMINA_IN));
  ADD (klass, Filter, input, IMAGE ("source", LAMINA_IN));
  ADD (klass, Filter, image, IMAGE ("thinned", LAMINA_OUT));
}

static void
idle_class_init (LaminaOperationClass *klass)
{
}

/* --- keep, pack, rows: sinks ------------------------------------------------------------------ */

typedef struct
{
  LaminaOperation parent_instance;
  GObject *input;
  gchar *path, *fails;
} Sink;

/* Whether @sink is to fail at @place now. */
static gboolean
sink_fails (Sink *sink, const gchar *place, GError **error)
{
  if (g_strcmp0 (sink->fails, place) != 0)
    return FALSE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "%s fails at %s", sink->path, place);
  return TRUE;
}

static gboolean
sink_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  Sink *self = (Sink *)operation;

  note ("open:%s", self->path);
  return !sink_fails (self, "open", error);
}

static gboolean
sink_begin (LaminaOperation *operation, LaminaJob *job, GError **error)
{
  Sink *self = (Sink *)operation;

  note ("begin:%s", self->path);
  return !sink_fails (self, "begin", error);
}

static gboolean
sink_plane (LaminaOperation *operation, gint64 plane, LaminaJob *job, GError **error)
{
  Sink *self = (Sink *)operation;

  note ("%s:%d", self->path, (gint)plane);
  if (plane == 1 && g_strcmp0 (self->fails, "cancel") == 0)
    g_cancellable_cancel (G_CANCELLABLE (job));
  if (plane == 1 && sink_fails (self, "plane", error))
    return FALSE;
  if (LAMINA_IS_TABLE (self->input))
    {
      g_autoptr (GArray) rows = lamina_table_read (LAMINA_TABLE (self->input), plane, job, error);

      return rows != NULL;
    }
  g_autoptr (GBytes) pixels
      = lamina_image_read_bytes (LAMINA_IMAGE (self->input), plane, NULL, job, error);

  return pixels != NULL;
}

static gboolean
sink_end (LaminaOperation *operation, gboolean done, GError **error)
{
  Sink *self = (Sink *)operation;

  note ("end:%s:%d", self->path, done);
  return !done || !sink_fails (self, "end", error);
}

static void
sink_class_init (LaminaOperationClass *klass, const gchar *input, GType type,
                 const gchar *const *endings)
{
  klass->open = sink_open;
  klass->begin = sink_begin;
  klass->plane = sink_plane;
  klass->end = sink_end;
  klass->saves = "path";
  klass->writes = endings;
  ADD (klass, Sink, input, g_param_spec_object (input, "", "", type, LAMINA_IN));
  ADD (klass, Sink, path, g_param_spec_string ("path", "", "", NULL, LAMINA_IN));
  ADD (klass, Sink, fails, g_param_spec_string ("fails", "", "", NULL, LAMINA_IN));
}

static void
keep_class_init (LaminaOperationClass *klass)
{
  static const gchar *const endings[] = { ".rec", "/", NULL };

  sink_class_init (klass, "image", LAMINA_TYPE_IMAGE, endings);
}

static void
pack_class_init (LaminaOperationClass *klass)
{
  static const gchar *const endings[] = { ".big.rec", NULL };

  sink_class_init (klass, "image", LAMINA_TYPE_IMAGE, endings);
}

static void
rows_class_init (LaminaOperationClass *klass)
{
  static const gchar *const endings[] = { ".rows", NULL };

  sink_class_init (klass, "objects", LAMINA_TYPE_TABLE, endings);
}

/* --- All of them --------------------------------------------------------------------- */

void
chain_operations_register (void)
{
  static const struct
  {
    const gchar *name, *type;
    void (*class_init) (LaminaOperationClass *klass);
    guint size;
  } operations[] = {
    { "even", "TestEven", even_class_init, sizeof (Even) },
    { "add", "TestAdd", add_class_init, sizeof (Filter) },
    { "marks", "TestMarks", marks_class_init, sizeof (Filter) },
    { "thin", "TestThin", thin_class_init, sizeof (Filter) },
    { "idle", "TestIdle", idle_class_init, sizeof (LaminaOperation) },
    { "keep", "TestKeep", keep_class_init, sizeof (Sink) },
    { "pack", "TestPack", pack_class_init, sizeof (Sink) },
    { "rows", "TestRows", rows_class_init, sizeof (Sink) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      GType type = g_type_register_static_simple (
          LAMINA_TYPE_OPERATION, operations[i].type, sizeof (LaminaOperationClass),
          (GClassInitFunc)(GCallback)operations[i].class_init, operations[i].size, NULL, 0);
      g_autoptr (GError) error = NULL;

      lamina_operation_register (operations[i].name, type, &error);
      g_assert_no_error (error);
    }
}
