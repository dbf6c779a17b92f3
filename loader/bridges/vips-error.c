/* Errors between Lamina and libvips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-image.h"

#include "bridge.h"

/* Threads that fail at the same thing say it once. */
int
bridge_vips_fail (const gchar *domain, const GError *error)
{
  static GMutex lock;
  const gchar *message = bridge_get_message (error, domain);
  g_autofree gchar *line = g_strdup_printf ("%s: %s\n", domain, message);

  g_mutex_lock (&lock);
  if (strstr (vips_error_buffer (), line) == NULL)
    vips_error (domain, "%s", message);
  g_mutex_unlock (&lock);
  return -1;
}

void
bridge_vips_take_error (GError **error)
{
  g_autofree gchar *text = g_strstrip (vips_error_buffer_copy ());

  /* One line of many, the first of which is nearest to the cause. */
  if (strchr (text, '\n') != NULL)
    *strchr (text, '\n') = '\0';
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA, "%s",
               text[0] != '\0' ? text : "libvips does not say why");
}
