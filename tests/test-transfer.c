/* Many requests at once, cancelling them, and giving them back at every moment
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "http.h"
#include <glib/gstdio.h>

#define TEXT "0123456789abcdef"
#define LARGE (100 << 10)

static gchar *folder; /* holds "file", with TEXT */

static gchar *
at (BadServer *server, const gchar *path)
{
  return g_strconcat (server->url, path, NULL);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  guint left, good;
} Crowd;

static void
on_one_done (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  Crowd *crowd = data;
  g_mutex_lock (&crowd->lock);
  crowd->good += answer != NULL && answer->status == 200;
  if (--crowd->left == 0)
    g_cond_signal (&crowd->changed);
  g_mutex_unlock (&crowd->lock);
  idr_http_answer_free (answer);
}

static guint
send_crowd (const gchar *url, guint n)
{
  Crowd crowd = { .left = n };
  IdrHttpRequest request = { .url = url };
  g_autoptr (GPtrArray) transfers
      = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_http_transfer_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (transfers, idr_http_start (&request, on_one_done, &crowd));
  g_mutex_lock (&crowd.lock);
  while (crowd.left > 0)
    g_cond_wait (&crowd.changed, &crowd.lock);
  g_mutex_unlock (&crowd.lock);
  return crowd.good;
}

static void
test_crowd (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, "--delay", "20", NULL);
  g_autofree gchar *url = at (server, "/file");
  gint64 before = g_get_monotonic_time ();
  g_assert_cmpuint (send_crowd (url, 200), ==, 200);
  g_assert_cmpint (bad_server_count (server, "peak"), ==, 32);
  g_test_message ("200 requests in %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - before) / 1000);
}

/* More bytes than may be on their way at once: they wait for each other. */
static void
test_large_bodies (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = at (server, "/large");
  g_autofree gchar *cut = at (server, "/fault/cut,times=5/large");
  g_assert_cmpuint (send_crowd (url, 100), ==, 100);
  g_assert_cmpuint (send_crowd (cut, 100), ==, 100);
}

static void
test_share_of_faults (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, "--fault", "503:5", "--fault", "cut:5",
                                                   "--fault", "reset:2", NULL);
  g_autofree gchar *url = at (server, "/file");
  g_assert_cmpuint (send_crowd (url, 2000), ==, 2000);
  g_assert_cmpint (bad_server_count (server, "requests"), >, 2100);
}

static void
test_killed (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, "--kill-after", "50", NULL);
  g_autofree gchar *url = at (server, "/file");
  g_assert_cmpuint (send_crowd (url, 200), <=, 50);
}

/* In which order answers come. */
typedef struct
{
  gint *clock;
  gint when;
} Place;

static void
on_placed (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  Place *place = data;
  g_atomic_int_set (&place->when, g_atomic_int_add (place->clock, 1) + 1);
  idr_http_answer_free (answer);
}

/* Whom somebody waits for does not queue behind those that are only announced. */
static void
test_hurry (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, "--delay", "10", NULL);
  g_autofree gchar *url = at (server, "/file");
  IdrHttpRequest request = { .url = url };
  gint clock = 0;
  Place places[40] = { 0 };
  IdrHttpTransfer *transfers[G_N_ELEMENTS (places)];
  idr_http_set_connections (2);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      places[i].clock = &clock;
      request.urgent = i == 39;
      transfers[i] = idr_http_start (&request, on_placed, &places[i]);
    }
  idr_http_transfer_hurry (transfers[38]);
  idr_http_transfer_hurry (transfers[38]);
  while (g_atomic_int_get (&clock) < (gint)G_N_ELEMENTS (places))
    g_usleep (5000);
  g_assert_cmpint (g_atomic_int_get (&places[38].when), <=, 8);
  g_assert_cmpint (g_atomic_int_get (&places[39].when), <=, 8);
  g_assert_cmpint (g_atomic_int_get (&places[20].when), >, 8);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      idr_http_transfer_hurry (transfers[i]);
      idr_http_transfer_free (transfers[i]);
    }
  idr_http_set_connections (32);
}

/* A server that is overloaded in earnest is asked by fewer at once, and by all again when it has
 * recovered; one that fails now and then is not spared. */
