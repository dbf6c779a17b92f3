/* lamina info: what an image is, before a pixel of it is read
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include "facts.h"
#include "worker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  gchar **words; /* the location, and parameters of the source */
  LaminaImage *image;
} Question;

/* The name of the first image that comes out of an operation. */
static const gchar *
find_image (LaminaOperationClass *klass)
{
  g_autofree GParamSpec **properties = NULL;
  guint n = 0;

  properties = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n);
  for (guint i = 0; i < n; i++)
    if (properties[i]->value_type == LAMINA_TYPE_IMAGE
        && lamina_operation_role (properties[i]) == LAMINA_ROLE_OUTPUT)
      return properties[i]->name;
  return NULL;
}

/* The source @name with our words as a chain. */
static gchar *
make_description (const gchar *name, const gchar *opens, gchar **words)
{
  GString *description = g_string_new (name);

  for (gchar **word = words; *word != NULL; word++)
    {
      const gchar *equals = word > words ? strchr (*word, '=') : NULL;
      g_autofree gchar *quoted = g_shell_quote (equals != NULL ? equals + 1 : *word);

      if (word == words)
        g_string_append_printf (description, " %s=%s", opens, quoted);
      else
        g_string_append_printf (description, " %.*s=%s", (gint)(equals - *word), *word, quoted);
    }
  return g_string_free (description, FALSE);
}

/* Opens with one source. FALSE with @error as it was where @name is no source. */
static gboolean
try_source (const gchar *name, Question *question, GCancellable *cancellable, GError **error)
{
  g_autoptr (GTypeClass) type_class = g_type_class_ref (lamina_operation_find (name));
  LaminaOperationClass *klass = (LaminaOperationClass *)type_class;
  const gchar *output = klass->opens != NULL ? find_image (klass) : NULL;
  g_autofree gchar *description = NULL;
  g_autoptr (LaminaChain) chain = NULL;

  if (output == NULL)
    return FALSE;
  description = make_description (name, klass->opens, question->words);
  chain = lamina_chain_open (description, cancellable, error);
  if (chain != NULL)
    question->image = (LaminaImage *)lamina_chain_get_output (chain, output);
  return question->image != NULL;
}

/* The first source that can open it does; if none can, the first of them has said why. */
static gboolean
answer (gpointer data, LaminaJob *job, GError **error)
{
  Question *question = data;
  g_auto (GStrv) names = lamina_operation_list ();
  GError *first = NULL;

  for (gchar **name = names; *name != NULL; name++)
    if (try_source (*name, question, G_CANCELLABLE (job), first == NULL ? &first : NULL))
      {
        g_clear_error (&first);
        return TRUE;
      }
  if (first == NULL)
    first = g_error_new (LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                         "No operation opens images: no plug-in was found that brings one; set "
                         "LAMINA_PLUGIN_PATH to its folder");
  g_propagate_error (error, first);
  return FALSE;
}

static void
print (LaminaImage *image, gboolean as_json)
{
  g_autoptr (GVariant) facts = g_variant_ref_sink (facts_new (lamina_image_get_info (image)));
  g_autofree gchar *text
      = as_json ? facts_to_json (facts) : facts_to_text (facts, isatty (STDOUT_FILENO));

  fputs (text, stdout);
  if (as_json)
    putchar ('\n');
}

static gint
info_run (const Command *command, gchar **argv)
{
  g_auto (GStrv) rest = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON object", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL,
            "LOCATION [NAME=VALUE]..." },
          { NULL } };
  g_autoptr (LaminaJob) job = lamina_job_new (0);
  g_autoptr (GError) error = NULL;
  Question question = { NULL, NULL };
  gint status;

  if (!command_parse (command, entries, argv, &status))
    return status;
  if (rest == NULL)
    return command_refuse (command, "Name the location of an image");
  for (gchar **word = rest + 1; *word != NULL; word++)
    if (strchr (*word, '=') == NULL || **word == '=')
      return command_refuse (command, "What follows the location is NAME=VALUE, not \"%s\"", *word);

  lamina_plugin_load_all ();
  question.words = rest;
  if (!worker_run (answer, &question, job, NULL, NULL, &error))
    return command_fail (error, job);
  print (question.image, as_json);
  g_object_unref (question.image);
  return STATUS_DONE;
}

const Command command_info = {
  .name = "info",
  .arguments = "LOCATION [NAME=VALUE]...",
  .summary = "Show what an image is, and where it lies",
  .details
  = "A location is what a source opens: see \"lamina list\" for the sources, and \"lamina\n"
    "inspect SOURCE\" for the parameters that may follow the location, as in\n"
    "\n"
    "  lamina info film.zarr level=1\n",
  .run = info_run,
};
