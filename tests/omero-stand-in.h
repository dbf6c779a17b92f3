/* A stand-in OMERO.web for tests: started, asked what it has seen, stopped
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GPid pid;
  gint input; /* the server lives as long as this is open */
  gchar *url;
} Server;

/* Starts the stand-in below @prefix; the arguments after it, NULL at their end, are its own. */
Server *server_start (const gchar *prefix, ...) G_GNUC_NULL_TERMINATED;

/* Stops it, which a leak in it would make a failure. */
void server_stop (Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_stop)

/* What the server has counted under @name; or with @path, how often that was asked for. */
gint64 server_count (Server *server, const gchar *name, const gchar *path);
