/* How long is waited, and how often tried again
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "patience.h"

static guint64
get_number (const gchar *variable, guint64 otherwise, guint64 max)
{
  guint64 number;
  const gchar *text = g_getenv (variable);
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, max, &number, NULL))
    return otherwise;
  return number;
}

const IdrHttpPatience *
idr_http_patience (void)
{
  static IdrHttpPatience patience;
  static gsize read = 0;
  if (g_once_init_enter (&read))
    {
      patience.stall = get_number ("IDR_HTTP_STALL_SECONDS", 20, 3600);
      patience.backoff = get_number ("IDR_HTTP_BACKOFF_MS", 200, 60000) * 1000;
      g_once_init_leave (&read, 1);
    }
  return &patience;
}
