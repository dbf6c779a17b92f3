/* What libFuzzer must know of GLib: a critical is a crash, with the input kept
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "target.h"

#include <glib.h>
#include <stdlib.h>

/* GLib's own way to make criticals fatal is a trap, which libFuzzer does not catch. */
static void
log_or_abort (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
  g_log_default_handler (domain, level, message, data);
  if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    abort ();
}

int LLVMFuzzerInitialize (int *argc, char ***argv);

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_default_handler (log_or_abort, NULL);
  return 0;
}
