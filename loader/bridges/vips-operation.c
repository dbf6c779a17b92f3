/* Operations of libvips's that are made of Lamina's
 *
 * A class of libvips for each, made at run time: its arguments are the properties, in the order in
 * which they were added; the first input, the location that is opened and the path that is saved
 * are required, and whether a further input is, the operation says. Images come lazily. A table,
 * whose height libvips wants to know at once, is computed when its operation is called, and so is
 * all that a sink does.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-operation.h"

#include "vips-argument.h"
#include "vips-image.h"

/* What a class is made of. */
typedef struct
{
  const BridgeOperation *operation;
  const gchar *nickname, *description;
  GParamSpec *table;                        /* what it gives; NULL for all but tables */
  GPtrArray *inputs, *parameters, *outputs; /* of BridgeArgument */
  guint size;                               /* of an instance */
} Signature;

typedef struct
{
  VipsOperation parent_instance;
} BridgeVipsOperation;

typedef struct
{
  VipsOperationClass parent_class;
  const Signature *signature;
} BridgeVipsOperationClass;

GType bridge_vips_operation_get_type (void);

G_DEFINE_ABSTRACT_TYPE (BridgeVipsOperation, bridge_vips_operation, VIPS_TYPE_OPERATION)

static const Signature *
get_signature (gpointer object)
{
  return G_TYPE_INSTANCE_GET_CLASS (object, bridge_vips_operation_get_type (),
                                    BridgeVipsOperationClass)
      ->signature;
}

/* --- What is given ----------------------------------------------------------------------- */

static LaminaOperation *
open_operation (VipsObject *object, GError **error)
{
  const Signature *signature = get_signature (object);
  g_autoptr (BridgeValues) values = bridge_values_new ();

  for (guint i = 0; i < signature->inputs->len; i++)
    if (!bridge_argument_take (signature->inputs->pdata[i], object, values, error))
      return NULL;
  for (guint i = 0; i < signature->parameters->len; i++)
    if (!bridge_argument_take (signature->parameters->pdata[i], object, values, error))
      return NULL;
  return bridge_values_open (values, signature->operation->name, NULL, error);
}

/* The image whose computation somebody may stop, or watch. */
static VipsImage *
get_first_input (VipsObject *object)
{
  const Signature *signature = get_signature (object);

  return signature->inputs->len > 0
             ? bridge_argument_get_image (signature->inputs->pdata[0], object)
             : NULL;
}

/* --- What it gives ----------------------------------------------------------------------- */

static VipsImage *
make_image (const Signature *signature, LaminaImage *image, GError **error)
{
  VipsImage *out;
  gint64 n = bridge_vips_count_pages (image, 0, -1, error);

  if (n == 0)
    return NULL;
  out = vips_image_new ();
  if (bridge_vips_make_image (image, 0, n, signature->operation->name, out) == 0)
    return out;
  g_object_unref (out);
  bridge_vips_take_error (error);
  return NULL;
}

static gboolean
give (VipsObject *object, LaminaOperation *operation, const BridgeArgument *argument,
      GError **error)
{
  GParamSpec *property = argument->property;
  g_auto (GValue) value = G_VALUE_INIT;
  VipsImage *out;

  g_value_init (&value, property->value_type);
  g_object_get_property (G_OBJECT (operation), property->name, &value);
  if (property->value_type != LAMINA_TYPE_IMAGE)
    {
      g_object_set_property (G_OBJECT (object), argument->theirs->name, &value);
      return TRUE;
    }
  out = make_image (get_signature (object), g_value_get_object (&value), error);
  if (out != NULL)
    g_object_set (object, argument->theirs->name, out, NULL);
  return out != NULL;
}

/* The one matrix of an operation that gives a table. */
static gboolean
give_table (VipsObject *object, LaminaOperation *operation, GError **error)
{
  const Signature *signature = get_signature (object);
  LaminaJob *job = bridge_vips_begin (get_first_input (object));
  g_autoptr (LaminaTable) table = NULL;
  VipsImage *matrix;

  g_object_get (operation, signature->table->name, &table, NULL);
  matrix = bridge_vips_make_matrix (table, job, error);
  bridge_vips_end (job);
  if (matrix != NULL)
    g_object_set (object, signature->table->name, matrix, NULL);
  return matrix != NULL;
}

