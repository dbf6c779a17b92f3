/* What a folder, a web server and a bucket give by key, and their faults
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "store.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT 4096

static gchar *root; /* of a folder made for the tests */

static void
write_text (const gchar *key, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_build_filename (root, key, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static IdrStore *
open_store (const gchar *location, const gchar *endpoint)
{
  g_autoptr (GError) error = NULL;
  IdrStoreOptions options = { .endpoint = endpoint, .anonymous = TRUE };
  IdrStore *store = idr_store_new (location, &options, &error);
  g_assert_no_error (error);
  return store;
}

static void
assert_no_key (IdrStore *store, const gchar *key)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (idr_store_read (store, key, LIMIT, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
}

static void
test_keys (void)
{
  g_autoptr (IdrStore) folder = open_store (root, NULL);
  g_autoptr (IdrStore) web = open_store ("http://127.0.0.1:1/x", NULL);
  g_autofree gchar *giant = g_strnfill (1025, 'x');
  const gchar *const bad[] = { "",       "/",    "/a",  "a/",   "a//b",   ".",  "..",
                               "a/../b", "../a", "a/.", "a\nb", "a\177b", giant };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      assert_no_key (folder, bad[i]);
      assert_no_key (web, bad[i]);
    }
}

static void
check_read (IdrStore *store, const gchar *key, gint64 offset, gint64 length, const gchar *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, key, offset, length, LIMIT);
  g_autoptr (GBytes) bytes = idr_fetch_wait (fetch, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), wanted,
                   strlen (wanted));
  g_assert_true (idr_fetch_is_done (fetch));
}

/* The message has where it was, and @words. */
static void
check_fault (IdrStore *store, const gchar *key, gint64 offset, gint64 length, gsize limit,
             GIOErrorEnum code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *uri = idr_store_get_uri (store, key);
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, key, offset, length, limit);
  g_assert_null (idr_fetch_wait (fetch, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, uri));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strchr (error->message, '\n'));
}

/* The same of a folder and of the server before it. */
static void
check_reads (IdrStore *store)
{
  check_read (store, "digits", 0, 0, "0123456789");
  check_read (store, "digits", 2, 3, "234");
  check_read (store, "digits", 8, 100, "89");
  check_read (store, "digits", 8, 0, "89");
  check_read (store, "digits", -1, 4, "6789");
  check_read (store, "digits", -1, 40, "0123456789");
  check_read (store, "empty", 0, 0, "");
  check_read (store, "deep/a b (c)+%20", 0, 0, "deep");
  check_fault (store, "digits", 10, 1, LIMIT, G_IO_ERROR_INVALID_DATA, "");
  check_fault (store, "digits", 0, 0, 9, G_IO_ERROR_INVALID_DATA, "9");
  check_fault (store, "digits", 0, 8, 7, G_IO_ERROR_INVALID_DATA, "7");
  check_fault (store, "none", 0, 0, LIMIT, G_IO_ERROR_NOT_FOUND, "");
  check_fault (store, "digits/0", 0, 0, LIMIT, G_IO_ERROR_NOT_FOUND, "");
  check_fault (store, "deep", 0, 0, LIMIT, G_IO_ERROR_NOT_FOUND, "");
}

static void
test_reads (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, NULL);
  g_autoptr (IdrStore) folder = open_store (root, NULL);
  g_autoptr (IdrStore) web = open_store (server->url, NULL);
  check_reads (folder);
  check_reads (web);
}

static void
test_tally (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, NULL);
  g_autoptr (IdrStore) store = open_store (server->url, NULL);
  g_autoptr (IdrFetch) fetch
      = idr_store_fetch (store, "fault/status=503,times=2/digits", 0, 0, LIMIT);
  IdrTally tally = { 0 };
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GBytes) bytes = idr_fetch_wait (fetch, &tally, NULL, NULL);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 10);
    }
  g_assert_cmpint (tally.bytes, ==, 10);
  g_assert_cmpint (tally.retries, ==, 2);
}

