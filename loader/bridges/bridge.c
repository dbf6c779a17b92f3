/* What every bridge has to know of Lamina's operations, whichever host it leads to
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bridge.h"

#include <math.h>
#include <string.h>

/* --- Operations -------------------------------------------------------------------------- */

static GPtrArray *
get_role (BridgeOperation *operation, GParamSpec *property)
{
  switch (lamina_operation_role (property))
    {
    case LAMINA_ROLE_INPUT:
      return operation->inputs;
    case LAMINA_ROLE_OUTPUT:
      return operation->outputs;
    case LAMINA_ROLE_PARAMETER:
      break;
    }
  return operation->parameters;
}

static BridgeOperation *
operation_new (const gchar *name)
{
  BridgeOperation *operation = g_new0 (BridgeOperation, 1);
  g_autofree GParamSpec **properties = NULL;
  guint n = 0;

  operation->name = g_intern_string (name);
  operation->klass = g_type_class_ref (lamina_operation_find (name));
  operation->inputs = g_ptr_array_new ();
  operation->parameters = g_ptr_array_new ();
  operation->outputs = g_ptr_array_new ();
  properties = g_object_class_list_properties (G_OBJECT_CLASS (operation->klass), &n);
  for (guint i = 0; i < n; i++)
    if (g_type_is_a (properties[i]->owner_type, LAMINA_TYPE_OPERATION)
        && properties[i]->owner_type != LAMINA_TYPE_OPERATION)
      g_ptr_array_add (get_role (operation, properties[i]), properties[i]);
  return operation;
}

const GPtrArray *
bridge_list_operations (void)
{
  static gsize list = 0;

  if (g_once_init_enter (&list))
    {
      GPtrArray *operations = g_ptr_array_new ();
      g_auto (GStrv) names = NULL;

      lamina_plugin_load_all ();
      names = lamina_operation_list ();
      for (gchar **name = names; *name != NULL; name++)
        g_ptr_array_add (operations, operation_new (*name));
      g_once_init_leave (&list, GPOINTER_TO_SIZE (operations));
    }
  return GSIZE_TO_POINTER (list);
}

GParamSpec *
bridge_operation_find_output (const BridgeOperation *operation, GType type)
{
  for (guint i = 0; i < operation->outputs->len; i++)
    {
      GParamSpec *property = operation->outputs->pdata[i];

      if (property->value_type == type)
        return property;
    }
  return NULL;
}

gboolean
bridge_operation_is_sink (const BridgeOperation *operation)
{
  return operation->klass->plane != NULL;
}

/* --- Words ------------------------------------------------------------------------------- */

gchar *
bridge_make_name (const gchar *name)
{
  return g_strdelimit (g_strdup (name), "-:.", '_');
}

/* "0 to 100", "at least 0", or NULL where nobody reaches the bounds. */
static gchar *
make_range (gdouble minimum, gdouble maximum)
{
  const gboolean has_maximum = maximum < G_MAXINT;

  if (minimum <= G_MININT)
    return has_maximum ? g_strdup_printf ("at most %.10g", maximum) : NULL;
  return has_maximum ? g_strdup_printf ("%.10g to %.10g", minimum, maximum)
                     : g_strdup_printf ("at least %.10g", minimum);
}

static gchar *
get_range (GParamSpec *property)
{
  if (G_IS_PARAM_SPEC_INT (property))
    return make_range (G_PARAM_SPEC_INT (property)->minimum, G_PARAM_SPEC_INT (property)->maximum);
  if (G_IS_PARAM_SPEC_INT64 (property))
    return make_range ((gdouble)G_PARAM_SPEC_INT64 (property)->minimum,
                       (gdouble)G_PARAM_SPEC_INT64 (property)->maximum);
  if (G_IS_PARAM_SPEC_DOUBLE (property))
    return make_range (G_PARAM_SPEC_DOUBLE (property)->minimum,
                       G_PARAM_SPEC_DOUBLE (property)->maximum);
  return NULL;
}

