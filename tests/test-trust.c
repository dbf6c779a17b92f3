/* Where requests may be led, what they take along, and whom they trust: redirects, cookies,
 * certificates
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "http.h"
#include <glib/gstdio.h>
#include <string.h>

#define TEXT "0123456789abcdef"

static gchar *folder; /* holds "file", with TEXT */
static gchar *trusted,
    *untrusted; /* certificates with their keys; NULL where openssl is not there */

static gchar *
at (BadServer *server, const gchar *path)
{
  return g_strconcat (server->url, path, NULL);
}

/* A path below @server that leads to @to with @status. */
static gchar *
leading (BadServer *server, guint status, const gchar *to)
{
  g_autofree gchar *escaped = g_uri_escape_string (to, NULL, FALSE);
  return g_strdup_printf ("%s/fault/redirect=%u/?to=%s", server->url, status, escaped);
}

/* @server by its other name: another host. */
static gchar *
elsewhere (BadServer *server, const gchar *path)
{
  return g_strdup_printf ("http://localhost:%u%s", server->port, path);
}

static gchar *
send_text (const IdrHttpRequest *request, GError **error)
{
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (request, NULL, error);
  if (answer == NULL)
    return NULL;
  g_assert_cmpuint (answer->status, ==, 200);
  GString *text = g_string_new (NULL);
  g_string_append_len (text, g_bytes_get_data (answer->body, NULL),
                       g_bytes_get_size (answer->body));
  return g_string_free (text, FALSE);
}

static void
assert_refused (const IdrHttpRequest *request, GIOErrorEnum code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (idr_http_send (request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_redirects (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *file = elsewhere (server, "/file");
  const guint statuses[] = { 301, 302, 303, 307, 308 };
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree gchar *here = leading (server, statuses[i], "/file");
      g_autofree gchar *there = leading (server, statuses[i], file);
      IdrHttpRequest request = { .url = here };
      g_autofree gchar *text = send_text (&request, NULL);
      g_assert_cmpstr (text, ==, TEXT);
      request.url = there;
      g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, NULL);
      g_assert_cmpstr (answer->url, ==, file);
      g_assert_cmpuint (answer->retries, ==, 0);
    }
}

static void
test_dead_ends (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *loop = at (server, "/fault/redirect=302/file");
  g_autofree gchar *file = leading (server, 302, "file:///etc/passwd");
  g_autofree gchar *ftp = leading (server, 302, "ftp://127.0.0.1/x");
  IdrHttpRequest request = { .url = loop };
  assert_refused (&request, G_IO_ERROR_FAILED, "more than 5 times");
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 6);
  request.url = file;
  assert_refused (&request, G_IO_ERROR_INVALID_DATA, "file:///etc/passwd");
  request.url = ftp;
  assert_refused (&request, G_IO_ERROR_INVALID_DATA, "ftp://127.0.0.1/x");
}

static void
test_headers_stay (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *far = elsewhere (server, "/fault/echo/");
  g_autofree gchar *near_by = leading (server, 302, "/fault/echo/");
  g_autofree gchar *abroad = leading (server, 302, far);
  const gchar *const headers[] = { "X-Secret: sesame", NULL };
  IdrHttpRequest request = { .url = near_by, .headers = headers, .length = 100 };
  g_autofree gchar *kept = send_text (&request, NULL);
  g_assert_nonnull (strstr (kept, "X-Secret: sesame"));
  request.url = abroad;
  g_autofree gchar *dropped = send_text (&request, NULL);
  g_assert_null (strstr (dropped, "sesame"));
  g_assert_null (strstr (dropped, "X-Secret"));
}

static void
test_posts (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("user=alice", 10);
  g_autofree gchar *echo = at (server, "/fault/echo/");
  g_autofree gchar *far = elsewhere (server, "/fault/echo/");
  g_autofree gchar *found = leading (server, 302, "/fault/echo/");
  g_autofree gchar *kept = leading (server, 307, "/fault/echo/");
  g_autofree gchar *abroad = leading (server, 307, far);
  IdrHttpRequest request = { .url = echo, .method = "POST", .body = body, .once = TRUE };
  g_autofree gchar *straight = send_text (&request, NULL);
  g_assert_true (g_str_has_prefix (straight, "POST\n"));
  g_assert_true (g_str_has_suffix (straight, "user=alice"));
  request.url = found;
  g_autofree gchar *turned = send_text (&request, NULL);
  g_assert_true (g_str_has_prefix (turned, "GET\n"));
  g_assert_null (strstr (turned, "alice"));
  request.url = kept;
  g_autofree gchar *again = send_text (&request, NULL);
  g_assert_true (g_str_has_prefix (again, "POST\n"));
  g_assert_true (g_str_has_suffix (again, "user=alice"));
  request.url = abroad;
  assert_refused (&request, G_IO_ERROR_PERMISSION_DENIED, "another host");
  /* the handles that did all this are clean */
  IdrHttpRequest plain = { .url = echo };
  g_autofree gchar *text = send_text (&plain, NULL);
  g_assert_true (g_str_has_prefix (text, "GET\n"));
  g_assert_null (strstr (text, "Content-Type"));
  g_assert_null (strstr (text, "Range"));
}

static void
test_other_methods (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *file = at (server, "/file");
  g_autofree gchar *echo = at (server, "/fault/echo/");
  IdrHttpRequest request = { .url = file, .method = "HEAD" };
  g_autofree gchar *nothing = send_text (&request, NULL);
  g_assert_cmpstr (nothing, ==, "");
  request.url = echo;
  request.method = "DELETE";
  g_autofree gchar *text = send_text (&request, NULL);
  g_assert_true (g_str_has_prefix (text, "DELETE\n"));
}

