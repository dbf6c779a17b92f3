/* Operations of Lamina's that are made of libvips's: filters, and sources, as its loaders are
 *
 * A class of Lamina for each, made at run time. Its parameters are the arguments that libvips's
 * operation takes beside the image, and are passed on only where they are given.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-filter.h"

#include "bridge.h"
#include "vips-filtered.h"
#include "vips-image.h"
#include "vips-parameter.h"

/* What a class is made of: an operation of libvips's, and its arguments. */
typedef struct
{
  GType type;
  const gchar *in, *out; /* in: NULL for a source */
  gint n_in, n_out;
  GPtrArray *parameters; /* of GParamSpec, ours */
  gboolean is_closed;    /* asks for something that no parameter is for */
} Filter;

typedef struct
{
  LaminaOperation parent_instance;

  LaminaImage *input, *image;
  GHashTable *given; /* of GValue, by parameter */
  gpointer nothing;  /* what Lamina finds where it would look for parameters */
} BridgeVipsFilter;

typedef struct
{
  LaminaOperationClass parent_class;

  const Filter *filter;
} BridgeVipsFilterClass;

GType bridge_vips_filter_get_type (void);

G_DEFINE_ABSTRACT_TYPE (BridgeVipsFilter, bridge_vips_filter, LAMINA_TYPE_OPERATION)

/* --- Values ------------------------------------------------------------------------------ */

static void
value_free (gpointer data)
{
  g_value_unset (data);
  g_free (data);
}

static void
bridge_vips_filter_set_property (GObject *object, guint id, const GValue *value,
                                 GParamSpec *property)
{
  BridgeVipsFilter *self = (BridgeVipsFilter *)object;
  GValue *copy;

  if (lamina_operation_role (property) == LAMINA_ROLE_INPUT)
    {
      g_set_object (&self->input, g_value_get_object (value));
      return;
    }
  g_return_if_fail (self->image == NULL);
  copy = g_new0 (GValue, 1);
  g_value_copy (value, g_value_init (copy, G_VALUE_TYPE (value)));
  g_hash_table_insert (self->given, (gpointer)property->name, copy);
}

static void
bridge_vips_filter_get_property (GObject *object, guint id, GValue *value, GParamSpec *property)
{
  BridgeVipsFilter *self = (BridgeVipsFilter *)object;
  const GValue *given = g_hash_table_lookup (self->given, property->name);

  if (lamina_operation_role (property) == LAMINA_ROLE_INPUT)
    g_value_set_object (value, self->input);
  else if (lamina_operation_role (property) == LAMINA_ROLE_OUTPUT)
    g_value_set_object (value, self->image);
  else
    g_value_copy (given != NULL ? given : g_param_spec_get_default_value (property), value);
}

static void
bridge_vips_filter_finalize (GObject *object)
{
  g_hash_table_unref (((BridgeVipsFilter *)object)->given);
  G_OBJECT_CLASS (bridge_vips_filter_parent_class)->finalize (object);
}

/* --- Opening ----------------------------------------------------------------------------- */

static gboolean
is_wanted (gpointer cancellable)
{
  return !g_cancellable_is_cancelled (cancellable);
}

/* A job that is cancelled with @cancellable, which may be one. */
static LaminaJob *
make_job (GCancellable *cancellable)
{
  LaminaJob *job;

  if (cancellable != NULL && LAMINA_IS_JOB (cancellable))
    return g_object_ref (LAMINA_JOB (cancellable));
  job = lamina_job_new (0);
  if (cancellable != NULL)
    lamina_job_set_poll (job, is_wanted, cancellable);
  return job;
}

static void *
find_missing (VipsObject *call, GParamSpec *argument, VipsArgumentClass *klass,
              VipsArgumentInstance *instance, void *in, void *unused)
{
  const VipsArgumentFlags all = VIPS_ARGUMENT_REQUIRED_INPUT | VIPS_ARGUMENT_DEPRECATED;
  const gboolean is_required = (klass->flags & all) == VIPS_ARGUMENT_REQUIRED_INPUT;

  return is_required && !instance->assigned && g_strcmp0 (argument->name, in) != 0 ? argument
                                                                                   : NULL;
}

