/* A question to an OMERO.web server: started at once, waited for when its answer is needed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "server.h"

#define QUESTION_TIMEOUT_MS 60000
#define MAX_COMPLAINT 1000 /* characters */

struct _IdrOmeroQuestion
{
  const IdrOmeroServer *server;
  gchar *url;
  IdrHttpTransfer *transfer;
  GMutex mutex;
  GCond changed; /* the answer came, or a waiter was cancelled */
  IdrHttpAnswer *answer;
  GError *error;
};

static void
take_answer (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  IdrOmeroQuestion *question = data;

  g_mutex_lock (&question->mutex);
  question->answer = answer;
  question->error = error ? g_error_copy (error) : NULL;
  g_cond_broadcast (&question->changed);
  g_mutex_unlock (&question->mutex);
}

static IdrOmeroQuestion *
question_new (const IdrOmeroServer *server, const gchar *path)
{
  IdrOmeroQuestion *question = g_new0 (IdrOmeroQuestion, 1);

  question->server = server;
  question->url = g_strconcat (server->base, path, NULL);
  g_mutex_init (&question->mutex);
  g_cond_init (&question->changed);
  return question;
}

IdrOmeroQuestion *
idr_omero_ask (const IdrOmeroServer *server, const gchar *format, ...)
{
  static const gchar *const headers[] = { "Accept: application/json", NULL };
  g_autofree gchar *path = NULL;
  IdrOmeroQuestion *question;
  va_list args;

  va_start (args, format);
  path = g_strdup_vprintf (format, args);
  va_end (args);
  question = question_new (server, path);

  const IdrHttpRequest request = {
    .url = question->url,
    .headers = headers,
    .session = server->session,
    .timeout_ms = QUESTION_TIMEOUT_MS,
  };
  question->transfer = idr_http_start (&request, take_answer, question);
  return question;
}

IdrOmeroQuestion *
idr_omero_post (const IdrOmeroServer *server, const gchar *path, const gchar *form,
                const gchar *token, gint timeout_ms)
{
  IdrOmeroQuestion *question = question_new (server, path);
  g_autofree gchar *referer = g_strdup_printf ("Referer: %s/", server->base);
  g_autofree gchar *csrf = g_strdup_printf ("X-CSRFToken: %s", token);
  const gchar *const headers[]
      = { "Accept: application/json", "Content-Type: application/x-www-form-urlencoded", referer,
          csrf, NULL };
  g_autoptr (GBytes) body = g_bytes_new (form, strlen (form));
  const IdrHttpRequest request = {
    .url = question->url,
    .method = "POST",
    .headers = headers,
    .body = body,
    .session = server->session,
    .timeout_ms = timeout_ms,
    .once = TRUE,
  };

  question->transfer = idr_http_start (&request, take_answer, question);
  return question;
}

void
idr_omero_question_free (IdrOmeroQuestion *question)
{
  idr_http_transfer_free (question->transfer);
  g_clear_pointer (&question->answer, idr_http_answer_free);
  g_clear_error (&question->error);
  g_mutex_clear (&question->mutex);
  g_cond_clear (&question->changed);
  g_free (question->url);
  g_free (question);
}

static void
wake (GCancellable *cancellable, gpointer data)
{
  IdrOmeroQuestion *question = data;

  g_mutex_lock (&question->mutex);
  g_cond_broadcast (&question->changed);
  g_mutex_unlock (&question->mutex);
}

const IdrHttpAnswer *
idr_omero_wait (IdrOmeroQuestion *question, gint64 deadline, GCancellable *cancellable,
                GError **error)
{
  gulong handler
      = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (wake), question, NULL) : 0;
  const IdrHttpAnswer *answer;
  gboolean in_time = TRUE;

  g_mutex_lock (&question->mutex);
  while (!question->answer && !question->error && in_time
         && !g_cancellable_is_cancelled (cancellable))
    if (deadline)
      in_time = g_cond_wait_until (&question->changed, &question->mutex, deadline);
    else
      g_cond_wait (&question->changed, &question->mutex);
  answer = question->answer;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    answer = NULL;
  else if (question->error)
    g_propagate_error (error, g_error_copy (question->error));
  else if (!answer)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s: no answer in time", question->url);
  g_mutex_unlock (&question->mutex);
  g_cancellable_disconnect (cancellable, handler);
  return answer;
}