static gboolean
consume (VipsObject *object, LaminaOperation *operation, GError **error)
{
  LaminaJob *job = bridge_vips_begin (get_first_input (object));
  gboolean done = lamina_operation_run (operation, job, error);

  bridge_vips_end (job);
  return done;
}

static gboolean
compute (VipsObject *object, GError **error)
{
  const Signature *signature = get_signature (object);
  g_autoptr (LaminaOperation) operation = open_operation (object, error);

  if (operation == NULL)
    return FALSE;
  if (signature->table != NULL)
    return give_table (object, operation, error);
  if (bridge_operation_is_sink (signature->operation) && !consume (object, operation, error))
    return FALSE;
  for (guint i = 0; i < signature->outputs->len; i++)
    if (!give (object, operation, signature->outputs->pdata[i], error))
      return FALSE;
  return TRUE;
}

static int
bridge_vips_operation_build (VipsObject *object)
{
  g_autoptr (GError) error = NULL;

  if (VIPS_OBJECT_CLASS (bridge_vips_operation_parent_class)->build (object) != 0)
    return -1;
  if (!compute (object, &error))
    return bridge_vips_fail (get_signature (object)->operation->name, error);
  return 0;
}

/* --- The classes ------------------------------------------------------------------------- */

static void
bridge_vips_operation_init (BridgeVipsOperation *self)
{
}

static void
bridge_vips_operation_class_init (BridgeVipsOperationClass *klass)
{
  VipsObjectClass *vips_class = VIPS_OBJECT_CLASS (klass);

  vips_class->nickname = "lamina";
  vips_class->description = "operations of Lamina's plug-ins";
  vips_class->build = bridge_vips_operation_build;
}

static gboolean
is_required (const Signature *signature, const BridgeArgument *argument)
{
  const LaminaOperationClass *klass = signature->operation->klass;
  const gchar *name = argument->property->name;

  return g_strcmp0 (name, klass->opens) == 0 || g_strcmp0 (name, klass->saves) == 0;
}

/* Positions on a command line: the input, the location or path, the first image that comes out. */
static void
install_all (const Signature *signature, VipsObjectClass *klass)
{
  gint priority = 10;

  for (guint i = 0; i < signature->inputs->len; i++)
    bridge_argument_install (signature->inputs->pdata[i], klass,
                             i == 0 ? VIPS_ARGUMENT_REQUIRED_INPUT : VIPS_ARGUMENT_OPTIONAL_INPUT,
                             priority++);
  for (guint i = 0; i < signature->parameters->len; i++)
    bridge_argument_install (signature->parameters->pdata[i], klass,
                             is_required (signature, signature->parameters->pdata[i])
                                 ? VIPS_ARGUMENT_REQUIRED_INPUT
                                 : VIPS_ARGUMENT_OPTIONAL_INPUT,
                             priority++);
  for (guint i = 0; i < signature->outputs->len; i++)
    bridge_argument_install (signature->outputs->pdata[i], klass,
                             i == 0 ? VIPS_ARGUMENT_REQUIRED_OUTPUT : VIPS_ARGUMENT_OPTIONAL_OUTPUT,
                             priority++);
}

static void
class_init (gpointer data, gpointer class_data)
{
  BridgeVipsOperationClass *klass = data;
  const Signature *signature = class_data;
  const LaminaOperationClass *ours = signature->operation->klass;
  VipsOperationFlags *flags = &VIPS_OPERATION_CLASS (klass)->flags;

  klass->signature = signature;
  /* GObject lets no class inherit these two. */
  G_OBJECT_CLASS (klass)->set_property = vips_object_set_property;
  G_OBJECT_CLASS (klass)->get_property = vips_object_get_property;
  VIPS_OBJECT_CLASS (klass)->nickname = signature->nickname;
  VIPS_OBJECT_CLASS (klass)->description = signature->description;
  /* What leads out of the process, by whatever name somebody gives. */
  if (ours->opens != NULL || ours->saves != NULL)
    *flags |= VIPS_OPERATION_UNTRUSTED;
  if (bridge_operation_is_sink (signature->operation))
    *flags |= VIPS_OPERATION_NOCACHE;
  install_all (signature, VIPS_OBJECT_CLASS (klass));
}

static void
instance_init (GTypeInstance *instance, gpointer class)
{
  const Signature *signature = ((BridgeVipsOperationClass *)class)->signature;

  for (guint i = 0; i < signature->parameters->len; i++)
    bridge_argument_init (signature->parameters->pdata[i], VIPS_OBJECT (instance));
}

