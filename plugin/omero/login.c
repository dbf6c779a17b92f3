/* Login and logout, with the tokens against forgery that Django wants
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "login.h"

#define LOGIN_PATH "/api/v0/login/"
#define LOGIN_TIMEOUT_MS 30000
#define LOGOUT_TIMEOUT_MS 2000

/* The token that guards logins; the server must have set it as a cookie too. */
static gchar *
take_token (const IdrOmeroServer *server, IdrOmeroQuestion *question, GCancellable *cancellable,
            GError **error)
{
  g_autoptr (JsonNode) node = idr_omero_hear (question, cancellable, error);
  const IdrHttpAnswer *answer = node ? idr_omero_wait (question, 0, NULL, NULL) : NULL;
  const gchar *token = node ? idr_json_string (json_node_get_object (node), "data") : NULL;
  g_autofree gchar *cookie = idr_http_session_get_cookie (server->session, "csrftoken");

  if (!node)
    return NULL;
  if (!idr_omero_server_owns (server, answer->url))
    g_set_error (
        error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "%s sends us elsewhere, to %s: credentials do not follow; if that is right, give it as "
        "the server",
        server->base, answer->url);
  else if (!token || strpbrk (token, "\r\n"))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: answers without a token for logins", server->base);
  else if (!cookie)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "%s takes no logins (it sets no csrftoken cookie): unset OMERO_USER, or remove "
                 "[%s] from the "
                 "credentials file, to read what is public",
                 server->base, server->host);
  else
    return g_strdup (token);
  return NULL;
}

/* The number of the OMERO server behind this OMERO.web: the first one; or -1. */
static gint64
take_server_id (const IdrOmeroServer *server, IdrOmeroQuestion *question, GCancellable *cancellable,
                GError **error)
{
  g_autoptr (JsonNode) node = idr_omero_hear (question, cancellable, error);
  JsonArray *servers = node ? idr_json_array (json_node_get_object (node), "data") : NULL;
  gint64 id = -1;

  if (servers && json_array_get_length (servers) > 0)
    id = idr_json_int (idr_json_object_at (servers, 0), "id", -1);
  if (node && id < 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: names no OMERO server to log in to", server->base);
  return id;
}

static gchar *
build_form (const IdrOmeroLogin *login, gint64 server_id)
{
  g_autofree gchar *user = g_uri_escape_string (login->user, NULL, FALSE);
  g_autofree gchar *password = g_uri_escape_string (login->password, NULL, FALSE);

  return g_strdup_printf ("server=%" G_GINT64_FORMAT "&username=%s&password=%s", server_id, user,
                          password);
}

static gboolean
is_success (const IdrHttpAnswer *answer)
{
  g_autoptr (JsonNode) node = answer->status == 200 ? idr_json_parse (answer->body, NULL) : NULL;
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *success = object ? json_object_get_member (object, "success") : NULL;

  return success && JSON_NODE_HOLDS_VALUE (success) && json_node_get_boolean (success);
}

/* What the server says of a login that it refused, without the password should the server repeat
 * that. */
static void
set_refused (const IdrOmeroServer *server, const IdrOmeroLogin *login, const IdrHttpAnswer *answer,
             GError **error)
{
  g_autofree gchar *complaint = idr_omero_complaint (answer);

  if (*login->password)
    {
      g_auto (GStrv) parts = g_strsplit (complaint, login->password, -1);

      g_free (complaint);
      complaint = g_strjoinv ("...", parts);
    }
  g_set_error (error, G_IO_ERROR,
               answer->status / 100 == 4 ? G_IO_ERROR_PERMISSION_DENIED : G_IO_ERROR_FAILED,
               "%s refused the login: %s", server->base, complaint);
}

/* Whether the server has surely not let us in: no other answer, and no redirect, says so. */
static gboolean
is_refusal (const IdrOmeroServer *server, const IdrHttpAnswer *answer)
{
  return answer && answer->status / 100 == 4 && idr_omero_server_owns (server, answer->url)
         && g_str_has_suffix (answer->url, LOGIN_PATH);
}

/* Sends the credentials. An answer that is awaited no more may still let us in: then it is taken
 * for that. */
static gboolean
send_credentials (const IdrOmeroServer *server, const IdrOmeroLogin *login, gint64 server_id,
                  const gchar *token, GCancellable *cancellable, GError **error)
{
  g_autofree gchar *form = build_form (login, server_id);
  g_autoptr (IdrOmeroQuestion) question
      = idr_omero_post (server, LOGIN_PATH, form, token, LOGIN_TIMEOUT_MS);
  const IdrHttpAnswer *answer = idr_omero_wait (question, 0, cancellable, error);
  const gint64 late = g_get_monotonic_time () + LOGOUT_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;

  if (answer && is_success (answer))
    return TRUE;
  if (answer)
    set_refused (server, login, answer, error);
  else
    answer = idr_omero_wait (question, late, NULL, NULL);
  if (!is_refusal (server, answer))
    idr_omero_log_out (server);
  return FALSE;
}

gboolean
idr_omero_log_in (IdrOmeroServer *server, const IdrOmeroLogin *login, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (IdrOmeroQuestion) ask_token = NULL;
  g_autoptr (IdrOmeroQuestion) ask_servers = NULL;
  g_autofree gchar *token = NULL;
  gint64 server_id;

  if (!server->private_way)
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
          "%s: credentials are not sent over a connection that others can read: use https://",
          server->base);
      return FALSE;
    }
  server->session = idr_http_session_new ();
  ask_token = idr_omero_ask (server, "/api/v0/token/");
  ask_servers = idr_omero_ask (server, "/api/v0/servers/");
  token = take_token (server, ask_token, cancellable, error);
  if (!token)
    return FALSE;
  server_id = take_server_id (server, ask_servers, cancellable, error);
  return server_id >= 0 && send_credentials (server, login, server_id, token, cancellable, error);
}

void
idr_omero_log_out (const IdrOmeroServer *server)
{
  /* A login may have changed the token: the cookie is the one that holds. */
  g_autofree gchar *token = idr_http_session_get_cookie (server->session, "csrftoken");
  g_autofree gchar *escaped = g_uri_escape_string (token ? token : "", NULL, FALSE);
  g_autofree gchar *form = g_strconcat ("csrfmiddlewaretoken=", escaped, NULL);
  const gint64 deadline = g_get_monotonic_time () + LOGOUT_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;
  g_autoptr (IdrOmeroQuestion) question
      = idr_omero_post (server, "/webclient/logout/", form, token ? token : "", LOGOUT_TIMEOUT_MS);

  idr_omero_wait (question, deadline, NULL, NULL);
}
