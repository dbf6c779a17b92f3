/* A web server that misbehaves on demand, in front of a folder
 *
 *   bad-server FOLDER [--port N] [--delay MS] [--fault 503:5] [--fault cut:5] [--kill-after N]
 * [--stats FILE] …
 *
 * The port goes to stdout, on the first line. The server ends when its stdin is closed, or on
 * SIGTERM. A request for /fault/SPEC/PATH misbehaves as SPEC says (bad-faults.h), "--fault
 * KIND:PERCENT" does so for that share of all others. GET /stats tells what it has seen, and so
 * does FILE, after SIGUSR1 and at the end.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-bucket.h"
#include "bad-faults.h"
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gint port, delay_ms, kill_after, page_size = 1000;
static gboolean closed;
static gchar **faults, **folders, *stats_file, *tls_file;

static const GOptionEntry entries[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "Listen there; 0: any", "N" },
  { "delay", 0, 0, G_OPTION_ARG_INT, &delay_ms, "Answer so much later", "MS" },
  { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &faults, "A share of answers goes wrong",
    "KIND:PERCENT" },
  { "kill-after", 0, 0, G_OPTION_ARG_INT, &kill_after, "End without a word after N requests", "N" },
  { "closed", 0, 0, G_OPTION_ARG_NONE, &closed, "Lists nothing, and forbids what is not there",
    NULL },
  { "page", 0, 0, G_OPTION_ARG_INT, &page_size, "Names on a listing's page", "N" },
  { "stats", 0, 0, G_OPTION_ARG_FILENAME, &stats_file, "Where to write what was seen", "FILE" },
  { "tls", 0, 0, G_OPTION_ARG_FILENAME, &tls_file, "Certificate and key", "PEM" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &folders, "What is served", "FOLDER" },
  { NULL },
};

static GMainLoop *loop;
static GTlsCertificate *certificate;
static GRand *chance;
static GHashTable *times; /* path -> how often it went wrong */

static struct
{
  gint64 requests, bytes;
  gint connections, peak, accepted, aborted;
} seen;

static gchar *
describe_stats (void)
{
  return g_strdup_printf ("requests=%" G_GINT64_FORMAT "\nbytes=%" G_GINT64_FORMAT
                          "\nconnections=%d\npeak=%d\naccepted=%d\naborted=%d\n",
                          seen.requests, seen.bytes, seen.connections, seen.peak, seen.accepted,
                          seen.aborted);
}

static gboolean
write_stats (gpointer unused)
{
  g_autofree gchar *text = describe_stats ();
  if (stats_file != NULL && !g_file_set_contents (stats_file, text, -1, NULL))
    g_printerr ("bad-server: %s cannot be written\n", stats_file);
  return G_SOURCE_CONTINUE;
}

void
bad_count_aborted (void)
{
  seen.aborted++;
}

void
bad_count_bytes (gsize bytes)
{
  seen.bytes += bytes;
}

void
bad_answer (SoupServerMessage *message, guint status, const gchar *type, const gchar *text)
{
  /* libsoup would cut the answer itself */
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
answer_missing (SoupServerMessage *message, const gchar *path)
{
  g_autofree gchar *text = g_markup_printf_escaped (
      "<?xml version=\"1.0\" "
      "encoding=\"UTF-8\"?><Error><Code>NoSuchKey</Code><Key>%s</Key></Error>",
      path);
  if (closed)
    bad_answer (message, 403, "application/xml", "<Error><Code>AccessDenied</Code></Error>");
  else
    bad_answer (message, 404, "application/xml", text);
}

GBytes *
bad_read_file (const gchar *path)
{
  gchar *text;
  gsize size;
  g_autofree gchar *file = g_build_filename (folders[0], path, NULL);
  if (strstr (path, "..") != NULL || !g_file_get_contents (file, &text, &size, NULL))
    return NULL;
  return g_bytes_new_take (text, size);
}

/* The range that is asked for, cut to @size; FALSE: it lies beyond the end. (libsoup 3.2 stumbles
 * over ranges that are longer than the body.) */
static gboolean
parse_range (const gchar *range, gint64 size, gint64 *first, gint64 *last)
{
  g_auto (GStrv) ends = g_strsplit (range, "-", 2);
  *first = g_ascii_strtoll (ends[0], NULL, 10);
  *last = ends[1] != NULL && ends[1][0] != '\0' ? g_ascii_strtoll (ends[1], NULL, 10) : size - 1;
  if (ends[0][0] == '\0')
    {
      *first = size - MIN (*last, size);
      *last = size - 1;
    }
  *last = MIN (*last, size - 1);
  return *first <= *last;
}

/* @bytes, or the range of them that is asked for. */
static void
answer_bytes (SoupServerMessage *message, GBytes *bytes)
{
  gint64 first = 0, size = g_bytes_get_size (bytes), last = size - 1;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (message);
  const gchar *range = soup_message_headers_get_one (asked, "Range");
  gboolean ranged = range != NULL && g_str_has_prefix (range, "bytes=");
  if (ranged && !parse_range (range + strlen ("bytes="), size, &first, &last))
    {
      bad_answer (message, 416, "text/plain", "beyond the end");
      return;
    }
  g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, first, last - first + 1);
  if (ranged)
    soup_message_headers_set_content_range (headers, first, last, size);
  soup_message_headers_remove (asked, "Range");
  soup_server_message_set_status (message, ranged ? 206 : 200, NULL);
  soup_message_headers_set_content_type (headers, "application/octet-stream", NULL);
  if (g_bytes_get_size (part) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), part);
  bad_count_bytes (last - first + 1);
}

