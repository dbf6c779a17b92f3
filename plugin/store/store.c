/* Bytes by key: which kind of store a location is, and which keys may be asked for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "backend.h"
#include "fetch.h"

enum
{
  MAX_KEY = 1024 /* bytes, as S3 has it */
};

static gboolean
is_part (const gchar *part, gsize length)
{
  return length > 0 && !(length == 1 && part[0] == '.')
         && !(length == 2 && part[0] == '.' && part[1] == '.');
}

gboolean
idr_store_check_key (const gchar *key, GError **error)
{
  gsize length = strlen (key), start = 0;
  gboolean good = length > 0 && length <= MAX_KEY;
  for (gsize i = 0; good && i <= length; i++)
    {
      if (i == length || key[i] == '/')
        {
          good = is_part (key + start, i - start);
          start = i + 1;
        }
      else
        good = !g_ascii_iscntrl (key[i]);
    }
  if (!good)
    {
      g_autofree gchar *shown = g_strescape (key, NULL);
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
          "\"%.200s\" is no key: parts between single slashes, none of them \".\" or \"..\"",
          shown);
    }
  return good;
}

/* "" or what ends in one slash, for listings */
static gboolean
check_prefix (const gchar *prefix, GError **error)
{
  g_autofree gchar *key = g_strdup (prefix);
  gsize length = strlen (key);
  if (length == 0)
    return TRUE;
  if (key[length - 1] == '/')
    key[length - 1] = '\0';
  return idr_store_check_key (key, error);
}

/* The name before "://", in lower case, or NULL: "C:/x" and "a b://c" are paths. */
static gchar *
get_scheme (const gchar *location)
{
  gsize length = strspn (location, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+.-");
  if (length == 0 || !g_str_has_prefix (location + length, "://"))
    return NULL;
  return g_ascii_strdown (location, length);
}

IdrStore *
idr_store_new (const gchar *location, const IdrStoreOptions *options, GError **error)
{
  g_return_val_if_fail (location != NULL, NULL);
  g_autofree gchar *scheme = get_scheme (location);
  if (location[0] == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "no location is given: a folder, or an address (https://, s3://)");
      return NULL;
    }
  if (strstr (location, ".zip!") != NULL)
    return idr_zip_store_new (location, options, error);
  if (scheme == NULL)
    return idr_file_store_new (location);
  if (g_str_equal (scheme, "file"))
    {
      g_autofree gchar *host = NULL;
      g_autofree gchar *folder = g_filename_from_uri (location, &host, error);
      if (folder != NULL && (host == NULL || g_ascii_strcasecmp (host, "localhost") == 0))
        return idr_file_store_new (folder);
      if (folder != NULL)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                     "file://%s: names another computer; a local folder is file:///PATH", host);
      return NULL;
    }
  return idr_web_store_new (location, options, error);
}

IdrStore *
idr_store_ref (IdrStore *store)
{
  g_atomic_ref_count_inc (&store->references);
  return store;
}

void
idr_store_unref (IdrStore *store)
{
  if (store != NULL && g_atomic_ref_count_dec (&store->references))
    store->backend->free (store);
}

gchar *
idr_store_get_uri (IdrStore *store, const gchar *key)
{
  g_return_val_if_fail (store != NULL, NULL);
  return store->backend->get_uri (store, key != NULL && key[0] != '\0' ? key : NULL);
}

gboolean
idr_store_is_local (IdrStore *store)
{
  g_return_val_if_fail (store != NULL, FALSE);
  return store->backend->is_local (store);
}

/* Says where a bad key or prefix was asked for. */
static void
prefix_root (IdrStore *store, GError **error)
{
  g_autofree gchar *root = idr_store_get_uri (store, NULL);
  g_prefix_error (error, "%s: ", root);
}

IdrFetch *
idr_store_fetch (IdrStore *store, const gchar *key, gint64 offset, gint64 length, gsize limit)
{
  g_return_val_if_fail (store != NULL && key != NULL && length >= 0 && limit > 0, NULL);
  GError *error = NULL;
  IdrFetch *fetch = idr_fetch_new (store, key, offset, length, limit);
  if (idr_store_check_key (key, &error))
    store->backend->start (store, fetch);
  else
    {
      prefix_root (store, &error);
      idr_fetch_finish (fetch, NULL, error, 0);
    }
  return fetch;
}

GBytes *
idr_store_read (IdrStore *store, const gchar *key, gsize limit, IdrTally *tally,
                GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, key, 0, 0, limit);
  return idr_fetch_wait (fetch, tally, cancellable, error);
}

gchar **
idr_store_list (IdrStore *store, const gchar *prefix, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (store != NULL && prefix != NULL, NULL);
  if (!check_prefix (prefix, error))
    {
      prefix_root (store, error);
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_autofree gchar *folder = prefix[0] == '\0' || g_str_has_suffix (prefix, "/")
                                 ? g_strdup (prefix)
                                 : g_strconcat (prefix, "/", NULL);
  return store->backend->list (store, folder, cancellable, error);
}
