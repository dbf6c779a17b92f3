/* A plug-in for another version of the interface: whoever touches what it names is struck
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

#include <stdlib.h>

static gboolean
strike (GError **error)
{
  abort ();
}

G_MODULE_EXPORT const LaminaPlugin lamina_plugin = { LAMINA_ABI + 1,         7,
                                                     (const gchar *)1,       (const gchar *)1,
                                                     (const gchar *)1,       (const gchar *)1,
                                                     (const LaminaEntry *)1, strike };
