/* A chain: operations joined by "!", opened from left to right
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

struct _LaminaChain
{
  GObject parent_instance;

  GMutex lock;           /* writers are appended to a chain that others may read */
  GPtrArray *operations; /* of LaminaOperation */
};

G_DEFINE_FINAL_TYPE (LaminaChain, lamina_chain, G_TYPE_OBJECT)

static void
lamina_chain_init (LaminaChain *self)
{
  g_mutex_init (&self->lock);
  self->operations = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
lamina_chain_finalize (GObject *object)
{
  LaminaChain *self = LAMINA_CHAIN (object);

  g_ptr_array_unref (self->operations);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (lamina_chain_parent_class)->finalize (object);
}

static void
lamina_chain_class_init (LaminaChainClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lamina_chain_finalize;
}

/* --- Outputs ------------------------------------------------------------------------ */

static gboolean
is_output (GParamSpec *property, GType type)
{
  return property != NULL && lamina_operation_role (property) == LAMINA_ROLE_OUTPUT
         && g_type_is_a (property->value_type, type);
}

static GObject *
get_object (LaminaOperation *operation, GParamSpec *property)
{
  GObject *object = NULL;

  g_object_get (operation, property->name, &object, NULL);
  return object;
}

/* The output of that name and type, from the right. */
static GObject *
find_by_name (GPtrArray *operations, const gchar *name, GType type)
{
  for (guint i = operations->len; i > 0; i--)
    {
      LaminaOperation *operation = operations->pdata[i - 1];
      GParamSpec *property
          = lamina_operation_class_find (LAMINA_OPERATION_GET_CLASS (operation), name);

      if (is_output (property, type))
        return get_object (operation, property);
    }
  return NULL;
}

/* The first output of that type of the rightmost operation that has one. */
static GObject *
find_by_type (GPtrArray *operations, GType type)
{
  for (guint i = operations->len; i > 0; i--)
    {
      LaminaOperation *operation = operations->pdata[i - 1];
      g_autoptr (GPtrArray) properties
          = lamina_operation_class_list (LAMINA_OPERATION_GET_CLASS (operation));

      for (guint k = 0; k < properties->len; k++)
        if (is_output (properties->pdata[k], type))
          return get_object (operation, properties->pdata[k]);
    }
  return NULL;
}

/* --- Opening ------------------------------------------------------------------------- */

static void
give (LaminaStage *stage, const gchar *name, const GValue *value)
{
  GValue copy = G_VALUE_INIT;

  g_value_init (&copy, G_VALUE_TYPE (value));
  g_value_copy (value, &copy);
  g_ptr_array_add (stage->names, g_strdup (name));
  g_array_append_val (stage->values, copy);
}

static void
give_object (LaminaStage *stage, const gchar *name, GObject *object)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_OBJECT_TYPE (object));
  g_value_set_object (&value, object);
  give (stage, name, &value);
}

/* Fills the inputs of @stage that are not given with what lies to the left. */
static void
fill_inputs (LaminaStage *stage, GPtrArray *operations)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (lamina_operation_find (stage->name));
  g_autoptr (GPtrArray) properties = lamina_operation_class_list ((LaminaOperationClass *)klass);

  for (guint i = 0; i < properties->len; i++)
    {
      GParamSpec *property = properties->pdata[i];
      g_autoptr (GObject) output = NULL;

      if (lamina_operation_role (property) != LAMINA_ROLE_INPUT
          || g_ptr_array_find_with_equal_func (stage->names, property->name, g_str_equal, NULL))
        continue;
      output = find_by_name (operations, property->name, property->value_type);
      if (output == NULL)
        output = find_by_type (operations, property->value_type);
      if (output != NULL)
        give_object (stage, property->name, output);
    }
}

/* Opens @stage behind the chain's operations and appends it. */
static gboolean
open_stage (LaminaChain *chain, LaminaStage *stage, GCancellable *cancellable, GError **error)
{
  LaminaOperation *operation;

  g_mutex_lock (&chain->lock);
  fill_inputs (stage, chain->operations);
  g_mutex_unlock (&chain->lock);

  operation = lamina_operation_new_with_properties (
      stage->name, stage->names->len, (const gchar **)stage->names->pdata,
      (const GValue *)(gpointer)stage->values->data, cancellable, error);
  if (operation == NULL)
    return FALSE;

  g_mutex_lock (&chain->lock);
  g_ptr_array_add (chain->operations, operation);
  g_mutex_unlock (&chain->lock);
  return TRUE;
}

