/* A plug-in that needs a library that is gone
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

GType gone_get_type (void);

LAMINA_PLUGIN_DEFINE ("missing-library", "1.0", "", "", NULL, { "gone", gone_get_type })