static void
test_special_files (void)
{
  g_autoptr (IdrStore) store = open_store (root, NULL);
  g_autofree gchar *fifo = g_build_filename (root, "fifo", NULL);
  g_autofree gchar *link = g_build_filename (root, "link", NULL);
  g_autofree gchar *loop = g_build_filename (root, "loop", NULL);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("digits", link), ==, 0);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  check_fault (store, "fifo", 0, 0, LIMIT, G_IO_ERROR_NOT_REGULAR_FILE, "regular");
  check_fault (store, "loop", 0, 0, LIMIT, G_IO_ERROR_TOO_MANY_LINKS, "");
  check_read (store, "link", 0, 0, "0123456789");
  g_auto (GStrv) names = idr_store_list (store, "", NULL, NULL);
  g_assert_false (g_strv_contains ((const gchar *const *)names, "fifo"));
  g_assert_false (g_strv_contains ((const gchar *const *)names, "loop"));
  g_assert_true (g_strv_contains ((const gchar *const *)names, "link"));
  g_remove (fifo);
  g_remove (link);
  g_remove (loop);
  g_autoptr (IdrStore) devices = open_store ("/dev", NULL);
  check_fault (devices, "zero", 0, 0, LIMIT, G_IO_ERROR_NOT_REGULAR_FILE, "regular");
}

/* ---- What servers refuse */

static void
test_refusals (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, NULL);
  g_autoptr (IdrStore) store = open_store (server->url, NULL);
  check_fault (store, "fault/status=403/x", 0, 0, LIMIT, G_IO_ERROR_PERMISSION_DENIED,
               "(AccessDenied: As you wished.)");
  check_fault (store, "fault/status=404/x", 0, 0, LIMIT, G_IO_ERROR_NOT_DIRECTORY, "bucket");
  check_fault (store, "fault/status=301/x", 0, 0, LIMIT, G_IO_ERROR_FAILED, "elsewhere.example");
  check_fault (store, "fault/status=503/x", 0, 0, LIMIT, G_IO_ERROR_BUSY, "SlowDown");
  check_fault (store, "fault/status=500/x", 0, 0, LIMIT, G_IO_ERROR_FAILED, "status 500");
  check_fault (store, "fault/status=418/x", 0, 0, LIMIT, G_IO_ERROR_FAILED, "status 418");
  check_fault (store, "fault/cut/digits", 0, 0, LIMIT, G_IO_ERROR_CONNECTION_CLOSED, "");
  check_fault (store, "fault/garbage/digits", 0, 0, LIMIT, G_IO_ERROR_INVALID_DATA, "");
  check_fault (store, "fault/no-range/digits", 0, 8, 7, G_IO_ERROR_INVALID_DATA, "7");
  check_read (store, "fault/no-range/digits", 3, 4, "3456");
  check_read (store, "fault/cut,times=1/digits", 0, 0, "0123456789");
}

/* A 403 means nothing before anything was read, "not there" where nothing can be listed, and what
 * it says where listing is allowed. */
static void
test_forbidden (void)
{
  g_autoptr (BadServer) closed = bad_server_start (root, "--closed", NULL);
  g_autoptr (BadServer) open = bad_server_start (root, NULL);
  g_autoptr (IdrStore) store = open_store ("s3://idr", closed->url);
  g_autoptr (IdrStore) bare = open_store (closed->url, NULL);
  g_autoptr (IdrStore) listed = open_store (open->url, NULL);
  check_fault (store, "list/none", 0, 0, LIMIT, G_IO_ERROR_PERMISSION_DENIED, "public");
  g_assert_cmpint (bad_server_count (closed, "requests"), ==, 1);
  check_read (store, "list/k1", 0, 0, "x");
  for (guint i = 0; i < 3; i++)
    check_fault (store, "list/none", 0, 0, LIMIT, G_IO_ERROR_NOT_FOUND, "cannot be listed");
  g_assert_cmpint (bad_server_count (closed, "requests"), ==, 1 + 1 + 3 + 1);
  check_read (bare, "digits", 0, 0, "0123456789");
  check_fault (bare, "none", 0, 0, LIMIT, G_IO_ERROR_NOT_FOUND, "cannot be listed");
  check_read (listed, "digits", 0, 0, "0123456789");
  check_fault (listed, "fault/status=403/x", 0, 0, LIMIT, G_IO_ERROR_NOT_FOUND, "");
  g_autoptr (IdrStore) bucket = open_store ("s3://fault", open->url);
  check_read (bucket, "delay=1/digits", 0, 0, "0123456789");
  for (guint i = 0; i < 3; i++)
    check_fault (bucket, "status=403/x", 0, 0, LIMIT, G_IO_ERROR_PERMISSION_DENIED, "public");
  check_fault (bucket, "status=403,code=SignatureDoesNotMatch/x", 0, 0, LIMIT,
               G_IO_ERROR_PERMISSION_DENIED, "secret key");
  check_fault (bucket, "status=404/x", 0, 0, LIMIT, G_IO_ERROR_NOT_DIRECTORY, "bucket");
}

