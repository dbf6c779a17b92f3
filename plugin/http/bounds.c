/* How long is waited, how often tried again, and how much may be on its way
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bounds.h"

static guint64
get_number (const gchar *variable, guint64 otherwise, guint64 max)
{
  guint64 number;
  const gchar *text = g_getenv (variable);
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, max, &number, NULL))
    return otherwise;
  return number;
}

const IdrHttpBounds *
idr_http_bounds (void)
{
  static IdrHttpBounds bounds;
  static gsize read = 0;
  if (g_once_init_enter (&read))
    {
      bounds.stall = get_number ("IDR_HTTP_STALL_SECONDS", 20, 3600);
      bounds.backoff = get_number ("IDR_HTTP_BACKOFF_MS", 100, 60000) * 1000;
      bounds.bodies = get_number ("IDR_HTTP_BODIES_KIB", 256 << 10, 1 << 30) << 10;
      g_once_init_leave (&read, 1);
    }
  return &bounds;
}
