/* Work on a thread of its own, while the main thread listens for signals
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

typedef gboolean (*WorkerFunc) (gpointer data, LaminaJob *job, GError **error);

/* Calls @func and returns what it returned. SIGINT, SIGTERM and SIGHUP cancel @job; a second one
 * kills the process at once. Meanwhile @tick, which may be NULL, is called five times a second, on
 * the caller's thread. */
gboolean worker_run (WorkerFunc func, gpointer data, LaminaJob *job, GSourceFunc tick,
                     gpointer tick_data, GError **error);