/* Many that are forbidden ask once, and those that nobody waits for any more do no harm. */
static void
test_many_forbidden (void)
{
  g_autoptr (BadServer) closed = bad_server_start (root, "--closed", "--delay", "20", NULL);
  for (guint round = 0; round < 5; round++)
    {
      g_autoptr (IdrStore) store = open_store ("s3://idr", closed->url);
      IdrFetch *fetches[20];
      gint64 before = bad_server_count (closed, "requests");
      check_read (store, "list/k1", 0, 0, "x");
      for (guint i = 0; i < G_N_ELEMENTS (fetches); i++)
        fetches[i] = idr_store_fetch (store, "list/none", 0, 0, LIMIT);
      g_usleep (10000UL * round);
      for (guint i = 0; i < G_N_ELEMENTS (fetches); i++)
        {
          g_autoptr (GError) error = NULL;
          if (i % 2 == 0)
            {
              g_assert_null (idr_fetch_wait (fetches[i], NULL, NULL, &error));
              g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
            }
          idr_fetch_unref (fetches[i]);
        }
      g_assert_cmpint (bad_server_count (closed, "requests") - before, <=, 1 + 20 + 1);
    }
  g_autoptr (IdrStore) left = open_store ("s3://idr", closed->url);
  check_read (left, "list/k1", 0, 0, "x");
  for (guint i = 0; i < 8; i++)
    {
      IdrFetch *fetch = idr_store_fetch (left, "list/none", 0, 0, LIMIT);
      g_usleep (8000UL * i);
      idr_fetch_unref (fetch);
    }
}

/* ---- Waiting */

typedef struct
{
  IdrFetch *fetch;
  GCancellable *cancellable;
  GBytes *bytes;
  GError *error;
} Waiter;

static gpointer
wait_for_it (gpointer data)
{
  Waiter *waiter = data;
  waiter->bytes = idr_fetch_wait (waiter->fetch, NULL, waiter->cancellable, &waiter->error);
  return NULL;
}

static void
test_one_of_two_cancels (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, "--delay", "200", NULL);
  g_autoptr (IdrStore) store = open_store (server->url, NULL);
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, "digits", 0, 0, LIMIT);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Waiter leaves = { .fetch = fetch, .cancellable = cancellable }, stays = { .fetch = fetch };
  GThread *first = g_thread_new ("leaves", wait_for_it, &leaves);
  GThread *second = g_thread_new ("stays", wait_for_it, &stays);
  g_usleep (20000);
  g_assert_false (idr_fetch_is_done (fetch));
  g_cancellable_cancel (cancellable);
  g_thread_join (first);
  g_assert_false (idr_fetch_is_done (fetch));
  g_assert_error (leaves.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (leaves.bytes);
  g_thread_join (second);
  g_assert_no_error (stays.error);
  g_assert_cmpuint (g_bytes_get_size (stays.bytes), ==, 10);
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 1);
  g_clear_error (&leaves.error);
  g_bytes_unref (stays.bytes);
}

static void
test_nobody_waits (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, NULL);
  g_autoptr (IdrStore) store = open_store (server->url, NULL);
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, "fault/silent/digits", 0, 0, LIMIT);
  g_assert_cmpint (bad_server_await (server, "requests", 1), ==, 1);
  g_assert_cmpint (bad_server_count (server, "aborted"), ==, 0);
  g_clear_pointer (&fetch, idr_fetch_unref);
  g_assert_cmpint (bad_server_await (server, "aborted", 1), ==, 1);
}

static void
test_many_wait (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, "--delay", "50", NULL);
  g_autoptr (IdrStore) web = open_store (server->url, NULL);
  g_autoptr (IdrStore) folder = open_store (root, NULL);
  IdrStore *stores[] = { web, folder };
  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      g_autoptr (IdrFetch) fetch = idr_store_fetch (stores[i], "digits", 0, 0, LIMIT);
      Waiter waiters[8];
      GThread *threads[8];
      for (guint j = 0; j < 8; j++)
        {
          waiters[j] = (Waiter){ .fetch = fetch };
          threads[j] = g_thread_new ("waits", wait_for_it, &waiters[j]);
        }
      for (guint j = 0; j < 8; j++)
        {
          g_thread_join (threads[j]);
          g_assert_true (waiters[j].bytes == waiters[0].bytes && waiters[0].bytes != NULL);
        }
      for (guint j = 0; j < 8; j++)
        g_bytes_unref (waiters[j].bytes);
    }
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 1);
}

static void
test_many_fetches (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, "--delay", "10", NULL);
  g_autoptr (IdrStore) store = open_store (server->url, NULL);
  g_autoptr (GPtrArray) fetches = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_fetch_unref);
  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (fetches, idr_store_fetch (store, "digits", 0, 0, LIMIT));
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GBytes) bytes = idr_fetch_wait (fetches->pdata[i], NULL, NULL, NULL);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 10);
    }
  g_assert_cmpint (bad_server_count (server, "peak"), <=, 32);
}

