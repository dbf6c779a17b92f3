/* The module that libvips loads: every operation of every Lamina plug-in, and a loader of images
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-load.h"
#include "vips-operation.h"

#include <vips/vips7compat.h>

/* What comes from libvips, by a plug-in of ours, need not go back there. */
static gboolean
is_theirs (const BridgeOperation *operation)
{
  return g_str_has_prefix (operation->name, "vips:");
}

G_MODULE_EXPORT const gchar *g_module_check_init (GModule *module);

/* Without it "vips --plugin" takes no module. */
G_MODULE_EXPORT im_package package_table;
im_package package_table = { "lamina", 0, NULL };

/* Whoever opens the module calls this; only libvips has its types by then. */
const gchar *
g_module_check_init (GModule *module)
{
  const GPtrArray *operations;

  g_module_make_resident (module);
  if (g_type_from_name ("VipsOperation") == 0)
    return NULL;
  operations = bridge_list_operations ();
  for (guint i = 0; i < operations->len; i++)
    if (!is_theirs (operations->pdata[i]))
      bridge_vips_register (operations->pdata[i]);
  bridge_vips_load_get_type ();
  bridge_vips_format_get_type ();
  return NULL;
}
