/* How bad-server misbehaves
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-faults.h"
#include <string.h>
#include <sys/socket.h>

struct _BadFault
{
  GHashTable *values; /* name -> value or "" */
};

BadFault *
bad_fault_new (const gchar *spec)
{
  BadFault *fault = g_new0 (BadFault, 1);
  g_auto (GStrv) parts = g_strsplit (spec, ",", -1);
  fault->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gchar *equals = strchr (parts[i], '=');
      g_hash_table_insert (fault->values,
                           equals != NULL ? g_strndup (parts[i], equals - parts[i])
                                          : g_strdup (parts[i]),
                           g_strdup (equals != NULL ? equals + 1 : ""));
    }
  return fault;
}

void
bad_fault_free (BadFault *fault)
{
  g_hash_table_unref (fault->values);
  g_free (fault);
}

static gboolean
has (BadFault *fault, const gchar *name)
{
  return g_hash_table_contains (fault->values, name);
}

gint
bad_fault_get_number (BadFault *fault, const gchar *name, gint otherwise)
{
  const gchar *value = g_hash_table_lookup (fault->values, name);
  return value != NULL ? (gint)g_ascii_strtoll (value, NULL, 10) : otherwise;
}

/* ---- Answers that are HTTP */

static void
set_header (SoupServerMessage *message, const gchar *name, const gchar *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), name, value);
}

static void
answer_status (BadFault *fault, SoupServerMessage *message, guint status)
{
  const gchar *after = g_hash_table_lookup (fault->values, "retry-after");
  gint date = bad_fault_get_number (fault, "retry-date", 0);
  const gchar *code = has (fault, "code") ? g_hash_table_lookup (fault->values, "code")
                      : status == 403     ? "AccessDenied"
                      : status == 404     ? "NoSuchBucket"
                      : status == 503     ? "SlowDown"
                      : status < 400      ? "PermanentRedirect"
                                          : "InternalError";
  g_autofree gchar *text
      = g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code>"
                         "<Message>As you\nwished.</Message><Endpoint>elsewhere.example</Endpoint>"
                         "</Error>",
                         code);
  if (after != NULL)
    set_header (message, "Retry-After", after);
  if (has (fault, "region"))
    set_header (message, "x-amz-bucket-region", g_hash_table_lookup (fault->values, "region"));
  if (date > 0)
    {
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
      g_autoptr (GDateTime) then = g_date_time_add_seconds (now, date);
      g_autofree gchar *when = g_date_time_format (then, "%a, %d %b %Y %H:%M:%S GMT");
      set_header (message, "Retry-After", when);
    }
  bad_answer (message, status, "application/xml", text);
}

static void
answer_redirect (SoupServerMessage *message, guint status)
{
  GUri *uri = soup_server_message_get_uri (message);
  const gchar *query = g_uri_get_query (uri);
  const gchar *to = query != NULL ? strstr (query, "to=") : NULL;
  g_autofree gchar *place
      = to != NULL ? g_uri_unescape_string (to + 3, NULL) : g_strdup (g_uri_get_path (uri));
  set_header (message, "Location", place);
  bad_answer (message, status, "text/plain", "elsewhere");
}

/* To what the path says after the SPEC, of the same server by another name. */
static void
answer_moved (BadFault *fault, SoupServerMessage *message, guint status)
{
  GUri *uri = soup_server_message_get_uri (message);
  const gchar *path = strchr (g_uri_get_path (uri) + strlen ("/fault/"), '/');
  g_autofree gchar *place = g_strdup_printf ("http://localhost:%d%s", g_uri_get_port (uri), path);
  if (has (fault, "region"))
    set_header (message, "x-amz-bucket-region", g_hash_table_lookup (fault->values, "region"));
  set_header (message, "Location", place);
  bad_answer (message, status, "text/plain", "moved");
}

static void
append_header (const char *name, const char *value, gpointer text)
{
  g_string_append_printf (text, "%s: %s\n", name, value);
}

static void
answer_echo (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) sent = soup_message_body_flatten (body);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%s\n", soup_server_message_get_method (message));
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), append_header,
                                text);
  g_string_append_len (text, g_bytes_get_data (sent, NULL), g_bytes_get_size (sent));
  bad_answer (message, 200, "text/plain", text->str);
  g_string_free (text, TRUE);
}

gboolean
bad_fault_answer (BadFault *fault, SoupServerMessage *message)
{
  const gchar *cookie = g_hash_table_lookup (fault->values, "cookie");
  gint status = bad_fault_get_number (fault, "status", 0);
  gint redirect = bad_fault_get_number (fault, "redirect", 0);
  if (cookie != NULL)
    {
      g_autofree gchar *value = g_strdup_printf ("%s=yes; Path=/", cookie);
      set_header (message, "Set-Cookie", value);
    }
  if (has (fault, "no-range"))
    soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
  if (redirect > 0)
    answer_redirect (message, redirect);
  else if (has (fault, "moved"))
    answer_moved (fault, message, bad_fault_get_number (fault, "moved", 301));
  else if (status > 0)
    answer_status (fault, message, status);
  else if (has (fault, "echo"))
    answer_echo (message);
  else if (has (fault, "page"))
    bad_answer (message, 200, "text/html", "<html><body>Welcome</body></html>");
  else
    return FALSE;
  return TRUE;
}