/**
 * lamina_chain_open:
 * @description: operations with their parameters, joined by "!": "a x=1 ! b y=2"; quotes as in a
 * shell
 * @cancellable: (nullable): stops the opening
 * @error: LAMINA_ERROR_CHAIN for a text that makes no sense, or what went wrong when an operation
 * was opened
 *
 * Opens a chain. The text is understood to its end before anything is opened. An input that is not
 * given takes the output of its own name from the nearest operation to the left that has one, else
 * the nearest output of its type.
 *
 * Returns: (transfer full): the chain
 */
LaminaChain *
lamina_chain_open (const gchar *description, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) stages = NULL;
  g_autoptr (LaminaChain) self = NULL;

  g_return_val_if_fail (description != NULL, NULL);

  stages = lamina_words_parse (description, error);
  if (stages == NULL)
    return NULL;
  self = g_object_new (LAMINA_TYPE_CHAIN, NULL);
  for (guint i = 0; i < stages->len; i++)
    if (!open_stage (self, stages->pdata[i], cancellable, error))
      return NULL;
  return g_steal_pointer (&self);
}

/* --- What a chain gives ------------------------------------------------------------------ */

/* There is no output @name; offers those that there are. */
static void
set_no_output (LaminaChain *chain, const gchar *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  g_mutex_lock (&chain->lock);
  for (guint i = chain->operations->len; i > 0; i--)
    {
      LaminaOperation *operation = chain->operations->pdata[i - 1];
      g_autoptr (GPtrArray) properties
          = lamina_operation_class_list (LAMINA_OPERATION_GET_CLASS (operation));

      for (guint k = 0; k < properties->len; k++)
        if (is_output (properties->pdata[k], G_TYPE_OBJECT))
          g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                                  ((GParamSpec *)properties->pdata[k])->name);
    }
  g_mutex_unlock (&chain->lock);
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN,
               "The chain has no output \"%s\"; those that it has: %s", name,
               names->len > 0 ? names->str : "none");
}

/**
 * lamina_chain_get_output:
 * @chain: a chain
 * @name: an output's name: "labels"
 *
 * Returns: (transfer full) (nullable): the image or table of that name, from the rightmost
 * operation that has one
 */
GObject *
lamina_chain_get_output (LaminaChain *chain, const gchar *name)
{
  GObject *output;

  g_return_val_if_fail (LAMINA_IS_CHAIN (chain) && name != NULL, NULL);

  g_mutex_lock (&chain->lock);
  output = find_by_name (chain->operations, name, G_TYPE_OBJECT);
  g_mutex_unlock (&chain->lock);
  return output;
}

/* The length of the ending of @path that @klass writes, 0 for none. */
static gsize
match_ending (LaminaOperationClass *klass, const gchar *path)
{
  gsize longest = 0;

  for (const gchar *const *ending = klass->writes; ending != NULL && *ending != NULL; ending++)
    if (g_str_has_suffix (path, *ending))
      longest = MAX (longest, strlen (*ending));
  return longest;
}

/* The first input of a class: where what is written goes. */
static GParamSpec *
get_first_input (LaminaOperationClass *klass)
{
  g_autoptr (GPtrArray) properties = lamina_operation_class_list (klass);

  for (guint i = 0; i < properties->len; i++)
    if (lamina_operation_role (properties->pdata[i]) == LAMINA_ROLE_INPUT)
      return properties->pdata[i];
  return NULL;
}

typedef struct
{
  const gchar *name, *input, *saves;
  gsize matched;      /* letters of the path's ending */
  GPtrArray *endings; /* of all that could write such an output */
} Writer;

/* Takes the operation @name for the writer where it fits @path better than what was found so far.
 */
static void
consider (Writer *writer, const gchar *name, GObject *output, const gchar *path)
{
  /* Not given back: types of plug-ins are never unloaded, and the names in their classes are used.
   */
  LaminaOperationClass *klass = g_type_class_ref (lamina_operation_find (name));
  GParamSpec *first = get_first_input (klass);

  if (klass->plane == NULL || klass->saves == NULL || first == NULL
      || !g_type_is_a (G_OBJECT_TYPE (output), first->value_type))
    return;
  for (const gchar *const *ending = klass->writes; ending != NULL && *ending != NULL; ending++)
    g_ptr_array_add (writer->endings, (gpointer)*ending);
  if (match_ending (klass, path) <= writer->matched)
    return;
  writer->matched = match_ending (klass, path);
  writer->name = name;
  writer->input = first->name;
  writer->saves = klass->saves;
}