static gboolean
take_given (BridgeVipsFilter *self, const Filter *filter, VipsObject *call, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;
  GParamSpec *missing;

  g_hash_table_iter_init (&iter, self->given);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!bridge_vips_set_argument (call, name, value, error))
      return FALSE;
  missing = vips_argument_map (call, find_missing, (gpointer)filter->in, NULL);
  if (missing == NULL)
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s must be given: %s", missing->name,
               g_param_spec_get_blurb (missing));
  return FALSE;
}

/* What @call gives by itself: its pages are planes, and their bands channels. */
static LaminaImage *
load (VipsObject *call, const gchar *out, GError **error)
{
  const gchar *nickname = VIPS_OBJECT_GET_CLASS (call)->nickname;
  g_autoptr (GError) problem = NULL;
  VipsImage *pixels = bridge_vips_build (g_object_ref (call), out);
  LaminaImage *image = NULL;

  if (pixels != NULL)
    image = bridge_vips_get_planes (pixels, &problem);
  else
    bridge_vips_take_error (&problem);
  g_clear_object (&pixels);
  if (image == NULL)
    g_set_error_literal (error, problem->domain, problem->code,
                         bridge_get_message (problem, nickname));
  return image;
}

static gboolean
bridge_vips_filter_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  BridgeVipsFilter *self = (BridgeVipsFilter *)operation;
  const Filter *filter = ((BridgeVipsFilterClass *)LAMINA_OPERATION_GET_CLASS (self))->filter;
  VipsOperation *call;

  if (filter->in != NULL && self->input == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "There is no image to filter: put a source of one to its left");
      return FALSE;
    }
  call = g_object_new (filter->type, NULL);
  if (take_given (self, filter, VIPS_OBJECT (call), error))
    {
      g_autoptr (LaminaJob) job = make_job (cancellable);

      self->image = filter->in != NULL ? bridge_vips_filter (self->input, call, filter->in,
                                                             filter->out, job, error)
                                       : load (VIPS_OBJECT (call), filter->out, error);
    }
  g_object_unref (call);
  return self->image != NULL;
}

/* --- The classes --------------------------------------------------------------------- */

static void
bridge_vips_filter_init (BridgeVipsFilter *self)
{
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, value_free);
}

static void
bridge_vips_filter_class_init (BridgeVipsFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bridge_vips_filter_finalize;
  LAMINA_OPERATION_CLASS (klass)->open = bridge_vips_filter_open;
}

static void
class_init (gpointer data, gpointer class_data)
{
  LaminaOperationClass *klass = data;
  const Filter *filter = class_data;
  g_autoptr (GTypeClass) theirs = g_type_class_ref (filter->type);
  const VipsObjectClass *vips_class = VIPS_OBJECT_CLASS (theirs);
  g_autofree gchar *summary
      = g_strdup_printf (filter->in != NULL ? "What libvips's %s makes of each plane."
                                            : "What libvips's %s gives: its pages are planes.",
                         vips_class->nickname);

  ((BridgeVipsFilterClass *)data)->filter = filter;
  klass->title = vips_class->description;
  klass->summary = g_intern_string (summary);
  if (filter->in != NULL)
    lamina_operation_class_add (
        klass,
        g_param_spec_object ("input", "Input", "The image to filter", LAMINA_TYPE_IMAGE, LAMINA_IN),
        G_STRUCT_OFFSET (BridgeVipsFilter, input));
  for (guint i = 0; i < filter->parameters->len; i++)
    lamina_operation_class_add (klass, filter->parameters->pdata[i],
                                G_STRUCT_OFFSET (BridgeVipsFilter, nothing));
  lamina_operation_class_add (
      klass, g_param_spec_object ("image", "Image", "The planes", LAMINA_TYPE_IMAGE, LAMINA_OUT),
      G_STRUCT_OFFSET (BridgeVipsFilter, image));
  /* What adding has set is for values that are always given. */
  G_OBJECT_CLASS (klass)->set_property = bridge_vips_filter_set_property;
  G_OBJECT_CLASS (klass)->get_property = bridge_vips_filter_get_property;
}

