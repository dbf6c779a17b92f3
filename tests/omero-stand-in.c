/* A stand-in OMERO.web for tests: started, asked what it has seen, stopped
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero-stand-in.h"
#include "http.h"
#include "json.h"

#include <stdarg.h>

Server *
server_start (const gchar *prefix, ...)
{
  g_autofree gchar *program = g_test_build_filename (G_TEST_BUILT, "omero-server", NULL);
  g_autofree gchar *answers = g_test_build_filename (G_TEST_DIST, "servers", "omero.json", NULL);
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *port = NULL;
  Server *server = g_new0 (Server, 1);
  va_list rest;

  g_ptr_array_add (args, program);
  g_ptr_array_add (args, (gpointer) "--answers");
  g_ptr_array_add (args, answers);
  g_ptr_array_add (args, (gpointer) "--prefix");
  g_ptr_array_add (args, (gpointer)prefix);
  va_start (rest, prefix);
  for (const gchar *arg; (arg = va_arg (rest, const gchar *));)
    g_ptr_array_add (args, (gpointer)arg);
  va_end (rest);
  g_ptr_array_add (args, NULL);
  server->process
      = g_subprocess_newv ((const gchar *const *)args->pdata,
                           G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  port = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (port);
  server->url = g_strdup_printf ("http://127.0.0.1:%s%s", port, prefix);
  return server;
}

void
server_stop (Server *server)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (g_subprocess_get_stdin_pipe (server->process), NULL, NULL);
  g_subprocess_wait_check (server->process, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (server->process);
  g_free (server->url);
  g_free (server);
}

gint64
server_count (Server *server, const gchar *name, const gchar *path)
{
  g_autofree gchar *base = g_strndup (server->url, strcspn (server->url + 7, "/") + 7);
  g_autofree gchar *url = g_strconcat (base, "/stats", NULL);
  const IdrHttpRequest request = { .url = url };
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, &error);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root;

  g_assert_no_error (error);
  node = idr_json_parse (answer->body, &error);
  g_assert_no_error (error);
  root = json_node_get_object (node);
  return path ? idr_json_int (idr_json_object (root, "paths"), path, 0)
              : idr_json_int (root, name, -1);
}
