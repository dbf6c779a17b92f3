/* A plug-in that calls what nothing has: it must be refused when it is loaded, not when it calls
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

GType missing_function (void);

static GType
get_type (void)
{
  return missing_function ();
}

LAMINA_PLUGIN_DEFINE ("undefined", "1.0", "", "", NULL, { "undefined", get_type })
