/* What a cache folder keeps: bounded, whole or not at all, and shared by processes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "disk-cache.h"
#include "store.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

static gchar *folder, *root;

static IdrDiskCache *
open_cache (guint64 limit)
{
  g_autoptr (GError) error = NULL;
  IdrDiskCache *cache = idr_disk_cache_open (folder, limit, &error);
  g_assert_no_error (error);
  return cache;
}

static gchar *
get_name (guint i)
{
  g_autofree gchar *url = g_strdup_printf ("https://h/%u", i);
  return idr_disk_cache_get_name (FALSE, url, 0, 0);
}

static gchar *
get_path (guint i)
{
  g_autofree gchar *name = get_name (i);
  g_autofree gchar *first = g_strndup (name, 2);
  return g_build_filename (folder, first, name, NULL);
}

static void
put (IdrDiskCache *cache, guint i, const gchar *text, gsize size)
{
  g_autofree gchar *name = get_name (i);
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  idr_disk_cache_put (cache, name, bytes);
  idr_disk_cache_flush (cache);
}

static gboolean
has (IdrDiskCache *cache, guint i, const gchar *text, gsize size)
{
  g_autofree gchar *name = get_name (i);
  g_autoptr (GBytes) bytes = idr_disk_cache_get (cache, name);
  if (bytes == NULL)
    return FALSE;
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, size);
  return TRUE;
}

static void
clean (void)
{
  g_autofree gchar *remove = g_strdup_printf ("rm -rf '%s'", folder);
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
}

static void
test_names (void)
{
  g_autofree gchar *one = idr_disk_cache_get_name (FALSE, "https://h/a", 0, 0);
  g_autofree gchar *range = idr_disk_cache_get_name (FALSE, "https://h/a", 0, 1);
  g_autofree gchar *end = idr_disk_cache_get_name (FALSE, "https://h/a", -1, 0);
  g_autofree gchar *other = idr_disk_cache_get_name (TRUE, "https://h/a", 0, 0);
  g_assert_cmpstr (one, !=, range);
  g_assert_cmpstr (one, !=, end);
  g_assert_cmpstr (one, !=, other);
}

static void
test_keeps (void)
{
  g_autoptr (IdrDiskCache) cache = open_cache (1 << 20);
  g_autoptr (IdrDiskCache) second = open_cache (1 << 20);
  g_assert_false (has (cache, 1, "", 0));
  put (cache, 1, "0123456789", 10);
  put (cache, 2, "", 0);
  g_assert_true (has (second, 1, "0123456789", 10));
  g_assert_true (has (second, 2, "", 0));
  put (second, 1, "other", 5);
  g_assert_true (has (cache, 1, "other", 5));
  clean ();
}

/* Each byte that changes, each cut, and what is no file at all make an entry none; the next one
 * takes its place. */
static void
test_damage (void)
{
  g_autoptr (IdrDiskCache) cache = open_cache (1 << 20);
  g_autofree gchar *path = get_path (1);
  g_autofree gchar *text = NULL;
  gsize size;
  put (cache, 1, "0123456789", 10);
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  for (gsize i = 0; i < size; i++)
    {
      text[i] ^= 1;
      g_file_set_contents (path, text, size, NULL);
      g_assert_false (has (cache, 1, "0123456789", 10));
      text[i] ^= 1;
      g_file_set_contents (path, text, i, NULL);
      g_assert_false (has (cache, 1, "0123456789", 10));
    }
  put (cache, 1, "0123456789", 10);
  g_assert_true (has (cache, 1, "0123456789", 10));
  g_unlink (path);
  g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
  g_assert_false (has (cache, 1, "", 0));
  clean ();
}

static void
test_bound (void)
{
  static gchar bytes[1000];
  g_autoptr (IdrDiskCache) cache = open_cache (20000);
  for (guint i = 0; i < 100; i++)
    {
      put (cache, i, bytes, sizeof bytes);
      g_assert_true (has (cache, 0, bytes, sizeof bytes)); /* used again and again */
      g_usleep (5000);
    }
  guint kept = 0;
  for (guint i = 0; i < 100; i++)
    kept += has (cache, i, bytes, sizeof bytes);
  g_assert_cmpuint (kept, >=, 15);
  g_assert_cmpuint (kept, <=, 22);
  g_assert_true (has (cache, 99, bytes, sizeof bytes));
  g_assert_false (has (cache, 1, bytes, sizeof bytes));
  clean ();
}

