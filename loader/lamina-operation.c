/* An operation: a GObject whose properties are its signature, opened by GInitable
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

static void initable_iface_init (GInitableIface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (LaminaOperation, lamina_operation, G_TYPE_OBJECT,
                                  G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

/* Where a property is kept in the instance: qdata of its GParamSpec, 0 for what is not of an
 * operation. */
static GQuark
offset_quark (void)
{
  return g_quark_from_static_string ("lamina-offset");
}

static gsize
get_offset (GParamSpec *property)
{
  return GPOINTER_TO_SIZE (g_param_spec_get_qdata (property, offset_quark ()));
}

static gpointer
get_slot (GObject *object, GParamSpec *property)
{
  return (guint8 *)object + get_offset (property);
}

/* --- Values in the instance ------------------------------------------------------- */

static void
lamina_operation_get_property (GObject *object, guint id, GValue *value, GParamSpec *property)
{
  gpointer slot = get_slot (object, property);

  switch (G_TYPE_FUNDAMENTAL (property->value_type))
    {
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(gboolean *)slot);
      break;
    case G_TYPE_INT:
      g_value_set_int (value, *(gint *)slot);
      break;
    case G_TYPE_INT64:
      g_value_set_int64 (value, *(gint64 *)slot);
      break;
    case G_TYPE_DOUBLE:
      g_value_set_double (value, *(gdouble *)slot);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(gint *)slot);
      break;
    case G_TYPE_STRING:
      g_value_set_string (value, *(gchar **)slot);
      break;
    case G_TYPE_OBJECT:
      g_value_set_object (value, *(gpointer *)slot);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, property);
    }
}

static void
lamina_operation_set_property (GObject *object, guint id, const GValue *value, GParamSpec *property)
{
  gpointer slot = get_slot (object, property);

  switch (G_TYPE_FUNDAMENTAL (property->value_type))
    {
    case G_TYPE_BOOLEAN:
      *(gboolean *)slot = g_value_get_boolean (value);
      break;
    case G_TYPE_INT:
      *(gint *)slot = g_value_get_int (value);
      break;
    case G_TYPE_INT64:
      *(gint64 *)slot = g_value_get_int64 (value);
      break;
    case G_TYPE_DOUBLE:
      *(gdouble *)slot = g_value_get_double (value);
      break;
    case G_TYPE_ENUM:
      *(gint *)slot = g_value_get_enum (value);
      break;
    case G_TYPE_STRING:
      g_free (*(gchar **)slot);
      *(gchar **)slot = g_value_dup_string (value);
      break;
    case G_TYPE_OBJECT:
      g_set_object ((GObject **)slot, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, property);
    }
}

static void
lamina_operation_finalize (GObject *object)
{
  g_autoptr (GPtrArray) properties
      = lamina_operation_class_list (LAMINA_OPERATION_GET_CLASS (object));

  for (guint i = 0; i < properties->len; i++)
    {
      GParamSpec *property = properties->pdata[i];

      if (G_IS_PARAM_SPEC_STRING (property))
        g_clear_pointer ((gchar **)get_slot (object, property), g_free);
      else if (G_IS_PARAM_SPEC_OBJECT (property))
        g_clear_object ((GObject **)get_slot (object, property));
    }
  G_OBJECT_CLASS (lamina_operation_parent_class)->finalize (object);
}

/* --- The class ---------------------------------------------------------------------- */

static void
lamina_operation_init (LaminaOperation *self)
{
}

static void
lamina_operation_class_init (LaminaOperationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lamina_operation_finalize;
}

static gboolean
initable_init (GInitable *initable, GCancellable *cancellable, GError **error)
{
  LaminaOperation *self = LAMINA_OPERATION (initable);
  LaminaOperationClass *klass = LAMINA_OPERATION_GET_CLASS (self);
  g_autoptr (GError) problem = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (klass->open == NULL || klass->open (self, cancellable, &problem))
    return TRUE;
  if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&problem, "%s: ", lamina_operation_get_name (self));
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = initable_init;
}

/**
 * lamina_operation_class_add: (skip)
 * @klass: the class of an operation, from its class_init
 * @property: (transfer floating): the property, of a boolean, int, int64, double, enum, string or
 * object type
 * @offset: where it is kept in the instance, `G_STRUCT_OFFSET (IdrSource, level)`
 *
 * Adds a property that is kept, and in the end freed, at @offset into the instance. The first input
 * is the one that a sink's planes are counted by, and that a written output goes to.
 */
void
lamina_operation_class_add (LaminaOperationClass *klass, GParamSpec *property, gsize offset)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  g_return_if_fail (offset > 0);

  /* GObject lets no class inherit these two. */
  object_class->get_property = lamina_operation_get_property;
  object_class->set_property = lamina_operation_set_property;
  g_param_spec_set_qdata (property, offset_quark (), GSIZE_TO_POINTER (offset));
  g_object_class_install_property (object_class, ++klass->n_properties, property);
}

static gint
compare_properties (gconstpointer a, gconstpointer b)
{
  const GParamSpec *p = *(GParamSpec *const *)a, *q = *(GParamSpec *const *)b;

  return (p->param_id > q->param_id) - (p->param_id < q->param_id);
}

GPtrArray *
lamina_operation_class_list (LaminaOperationClass *klass)
{
  GPtrArray *list = g_ptr_array_new ();
  g_autofree GParamSpec **all = NULL;
  guint n = 0;

  all = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n);
  for (guint i = 0; i < n; i++)
    if (get_offset (all[i]) != 0)
      g_ptr_array_add (list, all[i]);
  g_ptr_array_sort (list, compare_properties);
  return list;
}