/* A stage that writes @output to @path; NULL with the endings that there are in @error. */
static LaminaStage *
make_writer (GObject *output, const gchar *path, GError **error)
{
  g_auto (GStrv) names = lamina_operation_list ();
  g_autoptr (GPtrArray) endings = g_ptr_array_new ();
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree gchar *known = NULL;
  Writer writer = { .endings = endings };
  LaminaStage *stage;

  for (guint i = 0; names[i] != NULL; i++)
    consider (&writer, names[i], output, path);
  if (writer.name == NULL)
    {
      g_ptr_array_add (endings, NULL);
      known = g_strjoinv (", ", (gchar **)endings->pdata);
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN, "Nothing writes %s to \"%s\"%s%s",
                   LAMINA_IS_TABLE (output) ? "a table" : "an image", path,
                   known[0] != '\0' ? ": end it in one of: " : ", nor anywhere else", known);
      return NULL;
    }

  stage = lamina_stage_new (writer.name);
  give_object (stage, writer.input, output);
  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, path);
  give (stage, writer.saves, &value);
  return stage;
}

/**
 * lamina_chain_write:
 * @chain: a chain
 * @output: the name of one of its outputs: "labels"
 * @path: where to write it; the ending chooses the writer: "objects.csv", "labels/"
 * @cancellable: (nullable): stops the opening
 * @error: LAMINA_ERROR_CHAIN where there is no such output, or nothing that writes it so
 *
 * Appends the operation that writes @output to @path when the chain is run.
 *
 * Returns: whether it could
 */
gboolean
lamina_chain_write (LaminaChain *chain, const gchar *output, const gchar *path,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (GObject) object = NULL;
  LaminaStage *stage;
  gboolean opened;

  g_return_val_if_fail (LAMINA_IS_CHAIN (chain) && output != NULL && path != NULL, FALSE);

  object = lamina_chain_get_output (chain, output);
  if (object == NULL)
    {
      set_no_output (chain, output, error);
      return FALSE;
    }
  stage = make_writer (object, path, error);
  if (stage == NULL)
    return FALSE;

  opened = open_stage (chain, stage, cancellable, error);
  lamina_stage_free (stage);
  return opened;
}

/* --- Running ------------------------------------------------------------------------------ */

/* All tables of the rightmost operation that has outputs, or else its first image. */
static GPtrArray *
list_last (GPtrArray *operations)
{
  GPtrArray *last = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = operations->len; i > 0 && last->len == 0; i--)
    {
      LaminaOperation *operation = operations->pdata[i - 1];
      g_autoptr (GPtrArray) properties
          = lamina_operation_class_list (LAMINA_OPERATION_GET_CLASS (operation));

      for (guint k = 0; k < properties->len; k++)
        if (is_output (properties->pdata[k], LAMINA_TYPE_TABLE))
          g_ptr_array_add (last, get_object (operation, properties->pdata[k]));
      for (guint k = 0; k < properties->len && last->len == 0; k++)
        if (is_output (properties->pdata[k], LAMINA_TYPE_IMAGE))
          g_ptr_array_add (last, get_object (operation, properties->pdata[k]));
    }
  return last;
}

/**
 * lamina_chain_run:
 * @chain: a chain
 * @job: (nullable): cancels, counts, lends threads
 * @error: what went wrong
 *
 * Runs all operations of the chain that consume, such as writers, in one loop over planes, so that
 * each plane is computed once. Where there are none, the last operation's tables are computed, or
 * its image.
 *
 * Returns: whether all is done
 */
gboolean
lamina_chain_run (LaminaChain *chain, LaminaJob *job, GError **error)
{
  g_autoptr (GPtrArray) sinks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) last = NULL;

  g_return_val_if_fail (LAMINA_IS_CHAIN (chain), FALSE);

  g_mutex_lock (&chain->lock);
  for (guint i = 0; i < chain->operations->len; i++)
    {
      LaminaOperation *operation = chain->operations->pdata[i];

      if (LAMINA_OPERATION_GET_CLASS (operation)->plane != NULL)
        g_ptr_array_add (sinks, g_object_ref (operation));
    }
  last = list_last (chain->operations);
  g_mutex_unlock (&chain->lock);

  if (sinks->len > 0)
    return lamina_sink_run_all (sinks, job, error);
  if (last->len > 0)
    return lamina_drain_run (last, job, error);
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN,
               "The chain has nothing to compute: none of its operations has an output");
  return FALSE;
}
