/* Private buckets: whose credentials are used, where they go and where not, and what refusals mean
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "store.h"
#include <glib/gstdio.h>
#include <string.h>

#define LIMIT 4096
#define SECRETS "hidden-1 hidden-2 hidden-3"

static gchar *folder; /* the home of ~/.aws, and what is served */

static void
write_text (const gchar *name, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *parent = g_path_get_dirname (path);
  g_mkdir_with_parents (parent, 0700);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static const gchar *const variables[] = {
  "AWS_CONFIG_FILE",     "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_ACCESS_KEY_ID",   "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",   "AWS_PROFILE",
  "AWS_REGION",          "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL",
};

static void
forget (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
}

static void
assert_no_secret (const gchar *text)
{
  g_auto (GStrv) secrets = g_strsplit (SECRETS, " ", -1);
  for (guint i = 0; secrets[i] != NULL; i++)
    g_assert_null (strstr (text, secrets[i]));
  g_assert_null (strchr (text, '\n'));
}

static gchar *
read_text (IdrStore *store, const gchar *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = idr_store_read (store, key, LIMIT, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The request as the server sees it must have @words. */
static void
check_request (BadServer *server, const gchar *profile, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  IdrStoreOptions options = { .endpoint = server->url, .profile = profile };
  g_autoptr (IdrStore) store = idr_store_new ("s3://fault/echo", &options, &error);
  g_assert_no_error (error);
  g_autofree gchar *text = read_text (store, "x");
  g_test_message ("%s", words);
  g_assert_nonnull (strstr (text, words));
  g_assert_null (strstr (text, "hidden-1"));
}

static void
test_sources (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  forget ();
  check_request (server, NULL, "Credential=FILE/");
  check_request (server, NULL, "/us-east-1/s3/");
  check_request (server, "other", "Credential=OTHER/");
  check_request (server, "other", "/eu-north-9/s3/");
  check_request (server, "other", "x-amz-security-token: token-of-other\n");
  check_request (server, "config", "Credential=CONFIG/");
  g_setenv ("AWS_PROFILE", "other", TRUE);
  check_request (server, NULL, "Credential=OTHER/");
  g_setenv ("AWS_DEFAULT_REGION", "eu-1", TRUE);
  check_request (server, NULL, "/eu-1/s3/");
  g_setenv ("AWS_REGION", "eu-2", TRUE);
  check_request (server, NULL, "/eu-2/s3/");
  g_setenv ("AWS_ACCESS_KEY_ID", "ENVIRONMENT", TRUE);
  check_request (server, NULL, "Credential=OTHER/");
  g_setenv ("AWS_SECRET_ACCESS_KEY", "hidden-1", TRUE);
  check_request (server, NULL, "Credential=ENVIRONMENT/");
  g_setenv ("AWS_SESSION_TOKEN", "token-of-environment", TRUE);
  check_request (server, NULL, "x-amz-security-token: token-of-environment\n");
  check_request (server, "other", "Credential=OTHER/");
  forget ();
}

static void
check_no_store (const gchar *location, const gchar *profile, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  IdrStoreOptions options = { .profile = profile };
  g_assert_null (idr_store_new (location, &options, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  assert_no_secret (error->message);
}

static void
test_no_credentials (void)
{
  forget ();
  check_no_store ("s3://b/k", "absent", "there is no AWS profile absent");
  check_no_store ("s3://b/k", "half", "no aws_access_key_id");
  check_no_store ("s3://b/k", "process", "credential_process");
  check_no_store ("s3://b/k", "odd", "odd character");
  check_no_store ("http://192.0.2.1/b", NULL, "https:// only");
  check_no_store ("http://localhost.example/b", NULL, "https:// only");
  check_no_store ("https://me:hidden-1@h/b", NULL, "one of the two");
  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere", TRUE);
  g_setenv ("AWS_CONFIG_FILE", "/nowhere", TRUE);
  check_no_store ("s3://b/k", NULL, "AWS_ACCESS_KEY_ID");
  g_unsetenv ("AWS_SHARED_CREDENTIALS_FILE");
  g_unsetenv ("AWS_CONFIG_FILE");
}

static void
check_place (const gchar *location, const IdrStoreOptions *options, const gchar *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrStore) store = idr_store_new (location, options, &error);
  g_assert_no_error (error);
  g_autofree gchar *uri = idr_store_get_uri (store, NULL);
  g_assert_cmpstr (uri, ==, wanted);
}

static void
test_endpoints (void)
{
  IdrStoreOptions bare = { .profile = NULL }, west = { .region = "us-west-2" };
  IdrStoreOptions own = { .profile = "other" };
  forget ();
  check_place ("s3://b/k", &bare, "https://b.s3.us-east-1.amazonaws.com/k");
  check_place ("s3://b/k", &west, "https://b.s3.us-west-2.amazonaws.com/k");
  check_place ("s3://b/k", &own, "https://minio.example/b/k");
  g_setenv ("AWS_ENDPOINT_URL", "https://ceph.example", TRUE);
  check_place ("s3://b/k", &own, "https://ceph.example/b/k");
  g_setenv ("AWS_ENDPOINT_URL_S3", "https://s3.example", TRUE);
  check_place ("s3://b/k", &bare, "https://s3.example/b/k");
  west.endpoint = "https://given.example";
  check_place ("s3://b/k", &west, "https://given.example/b/k");
  west.anonymous = TRUE;
  check_place ("https://b.s3.us-west-2.amazonaws.com/k", &west,
               "https://b.s3.us-west-2.amazonaws.com/k");
  forget ();
}

static void
test_identity (void)
{
  IdrStoreOptions anonymous = { .anonymous = TRUE }, one = { .profile = "default" };
  IdrStoreOptions other = { .profile = "other" }, absent = { .profile = "absent" };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *nobody = idr_store_get_identity (&anonymous, NULL);
  g_autofree gchar *first = idr_store_get_identity (&one, NULL);
  g_autofree gchar *again = idr_store_get_identity (&one, NULL);
  g_autofree gchar *second = idr_store_get_identity (&other, NULL);
  g_assert_cmpstr (nobody, ==, "");
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, second);
  assert_no_secret (first);
  g_assert_null (idr_store_get_identity (&absent, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
}

static void
check_refusal (IdrStore *store, const gchar *key, GIOErrorEnum code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (idr_store_read (store, key, LIMIT, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  assert_no_secret (error->message);
}

static void
test_refusals (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  IdrStoreOptions options = { .anonymous = TRUE };
  g_autoptr (IdrStore) public = idr_store_new (server->url, &options, NULL);
  options.anonymous = FALSE;
  g_autoptr (IdrStore) private = idr_store_new (server->url, &options, NULL);
  const gint denied = G_IO_ERROR_PERMISSION_DENIED;
  check_refusal (public, "fault/status=403/x", denied, "anonymous=false");
  check_refusal (private, "fault/status=403/x", denied, "profile=");
  check_refusal (private, "fault/status=404/x", G_IO_ERROR_NOT_DIRECTORY, "no such bucket");
  check_refusal (private, "fault/status=503/x", G_IO_ERROR_BUSY, "connections=");
  check_refusal (private, "fault/status=403,code=InvalidAccessKeyId/x", denied,
                 "AWS_ACCESS_KEY_ID, or profile=, status 403 (InvalidAccessKeyId)");
  check_refusal (private, "fault/status=403,code=SignatureDoesNotMatch/x", denied,
                 "AWS_SECRET_ACCESS_KEY");
  check_refusal (private, "fault/status=403,code=RequestTimeTooSkewed/x", denied, "clock");
  check_refusal (private, "fault/status=400,code=ExpiredToken/x", denied, "expired");
  check_refusal (private, "fault/status=400,code=AuthorizationHeaderMalformed/x", denied,
                 "region=");
  check_refusal (public, "fault/status=301,region=eu-west-3/x", G_IO_ERROR_FAILED,
                 "region=eu-west-3");
}

/* Reads the same object thrice of a store that is moved as @how says; each read costs a request,
 * and one more wherever it is redirected. */
static void
check_moved (BadServer *server, const IdrStoreOptions *options, const gchar *how, gint64 n_requests)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *url = g_strdup_printf ("%s/fault/%s", server->url, how);
  g_autoptr (IdrStore) store = idr_store_new (url, options, &error);
  gint64 before = bad_server_count (server, "requests");
  g_assert_no_error (error);
  for (gint i = 0; i < 3; i++)
    {
      g_autofree gchar *text = read_text (store, "a b/here");
      g_assert_cmpstr (text, ==, "here");
    }
  g_assert_cmpint (bad_server_count (server, "requests") - before, ==, n_requests);
}

/* Once it is known where a bucket lies it is asked there; nothing goes there that was not sent
 * there by the redirect. */
static void
test_moved (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  const IdrStoreOptions public = { .anonymous = TRUE }, private = { .profile = "other" };
  forget ();
  write_text ("a b/here", "here");
  check_moved (server, &public, "moved=301", 4);
  check_moved (server, &public, "moved=308", 4);
  check_moved (server, &public, "moved=307,region=eu-west-3", 4);
  check_moved (server, &public, "moved=307", 6);
  check_moved (server, &public, "moved=302", 6);
  check_moved (server, &private, "moved=301", 6);
}

static void
write_home (void)
{
  write_text (".aws/credentials",
              "# the usual\n"
              "[default]\n"
              "aws_access_key_id = FILE\n"
              "aws_secret_access_key=hidden-1\n"
              "\n[ other ]\r\n"
              "  aws_access_key_id = NESTED\r\n"
              "aws_access_key_id = OTHER # whose\r\n"
              "aws_secret_access_key = hidden-2\r\n"
              "aws_session_token = token-of-other\r\n"
              "[half]\naws_access_key_id = HALF\n"
              "[odd]\naws_access_key_id = O D\naws_secret_access_key = hidden-3\n");
  write_text (".aws/config", "[default]\noutput = json\n"
                             "[profile other]\nregion = eu-north-9\n"
                             "endpoint_url = https://minio.example\n"
                             "s3 =\n  addressing_style = path\n"
                             "[profile config]\naws_access_key_id = CONFIG\n"
                             "aws_secret_access_key = hidden-3\n"
                             "[profile process]\ncredential_process = /bin/keys hidden-3\n"
                             "[absent]\naws_access_key_id = X\naws_secret_access_key = hidden-1\n");
}

int
main (int argc, char **argv)
{
  folder = g_dir_make_tmp ("test-access-XXXXXX", NULL);
  g_setenv ("HOME", folder, TRUE);
  g_setenv ("IDR_HTTP_BACKOFF_MS", "5", TRUE);
  g_test_init (&argc, &argv, NULL);
  write_home ();
  g_test_add_func ("/access/sources", test_sources);
  g_test_add_func ("/access/no-credentials", test_no_credentials);
  g_test_add_func ("/access/endpoints", test_endpoints);
  g_test_add_func ("/access/identity", test_identity);
  g_test_add_func ("/access/refusals", test_refusals);
  g_test_add_func ("/access/moved", test_moved);
  gint status = g_test_run ();
  g_autofree gchar *remove = g_strdup_printf ("rm -r '%s'", folder);
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  g_free (folder);
  return status;
}
