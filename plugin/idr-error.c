/* What went wrong in a layer below, as those see it who use the operations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "idr-error.h"

#include "lamina.h"

static LaminaError
translate (gint code)
{
  switch (code)
    {
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_NOT_DIRECTORY:
    case G_IO_ERROR_NOT_REGULAR_FILE:
    case G_IO_ERROR_IS_DIRECTORY:
      return LAMINA_ERROR_NOT_FOUND;
    case G_IO_ERROR_INVALID_DATA:
    case G_IO_ERROR_PARTIAL_INPUT:
      return LAMINA_ERROR_DATA;
    case G_IO_ERROR_NOT_SUPPORTED:
      return LAMINA_ERROR_UNSUPPORTED;
    case G_IO_ERROR_INVALID_ARGUMENT:
    case G_IO_ERROR_INVALID_FILENAME:
      return LAMINA_ERROR_ARGUMENT;
    default:
      return LAMINA_ERROR_NETWORK;
    }
}

void
idr_error_propagate (GError **error, GError **problem, const gchar *prefix)
{
  GError *taken = g_steal_pointer (problem);

  if (!g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (taken->domain == G_IO_ERROR)
        {
          taken->code = translate (taken->code);
          taken->domain = LAMINA_ERROR;
        }
      if (prefix != NULL)
        g_prefix_error (&taken, "%s: ", prefix);
    }
  g_propagate_error (error, taken);
}