/* What is not the cache's own stays, also where the folder is somebody else's. */
static void
test_foreign (void)
{
  static gchar bytes[1000];
  static const gchar digits[] = "0123456789012345678901234567890123456789012345678901234567890123";
  const gchar *const names[] = { "notes", digits, digits + 2 };
  g_autofree gchar *parent = g_build_filename (folder, "ab", NULL);
  g_mkdir_with_parents (parent, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *path = g_build_filename (parent, names[i], NULL);
      g_assert_true (g_file_set_contents (path, bytes, sizeof bytes, NULL));
    }
  g_autoptr (IdrDiskCache) cache = open_cache (20000);
  for (guint i = 0; i < 100; i++)
    put (cache, i, bytes, sizeof bytes);
  g_assert_true (has (cache, 99, bytes, sizeof bytes));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *path = g_build_filename (parent, names[i], NULL);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  clean ();
}

/* What a process has left that was killed while it wrote goes, later; what another writes stays. */
static void
test_killed (void)
{
  struct utimbuf long_ago = { 1000000000, 1000000000 };
  g_autofree gchar *parent = g_build_filename (folder, "ab", NULL);
  g_autofree gchar *old = g_build_filename (parent, ".new-1-1", NULL);
  g_autofree gchar *young = g_build_filename (parent, ".new-1-2", NULL);
  g_mkdir_with_parents (parent, 0700);
  g_file_set_contents (old, "half", -1, NULL);
  g_file_set_contents (young, "half", -1, NULL);
  g_assert_cmpint (g_utime (old, &long_ago), ==, 0);
  g_autoptr (IdrDiskCache) cache = open_cache (1 << 20);
  put (cache, 1, "0123456789", 10);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
  g_assert_true (has (cache, 1, "0123456789", 10));
  clean ();
}

static gpointer
use (gpointer data)
{
  static gchar bytes[1000];
  g_autoptr (IdrDiskCache) cache = open_cache (20000);
  for (guint i = 0; i < 300; i++)
    {
      put (cache, i % 40, bytes, sizeof bytes);
      has (cache, (i + 20) % 40, bytes, sizeof bytes);
    }
  return NULL;
}

/* Several at once, as processes are: what is there is whole. */
static void
test_several (void)
{
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("uses", use, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  clean ();
}

static void
test_no_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (idr_disk_cache_open ("/proc/nothing/here", 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
check_read (IdrStore *store, const gchar *key, const gchar *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = idr_store_read (store, key, 4096, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), wanted,
                   strlen (wanted));
}

static guint
count_entries (void)
{
  guint n = 0;
  for (guint i = 0; i < 256; i++)
    {
      const gchar *name;
      g_autofree gchar *path = g_strdup_printf ("%s/%02x", folder, i);
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        n += name[0] != '.';
    }
  return n;
}

/* Waits until the writer has done its work. */
static void
await_entries (guint n)
{
  for (guint i = 0; i < 1000 && count_entries () != n; i++)
    g_usleep (5000);
  g_assert_cmpuint (count_entries (), ==, n);
}

/* Chunks are asked for once, by all stores together; metadata always. */
static void
test_store (void)
{
  g_autoptr (BadServer) server = bad_server_start (root, NULL);
  IdrStoreOptions options = { .anonymous = TRUE, .cache = folder, .cache_limit = 1 << 20 };
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (IdrStore) store = idr_store_new (server->url, &options, NULL);
      check_read (store, "a/0.1", "chunk");
      check_read (store, "a/zarr.json", "{}");
      g_autoptr (IdrFetch) part = idr_store_fetch (store, "a/0.1", 1, 2, 4096);
      g_autoptr (GBytes) bytes = idr_fetch_wait (part, NULL, NULL, NULL);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "hu", 2);
      g_autoptr (IdrFetch) short_one = idr_store_fetch (store, "a/0.1", 0, 0, 4);
      g_assert_null (idr_fetch_wait (short_one, NULL, NULL, NULL));
      await_entries (2); /* the chunk and its part */
    }
  /* the chunk, its part and its excess, and three times the metadata and the excess */
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 2 + 3 + 3);
  clean ();
}

static void
write_text (const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (root, "a", name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("test-disk-cache-XXXXXX", NULL);
  folder = g_build_filename (root, "cache", NULL);
  g_autofree gchar *array = g_build_filename (root, "a", NULL);
  g_mkdir (array, 0700);
  write_text ("0.1", "chunk");
  write_text ("zarr.json", "{}");
  g_test_add_func ("/disk-cache/names", test_names);
  g_test_add_func ("/disk-cache/keeps", test_keeps);
  g_test_add_func ("/disk-cache/damage", test_damage);
  g_test_add_func ("/disk-cache/bound", test_bound);
  g_test_add_func ("/disk-cache/foreign", test_foreign);
  g_test_add_func ("/disk-cache/killed", test_killed);
  g_test_add_func ("/disk-cache/several", test_several);
  g_test_add_func ("/disk-cache/no-folder", test_no_folder);
  g_test_add_func ("/disk-cache/store", test_store);
  gint status = g_test_run ();
  g_free (folder);
  g_autofree gchar *remove = g_strdup_printf ("rm -r '%s'", root);
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  g_free (root);
  return status;
}
