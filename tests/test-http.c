/* Requests against a server that misbehaves: what is retried, what is refused, what people are told
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "http.h"
#include <glib/gstdio.h>
#include <string.h>

#define TEXT "0123456789abcdef"

static gchar *folder; /* holds "file", with TEXT */

static gchar *
at (BadServer *server, const gchar *path)
{
  return g_strconcat (server->url, path, NULL);
}

static IdrHttpAnswer *
ask (BadServer *server, const gchar *path, GError **error)
{
  g_autofree gchar *url = at (server, path);
  IdrHttpRequest request = { .url = url };
  return idr_http_send (&request, NULL, error);
}

static void
assert_body (const IdrHttpAnswer *answer, const gchar *text)
{
  g_assert_cmpmem (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), text,
                   strlen (text));
}

#define ANY G_MAXUINT

static void
assert_good (BadServer *server, const gchar *path, guint retries)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrHttpAnswer) answer = ask (server, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer->status, ==, 200);
  if (retries != ANY)
    g_assert_cmpuint (answer->retries, ==, retries);
  assert_body (answer, TEXT);
}

/* The message has the URL, and @words. */
static void
assert_fails (BadServer *server, const gchar *path, GIOErrorEnum code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrHttpAnswer) answer = ask (server, path, &error);
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_assert_null (answer);
  g_assert_true (g_str_has_prefix (error->message, server->url));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_get (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = at (server, "/file");
  g_autoptr (IdrHttpAnswer) answer = ask (server, "/file", NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (answer->url, ==, url);
  g_assert_cmpstr (answer->content_type, ==, "application/octet-stream");
  g_assert_cmpint (answer->total, ==, -1);
  assert_body (answer, TEXT);
  for (guint i = 0; i < 20; i++)
    assert_good (server, "/file", 0);
  g_assert_cmpint (bad_server_count (server, "accepted"), ==, 1);
}

static void
test_encoding (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autoptr (IdrHttpAnswer) answer = ask (server, "/fault/echo/file", NULL);
  g_autofree gchar *text
      = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_assert_null (strstr (text, "Accept-Encoding"));
  g_assert_nonnull (strstr (text, "User-Agent: lamina"));
}

static void
check_range (BadServer *server, const gchar *path, gint64 offset, gint64 length, guint status,
             const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *url = at (server, path);
  IdrHttpRequest request = { .url = url, .offset = offset, .length = length, .limit = 16 };
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer->status, ==, status);
  if (text == NULL)
    return;
  g_assert_cmpint (answer->total, ==, strlen (TEXT));
  assert_body (answer, text);
}

static void
test_ranges (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  check_range (server, "/file", 0, 4, 206, "0123");
  check_range (server, "/file", 3, 5, 206, "34567");
  check_range (server, "/file", 12, 100, 206, "cdef");
  check_range (server, "/file", 10, 0, 206, "abcdef");
  check_range (server, "/file", 12, G_MAXINT64, 206, "cdef");
  check_range (server, "/file", -1, 3, 206, "def");
  check_range (server, "/file", -1, 100, 206, TEXT);
  check_range (server, "/file", 16, 4, 416, NULL);
  check_range (server, "/fault/no-range/file", 3, 5, 200, "34567");
  check_range (server, "/fault/no-range/file", 12, 100, 200, "cdef");
  check_range (server, "/fault/no-range/file", -1, 3, 200, "def");
  check_range (server, "/fault/no-range/file", 16, 4, 200, "");
}

static void
test_wrong_range (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = at (server, "/fault/wrong-range/file");
  for (gint64 offset = -1; offset <= 2; offset++)
    {
      g_autoptr (GError) error = NULL;
      IdrHttpRequest request = { .url = url, .offset = offset, .length = 2 };
      g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, &error);
      if (offset == 1)
        assert_body (answer, "12");
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
  /* part of the body, unasked */
  assert_fails (server, "/fault/wrong-range/file", G_IO_ERROR_INVALID_DATA, "range");
}

static void
test_statuses (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  const guint statuses[] = { 400, 401, 403, 404, 410, 301, 304 };
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/fault/status=%u/file", statuses[i]);
      g_autoptr (IdrHttpAnswer) answer = ask (server, path, NULL);
      g_assert_cmpuint (answer->status, ==, statuses[i]);
      g_assert_cmpuint (answer->retries, ==, 0);
    }
  g_assert_cmpint (bad_server_count (server, "requests"), ==, G_N_ELEMENTS (statuses));
}

static void
test_retries (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  const guint statuses[] = { 408, 429, 500, 502, 503, 504 };
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("/fault/status=%u,times=%u/file", statuses[i], i);
      if (i <= 5)
        assert_good (server, path, i);
    }
  g_autoptr (IdrHttpAnswer) answer = ask (server, "/fault/status=503/file", NULL);
  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_cmpuint (answer->retries, ==, 5);
  g_assert_cmpuint (g_bytes_get_size (answer->body), >, 0);
}

