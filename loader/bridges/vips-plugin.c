/* The module as a plug-in of Lamina's: libvips's filters and sources
 *
 * It starts libvips, where nobody has, when one of them is asked for.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-filter.h"
#include "vips-image.h"

static void *
collect (GType type, void *types)
{
  if (!G_TYPE_IS_ABSTRACT (type))
    g_array_append_val ((GArray *)types, type);
  return NULL;
}

/* What libvips has from Lamina need not come back. */
static gboolean
is_ours (GType type)
{
  const GType ours = g_type_from_name ("BridgeVipsOperation");

  return ours != 0 && g_type_is_a (type, ours);
}

static gboolean
scan (GError **error)
{
  g_autoptr (GArray) types = g_array_new (FALSE, FALSE, sizeof (GType));

  if (vips_init (g_get_prgname () != NULL ? g_get_prgname () : "lamina") != 0)
    {
      bridge_vips_take_error (error);
      return FALSE;
    }
  vips_type_map_all (VIPS_TYPE_OPERATION, collect, types);
  for (guint i = 0; i < types->len; i++)
    {
      GType type = g_array_index (types, GType, i);
      VipsOperationClass *klass = g_type_class_ref (type); /* kept, as all of libvips's are */

      if ((klass->flags & VIPS_OPERATION_DEPRECATED) == 0 && !is_ours (type)
          && !bridge_vips_register_filter (klass, error))
        return FALSE;
    }
  return TRUE;
}

LAMINA_PLUGIN_DEFINE ("vips", "1.0.0", "LGPL-2.1-or-later",
                      "Loads and filters planes by the operations of libvips", scan, { NULL, NULL })
