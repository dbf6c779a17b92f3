/* A plug-in of this version whose descriptor is shorter than any was
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

G_MODULE_EXPORT const LaminaPlugin lamina_plugin
    = { LAMINA_ABI, G_STRUCT_OFFSET (LaminaPlugin, scan), "short", "1.0", "", "", NULL, NULL };
