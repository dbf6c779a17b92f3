/* What an operation is made with: values that are given, checked, and those of a pointer file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <gobject/gvaluecollector.h>

struct _LaminaProperties
{
  const gchar *operation; /* for errors */
  LaminaOperationClass *klass;
  GPtrArray *names; /* of const gchar, the GParamSpecs' own */
  GArray *values;   /* of GValue */
  gchar *pointer;   /* the pointer file that was followed, for errors; or NULL */
};

LaminaProperties *
lamina_properties_new (const gchar *operation, GType type)
{
  LaminaProperties *self = g_new0 (LaminaProperties, 1);

  self->operation = operation;
  self->klass = g_type_class_ref (type);
  self->names = g_ptr_array_new ();
  self->values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_array_set_clear_func (self->values, (GDestroyNotify)g_value_unset);
  return self;
}

void
lamina_properties_free (LaminaProperties *self)
{
  g_array_unref (self->values);
  g_ptr_array_unref (self->names);
  g_type_class_unref (self->klass);
  g_free (self->pointer);
  g_free (self);
}

/* The property @name, if it can be given. */
static GParamSpec *
find_property (LaminaProperties *self, const gchar *name, GError **error)
{
  GParamSpec *property = lamina_operation_class_find (self->klass, name);

  if (property != NULL && (property->flags & G_PARAM_WRITABLE) != 0)
    return property;
  lamina_operation_class_set_unknown (self->klass, self->operation, name, error);
  return NULL;
}

/* The value that is there for @property; or NULL. */
static GValue *
find_value (LaminaProperties *self, const GParamSpec *property)
{
  guint i;

  return g_ptr_array_find (self->names, property->name, &i)
             ? &g_array_index (self->values, GValue, i)
             : NULL;
}

/* A new value of the type of @property. */
static GValue *
add_value (LaminaProperties *self, const GParamSpec *property)
{
  g_ptr_array_add (self->names, (gpointer)property->name);
  g_array_set_size (self->values, self->names->len);
  return g_value_init (&g_array_index (self->values, GValue, self->values->len - 1),
                       property->value_type);
}

static gboolean
add (LaminaProperties *self, GParamSpec *property, const GValue *from, GError **error)
{
  /* GObject would take a property that is given twice for a mistake of the program's. */
  if (find_value (self, property) != NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s: %s is given twice",
                   self->operation, property->name);
      return FALSE;
    }
  if (lamina_value_convert (property, from, add_value (self, property), error))
    return TRUE;
  g_prefix_error (error, "%s: ", self->operation);
  return FALSE;
}

gboolean
lamina_properties_add (LaminaProperties *self, const gchar *name, const GValue *value,
                       GError **error)
{
  GParamSpec *property = find_property (self, name, error);

  return property != NULL && add (self, property, value, error);
}

gboolean
lamina_properties_collect (LaminaProperties *self, const gchar *name, va_list arguments,
                           GError **error)
{
  for (; name != NULL; name = va_arg (arguments, const gchar *))
    {
      GParamSpec *property = find_property (self, name, error);
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree gchar *problem = NULL;

      if (property == NULL)
        return FALSE;
      G_VALUE_COLLECT_INIT (&value, property->value_type, arguments, 0, &problem);
      g_return_val_if_fail (problem == NULL, FALSE);
      if (!add (self, property, &value, error))
        return FALSE;
    }
  return TRUE;
}

/* --- A pointer file ----------------------------------------------------------------------- */

/* One value of the file, which must be right even where another one is given. */
static gboolean
take_value (LaminaProperties *self, LaminaPointer *pointer, const gchar *name, GError **error)
{
  GParamSpec *property = find_property (self, name, error);
  g_auto (GValue) value = G_VALUE_INIT;

  if (property == NULL)
    return FALSE;
  if (g_str_equal (property->name, self->klass->opens))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA,
                   "%s is what the first line says, and is not said again", name);
      return FALSE;
    }
  g_value_init (&value, property->value_type);
  if (!lamina_value_parse (property, lamina_pointer_get_value (pointer, name), &value, error))
    return FALSE;
  if (find_value (self, property) == NULL)
    g_value_copy (&value, add_value (self, property));
  return TRUE;
}

static gboolean
take_pointer (LaminaProperties *self, GValue *location, GError **error)
{
  g_autoptr (LaminaPointer) pointer = lamina_pointer_load (g_value_get_string (location), error);

  if (pointer == NULL)
    return FALSE;
  self->pointer = g_filename_display_name (g_value_get_string (location));
  g_value_set_string (location, lamina_pointer_get_location (pointer));
  for (const gchar *const *name = lamina_pointer_get_names (pointer); *name != NULL; name++)
    if (!take_value (self, pointer, *name, error))
      {
        lamina_pointer_prefix_error (pointer, *name, error);
        return FALSE;
      }
  return TRUE;
}

/* Where what is to be opened is a pointer file, takes what that says in its stead. */
static gboolean
follow (LaminaProperties *self, GError **error)
{
  const gchar *opens = self->klass->opens;
  GParamSpec *property = opens != NULL ? lamina_operation_class_find (self->klass, opens) : NULL;
  GValue *location = property != NULL ? find_value (self, property) : NULL;

  return location == NULL || !G_VALUE_HOLDS_STRING (location)
         || g_value_get_string (location) == NULL
         || !lamina_pointer_is (g_value_get_string (location))
         || take_pointer (self, location, error);
}

LaminaOperation *
lamina_properties_open (LaminaProperties *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GObject) object = NULL;
  g_autoptr (GError) problem = NULL;

  if (!follow (self, error))
    return NULL;
  object = g_object_new_with_properties (G_TYPE_FROM_CLASS (self->klass), self->names->len,
                                         (const char **)self->names->pdata,
                                         (const GValue *)self->values->data);
  if (g_initable_init (G_INITABLE (object), cancellable, &problem))
    return LAMINA_OPERATION (g_steal_pointer (&object));
  if (self->pointer != NULL && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&problem, "%s: ", self->pointer);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
