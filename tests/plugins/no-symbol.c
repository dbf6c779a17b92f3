/* A library that is no plug-in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gmodule.h>

G_MODULE_EXPORT int no_plugin (void);

int
no_plugin (void)
{
  return 1;
}