static void
test_once (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *refused = at (server, "/fault/status=503/file");
  g_autofree gchar *broken = at (server, "/fault/reset/file");
  g_autoptr (GBytes) body = g_bytes_new_static ("a=b", 3);
  g_autoptr (GError) error = NULL;
  assert_good (server, "/file", 0); /* there is a connection, which must not be used */
  IdrHttpRequest request = { .url = refused, .method = "POST", .body = body, .once = TRUE };
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 503);
  request.url = broken;
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 3);
}

static void
test_retry_after (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  gint64 before = g_get_monotonic_time ();
  assert_good (server, "/fault/status=503,retry-after=1,times=1/file", 1);
  g_assert_cmpint (g_get_monotonic_time () - before, >=, G_USEC_PER_SEC);
  before = g_get_monotonic_time ();
  /* a date of full seconds, two ahead: at least one second is left */
  assert_good (server, "/fault/status=429,retry-date=2,times=1/file", 1);
  g_assert_cmpint (g_get_monotonic_time () - before, >=, G_USEC_PER_SEC);
  /* no time to wait for that long: the refusal itself is the answer */
  g_autofree gchar *url = at (server, "/fault/status=503,retry-after=7/file");
  IdrHttpRequest request = { .url = url, .timeout_ms = 2000 };
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 503);
}

static void
test_broken_bodies (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  assert_good (server, "/fault/cut,times=2/file", 2);
  assert_good (server, "/fault/cut-chunked,times=2/file", 2);
  /* libcurl itself sends again what a connection that was kept has lost */
  assert_good (server, "/fault/reset,times=2/file", ANY);
  assert_fails (server, "/fault/cut/file", G_IO_ERROR_CONNECTION_CLOSED, "in the middle");
  assert_fails (server, "/fault/cut-chunked/file", G_IO_ERROR_CONNECTION_CLOSED, "try again");
  assert_fails (server, "/fault/reset/file", G_IO_ERROR_CONNECTION_CLOSED, "try again");
}

static void
test_stalls (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = at (server, "/fault/silent/file");
  g_autoptr (GError) error = NULL;
  assert_good (server, "/fault/stall,times=1/file", 1);
  assert_good (server, "/fault/silent,times=1/file", 1);
  gint64 before = g_get_monotonic_time ();
  IdrHttpRequest request = { .url = url, .timeout_ms = 200 };
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - before, <, G_USEC_PER_SEC);
}

static void
test_nonsense (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  assert_fails (server, "/fault/garbage/file", G_IO_ERROR_INVALID_DATA, "not a web server");
  assert_fails (server, "/fault/huge-header/file", G_IO_ERROR_INVALID_DATA, "header");
  assert_fails (server, "/fault/huge-length/file", G_IO_ERROR_INVALID_DATA, "longer than");
  assert_fails (server, "/fault/endless/file", G_IO_ERROR_INVALID_DATA, "longer than");
}

static void
test_limit (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = at (server, "/file");
  for (gsize limit = 15; limit <= 17; limit++)
    {
      g_autoptr (GError) error = NULL;
      IdrHttpRequest request = { .url = url, .limit = limit };
      g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, &error);
      if (limit >= 16)
        assert_body (answer, TEXT);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

static void
test_nobody_there (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url
      = g_strdup_printf ("http://alice:pass@127.0.0.1:%u/x?key=sesame", server->port);
  bad_server_stop (g_steal_pointer (&server));
  IdrHttpRequest request = { .url = url };
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_true (g_str_has_prefix (error->message, "http://127.0.0.1:"));
  g_assert_null (strstr (error->message, "alice"));
  g_assert_null (strstr (error->message, "pass"));
  g_assert_null (strstr (error->message, "sesame"));
  g_clear_error (&error);
  request.url = "http://no-such-host.invalid/x";
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND);
  g_clear_error (&error);
  request.url = "ftp://127.0.0.1/x";
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  request.url = "http://:/";
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_setenv ("IDR_HTTP_STALL_SECONDS", "1", TRUE);
  g_setenv ("IDR_HTTP_BACKOFF_MS", "5", TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("test-http-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "file", NULL);
  g_file_set_contents (file, TEXT, -1, NULL);
  g_test_add_func ("/http/get", test_get);
  g_test_add_func ("/http/encoding", test_encoding);
  g_test_add_func ("/http/ranges", test_ranges);
  g_test_add_func ("/http/wrong-range", test_wrong_range);
  g_test_add_func ("/http/statuses", test_statuses);
  g_test_add_func ("/http/retries", test_retries);
  g_test_add_func ("/http/once", test_once);
  g_test_add_func ("/http/retry-after", test_retry_after);
  g_test_add_func ("/http/broken-bodies", test_broken_bodies);
  g_test_add_func ("/http/stalls", test_stalls);
  g_test_add_func ("/http/nonsense", test_nonsense);
  g_test_add_func ("/http/limit", test_limit);
  g_test_add_func ("/http/nobody-there", test_nobody_there);
  gint status = g_test_run ();
  g_remove (file);
  g_rmdir (folder);
  g_free (folder);
  return status;
}