/* --- Registration -------------------------------------------------------------------- */

static gboolean
takes_name (GParamSpec *argument)
{
  return g_str_equal (argument->name, "input") || g_str_equal (argument->name, "image");
}

static void
take_input (Filter *filter, GParamSpec *argument, gboolean is_required)
{
  GParamSpec *parameter = NULL;

  if (is_required && argument->value_type == VIPS_TYPE_IMAGE)
    {
      filter->in = argument->name;
      filter->n_in++;
      return;
    }
  if (!takes_name (argument))
    parameter = bridge_vips_make_parameter (argument, is_required);
  if (parameter != NULL)
    g_ptr_array_add (filter->parameters, g_param_spec_ref_sink (parameter));
  else if (is_required)
    filter->is_closed = TRUE;
}

static void *
take_argument (VipsObjectClass *klass, GParamSpec *argument, VipsArgumentClass *argument_class,
               void *data, void *unused)
{
  Filter *filter = data;
  const VipsArgumentFlags flags = argument_class->flags;
  const gboolean is_required = (flags & VIPS_ARGUMENT_REQUIRED) != 0;

  if ((flags & VIPS_ARGUMENT_DEPRECATED) != 0)
    return NULL;
  if ((flags & VIPS_ARGUMENT_MODIFY) != 0)
    filter->is_closed = TRUE;
  if ((flags & VIPS_ARGUMENT_INPUT) != 0)
    take_input (filter, argument, is_required);
  else if (is_required && (flags & VIPS_ARGUMENT_OUTPUT) != 0)
    {
      filter->out = argument->name;
      filter->n_out += argument->value_type == VIPS_TYPE_IMAGE ? 1 : 2;
    }
  return NULL;
}

static void
filter_free (Filter *filter)
{
  g_ptr_array_unref (filter->parameters);
  g_free (filter);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Filter, filter_free)

static Filter *
filter_new (VipsOperationClass *klass)
{
  Filter *filter = g_new0 (Filter, 1);

  filter->type = G_TYPE_FROM_CLASS (klass);
  filter->parameters = g_ptr_array_new_with_free_func ((GDestroyNotify)g_param_spec_unref);
  vips_argument_class_map (VIPS_OBJECT_CLASS (klass), take_argument, filter, NULL);
  return filter;
}

/* Where libvips has two names for one operation, the second is that of its type. */
static gchar *
make_name (VipsOperationClass *klass)
{
  g_autofree gchar *nickname = g_ascii_strdown (VIPS_OBJECT_CLASS (klass)->nickname, -1);
  g_autofree gchar *type_name = g_ascii_strdown (G_OBJECT_CLASS_NAME (klass), -1);
  g_autofree gchar *name = g_strconcat ("vips:", nickname, NULL);

  return lamina_operation_find (name) == G_TYPE_INVALID ? g_steal_pointer (&name)
                                                        : g_strconcat ("vips:", type_name, NULL);
}

gboolean
bridge_vips_register_filter (VipsOperationClass *klass, GError **error)
{
  g_autofree gchar *name = make_name (klass);
  g_autofree gchar *type_name = g_strconcat ("BridgeVipsFilter_", name + strlen ("vips:"), NULL);
  g_autoptr (Filter) filter = filter_new (klass);
  GTypeInfo info = { .class_size = sizeof (BridgeVipsFilterClass),
                     .class_init = class_init,
                     .instance_size = sizeof (BridgeVipsFilter) };

  if (filter->is_closed || filter->n_in > 1 || filter->n_out != 1)
    return TRUE;
  info.class_data = g_steal_pointer (&filter);
  return lamina_operation_register (
      name, g_type_register_static (bridge_vips_filter_get_type (), type_name, &info, 0), error);
}
