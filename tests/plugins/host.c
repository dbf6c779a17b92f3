/* A host that is not linked with liblamina and loads bridges with local binding, as many do
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <dlfcn.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  void *bridge = argc == 3 ? dlopen (argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  int (*run) (const char *path) = NULL;
  int status;

  if (bridge != NULL)
    *(void **)&run = dlsym (bridge, "bridge_run");
  if (run == NULL || dlsym (RTLD_DEFAULT, "lamina_plugin_load") != NULL)
    {
      fprintf (stderr, "%s\n", run == NULL ? dlerror () : "The binding is not local");
      return 2;
    }
  status = run (argv[2]);
  /* Hosts open and close: nothing that runs may go with the bridge. */
  dlclose (bridge);
  bridge = dlopen (argv[1], RTLD_NOW | RTLD_LOCAL);
  *(void **)&run = dlsym (bridge, "bridge_run");
  return status != 0 ? status : run (argv[2]);
}
