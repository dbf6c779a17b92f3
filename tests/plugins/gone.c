/* A library that is not there any more when its plug-in is loaded
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib-object.h>
#include <gmodule.h>

G_MODULE_EXPORT GType gone_get_type (void);

GType
gone_get_type (void)
{
  return G_TYPE_INVALID;
}