gchar *
bridge_describe (GParamSpec *property)
{
  const gchar *blurb = g_param_spec_get_blurb (property);
  g_autofree gchar *range = get_range (property);

  if (blurb == NULL)
    blurb = g_param_spec_get_nick (property);
  return range != NULL ? g_strdup_printf ("%s (%s)", blurb, range) : g_strdup (blurb);
}

const gchar *
bridge_get_message (const GError *error, const gchar *name)
{
  gsize length = strlen (name);

  if (strncmp (error->message, name, length) == 0
      && strncmp (error->message + length, ": ", 2) == 0)
    return error->message + length + 2;
  return error->message;
}

/* --- Values ------------------------------------------------------------------------------ */

struct _BridgeValues
{
  GPtrArray *names;  /* of const gchar */
  GPtrArray *values; /* of GValue, which must not move */
};

static void
value_free (gpointer data)
{
  g_value_unset (data);
  g_free (data);
}

BridgeValues *
bridge_values_new (void)
{
  BridgeValues *values = g_new (BridgeValues, 1);

  values->names = g_ptr_array_new ();
  values->values = g_ptr_array_new_with_free_func (value_free);
  return values;
}

void
bridge_values_free (BridgeValues *values)
{
  g_ptr_array_unref (values->names);
  g_ptr_array_unref (values->values);
  g_free (values);
}

GValue *
bridge_values_add (BridgeValues *values, const gchar *name, GType type)
{
  GValue *value = g_new0 (GValue, 1);

  g_ptr_array_add (values->names, (gpointer)g_intern_string (name));
  g_ptr_array_add (values->values, g_value_init (value, type));
  return value;
}

LaminaOperation *
bridge_values_open (BridgeValues *values, const gchar *name, GCancellable *cancellable,
                    GError **error)
{
  guint n = values->names->len;
  g_autofree GValue *row = g_new (GValue, MAX (n, 1));

  /* Lent, not copied: the array that is asked for holds the same values. */
  for (guint i = 0; i < n; i++)
    row[i] = *(const GValue *)values->values->pdata[i];
  return lamina_operation_new_with_properties (name, n, (const gchar **)values->names->pdata, row,
                                               cancellable, error);
}

/* --- Locations --------------------------------------------------------------------------- */

static LaminaImage *
open_with (const BridgeOperation *source, const gchar *location, BridgeValues *values,
           GCancellable *cancellable, GError **error)
{
  GParamSpec *output = bridge_operation_find_output (source, LAMINA_TYPE_IMAGE);
  g_autoptr (LaminaOperation) operation = NULL;
  LaminaImage *image = NULL;

  g_value_set_string (bridge_values_add (values, source->klass->opens, G_TYPE_STRING), location);
  operation = bridge_values_open (values, source->name, cancellable, error);
  g_ptr_array_set_size (values->names, (gint)values->names->len - 1);
  g_ptr_array_set_size (values->values, (gint)values->values->len - 1);
  if (operation != NULL)
    g_object_get (operation, output->name, &image, NULL);
  return image;
}

LaminaImage *
bridge_open_location (const gchar *location, BridgeValues *values, GCancellable *cancellable,
                      GError **error)
{
  const GPtrArray *operations = bridge_list_operations ();
  GError *first = NULL;

  for (guint i = 0; i < operations->len; i++)
    {
      const BridgeOperation *source = operations->pdata[i];
      LaminaImage *image;

      if (source->klass->opens == NULL
          || bridge_operation_find_output (source, LAMINA_TYPE_IMAGE) == NULL)
        continue;
      image = open_with (source, location, values, cancellable, first == NULL ? &first : NULL);
      if (image != NULL)
        {
          g_clear_error (&first);
          return image;
        }
    }
  if (first == NULL)
    first = g_error_new (LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                         "No operation opens images: no plug-in was found that brings one; set "
                         "LAMINA_PLUGIN_PATH to its folder");
  g_propagate_error (error, first);
  return NULL;
}