static void
test_cancelled_before (void)
{
  g_autoptr (IdrStore) store = open_store (root, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (cancellable);
  g_assert_null (idr_store_read (store, "digits", LIMIT, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (idr_store_list (store, "", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* ---- Listing */

static void
check_list (IdrStore *store, const gchar *prefix, const gchar *wanted)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = idr_store_list (store, prefix, NULL, &error);
  g_assert_no_error (error);
  g_autofree gchar *text = g_strjoinv ("|", names);
  g_assert_cmpstr (text, ==, wanted);
}

static void
check_no_list (IdrStore *store, const gchar *prefix, GIOErrorEnum code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (idr_store_list (store, prefix, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_lists (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, "--page", "3", NULL);
  g_autofree gchar *below = g_strconcat (server->url, "/idr/list", NULL);
  g_autofree gchar *path = g_build_filename (root, "idr", "list", NULL);
  IdrStore *stores[] = { open_store (path, NULL), open_store (below, NULL),
                         open_store ("s3://idr/list/", server->url) };
  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      check_list (stores[i], "", "a & b/|k1|k2|k3|k4|k5|k6|sub/");
      check_list (stores[i], "sub/", "(x)");
      check_list (stores[i], "a & b", "é");
      check_no_list (stores[i], "none/", G_IO_ERROR_NOT_FOUND);
      check_no_list (stores[i], "../", G_IO_ERROR_INVALID_FILENAME);
      idr_store_unref (stores[i]);
    }
  /* three pages for each of the eight names, one for each of the others */
  g_assert_cmpint (bad_server_count (server, "requests"), ==, (gint64)2 * (3 + 1 + 1 + 1));
}

static void
check_bad_bucket (BadServer *server, const gchar *bucket, GIOErrorEnum code)
{
  g_autofree gchar *location = g_strconcat ("s3://", bucket, NULL);
  g_autoptr (IdrStore) store = open_store (location, server->url);
  check_no_list (store, "", code);
}

static void
test_bad_lists (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, NULL);
  g_autoptr (IdrStore) keys = open_store ("s3://bad-keys", server->url);
  g_autoptr (IdrStore) bare = open_store (server->url, NULL);
  check_bad_bucket (server, "bad-xml", G_IO_ERROR_INVALID_DATA);
  check_bad_bucket (server, "bad-token", G_IO_ERROR_INVALID_DATA);
  check_bad_bucket (server, "bad-page", G_IO_ERROR_NOT_SUPPORTED);
  check_list (keys, "", "good");
  check_no_list (keys, "elsewhere/", G_IO_ERROR_INVALID_DATA);
  check_no_list (bare, "", G_IO_ERROR_NOT_SUPPORTED);
}

static void
write_samples (void)
{
  write_text ("digits", "0123456789");
  write_text ("empty", "");
  write_text ("deep/a b (c)+%20", "deep");
  write_text ("idr/list/a & b/é", "x");
  write_text ("idr/list/sub/(x)", "x");
  for (guint i = 1; i <= 6; i++)
    {
      g_autofree gchar *key = g_strdup_printf ("idr/list/k%u", i);
      write_text (key, "x");
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("IDR_HTTP_STALL_SECONDS", "1", TRUE);
  g_setenv ("IDR_HTTP_BACKOFF_MS", "5", TRUE);
  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("test-store-XXXXXX", NULL);
  write_samples ();
  g_test_add_func ("/store/keys", test_keys);
  g_test_add_func ("/store/reads", test_reads);
  g_test_add_func ("/store/tally", test_tally);
  g_test_add_func ("/store/special-files", test_special_files);
  g_test_add_func ("/store/refusals", test_refusals);
  g_test_add_func ("/store/forbidden", test_forbidden);
  g_test_add_func ("/store/many-forbidden", test_many_forbidden);
  g_test_add_func ("/store/one-of-two-cancels", test_one_of_two_cancels);
  g_test_add_func ("/store/nobody-waits", test_nobody_waits);
  g_test_add_func ("/store/many-wait", test_many_wait);
  g_test_add_func ("/store/many-fetches", test_many_fetches);
  g_test_add_func ("/store/cancelled-before", test_cancelled_before);
  g_test_add_func ("/store/lists", test_lists);
  g_test_add_func ("/store/bad-lists", test_bad_lists);
  gint status = g_test_run ();
  g_autofree gchar *remove = g_strdup_printf ("rm -r '%s'", root);
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  g_free (root);
  return status;
}
