/* The misbehaving web server for tests: started, asked what it has seen, stopped
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GPid pid;
  gint input; /* which ends the server when it is closed */
  gchar *url; /* "http://127.0.0.1:PORT" */
  guint port;
} BadServer;

/* Serves @folder; the arguments after it, NULL at their end, are bad-server's own. */
BadServer *bad_server_start (const gchar *folder, ...) G_GNUC_NULL_TERMINATED;
void bad_server_stop (BadServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BadServer, bad_server_stop)

/* What the server has counted: requests, bytes, connections, peak, accepted or aborted. */
gint64 bad_server_count (BadServer *server, const gchar *name);

/* Waits until that count is @wanted, some seconds at most, and says what it then is. */
gint64 bad_server_await (BadServer *server, const gchar *name, gint64 wanted);
