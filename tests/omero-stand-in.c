/* A stand-in OMERO.web for tests: started, asked what it has seen, stopped
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero-stand-in.h"
#include "http.h"
#include "json.h"

#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Server *
server_start (const gchar *prefix, ...)
{
  g_autofree gchar *program = g_test_build_filename (G_TEST_BUILT, "omero-server", NULL);
  g_autofree gchar *answers = g_test_build_filename (G_TEST_DIST, "servers", "omero.json", NULL);
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gchar line[16] = "";
  gint output;
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
  /* No GSubprocess: it has a thread of GLib's own, which ThreadSanitizer knows nothing of. */
  g_spawn_async_with_pipes (NULL, (gchar **)args->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &server->pid, &server->input, &output, NULL, &error);
  g_assert_no_error (error);
  for (gsize n = 0; !strchr (line, '\n') && n + 1 < sizeof line; n++)
    g_assert_cmpint (read (output, line + n, 1), ==, 1);
  close (output);
  server->url = g_strdup_printf ("http://127.0.0.1:%s%s", g_strchomp (line), prefix);
  return server;
}

void
server_stop (Server *server)
{
  gint status;

  g_assert_cmpint (close (server->input), ==, 0);
  g_assert_cmpint (waitpid (server->pid, &status, 0), ==, server->pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_spawn_close_pid (server->pid);
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
