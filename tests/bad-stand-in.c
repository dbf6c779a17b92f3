/* The misbehaving web server for tests: started, asked what it has seen, stopped
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static gchar *
get_program (void)
{
  const gchar *folder = g_getenv ("LAMINA_TESTS_BUILD");
  return g_build_filename (folder != NULL ? folder : ".", "bad-server", NULL);
}

static guint
read_port (gint fd)
{
  gchar line[16] = "";
  for (guint i = 0; i < sizeof line - 1 && read (fd, line + i, 1) == 1 && line[i] != '\n'; i++)
    continue;
  return g_ascii_strtoull (line, NULL, 10);
}

/* Without GSubprocess, which has a thread of its own that ThreadSanitizer cannot follow. */
BadServer *
bad_server_start (const gchar *folder, ...)
{
  va_list more;
  gint output;
  gchar *argument;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree gchar *program = get_program ();
  g_auto (GStrv) environment = g_get_environ ();
  BadServer *server = g_new0 (BadServer, 1);
  /* The server is not what is tested: LeakSanitizer falls over GnuTLS, ThreadSanitizer over GLib's
   * threads. */
  environment = g_environ_setenv (environment, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
  environment = g_environ_setenv (environment, "TSAN_OPTIONS", "report_bugs=0", TRUE);
  g_ptr_array_add (arguments, program);
  g_ptr_array_add (arguments, (gpointer)folder);
  va_start (more, folder);
  while ((argument = va_arg (more, gchar *)) != NULL)
    g_ptr_array_add (arguments, argument);
  va_end (more);
  g_ptr_array_add (arguments, NULL);
  g_spawn_async_with_pipes (NULL, (gchar **)arguments->pdata, environment,
                            G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &server->pid, &server->input,
                            &output, NULL, &error);
  g_assert_no_error (error);
  server->port = read_port (output);
  g_assert_cmpuint (server->port, >, 0);
  close (output);
  server->url = g_strdup_printf ("http://127.0.0.1:%u", server->port);
  return server;
}

void
bad_server_stop (BadServer *server)
{
  close (server->input);
  waitpid (server->pid, NULL, 0);
  g_spawn_close_pid (server->pid);
  g_free (server->url);
  g_free (server);
}

/* By a bare socket: not through the code that is tested, nor through threads that ThreadSanitizer
 * cannot follow. */
static gchar *
ask_stats (BadServer *server)
{
  static const gchar question[] = "GET /stats HTTP/1.0\r\n\r\n";
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (server->port) };
  GString *answer = g_string_new (NULL);
  gchar bytes[1024];
  gssize n;
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (write (fd, question, sizeof question - 1), ==, sizeof question - 1);
  while ((n = read (fd, bytes, sizeof bytes)) > 0)
    g_string_append_len (answer, bytes, n);
  close (fd);
  return g_string_free (answer, FALSE);
}

gint64
bad_server_count (BadServer *server, const gchar *name)
{
  g_autofree gchar *text = ask_stats (server);
  g_autofree gchar *key = g_strdup_printf ("\n%s=", name);
  const gchar *at = strstr (text, key);
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