GParamSpec *
lamina_operation_class_find (LaminaOperationClass *klass, const gchar *name)
{
  GParamSpec *property = g_object_class_find_property (G_OBJECT_CLASS (klass), name);

  return property != NULL && get_offset (property) != 0 ? property : NULL;
}

void
lamina_operation_class_set_unknown (LaminaOperationClass *klass, const gchar *operation,
                                    const gchar *name, GError **error)
{
  g_autoptr (GPtrArray) properties = lamina_operation_class_list (klass);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree gchar *hint = NULL;

  for (guint i = 0; i < properties->len; i++)
    if (lamina_operation_role (properties->pdata[i]) == LAMINA_ROLE_PARAMETER)
      g_ptr_array_add (names, (gpointer)((GParamSpec *)properties->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  hint = lamina_value_suggest (name, (const gchar *const *)names->pdata);
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s has no parameter \"%s\"%s",
               operation, name, hint);
}

/**
 * lamina_operation_role:
 * @property: a property of an operation
 *
 * Returns: what the property is to the operation
 */
LaminaRole
lamina_operation_role (GParamSpec *property)
{
  if ((property->flags & G_PARAM_WRITABLE) == 0)
    return LAMINA_ROLE_OUTPUT;
  if (g_type_is_a (property->value_type, LAMINA_TYPE_IMAGE)
      || g_type_is_a (property->value_type, LAMINA_TYPE_TABLE))
    return LAMINA_ROLE_INPUT;
  return LAMINA_ROLE_PARAMETER;
}

/**
 * lamina_operation_get_name:
 * @self: an operation
 *
 * Returns: the name that its type is registered under, or the type's own
 */
const gchar *
lamina_operation_get_name (LaminaOperation *self)
{
  const gchar *name = lamina_registry_get_name (G_OBJECT_TYPE (self));

  return name != NULL ? name : G_OBJECT_TYPE_NAME (self);
}

/* --- Making one ------------------------------------------------------------------------ */

/* What the operation @name will be made with; NULL with @error where there is none. */
static LaminaProperties *
find_properties (const gchar *name, GError **error)
{
  GType type = lamina_operation_find (name);

  if (type != G_TYPE_INVALID)
    return lamina_properties_new (name, type);
  lamina_registry_set_missing (name, error);
  return NULL;
}

/**
 * lamina_operation_new: (skip)
 * @name: an operation's name
 * @cancellable: (nullable): stops the opening
 * @error: what went wrong
 * @first_property: (nullable): the name of a property, followed by its value, and so on, ended by
 * %NULL
 *
 * Makes an operation and opens it: parameters are checked, metadata is read, outputs are made.
 * Where a source's location is a pointer file, the file's own values go to the properties that are
 * not given.
 *
 * Returns: (transfer full): the operation
 */
LaminaOperation *
lamina_operation_new (const gchar *name, GCancellable *cancellable, GError **error,
                      const gchar *first_property, ...)
{
  g_autoptr (LaminaProperties) properties = NULL;
  va_list arguments;
  gboolean taken;

  g_return_val_if_fail (name != NULL, NULL);

  properties = find_properties (name, error);
  if (properties == NULL)
    return NULL;
  va_start (arguments, first_property);
  taken = lamina_properties_collect (properties, first_property, arguments, error);
  va_end (arguments);
  return taken ? lamina_properties_open (properties, cancellable, error) : NULL;
}

/**
 * lamina_operation_new_with_properties: (rename-to lamina_operation_new)
 * @name: an operation's name
 * @n: how many properties are given
 * @names: (array length=n): their names
 * @values: (array length=n): their values, of types that can be made the properties' own
 * @cancellable: (nullable): stops the opening
 * @error: what went wrong; names and values that do not fit are errors too
 *
 * Makes an operation and opens it: parameters are checked, metadata is read, outputs are made.
 * Where a source's location is a pointer file, the file's own values go to the properties that are
 * not given.
 *
 * Returns: (transfer full): the operation
 */
LaminaOperation *
lamina_operation_new_with_properties (const gchar *name, guint n, const gchar **names,
                                      const GValue *values, GCancellable *cancellable,
                                      GError **error)
{
  g_autoptr (LaminaProperties) properties = NULL;

  g_return_val_if_fail (name != NULL && (n == 0 || (names != NULL && values != NULL)), NULL);

  properties = find_properties (name, error);
  if (properties == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!lamina_properties_add (properties, names[i], &values[i], error))
      return NULL;
  return lamina_properties_open (properties, cancellable, error);
}

/**
 * lamina_operation_run:
 * @self: a sink, such as a writer
 * @job: (nullable): cancels, counts, lends threads
 * @error: what went wrong
 *
 * Consumes the inputs of a sink to the end. Once per operation.
 *
 * Returns: whether all is done
 */
gboolean
lamina_operation_run (LaminaOperation *self, LaminaJob *job, GError **error)
{
  g_autoptr (GPtrArray) sinks = g_ptr_array_new ();

  g_return_val_if_fail (LAMINA_IS_OPERATION (self), FALSE);

  if (LAMINA_OPERATION_GET_CLASS (self)->plane == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "%s consumes nothing that it could be run for: read its outputs",
                   lamina_operation_get_name (self));
      return FALSE;
    }
  g_ptr_array_add (sinks, self);
  return lamina_sink_run_all (sinks, job, error);
}
