/* Plug-ins whose operations cannot be registered; NAMES chooses why. None of their types may be
 * asked for, for GObject would not have one of them twice.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

#include <stdlib.h>

static GType
strike (void)
{
  abort ();
}

LAMINA_PLUGIN_DEFINE ("names", "1.0", "", "", NULL, NAMES)
