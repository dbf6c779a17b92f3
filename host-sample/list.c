/* lamina list: the operations found, a line each
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

/* A line each, for names of other libraries' operations or for the rest. */
static void
print_names (gchar **names, gboolean of_libraries, gint width)
{
  for (gchar **name = names; *name != NULL; name++)
    {
      g_autoptr (GTypeClass) klass = NULL;
      g_autofree gchar *clean = NULL;

      if ((strchr (*name, ':') != NULL) != of_libraries)
        continue;
      klass = g_type_class_ref (lamina_operation_find (*name));
      clean = text_clean (((LaminaOperationClass *)klass)->title != NULL
                              ? ((LaminaOperationClass *)klass)->title
                              : "");
      printf ("%-*s  %s\n", width, *name, clean);
    }
}

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
  lamina_plugin_load_libraries ();
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
  print_names (names, FALSE, (gint)width);
  print_names (names, TRUE, (gint)width);
  return STATUS_DONE;
}

const Command command_list = {
  .name = "list",
  .arguments = "",
  .summary = "List the operations found",
  .details
  = "\"lamina inspect OPERATION\" tells more about one of them. Those of other libraries come\n"
    "last, and are called LIBRARY:OPERATION.\n",
  .run = list_run,
};
