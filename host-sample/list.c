/* lamina list: the operations found, a line each
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

static gint
list_run (const Command *command, gchar **argv)
{
  g_auto (GStrv) names = NULL, rest = NULL;
  const GOptionEntry entries[]
      = { { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL }, { NULL } };
  gsize width = 0;
  gint status;

  if (!command_parse (command, entries, argv, &status))
    return status;
  if (rest != NULL)
    return command_refuse (command, "list takes no \"%s\"", rest[0]);

  lamina_plugin_load_all ();
  names = lamina_operation_list ();
  if (names[0] == NULL)
    {
      g_autoptr (GError) error
          = g_error_new (LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                         "There are no operations: no plug-in was found; set LAMINA_PLUGIN_PATH to "
                         "the folder of one");

      return command_fail (error, NULL);
    }
  for (gchar **name = names; *name != NULL; name++)
    width = MAX (width, strlen (*name));
  for (gchar **name = names; *name != NULL; name++)
    {
      g_autoptr (GTypeClass) klass = g_type_class_ref (lamina_operation_find (*name));
      const gchar *title = ((LaminaOperationClass *)klass)->title;
      g_autofree gchar *clean = text_clean (title != NULL ? title : "");

      printf ("%-*s  %s\n", (gint)width, *name, clean);
    }
  return STATUS_DONE;
}

const Command command_list = {
  .name = "list",
  .arguments = "",
  .summary = "List the operations found",
  .details = "\"lamina inspect OPERATION\" tells more about one of them.\n",
  .run = list_run,
};
