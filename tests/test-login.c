/* Logins at an OMERO.web server: credentials, refusals, and that no login stays behind
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero-stand-in.h"
#include "omero.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

static void
assert_fails (Server *server, const IdrOmeroLogin *login, gint64 id, GIOErrorEnum code,
              const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOmeroImage) image = idr_omero_read (server->url, login, id, NULL, NULL, &error);

  g_assert_null (image);
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  if (!strstr (error->message, words))
    g_error ("“%s” lacks “%s”", error->message, words);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_null (strstr (error->message, "secret"));
}

/* --- Logins -------------------------------------------------------------------------- */

static const IdrOmeroLogin alice = { (gchar *)"alice", (gchar *)"secret" };

static void
assert_sessions (Server *server, gint64 logins)
{
  g_assert_cmpint (server_count (server, "logins", NULL), ==, logins);
  g_assert_cmpint (server_count (server, "logouts", NULL), ==, logins);
  g_assert_cmpint (server_count (server, "open", NULL), ==, 0);
}

static void
test_login (void)
{
  g_autoptr (Server) server = server_start ("/omero", "--private", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) notes = NULL;
  g_autoptr (IdrOmeroImage) image
      = idr_omero_read (server->url, &alice, 6001240, &notes, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (notes);
  g_assert_cmpstr (image->project, ==, "idr0062-blin-nuclearsegmentation/experimentA");
  assert_sessions (server, 1);
  assert_fails (server, &alice, 5, G_IO_ERROR_NOT_FOUND, "not found");
  assert_sessions (server, 2);
  assert_fails (server, NULL, 6001240, G_IO_ERROR_PERMISSION_DENIED,
                "Not logged in: a login is needed");
  assert_sessions (server, 2);
}

/* Credentials with characters that a form must encode. */
static void
test_login_escaped (void)
{
  g_autoptr (Server) server
      = server_start ("", "--private", "--user", "zoë & co", "--password", "a+b=c&d%é", NULL);
  const IdrOmeroLogin login = { (gchar *)"zoë & co", (gchar *)"a+b=c&d%é" };
  g_autoptr (IdrOmeroImage) image = idr_omero_read (server->url, &login, 6001240, NULL, NULL, NULL);

  g_assert_nonnull (image);
  assert_sessions (server, 1);
}

static void
test_login_refused (void)
{
  const IdrOmeroLogin wrong = { (gchar *)"alice", (gchar *)"secret2" };
  static const struct
  {
    const gchar *rule;
    GIOErrorEnum code;
    const gchar *words;
    gint64 logouts; /* asked for: a login might have been let in */
  } faults[] = {
    { "/login/=echo", G_IO_ERROR_PERMISSION_DENIED, "no user alice with password ... here", 0 },
    { "/login/=500", G_IO_ERROR_FAILED, "::Ice::ConnectionLost", 1 },
    { "/login/=page", G_IO_ERROR_FAILED, "refused the login", 1 },
    { "/login/=no", G_IO_ERROR_FAILED, "refused the login", 1 },
    { "/token/=500-page", G_IO_ERROR_FAILED, "/api/v0/token/", 0 },
    { "/token/=page", G_IO_ERROR_INVALID_DATA, "/api/v0/token/", 0 },
    { "/token/=no", G_IO_ERROR_INVALID_DATA, "without a token", 0 },
    { "/servers/=empty", G_IO_ERROR_INVALID_DATA, "no OMERO server", 0 },
    { "/servers/=404-page", G_IO_ERROR_INVALID_DATA, "an OMERO.web server?", 0 },
  };
  g_autoptr (Server) strict = server_start ("", "--private", NULL);
  g_autoptr (Server) idr = server_start ("", "--no-cookie", NULL);

  assert_fails (strict, &wrong, 6001240, G_IO_ERROR_PERMISSION_DENIED,
                "Connection not available, please check your user name and password.");
  g_assert_cmpint (server_count (strict, "refused", NULL), ==, 1);
  assert_fails (idr, &alice, 6001240, G_IO_ERROR_PERMISSION_DENIED, "takes no logins");
  g_assert_cmpint (server_count (idr, "with-credentials", NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (Server) server = server_start ("", "--private", "--break", faults[i].rule, NULL);

      assert_fails (server, &alice, 6001240, faults[i].code, faults[i].words);
      g_assert_cmpint (server_count (server, NULL, "/webclient/logout/"), ==, faults[i].logouts);
    }
}

/* Credentials go to the server that they are for, and over ways that nobody reads. */
static void
test_login_elsewhere (void)
{
  static const gchar *const rules[] = { "/token/=302", "/login/=302", "/login/=307" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (Server) thief = server_start ("", NULL);
      g_autoptr (Server) server
          = server_start ("", "--private", "--elsewhere", thief->url, "--break", rules[i], NULL);
      g_autoptr (GError) refused = NULL;

      g_assert_null (idr_omero_read (server->url, &alice, 6001240, NULL, NULL, &refused));
      g_test_message ("%s", refused->message);
      g_assert_error (refused, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_assert_cmpint (server_count (thief, "with-credentials", NULL), ==, 0);
      g_assert_cmpint (server_count (thief, "with-cookies", NULL), ==, 0);
    }
  g_assert_null (idr_omero_read ("http://192.0.2.1", &alice, 1, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, "https://"));
}

typedef struct
{
  Server *server;
  GCancellable *cancellable;
  GError *error;
  gboolean got;
} Reader;

static gpointer
read_in_thread (gpointer data)
{
  Reader *reader = data;
  IdrOmeroImage *image = idr_omero_read (reader->server->url, &alice, 6001240, NULL,
                                         reader->cancellable, &reader->error);

  reader->got = image != NULL;
  g_clear_pointer (&image, idr_omero_image_free);
  return NULL;
}

/* Ctrl-C while each answer is awaited: no login is left behind, and nobody waits long. */
static void
test_cancel (void)
{
  static const gchar *const stages[] = { "/api/v0/token/",
                                         "/api/v0/servers/",
                                         "/api/v0/login/",
                                         "/api/v0/m/images/6001240/",
                                         "/webclient/api/annotations/",
                                         "/api/v0/m/projects/502/",
                                         "/webclient/logout/" };

  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      g_autofree gchar *rule = g_strconcat (stages[i], "=300", NULL);
      g_autoptr (Server) server = server_start ("", "--private", "--delay", rule, NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Reader reader = { server, cancellable, NULL, FALSE };
      GThread *thread = g_thread_new ("reader", read_in_thread, &reader);
      gint64 cancelled;

      while (server_count (server, NULL, stages[i]) == 0)
        g_usleep (2000);
      g_cancellable_cancel (cancellable);
      cancelled = g_get_monotonic_time ();
      g_thread_join (thread);
      g_assert_cmpint (g_get_monotonic_time () - cancelled, <, 1500 * G_TIME_SPAN_MILLISECOND);
      if (!reader.got)
        g_assert_error (reader.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (reader.got, ==, i == G_N_ELEMENTS (stages) - 1);
      g_clear_error (&reader.error);
      assert_sessions (server, i >= 2);
    }
}

static void
test_cancelled_before (void)
{
  g_autoptr (Server) server = server_start ("", "--private", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (idr_omero_read (server->url, &alice, 6001240, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_sessions (server, 0);
}

/* --- Credentials --------------------------------------------------------------------- */

static void
write_credentials (const gchar *path, const gchar *text, gint mode)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
assert_login (const gchar *server, const gchar *user, const gchar *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOmeroLogin) login = idr_omero_login_find (server, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (login ? login->user : NULL, ==, user);
  g_assert_cmpstr (login ? login->password : NULL, ==, password);
}

static void
assert_no_login (const gchar *server, GIOErrorEnum code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOmeroLogin) login = idr_omero_login_find (server, &error);

  g_assert_null (login);
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strstr (error->message, "pass2"));
}

static void
test_environment (void)
{
  assert_login ("https://omero.example.org", NULL, NULL);
  g_setenv ("OMERO_USER", "root", TRUE);
  assert_login ("https://omero.example.org", NULL, NULL);
  g_setenv ("OMERO_PASSWORD", "pass1", TRUE);
  assert_login ("https://omero.example.org", "root", "pass1");
  assert_login ("https://idr.openmicroscopy.org/", NULL, NULL);
  assert_no_login ("nonsense", G_IO_ERROR_INVALID_ARGUMENT, "no OMERO.web server");
  g_unsetenv ("OMERO_USER");
  g_unsetenv ("OMERO_PASSWORD");
}

static void
test_file (void)
{
  static const gchar good[]
      = "[omero.example.org]\nuser=bob\npassword=p\\a ss=\n"
        "[omero.example.org:4080]\nuser=eve\npassword=pass2\n[half]\nuser=x\n";
  g_autofree gchar *folder = g_build_filename (g_get_user_config_dir (), "lamina", NULL);
  g_autofree gchar *path = g_build_filename (folder, "credentials", NULL);
  g_autofree gchar *missing = g_build_filename (folder, "missing", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  write_credentials (path, good, 0600);
  assert_login ("https://omero.example.org/prefix/", "bob", "p\\a ss=");
  assert_login ("https://OMERO.example.org", "bob", "p\\a ss=");
  assert_login ("https://omero.example.org:4080", "eve", "pass2");
  assert_login ("https://other.example.org", NULL, NULL);
  assert_no_login ("https://half", G_IO_ERROR_INVALID_DATA, "[half] has no password");
  write_credentials (path, good, 0640);
  assert_no_login ("https://omero.example.org", G_IO_ERROR_PERMISSION_DENIED, "chmod 600");
  write_credentials (path, "[omero.example.org]\npass2\n", 0600);
  assert_no_login ("https://omero.example.org", G_IO_ERROR_INVALID_DATA, "no key file");
  write_credentials (path, "", 0600);
  assert_login ("https://omero.example.org", NULL, NULL);
  g_setenv ("LAMINA_CREDENTIALS", missing, TRUE);
  assert_no_login ("https://omero.example.org", G_IO_ERROR_NOT_FOUND, missing);
  write_credentials (missing, good, 0600);
  assert_login ("https://omero.example.org", "bob", "p\\a ss=");
  g_unsetenv ("LAMINA_CREDENTIALS");
  g_remove (missing);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *config = g_dir_make_tmp ("login-XXXXXX", NULL);
  gint status;

  g_setenv ("IDR_HTTP_BACKOFF_MS", "1", TRUE);
  g_unsetenv ("OMERO_USER");
  g_unsetenv ("OMERO_PASSWORD");
  g_unsetenv ("LAMINA_CREDENTIALS");
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/login/good", test_login);
  g_test_add_func ("/login/escaped", test_login_escaped);
  g_test_add_func ("/login/refused", test_login_refused);
  g_test_add_func ("/login/elsewhere", test_login_elsewhere);
  g_test_add_func ("/login/cancel", test_cancel);
  g_test_add_func ("/login/cancelled-before", test_cancelled_before);
  g_test_add_func ("/credentials/environment", test_environment);
  g_test_add_func ("/credentials/file", test_file);
  status = g_test_run ();
  g_rmdir (config);
  return status;
}
