/* A plug-in whose scan fails, and says why or not; what it lists must not be there then
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

static gboolean
scan (GError **error)
{
  if (!SILENT)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the licence is not to be found");
  return FALSE;
}

static GType
get_type (void)
{
  GTypeQuery query;

  g_type_query (LAMINA_TYPE_OPERATION, &query);
  return g_type_register_static_simple (LAMINA_TYPE_OPERATION, "ScanFails", query.class_size, NULL,
                                        query.instance_size, NULL, 0);
}

LAMINA_PLUGIN_DEFINE ("scan-fails", "1.0", "", "", scan, { "scan-fails", get_type })