/* ---- Answers that are not, on a bare connection */

typedef struct
{
  GIOStream *stream;
  gchar bytes[4096];
} Connection;

static void
connection_free (Connection *connection)
{
  g_io_stream_close (connection->stream, NULL, NULL);
  g_object_unref (connection->stream);
  g_free (connection);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Connection *connection = data;
  GInputStream *input = G_INPUT_STREAM (source);
  if (g_input_stream_read_finish (input, result, NULL) > 0)
    {
      g_input_stream_read_async (input, connection->bytes, sizeof connection->bytes, 0, NULL,
                                 on_read, connection);
      return;
    }
  bad_count_aborted ();
  connection_free (connection);
}

/* Says nothing more, until the other side has gone. */
static void
stay_silent (Connection *connection)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (connection->stream), connection->bytes,
                             sizeof connection->bytes, 0, NULL, on_read, connection);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Connection *connection = data;
  static gchar chunk[0x8000 + 8] = "8000\r\n"; /* of zeros */
  gsize written;
  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, NULL))
    {
      bad_count_bytes (written);
      chunk[sizeof chunk - 2] = '\r';
      chunk[sizeof chunk - 1] = '\n';
      g_output_stream_write_all_async (G_OUTPUT_STREAM (source), chunk, sizeof chunk, 0, NULL,
                                       on_written, connection);
      return;
    }
  bad_count_aborted ();
  connection_free (connection);
}

static void
say (Connection *connection, const gchar *text, gsize size)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (connection->stream), text, size, NULL,
                             NULL, NULL);
}

static void
say_text (Connection *connection, const gchar *text)
{
  say (connection, text, strlen (text));
}

static void
say_half (Connection *connection, GBytes *body)
{
  gsize size;
  const gchar *bytes = g_bytes_get_data (body, &size);
  g_autofree gchar *header
      = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n", size);
  say_text (connection, header);
  say (connection, bytes, size / 2);
}

static void
say_half_chunked (Connection *connection, GBytes *body)
{
  gsize size;
  const gchar *bytes = g_bytes_get_data (body, &size);
  g_autofree gchar *header = g_strdup_printf (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%" G_GSIZE_MODIFIER "x\r\n", size);
  say_text (connection, header);
  say (connection, bytes, size / 2);
}

static void
say_wrong_range (Connection *connection, GBytes *body)
{
  gsize size = g_bytes_get_size (body);
  g_autofree gchar *header
      = g_strdup_printf ("HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\nContent-Range: "
                         "bytes 1-2/%" G_GSIZE_FORMAT "\r\n\r\n",
                         size);
  say_text (connection, header);
  say (connection, (const gchar *)g_bytes_get_data (body, NULL) + 1, 2);
}

static void
say_huge_header (Connection *connection)
{
  g_autofree gchar *value = g_strnfill (1000, 'x');
  g_autofree gchar *line = g_strconcat ("X-More: ", value, "\r\n", NULL);
  say_text (connection, "HTTP/1.1 200 OK\r\n");
  for (guint i = 0; i < 1000; i++)
    say_text (connection, line);
}

/* libsoup has put a stream of its own round the socket's. */
static void
reset (Connection *connection)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  g_autoptr (GSocketConnection) base = NULL;
  g_object_get (connection->stream, "base-iostream", &base, NULL);
  gint fd = g_socket_get_fd (g_socket_connection_get_socket (base));
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static const gchar *const raw_kinds[] = {
  "cut",         "cut-chunked", "stall",   "silent",      "reset", "garbage",
  "huge-header", "huge-length", "endless", "wrong-range", NULL,
};

gboolean
bad_fault_is_raw (BadFault *fault)
{
  for (guint i = 0; raw_kinds[i] != NULL; i++)
    if (has (fault, raw_kinds[i]))
      return TRUE;
  return FALSE;
}

void
bad_fault_answer_raw (BadFault *fault, SoupServerMessage *message, const gchar *path)
{
  static const gchar nothing[] = "0123456789";
  Connection *connection = g_new0 (Connection, 1);
  g_autoptr (GBytes) body = bad_read_file (path);
  if (body == NULL)
    body = g_bytes_new_static (nothing, sizeof nothing);
  connection->stream = soup_server_message_steal_connection (message);
  if (has (fault, "cut") || has (fault, "stall"))
    say_half (connection, body);
  else if (has (fault, "cut-chunked"))
    say_half_chunked (connection, body);
  else if (has (fault, "wrong-range"))
    say_wrong_range (connection, body);
  else if (has (fault, "garbage"))
    say_text (connection, "220 smtp.example ESMTP\r\nHELO?\r\n\r\n");
  else if (has (fault, "huge-header"))
    say_huge_header (connection);
  else if (has (fault, "huge-length"))
    say_text (connection, "HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\nx");
  else if (has (fault, "reset"))
    reset (connection);
  if (has (fault, "stall") || has (fault, "silent"))
    stay_silent (connection);
  else if (has (fault, "endless"))
    {
      static const gchar header[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      g_output_stream_write_all_async (g_io_stream_get_output_stream (connection->stream), header,
                                       sizeof header - 1, 0, NULL, on_written, connection);
    }
  else
    connection_free (connection);
}
