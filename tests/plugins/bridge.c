/* A bridge: what brings operations into a host that has not heard of them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

/* Loads the plug-in @path and prints what its operation says. */
G_MODULE_EXPORT int bridge_run (const char *path);

int
bridge_run (const char *path)
{
  g_autoptr (LaminaOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *answer = NULL;

  if (lamina_plugin_load (path, &error))
    operation = lamina_operation_new ("third-party", NULL, &error, "question", 6, NULL);
  if (operation == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_object_get (operation, "answer", &answer, NULL);
  g_print ("%s\n", answer);
  return 0;
}
