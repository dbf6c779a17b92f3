/* Running what consumes: all sinks of a chain share one loop over planes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

/* Sinks whose inputs have equally many planes. */
typedef struct
{
  GPtrArray *sinks;
  GPtrArray *inputs; /* images and tables of all of them, each once */
  gint64 n_planes;
} Group;

static gint64
count_planes (GObject *input)
{
  return LAMINA_IS_IMAGE (input) ? lamina_image_get_n_planes (LAMINA_IMAGE (input))
                                 : lamina_table_get_n_planes (LAMINA_TABLE (input));
}

/* What @sink reads: its inputs that are there, the first of them first. */
static GPtrArray *
list_inputs (LaminaOperation *sink)
{
  g_autoptr (GPtrArray) properties
      = lamina_operation_class_list (LAMINA_OPERATION_GET_CLASS (sink));
  GPtrArray *inputs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < properties->len; i++)
    {
      GParamSpec *property = properties->pdata[i];
      GObject *input = NULL;

      if (lamina_operation_role (property) != LAMINA_ROLE_INPUT)
        continue;
      g_object_get (sink, property->name, &input, NULL);
      if (input != NULL)
        g_ptr_array_add (inputs, input);
    }
  return inputs;
}

static Group *
group_new (gint64 n_planes)
{
  Group *group = g_new0 (Group, 1);

  group->sinks = g_ptr_array_new ();
  group->inputs = g_ptr_array_new_with_free_func (g_object_unref);
  group->n_planes = n_planes;
  return group;
}

static void
group_free (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->sinks);
  g_ptr_array_unref (group->inputs);
  g_free (group);
}

static gboolean
add_to_group (GPtrArray *groups, LaminaOperation *sink, GError **error)
{
  g_autoptr (GPtrArray) inputs = list_inputs (sink);
  Group *group = NULL;

  if (inputs->len == 0)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s has no input to consume",
                   lamina_operation_get_name (sink));
      return FALSE;
    }

  for (guint i = 0; i < groups->len && group == NULL; i++)
    if (((Group *)groups->pdata[i])->n_planes == count_planes (inputs->pdata[0]))
      group = groups->pdata[i];
  if (group == NULL)
    {
      group = group_new (count_planes (inputs->pdata[0]));
      g_ptr_array_add (groups, group);
    }

  g_ptr_array_add (group->sinks, sink);
  for (guint i = 0; i < inputs->len; i++)
    if (count_planes (inputs->pdata[i]) == group->n_planes
        && !g_ptr_array_find (group->inputs, inputs->pdata[i], NULL))
      g_ptr_array_add (group->inputs, g_object_ref (inputs->pdata[i]));
  return TRUE;
}

static gboolean
give_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Group *group = data;

  for (guint i = 0; i < group->sinks->len; i++)
    {
      LaminaOperation *sink = group->sinks->pdata[i];

      if (!LAMINA_OPERATION_GET_CLASS (sink)->plane (sink, plane, job, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
begin (LaminaOperation *sink, LaminaJob *job, GError **error)
{
  LaminaOperationClass *klass = LAMINA_OPERATION_GET_CLASS (sink);

  return klass->begin == NULL || klass->begin (sink, job, error);
}

static gboolean
end (LaminaOperation *sink, gboolean done, GError **error)
{
  LaminaOperationClass *klass = LAMINA_OPERATION_GET_CLASS (sink);

  return klass->end == NULL || klass->end (sink, done, error);
}

gboolean
lamina_sink_run_all (GPtrArray *sinks, LaminaJob *job, GError **error)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  gboolean done = TRUE;
  guint n_begun = 0;

  for (guint i = 0; i < sinks->len; i++)
    if (!add_to_group (groups, sinks->pdata[i], error))
      return FALSE;

  while (done && n_begun < sinks->len)
    done = begin (sinks->pdata[n_begun++], job, error);
  for (guint i = 0; done && i < groups->len; i++)
    {
      Group *group = groups->pdata[i];

      done = lamina_job_run_planes (job, (GObject **)group->inputs->pdata, group->inputs->len,
                                    give_plane, group, error);
    }
  /* Every one that began hears the end; what the later ones say after a failure is not the cause.
   */
  for (guint i = 0; i < n_begun; i++)
    done = end (sinks->pdata[i], done, done ? error : NULL) && done;
  return done;
}
