/* Archives as stores: entries and ranges of them; damaged ones do no harm
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

static gchar *folder;

static void
put (GByteArray *zip, guint32 value, gint n_bytes)
{
  for (gint i = 0; i < n_bytes; i++)
    {
      guint8 byte = i < 4 ? value >> 8 * i : 0;

      g_byte_array_append (zip, &byte, 1);
    }
}

/* An entry's header, and its record in @directory. */
static void
add (GByteArray *zip, GByteArray *directory, const gchar *name, const gchar *text,
     gboolean deflated)
{
  guint8 packed[256];
  z_stream stream = { .next_in = (Bytef *)(gsize)text,
                      .avail_in = strlen (text),
                      .next_out = packed,
                      .avail_out = sizeof packed };
  guint32 offset = zip->len, size = strlen (text), stored;

  deflateInit2 (&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  deflateEnd (&stream);
  stored = deflated ? stream.total_out : size;
  for (gint record = 0; record < 2; record++)
    {
      GByteArray *to = record ? directory : zip;

      put (to, record ? 0x02014b50 : 0x04034b50, 4);
      put (to, 20, record ? 4 : 2); /* versions */
      put (to, 0, 2);               /* flags */
      put (to, deflated ? 8 : 0, 2);
      put (to, 0, 8); /* time, checksum */
      put (to, stored, 4);
      put (to, size, 4);
      put (to, strlen (name), 2);
      put (to, record ? 0 : 3, 2); /* the header has more than the record */
      put (to, 0, record ? 10 : 0);
      if (record)
        put (to, offset, 4);
      g_byte_array_append (to, (const guint8 *)name, strlen (name));
    }
  put (zip, 0, 3);
  g_byte_array_append (zip, deflated ? packed : (const guint8 *)text, stored);
}

static GByteArray *
make_zip (const gchar *comment)
{
  GByteArray *zip = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  guint32 offset;

  add (zip, directory, "a/one", "0123456789", FALSE);
  add (zip, directory, "a/two", "aaaaaaaaaaaaaaaaaaaaaaaab", TRUE);
  add (zip, directory, "a/../three", "out", FALSE);
  add (zip, directory, "four", "", FALSE);
  offset = zip->len;
  g_byte_array_append (zip, directory->data, directory->len);
  put (zip, 0x06054b50, 4);
  put (zip, 0, 4);
  put (zip, 4, 2);
  put (zip, 4, 2);
  put (zip, directory->len, 4);
  put (zip, offset, 4);
  put (zip, strlen (comment), 2);
  g_byte_array_append (zip, (const guint8 *)comment, strlen (comment));
  return zip;
}

/* The store within a file that holds @zip. */
static IdrStore *
open_zip (const guint8 *zip, gsize size, const gchar *inside)
{
  g_autofree gchar *path = g_build_filename (folder, "x.zip", NULL);
  g_autofree gchar *location = g_strconcat (path, "!", inside, NULL);
  IdrStoreOptions options = { .anonymous = TRUE };
  g_autoptr (GError) error = NULL;
  IdrStore *store;

  g_file_set_contents (path, (const gchar *)zip, (gssize)size, &error);
  g_assert_no_error (error);
  store = idr_store_new (location, &options, &error);
  g_assert_no_error (error);
  return store;
}

static void
assert_text (IdrStore *store, const gchar *key, gint64 offset, gint64 length, const gchar *text)
{
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, key, offset, length, 100);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = idr_fetch_wait (fetch, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
assert_error (IdrStore *store, const gchar *key, gsize limit, gint code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (idr_store_read (store, key, limit, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, "x.zip"));
}

static void
test_entries (void)
{
  static const gchar *const comments[] = { "", "a comment: PK\5\6, and more" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GByteArray) zip = make_zip (comments[i]);
      g_autoptr (IdrStore) store = open_zip (zip->data, zip->len, "/a");
      g_autoptr (IdrStore) root = open_zip (zip->data, zip->len, "");

      assert_text (store, "one", 0, 0, "0123456789");
      assert_text (store, "one", 3, 4, "3456");
      assert_text (store, "one", -1, 2, "89");
      assert_text (store, "two", 0, 0, "aaaaaaaaaaaaaaaaaaaaaaaab");
      assert_text (store, "two", 23, 5, "ab");
      assert_text (root, "a/one", 9, 1, "9");
      assert_text (root, "four", 0, 0, "");
      assert_error (store, "four", 100, G_IO_ERROR_NOT_FOUND);
      assert_error (root, "three", 100, G_IO_ERROR_NOT_FOUND);
      assert_error (store, "one", 5, G_IO_ERROR_INVALID_DATA);
    }
}

/* Whatever the archive says, there are bytes or an error. */
static void
test_damaged (void)
{
  g_autoptr (GByteArray) zip = make_zip ("");
  g_autoptr (GRand) random = g_rand_new_with_seed (62);

  for (gsize i = 0; i < (gsize)2 * zip->len; i++)
    {
      g_autofree guint8 *data = g_memdup2 (zip->data, zip->len);
      gsize size = i < zip->len ? i : zip->len;
      g_autoptr (IdrStore) store = NULL;
      static const gchar *const keys[] = { "a/one", "a/two", "four" };

      if (i >= zip->len)
        data[i - zip->len] ^= g_rand_int_range (random, 1, 256);
      store = open_zip (data, size, "/");
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) bytes = idr_store_read (store, keys[k], 100, NULL, NULL, &error);

          g_assert_true ((bytes == NULL) == (error != NULL));
          g_assert_true (i >= zip->len || error);
        }
    }
}

/* On a server, entries are on their way before anybody waits, each with one request; what nobody
 * waits for any more is given up. */
static void
test_ahead (void)
{
  static const gchar *const keys[] = { "one", "two" };
  g_autoptr (GByteArray) zip = make_zip ("");
  g_autoptr (IdrStore) local = open_zip (zip->data, zip->len, "/a");
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = g_strconcat (server->url, "/x.zip!/a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrStore) store = idr_store_new (url, NULL, &error);
  IdrFetch *fetches[4];

  g_assert_no_error (error);
  g_assert_true (idr_store_is_local (local) && !idr_store_is_local (store));
  assert_error (store, "four", 100, G_IO_ERROR_NOT_FOUND); /* reads the directory */
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (fetches); i++)
    fetches[i] = idr_store_fetch (store, keys[i % 2], 0, 0, 100);
  g_assert_cmpint (bad_server_await (server, "requests", 6), ==, 6);
  for (guint i = 0; i < G_N_ELEMENTS (fetches); i++)
    {
      g_autoptr (GBytes) bytes = i < 2 ? idr_fetch_wait (fetches[i], NULL, NULL, &error) : NULL;
      g_autoptr (GBytes) same = idr_store_read (local, keys[i % 2], 100, NULL, NULL, NULL);

      g_assert_no_error (error);
      g_assert_true (bytes == NULL || g_bytes_equal (bytes, same));
      idr_fetch_unref (fetches[i]);
    }
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 6);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *path = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lamina-zip-XXXXXX", NULL);
  g_test_add_func ("/zip/entries", test_entries);
  g_test_add_func ("/zip/damaged", test_damaged);
  g_test_add_func ("/zip/ahead", test_ahead);
  status = g_test_run ();
  path = g_build_filename (folder, "x.zip", NULL);
  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
  return status;
}
