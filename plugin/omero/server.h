/* One OMERO.web server: questions put to it, and its answers told apart from its errors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"
#include "json.h"

typedef struct
{
  gchar *base;             /* "https://host:8080/prefix", without a slash at its end */
  gchar *host;             /* "host" */
  gint port;               /* -1: the scheme's own */
  gboolean private_way;    /* nobody on the way can read along: https, or a loopback address */
  IdrHttpSession *session; /* cookies; NULL where nobody logs in */
} IdrOmeroServer;

/* Errors are G_IO_ERROR_INVALID_ARGUMENT. Nothing is asked yet. */
IdrOmeroServer *idr_omero_server_new (const gchar *url, GError **error);
void idr_omero_server_free (IdrOmeroServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOmeroServer, idr_omero_server_free)

/* Whether @url lies on @server: same scheme, host and port. */
gboolean idr_omero_server_owns (const IdrOmeroServer *server, const gchar *url);

/* A question on its way. Freeing it stops it. */
typedef struct _IdrOmeroQuestion IdrOmeroQuestion;

/* GET of @format, a path below the server's base ("/api/v0/token/"). Returns at once. */
IdrOmeroQuestion *idr_omero_ask (const IdrOmeroServer *server, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);
/* POST of @form (URL-encoded) with @token against forgery: sent once, given up after @timeout_ms.
 * Returns at once. */
IdrOmeroQuestion *idr_omero_post (const IdrOmeroServer *server, const gchar *path,
                                  const gchar *form, const gchar *token, gint timeout_ms);
void idr_omero_question_free (IdrOmeroQuestion *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOmeroQuestion, idr_omero_question_free)

/* Waits for whatever comes, whose status may say anything; borrowed from @question. May be called
 * again after it was cancelled or the time was up (G_IO_ERROR_TIMED_OUT): the question goes on.
 * @deadline: of g_get_monotonic_time(), 0: none. */
const IdrHttpAnswer *idr_omero_wait (IdrOmeroQuestion *question, gint64 deadline,
                                     GCancellable *cancellable, GError **error);

/* Waits for an answer that is a JSON object. All else is an error, which repeats what the server
 * says. */
JsonNode *idr_omero_hear (IdrOmeroQuestion *question, GCancellable *cancellable, GError **error);

/* What the server says of a failure, on one line: a JSON body's message, or the status. */
gchar *idr_omero_complaint (const IdrHttpAnswer *answer);

/* The object that an answer of the JSON API is about; NULL where there is none. Borrowed from
 * @answer. */
JsonObject *idr_omero_data (JsonNode *answer);