static void
test_overload (void)
{
  g_autoptr (BadServer) rare = bad_server_start (folder, "--delay", "10", "--fault", "503:1", NULL);
  g_autoptr (BadServer) often
      = bad_server_start (folder, "--delay", "10", "--fault", "503:40", NULL);
  g_autofree gchar *good = at (rare, "/file");
  g_autofree gchar *bad = at (often, "/file");
  g_assert_cmpuint (send_crowd (good, 1000), ==, 1000);
  gint64 before = g_get_monotonic_time ();
  g_assert_cmpuint (send_crowd (good, 320), ==, 320);
  gint64 fast = g_get_monotonic_time () - before;
  g_assert_cmpuint (send_crowd (bad, 100), >, 90);
  before = g_get_monotonic_time ();
  g_assert_cmpuint (send_crowd (good, 32), ==, 32);
  gint64 slow = 10 * (g_get_monotonic_time () - before);
  g_test_message ("320 requests in %" G_GINT64_FORMAT " ms before, %" G_GINT64_FORMAT " after",
                  fast / 1000, slow / 1000);
  g_assert_cmpint (slow, >, 2 * fast);
  g_assert_cmpuint (send_crowd (good, 800), ==, 800);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (50000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *url = at (server, "/fault/silent/file");
  IdrHttpRequest request = { .url = url };
  GThread *other = g_thread_new ("cancels", cancel_soon, cancellable);
  g_assert_null (idr_http_send (&request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (other);
  g_assert_cmpint (bad_server_await (server, "aborted", 1), ==, 1);
  g_clear_error (&error);
  g_assert_null (idr_http_send (&request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 1);
}

static void
on_unwanted (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  g_assert_not_reached ();
}

static void
test_free_stops (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *silent = at (server, "/fault/silent/file");
  g_autofree gchar *good = at (server, "/file");
  g_autofree gchar *delayed = at (server, "/fault/status=503,retry-after=20/file");
  IdrHttpRequest request = { .url = silent };
  IdrHttpTransfer *transfers[64];
  for (guint i = 0; i < G_N_ELEMENTS (transfers); i++)
    transfers[i] = idr_http_start (&request, on_unwanted, NULL);
  g_assert_cmpint (bad_server_await (server, "requests", 32), ==, 32);
  /* those that are queued first, or they would start */
  for (guint i = G_N_ELEMENTS (transfers); i > 0; i--)
    idr_http_transfer_free (transfers[i - 1]);
  g_assert_cmpint (bad_server_await (server, "aborted", 32), ==, 32);
  request.url = delayed;
  transfers[0] = idr_http_start (&request, on_unwanted, NULL);
  g_assert_cmpint (bad_server_await (server, "requests", 33), ==, 33);
  g_usleep (20000);
  idr_http_transfer_free (transfers[0]); /* waiting for its next try */
  g_assert_cmpuint (send_crowd (good, 1), ==, 1);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  IdrHttpTransfer *self, *other;
  gint state; /* 1: the function runs, 2: it is about to end */
} Reentry;

static void
on_done_frees (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  Reentry *reentry = data;
  g_mutex_lock (&reentry->lock);
  idr_http_transfer_free (reentry->self);
  idr_http_transfer_free (reentry->other);
  idr_http_answer_free (answer);
  reentry->state = 2;
  g_cond_signal (&reentry->changed);
  g_mutex_unlock (&reentry->lock);
}

/* A function may give back its own transfer, and others. */
static void
test_free_inside (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *good = at (server, "/file");
  g_autofree gchar *silent = at (server, "/fault/silent/file");
  IdrHttpRequest request = { .url = silent };
  for (guint i = 0; i < 20; i++)
    {
      Reentry reentry = { .state = 0 };
      g_mutex_lock (&reentry.lock);
      request.url = silent;
      reentry.other = idr_http_start (&request, on_unwanted, NULL);
      request.url = good;
      reentry.self = idr_http_start (&request, on_done_frees, &reentry);
      while (reentry.state != 2)
        g_cond_wait (&reentry.changed, &reentry.lock);
      g_mutex_unlock (&reentry.lock);
    }
  g_assert_cmpuint (send_crowd (good, 1), ==, 1);
}

static void
on_done_slowly (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  Reentry *reentry = data;
  g_mutex_lock (&reentry->lock);
  reentry->state = 1;
  g_cond_signal (&reentry->changed);
  g_mutex_unlock (&reentry->lock);
  g_usleep (100000);
  g_mutex_lock (&reentry->lock);
  reentry->state = 2;
  g_mutex_unlock (&reentry->lock);
  idr_http_answer_free (answer);
}

/* Giving back waits for a function that already runs. */
static void
test_free_waits (void)
{
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = at (server, "/file");
  IdrHttpRequest request = { .url = url };
  Reentry reentry = { .state = 0 };
  IdrHttpTransfer *transfer = idr_http_start (&request, on_done_slowly, &reentry);
  g_mutex_lock (&reentry.lock);
  while (reentry.state == 0)
    g_cond_wait (&reentry.changed, &reentry.lock);
  g_mutex_unlock (&reentry.lock);
  idr_http_transfer_free (transfer);
  g_assert_cmpint (reentry.state, ==, 2);
}

int
main (int argc, char **argv)
{
  g_setenv ("IDR_HTTP_STALL_SECONDS", "1", TRUE);
  g_setenv ("IDR_HTTP_BACKOFF_MS", "5", TRUE);
  g_setenv ("IDR_HTTP_BODIES_KIB", "250", TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("test-transfer-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "file", NULL);
  g_file_set_contents (file, TEXT, -1, NULL);
  g_test_add_func ("/transfer/crowd", test_crowd);
  g_test_add_func ("/transfer/large-bodies", test_large_bodies);
  g_test_add_func ("/transfer/share-of-faults", test_share_of_faults);
  g_test_add_func ("/transfer/hurry", test_hurry);
  g_test_add_func ("/transfer/overload", test_overload);
  g_test_add_func ("/transfer/killed", test_killed);
  g_test_add_func ("/transfer/cancel", test_cancel);
  g_test_add_func ("/transfer/free/stops", test_free_stops);
  g_test_add_func ("/transfer/free/inside", test_free_inside);
  g_test_add_func ("/transfer/free/waits", test_free_waits);
  g_autofree gchar *large = g_build_filename (folder, "large", NULL);
  g_autofree gchar *zeros = g_malloc0 (LARGE);
  g_file_set_contents (large, zeros, LARGE, NULL);
  gint status = g_test_run ();
  g_remove (large);
  g_remove (file);
  g_rmdir (folder);
  g_free (folder);
  return status;
}
