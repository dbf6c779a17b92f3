/* The misbehaving web server for tests: started, asked what it has seen, stopped
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static gchar *
get_program (void)
{
  const gchar *folder = g_getenv ("LAMINA_TESTS_BUILD");
  return g_build_filename (folder != NULL ? folder : ".", "bad-server", NULL);
}

BadServer *
bad_server_start (const gchar *folder, ...)
{
  va_list more;
  const gchar *argument;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  BadServer *server = g_new0 (BadServer, 1);
  g_ptr_array_add (arguments, get_program ());
  g_ptr_array_add (arguments, g_strdup (folder));
  va_start (more, folder);
  while ((argument = va_arg (more, const gchar *)) != NULL)
    g_ptr_array_add (arguments, g_strdup (argument));
  va_end (more);
  g_ptr_array_add (arguments, NULL);
  server->process
      = g_subprocess_newv ((const gchar *const *)arguments->pdata,
                           G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_autoptr (GDataInputStream) output
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  g_autofree gchar *line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  server->port = atoi (line);
  server->url = g_strdup_printf ("http://127.0.0.1:%u", server->port);
  return server;
}

void
bad_server_stop (BadServer *server)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (server->process), NULL, NULL);
  g_subprocess_wait (server->process, NULL, NULL);
  g_object_unref (server->process);
  g_free (server->url);
  g_free (server);
}

/* Not through the code that is tested. */
static gchar *
ask_stats (BadServer *server)
{
  static const gchar question[] = "GET /stats HTTP/1.0\r\n\r\n";
  gchar answer[4096] = "";
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", server->port, NULL, &error);
  g_assert_no_error (error);
  GIOStream *stream = G_IO_STREAM (connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), question, sizeof question - 1,
                             NULL, NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read_all (g_io_stream_get_input_stream (stream), answer, sizeof answer - 1, NULL,
                           NULL, NULL);
  return g_strdup (answer);
}

gint64
bad_server_count (BadServer *server, const gchar *name)
{
  g_autofree gchar *text = ask_stats (server);
  g_autofree gchar *key = g_strdup_printf ("\n%s=", name);
  const gchar *at = strstr (text, key);
  if (at == NULL && g_str_equal (name, "requests"))
    at = strstr (text, "requests=");
  g_assert_nonnull (at);
  return g_ascii_strtoll (strchr (at, '=') + 1, NULL, 10);
}

gint64
bad_server_await (BadServer *server, const gchar *name, gint64 wanted)
{
  gint64 count = bad_server_count (server, name);
  for (guint i = 0; i < 500 && count != wanted; i++)
    {
      g_usleep (10000);
      count = bad_server_count (server, name);
    }
  return count;
}
