/* Which bytes of an object a fetch is for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fetch.h"

gboolean
idr_fetch_get_range (const IdrFetch *fetch, gint64 size, const gchar *path, gint64 *first,
                     gint64 *n, GError **error)
{
  gboolean ranged = fetch->offset > 0 || fetch->length > 0;
  *first = fetch->offset >= 0 ? fetch->offset : size - MIN (fetch->length, size);
  *n = fetch->length > 0 ? MIN (fetch->length, size - *first) : size - *first;
  if (!ranged)
    *first = 0, *n = size;
  if (ranged && *n <= 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: bytes from %" G_GINT64_FORMAT
                 " on are asked for, but it has %" G_GINT64_FORMAT,
                 path, fetch->offset, size);
  else if ((guint64)*n > fetch->limit)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: has %" G_GINT64_FORMAT " bytes, more than the %" G_GSIZE_FORMAT
                 " it may have",
                 path, *n, fetch->limit);
  else
    return TRUE;
  return FALSE;
}