/* --- Registration ------------------------------------------------------------------------ */

static gint
compare_outputs (gconstpointer a, gconstpointer b)
{
  const BridgeArgument *p = *(BridgeArgument *const *)a, *q = *(BridgeArgument *const *)b;
  const gboolean p_is = G_IS_PARAM_SPEC_OBJECT (p->theirs),
                 q_is = G_IS_PARAM_SPEC_OBJECT (q->theirs);

  return q_is - p_is;
}

/* Arguments for all of @properties that libvips has types for. */
static GPtrArray *
make_arguments (const GPtrArray *properties, GType left_out, guint *size)
{
  GPtrArray *arguments = g_ptr_array_new ();

  for (guint i = 0; i < properties->len; i++)
    {
      GParamSpec *property = properties->pdata[i];
      BridgeArgument *argument
          = property->value_type != left_out ? bridge_argument_new (property, *size) : NULL;

      if (argument == NULL)
        continue;
      g_ptr_array_add (arguments, argument);
      *size += BRIDGE_ARGUMENT_SIZE;
    }
  return arguments;
}

static const gchar *
make_nickname (const BridgeOperation *operation, GParamSpec *table)
{
  g_autofree gchar *name = bridge_make_name (operation->name);
  g_autofree gchar *rows = table != NULL ? bridge_make_name (table->name) : NULL;
  g_autofree gchar *nickname = rows != NULL ? g_strconcat (name, "_", rows, NULL) : g_strdup (name);
  g_autofree gchar *longer = g_strconcat ("lamina_", nickname, NULL);

  return g_intern_string (vips_class_find ("VipsOperation", nickname) == NULL ? nickname : longer);
}

static const gchar *
make_description (const BridgeOperation *operation, GParamSpec *table)
{
  const gchar *title = operation->klass->title != NULL ? operation->klass->title : operation->name;
  g_autofree gchar *longer
      = table != NULL ? g_strdup_printf ("%s: %s", title, g_param_spec_get_blurb (table)) : NULL;

  return g_intern_string (longer != NULL ? longer : title);
}

/* The operation without its tables, or the one that gives @table. */
static void
register_one (const BridgeOperation *operation, GParamSpec *table)
{
  Signature *signature = g_new0 (Signature, 1);
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();
  g_autofree gchar *type_name = NULL;
  GTypeInfo info = { .class_size = sizeof (BridgeVipsOperationClass),
                     .class_init = class_init,
                     .class_data = signature,
                     .instance_init = instance_init };

  if (table != NULL)
    g_ptr_array_add (tables, table);
  signature->operation = operation;
  signature->table = table;
  signature->nickname = make_nickname (operation, table);
  signature->description = make_description (operation, table);
  signature->size = sizeof (BridgeVipsOperation);
  signature->inputs = make_arguments (operation->inputs, G_TYPE_INVALID, &signature->size);
  signature->parameters = make_arguments (operation->parameters, G_TYPE_INVALID, &signature->size);
  signature->outputs
      = table != NULL ? make_arguments (tables, G_TYPE_INVALID, &signature->size)
                      : make_arguments (operation->outputs, LAMINA_TYPE_TABLE, &signature->size);
  g_ptr_array_sort (signature->outputs, compare_outputs);
  info.instance_size = (guint16)signature->size;
  type_name = g_strconcat ("BridgeVips_", signature->nickname, NULL);
  g_type_register_static (bridge_vips_operation_get_type (), type_name, &info, 0);
}

static gboolean
takes_table (const BridgeOperation *operation)
{
  for (guint i = 0; i < operation->inputs->len; i++)
    if (((GParamSpec *)operation->inputs->pdata[i])->value_type != LAMINA_TYPE_IMAGE)
      return TRUE;
  return FALSE;
}

void
bridge_vips_register (const BridgeOperation *operation)
{
  if (takes_table (operation))
    return;
  if (bridge_operation_is_sink (operation)
      || bridge_operation_find_output (operation, LAMINA_TYPE_IMAGE) != NULL)
    register_one (operation, NULL);
  for (guint i = 0; i < operation->outputs->len; i++)
    if (((GParamSpec *)operation->outputs->pdata[i])->value_type == LAMINA_TYPE_TABLE)
      register_one (operation, operation->outputs->pdata[i]);
}