/* @text on one line, without control characters, and of a length that can be shown. */
static gchar *
one_line (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);
  glong n = 0;

  for (gchar *p = valid; *p && n < MAX_COMPLAINT; p = g_utf8_next_char (p), n++)
    g_string_append_unichar (line,
                             g_unichar_iscntrl (g_utf8_get_char (p)) ? ' ' : g_utf8_get_char (p));
  g_strstrip (line->str);
  return g_string_free (line, FALSE);
}

gchar *
idr_omero_complaint (const IdrHttpAnswer *answer)
{
  g_autoptr (JsonNode) node = idr_json_parse (answer->body, NULL);
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const gchar *message = idr_json_string (object, "message");

  return message && *message ? one_line (message)
                             : g_strdup_printf ("HTTP status %u", answer->status);
}

/* A private server's pages lead to its login page, which is a page like any other. */
static gboolean
is_login_page (const IdrHttpAnswer *answer)
{
  return strstr (answer->url, "/login/") != NULL;
}

static GIOErrorEnum
status_to_code (guint status)
{
  switch (status)
    {
    case 400:
      return G_IO_ERROR_INVALID_ARGUMENT;
    case 401:
    case 403:
      return G_IO_ERROR_PERMISSION_DENIED;
    case 404:
      return G_IO_ERROR_NOT_FOUND;
    case 429:
    case 503:
      return G_IO_ERROR_BUSY;
    default:
      return G_IO_ERROR_FAILED;
    }
}

static void
set_denied (const IdrOmeroQuestion *question, const gchar *complaint, GError **error)
{
  if (question->server->session)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "%s: %s: this login may not read it", question->url, complaint);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "%s: %s: a login is needed; set OMERO_USER and OMERO_PASSWORD, or give user and "
                 "password below [%s] in ~/.config/lamina/credentials",
                 question->url, complaint, question->server->host);
}

/* The failure that @answer, whose status is not 200, tells of. */
static void
set_refused (const IdrOmeroQuestion *question, const IdrHttpAnswer *answer, GError **error)
{
  g_autofree gchar *complaint = idr_omero_complaint (answer);
  const GIOErrorEnum code = status_to_code (answer->status);
  gboolean page = answer->content_type && g_str_has_prefix (answer->content_type, "text/html");

  if (code == G_IO_ERROR_PERMISSION_DENIED || (answer->status / 100 == 3))
    set_denied (question, complaint, error);
  else if (code == G_IO_ERROR_NOT_FOUND && page)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: not found, and told so by a web page: is %s an OMERO.web server?",
                 question->url, question->server->base);
  else
    g_set_error (error, G_IO_ERROR, code, "%s: %s%s", question->url, complaint,
                 code == G_IO_ERROR_BUSY || answer->status >= 500
                     ? " (the server's own trouble: try again later)"
                     : "");
}

/* The exceptions that come with status 200. */
static gboolean
check_exception (const IdrOmeroQuestion *question, JsonObject *object, GError **error)
{
  const gchar *exception = idr_json_string (object, "Exception");
  JsonObject *concurrency = idr_json_object (object, "ConcurrencyException");

  if (exception)
    {
      g_autofree gchar *line = one_line (exception);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", question->url, line);
    }
  else if (concurrency)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                 "%s: the server is busy: try again in %" G_GINT64_FORMAT " ms", question->url,
                 idr_json_int (concurrency, "backOff", 1000));
  return !exception && !concurrency;
}

JsonNode *
idr_omero_hear (IdrOmeroQuestion *question, GCancellable *cancellable, GError **error)
{
  const IdrHttpAnswer *answer = idr_omero_wait (question, 0, cancellable, error);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) flaw = NULL;

  if (!answer)
    return NULL;
  if (answer->status / 100 != 2)
    {
      set_refused (question, answer, error);
      return NULL;
    }
  node = idr_json_parse (answer->body, &flaw);
  if (!node && is_login_page (answer))
    set_denied (question, "leads to the login page", error);
  else if (!node)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s: is %s an OMERO.web server?",
                 question->url, flaw->message, question->server->base);
  if (!node)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: answers with JSON that is no object", question->url);
      return NULL;
    }
  return check_exception (question, json_node_get_object (node), error) ? g_steal_pointer (&node)
                                                                        : NULL;
}

JsonObject *
idr_omero_data (JsonNode *answer)
{
  JsonObject *root = json_node_get_object (answer);
  JsonArray *list = idr_json_array (root, "data");

  return list && json_array_get_length (list) == 1 ? idr_json_object_at (list, 0)
                                                   : idr_json_object (root, "data");
}