static void
test_cookies (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autoptr (IdrHttpSession) session = idr_http_session_new ();
  g_autoptr (IdrHttpSession) other = idr_http_session_new ();
  g_autofree gchar *login = at (server, "/fault/cookie=token/file");
  g_autofree gchar *echo = at (server, "/fault/echo/");
  g_autofree gchar *far = elsewhere (server, "/fault/echo/");
  g_autofree gchar *abroad = leading (server, 302, far);
  IdrHttpRequest request = { .url = login, .session = session };
  g_free (send_text (&request, NULL));
  g_autofree gchar *token = idr_http_session_get_cookie (session, "token");
  g_assert_cmpstr (token, ==, "yes");
  g_assert_null (idr_http_session_get_cookie (session, "none"));
  g_assert_null (idr_http_session_get_cookie (other, "token"));
  request.url = echo;
  g_autofree gchar *with = send_text (&request, NULL);
  g_assert_nonnull (strstr (with, "Cookie: token=yes"));
  request.session = other;
  g_autofree gchar *another = send_text (&request, NULL);
  g_assert_null (strstr (another, "Cookie"));
  request.session = NULL;
  g_autofree gchar *without = send_text (&request, NULL);
  g_assert_null (strstr (without, "Cookie"));
  request.url = abroad;
  request.session = session;
  g_autofree gchar *led = send_text (&request, NULL);
  g_assert_null (strstr (led, "Cookie"));
}

static void
test_certificates (void)
{
  if (trusted == NULL)
    {
      g_test_skip ("openssl is not there");
      return;
    }
  g_autoptr (BadServer) good = bad_server_start (folder, "--tls", trusted, NULL);
  g_autoptr (BadServer) bad = bad_server_start (folder, "--tls", untrusted, NULL);
  g_autofree gchar *file = g_strdup_printf ("https://127.0.0.1:%u/file", good->port);
  g_autofree gchar *forged = g_strdup_printf ("https://127.0.0.1:%u/file", bad->port);
  IdrHttpRequest request = { .url = file };
  g_autofree gchar *text = send_text (&request, NULL);
  g_assert_cmpstr (text, ==, TEXT);
  request.url = forged;
  assert_refused (&request, G_IO_ERROR_PERMISSION_DENIED, "certificate");
}

static void
test_no_way_down (void)
{
  if (trusted == NULL)
    {
      g_test_skip ("openssl is not there");
      return;
    }
  g_autoptr (BadServer) safe = bad_server_start (folder, "--tls", trusted, NULL);
  g_autoptr (BadServer) plain = bad_server_start (folder, NULL);
  g_autofree gchar *secure = g_strdup_printf ("https://127.0.0.1:%u", safe->port);
  g_autofree gchar *file = at (plain, "/file?key=sesame");
  g_autofree gchar *escaped = g_uri_escape_string (file, NULL, FALSE);
  g_autofree gchar *down = g_strdup_printf ("%s/fault/redirect=302/?to=%s", secure, escaped);
  g_autofree gchar *there = g_strconcat (secure, "/file", NULL);
  g_autofree gchar *up = leading (plain, 302, there);
  g_autoptr (GError) error = NULL;
  IdrHttpRequest request = { .url = down };
  g_assert_null (idr_http_send (&request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, "not encrypted"));
  g_assert_null (strstr (error->message, "sesame"));
  g_assert_cmpint (bad_server_count (plain, "requests"), ==, 0);
  request.url = up;
  g_autofree gchar *text = send_text (&request, NULL);
  g_assert_cmpstr (text, ==, TEXT);
}

/* A certificate for loopback, with its key, in one file. */
static gchar *
make_certificate (const gchar *name)
{
  gint status = 1;
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *command = g_strdup_printf (
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=%s "
      "-addext subjectAltName=IP:127.0.0.1 -keyout '%s.key' -out '%s.crt'",
      name, path, path);
  g_autofree gchar *key = g_strconcat (path, ".key", NULL);
  g_autofree gchar *certificate = g_strconcat (path, ".crt", NULL);
  g_autofree gchar *key_text = NULL, *certificate_text = NULL, *chatter = NULL;
  if (!g_spawn_command_line_sync (command, NULL, &chatter, &status, NULL) || status != 0
      || !g_file_get_contents (key, &key_text, NULL, NULL)
      || !g_file_get_contents (certificate, &certificate_text, NULL, NULL))
    return NULL;
  g_autofree gchar *both = g_strconcat (certificate_text, key_text, NULL);
  g_file_set_contents (path, both, -1, NULL);
  g_remove (key);
  g_remove (certificate);
  return g_steal_pointer (&path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("test-trust-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "file", NULL);
  g_file_set_contents (file, TEXT, -1, NULL);
  trusted = make_certificate ("trusted");
  untrusted = make_certificate ("untrusted");
  if (trusted != NULL)
    g_setenv ("SSL_CERT_FILE", trusted, TRUE);
  g_setenv ("IDR_HTTP_BACKOFF_MS", "5", TRUE);
  g_test_add_func ("/trust/redirects", test_redirects);
  g_test_add_func ("/trust/dead-ends", test_dead_ends);
  g_test_add_func ("/trust/headers-stay", test_headers_stay);
  g_test_add_func ("/trust/posts", test_posts);
  g_test_add_func ("/trust/other-methods", test_other_methods);
  g_test_add_func ("/trust/cookies", test_cookies);
  g_test_add_func ("/trust/certificates", test_certificates);
  g_test_add_func ("/trust/no-way-down", test_no_way_down);
  gint status = g_test_run ();
  g_remove (file);
  if (trusted != NULL)
    g_remove (trusted);
  if (untrusted != NULL)
    g_remove (untrusted);
  g_rmdir (folder);
  g_free (trusted);
  g_free (untrusted);
  g_free (folder);
  return status;
}
