/* A plug-in with a type that is no operation's, behind one that is
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

static GType
get_good (void)
{
  static gsize type;
  GTypeQuery query;

  if (g_once_init_enter (&type))
    {
      g_type_query (LAMINA_TYPE_OPERATION, &query);
      g_once_init_leave (&type, g_type_register_static_simple (LAMINA_TYPE_OPERATION, "BesideBad",
                                                               query.class_size, NULL,
                                                               query.instance_size, NULL, 0));
    }
  return type;
}

static GType
get_bad (void)
{
  return LAMINA_TYPE_JOB;
}

LAMINA_PLUGIN_DEFINE ("not-operation", "1.0", "", "", NULL, { "beside-bad", get_good },
                      { "not-operation", get_bad })