/* What a good server says. */
static void
answer_well (SoupServerMessage *message, const gchar *path)
{
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));
  if (query != NULL && strstr (query, "list-type=2") != NULL && !closed)
    {
      bad_bucket_list (message, folders[0], path, query, page_size);
      return;
    }
  g_autoptr (GBytes) bytes = bad_read_file (path);
  if (bytes == NULL || query != NULL)
    {
      answer_missing (message, path);
      return;
    }
  answer_bytes (message, bytes);
}

/* A connection. libsoup 3.2 does not close one that its client has left, nor tells while an answer
 * is to come, so it is watched here. */
typedef struct
{
  GSource *watch;
  gboolean busy, gone;
} Peer;

static void
peer_unwatch (Peer *peer)
{
  g_source_destroy (peer->watch);
  g_clear_pointer (&peer->watch, g_source_unref);
}

static void
peer_free (gpointer data)
{
  Peer *peer = data;
  seen.connections -= !peer->gone;
  if (peer->watch != NULL)
    peer_unwatch (peer);
  g_free (peer);
}

static Peer *
get_peer (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  return socket != NULL ? g_object_get_data (G_OBJECT (socket), "peer") : NULL;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  gchar byte;
  Peer *peer = data;
  if (recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 || errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  seen.aborted += peer->busy;
  seen.connections--;
  peer->gone = TRUE;
  peer_unwatch (peer);
  g_socket_close (socket, NULL);
  return G_SOURCE_REMOVE;
}

/* Counts a connection at its first request. */
static void
count_connection (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  if (socket == NULL || get_peer (message) != NULL)
    return;
  Peer *peer = g_new0 (Peer, 1);
  peer->watch = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (peer->watch, G_SOURCE_FUNC (on_readable), peer, NULL);
  g_source_attach (peer->watch, NULL);
  g_object_set_data_full (G_OBJECT (socket), "peer", peer, peer_free);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  seen.accepted++;
  seen.connections++;
  seen.peak = MAX (seen.peak, seen.connections);
}

/* An answer that is still to come. */
typedef struct
{
  SoupServerMessage *message;
  gchar *path;
  BadFault *fault;
} Answer;

static void
answer_free (Answer *answer)
{
  g_clear_pointer (&answer->fault, bad_fault_free);
  g_object_unref (answer->message);
  g_free (answer->path);
  g_free (answer);
}

static gboolean
give_answer (gpointer data)
{
  Answer *answer = data;
  Peer *peer = get_peer (answer->message);
  if (peer != NULL)
    peer->busy = FALSE;
  if (answer->fault != NULL && bad_fault_is_raw (answer->fault))
    {
      if (peer != NULL && peer->watch != NULL)
        peer_unwatch (peer);
      bad_fault_answer_raw (answer->fault, answer->message, answer->path);
    }
  else
    {
      if (answer->fault == NULL || !bad_fault_answer (answer->fault, answer->message))
        answer_well (answer->message, answer->path);
      soup_server_message_unpause (answer->message);
    }
  answer_free (answer);
  return G_SOURCE_REMOVE;
}

/* The share of all answers that goes wrong. */
static BadFault *
draw_fault (void)
{
  gdouble drawn = g_rand_double_range (chance, 0, 100);
  for (guint i = 0; faults != NULL && faults[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (faults[i], ":", 2);
      gdouble share = parts[1] != NULL ? g_ascii_strtod (parts[1], NULL) : 100;
      if (drawn < share)
        {
          g_autofree gchar *spec = g_ascii_isdigit (parts[0][0])
                                       ? g_strconcat ("status=", parts[0], NULL)
                                       : g_strdup (parts[0]);
          return bad_fault_new (spec);
        }
      drawn -= share;
    }
  return NULL;
}

/* "/fault/SPEC/PATH": takes SPEC off @path, and is over after as many times as SPEC says. */
static BadFault *
take_fault (gchar **path)
{
  g_auto (GStrv) parts = g_strsplit (*path, "/", 4);
  if (!g_str_has_prefix (*path, "/fault/") || g_strv_length (parts) < 3)
    return draw_fault ();
  BadFault *fault = bad_fault_new (parts[2]);
  gint limit = bad_fault_get_number (fault, "times", G_MAXINT);
  gint n = GPOINTER_TO_INT (g_hash_table_lookup (times, *path));
  g_hash_table_replace (times, g_strdup (*path), GINT_TO_POINTER (n + 1));
  g_free (*path);
  *path = g_strconcat ("/", parts[3], NULL);
  if (n < limit)
    return fault;
  bad_fault_free (fault);
  return NULL;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer unused)
{
  if (g_str_equal (path, "/stats"))
    {
      g_autofree gchar *text = describe_stats ();
      bad_answer (message, 200, "text/plain", text);
      return;
    }
  seen.requests++;
  count_connection (message);
  if (kill_after > 0 && seen.requests > kill_after)
    {
      write_stats (NULL);
      _exit (1);
    }
  Answer *answer = g_new0 (Answer, 1);
  answer->message = g_object_ref (message);
  answer->path = g_uri_unescape_string (path, NULL);
  if (answer->path == NULL)
    answer->path = g_strdup ("/");
  answer->fault = take_fault (&answer->path);
  guint wait = delay_ms;
  if (answer->fault != NULL)
    wait += bad_fault_get_number (answer->fault, "delay", 0);
  soup_server_message_pause (message);
  if (get_peer (message) != NULL)
    get_peer (message)->busy = TRUE;
  if (wait > 0)
    g_timeout_add (wait, give_answer, answer);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT, give_answer, answer, NULL);
}

static gboolean
on_stdin (gint fd, GIOCondition condition, gpointer unused)
{
  gchar bytes[64];
  if (read (fd, bytes, sizeof bytes) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_terminate (gpointer unused)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* The port, or 0 with an error. */
static guint
listen_on_loopback (SoupServer *server, GError **error)
{
  SoupServerListenOptions options = 0;
  if (certificate != NULL)
    {
      soup_server_set_tls_certificate (server, certificate);
      options |= SOUP_SERVER_LISTEN_HTTPS;
    }
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, port);
  if (socket == NULL || !g_socket_bind (socket, wanted, TRUE, error))
    return 0;
  g_socket_set_listen_backlog (socket, 512);
  g_autoptr (GSocketAddress) got = g_socket_get_local_address (socket, error);
  if (got == NULL || !g_socket_listen (socket, error)
      || !soup_server_listen_socket (server, socket, options, error))
    return 0;
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("- a web server that misbehaves");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (tls_file != NULL
          && (certificate = g_tls_certificate_new_from_file (tls_file, &error)) == NULL))
    {
      g_printerr ("bad-server: %s\n", error->message);
      return 2;
    }
  if (folders == NULL)
    {
      g_printerr ("bad-server: which FOLDER?\n");
      return 2;
    }
  loop = g_main_loop_new (NULL, FALSE);
  chance = g_rand_new_with_seed (4007801);
  times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (SoupServer) server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_handler (server, NULL, on_request, NULL, NULL);
  guint got = listen_on_loopback (server, &error);
  if (got == 0)
    {
      g_printerr ("bad-server: %s\n", error->message);
      return 1;
    }
  g_print ("%u\n", got);
  fflush (stdout);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_stdin, NULL);
  g_unix_signal_add (SIGTERM, on_terminate, NULL);
  g_unix_signal_add (SIGINT, on_terminate, NULL);
  g_unix_signal_add (SIGUSR1, write_stats, NULL);
  g_main_loop_run (loop);
  write_stats (NULL);
  return 0;
}
