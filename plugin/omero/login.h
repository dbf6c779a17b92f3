/* Login and logout: a session at the server, for the time of one visit
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "omero.h"
#include "server.h"

/* Gives @server a session that is logged in. When this fails or is cancelled, no login is left
 * there: one that was already on its way is waited for, for two seconds, and ended. */
gboolean idr_omero_log_in (IdrOmeroServer *server, const IdrOmeroLogin *login,
                           GCancellable *cancellable, GError **error);

/* Ends what idr_omero_log_in() began. Takes two seconds at most; whether it helped nobody learns.
 */
void idr_omero_log_out (const IdrOmeroServer *server);
