/* A plug-in that brings another library's operation
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

#define OTHER_TYPE_FOUND (other_found_get_type ())
G_DECLARE_FINAL_TYPE (OtherFound, other_found, OTHER, FOUND, LaminaOperation)

struct _OtherFound
{
  LaminaOperation parent_instance;
};

G_DEFINE_FINAL_TYPE (OtherFound, other_found, LAMINA_TYPE_OPERATION)

static void
other_found_init (OtherFound *self)
{
}

static void
other_found_class_init (OtherFoundClass *klass)
{
}

LAMINA_PLUGIN_DEFINE ("library", "1.0", "LGPL-2.1-or-later", "Another library's operations", NULL,
                      { "library:found", other_found_get_type })
