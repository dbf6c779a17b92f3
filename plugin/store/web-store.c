/* A web server's folder or a bucket as a store
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "access.h"
#include "backend.h"
#include "disk-cache.h"
#include "fetch.h"
#include "http.h"
#include "listable.h"
#include "listing.h"
#include "location.h"
#include "status.h"

enum
{
  MAX_NAMES = 1 << 20, /* of one listing */
  MAX_PAGES = 4096,
  MAX_PAGE = 16 << 20 /* bytes */
};

typedef struct
{
  IdrStore store;
  IdrLocation *location;
  IdrHttpSigner *signer; /* or NULL: anonymous */
  gchar *root;           /* what requests begin with, and may have a user in it */
  gchar *moved;          /* instead of that, since a server has said so, atomic; or NULL */
  gchar *shown;          /* what people see */
  IdrDiskCache *cache;   /* or NULL */

  /* ---- the I/O thread's */
  gboolean readable; /* something was read */
  IdrListable listable;
} WebStore;

/* @root/KEY */
static gchar *
get_url (const gchar *root, const gchar *key)
{
  GString *url = g_string_sized_new (strlen (root) + strlen (key) + 32);
  g_string_append (url, root);
  g_string_append_c (url, '/');
  idr_location_append_encoded (url, key, TRUE);
  return g_string_free (url, FALSE);
}

/* What a listing of the bucket begins with. */
static GString *
begin_list_url (const WebStore *web)
{
  GString *url = g_string_new (web->location->service);
  g_string_append_c (url, '/');
  if (!web->location->bucket_in_host)
    idr_location_append_encoded (url, web->location->bucket, FALSE);
  g_string_append (url, "?list-type=2");
  return url;
}

static gchar *
get_page_url (const WebStore *web, const gchar *prefix, const gchar *token)
{
  GString *url = begin_list_url (web);
  g_string_append (url, "&delimiter=%2F&prefix=");
  idr_location_append_encoded (url, prefix, FALSE);
  if (token != NULL)
    {
      g_string_append (url, "&continuation-token=");
      idr_location_append_encoded (url, token, FALSE);
    }
  return g_string_free (url, FALSE);
}

static gchar *
get_one_name_url (const WebStore *web)
{
  GString *url = begin_list_url (web);
  g_string_append (url, "&max-keys=1&prefix=");
  idr_location_append_encoded (url, web->location->prefix, FALSE);
  return g_string_free (url, FALSE);
}

static gchar *
web_store_get_uri (IdrStore *store, const gchar *key)
{
  WebStore *web = (WebStore *)store;
  return key != NULL ? get_url (web->shown, key) : g_strdup (web->shown);
}

static gboolean
web_store_is_local (IdrStore *store)
{
  return FALSE;
}

/* Why @answer does not bring the bytes, or NULL. A server that knows no ranges may have sent too
 * many. */
static GError *
find_fault (IdrFetch *fetch, const IdrHttpAnswer *answer)
{
  const WebStore *web = (const WebStore *)fetch->store;
  GError *error = NULL;
  gsize size = g_bytes_get_size (answer->body);
  gboolean success = idr_status_is_success (answer->status);
  if (success && size <= fetch->limit)
    return NULL;
  g_autofree gchar *url = idr_store_get_uri (fetch->store, fetch->key);
  if (success)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: has %" G_GSIZE_FORMAT " bytes, more than the %" G_GSIZE_FORMAT " it may have",
                 url, size, fetch->limit);
  else
    idr_status_set_error (answer, url, web->signer != NULL, &error);
  return error;
}

/* Where anything can be read a 403 is about the one object, and may mean that it is not there. */
static gboolean
may_be_missing (const WebStore *web, const IdrHttpAnswer *answer)
{
  return answer->status == 403 && web->readable && !idr_status_is_about_credentials (answer);
}

static void
judge_forbidden (WebStore *web, IdrFetch *fetch, GError *fault, guint retries)
{
  g_autofree gchar *url = web->location->bucket != NULL ? get_one_name_url (web) : NULL;
  IdrHttpRequest question
      = { .url = url, .limit = MAX_PAGE, .signer = web->signer, .urgent = TRUE };
  idr_listable_judge (&web->listable, &question, fetch, fault, retries);
}

/* The name of what is kept of a fetch, or NULL: only chunks never change, and their keys end in a
 * number or in several. Free with g_free(). */
static gchar *
get_cache_name (WebStore *web, const IdrFetch *fetch)
{
  const gchar *slash = strrchr (fetch->key, '/');
  const gchar *last = slash != NULL ? slash + 1 : fetch->key;
  if (web->cache == NULL || !g_ascii_isdigit (last[0])
      || strspn (last, G_CSET_DIGITS ".") != strlen (last))
    return NULL;
  g_autofree gchar *url = get_url (web->shown, fetch->key);
  return idr_disk_cache_get_name (web->signer != NULL, url, fetch->offset, fetch->length);
}

/* Ends a fetch with what is kept of it; FALSE: nothing is. */
static gboolean
take_cached (WebStore *web, IdrFetch *fetch)
{
  g_autofree gchar *name = get_cache_name (web, fetch);
  g_autoptr (GBytes) bytes = name != NULL ? idr_disk_cache_get (web->cache, name) : NULL;
  if (bytes == NULL || g_bytes_get_size (bytes) > fetch->limit)
    return FALSE;
  fetch->counted = TRUE; /* no server sent it */
  idr_fetch_finish (fetch, g_steal_pointer (&bytes), NULL, 0);
  return TRUE;
}

static void
keep (WebStore *web, const IdrFetch *fetch, GBytes *bytes)
{
  g_autofree gchar *name = get_cache_name (web, fetch);
  if (name != NULL)
    idr_disk_cache_put (web->cache, name, bytes);
}

/* What requests begin with now. */
static const gchar *
get_root (WebStore *web)
{
  const gchar *moved = g_atomic_pointer_get (&web->moved);
  return moved != NULL ? moved : web->root;
}

/* Takes notice that all of the store lies where @answer came from: where the key is the same there.
 * Once, so that requests on their way may go on reading the root. */
static void
follow_move (WebStore *web, const IdrFetch *fetch, const IdrHttpAnswer *answer)
{
  g_autofree gchar *tail = get_url ("", fetch->key);
  if (!answer->moved || !g_str_has_suffix (answer->url, tail))
    return;
  gchar *root = g_strndup (answer->url, strlen (answer->url) - strlen (tail));
  if (!g_atomic_pointer_compare_and_exchange (&web->moved, NULL, root))
    g_free (root);
}

static void
on_done (IdrHttpAnswer *taken, const GError *error, gpointer data)
{
  IdrFetch *fetch = data;
  g_autoptr (IdrHttpAnswer) answer = taken;
  if (answer == NULL)
    {
      idr_fetch_finish (fetch, NULL, g_error_copy (error), 0);
      return;
    }
  WebStore *web = (WebStore *)fetch->store;
  GError *fault = find_fault (fetch, answer);
  if (fault != NULL && may_be_missing (web, answer))
    {
      judge_forbidden (web, fetch, fault, answer->retries);
      return;
    }
  web->readable = web->readable || fault == NULL;
  if (fault == NULL)
    follow_move (web, fetch, answer);
  GBytes *bytes = fault == NULL ? g_bytes_ref (answer->body) : NULL;
  if (bytes != NULL)
    keep (web, fetch, bytes);
  idr_fetch_finish (fetch, bytes, fault, answer->retries);
}

static void
web_store_start (IdrStore *store, IdrFetch *fetch)
{
  WebStore *web = (WebStore *)store;
  if (take_cached (web, fetch))
    return;
  g_autofree gchar *url = get_url (get_root (web), fetch->key);
  IdrHttpRequest request = {
    .url = url,
    .offset = fetch->offset,
    .length = fetch->length,
    .limit = fetch->limit,
    .signer = web->signer,
  };
  fetch->transfer = idr_http_start (&request, on_done, fetch);
}

static void
web_store_hurry (IdrFetch *fetch)
{
  idr_http_transfer_hurry (fetch->transfer);
}

static void
web_store_stop (IdrFetch *fetch)
{
  idr_http_transfer_free (fetch->transfer);
}

/* A refusal in S3's words is told as it is; any other server just has no listings. */
static gboolean
check_page (const WebStore *web, const IdrHttpAnswer *answer, const gchar *shown, GError **error)
{
  g_autofree gchar *code = idr_status_get_s3_code (answer->body);
  guint status = answer->status;
  if (status == 200)
    return TRUE;
  if (code != NULL || status == 401 || status == 403 || status == 429 || status >= 500)
    idr_status_set_error (answer, shown, web->signer != NULL, error);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "not a bucket's listing");
  return FALSE;
}

static gboolean
read_page (WebStore *web, const gchar *prefix, GPtrArray *names, gchar **token, const gchar *shown,
           GCancellable *cancellable, GError **error)
{
  g_autofree gchar *previous = g_steal_pointer (token);
  g_autofree gchar *url = get_page_url (web, prefix, previous);
  IdrHttpRequest request = { .url = url, .limit = MAX_PAGE, .signer = web->signer };
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, cancellable, error);
  if (answer == NULL)
    return FALSE;
  g_autoptr (GError) fault = NULL;
  if (!check_page (web, answer, shown, &fault)
      || !idr_listing_parse (answer->body, prefix, names, token, &fault))
    {
      if (g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                     "%s: the server does not list what it has: give the full address", shown);
      else
        g_propagate_prefixed_error (error, g_steal_pointer (&fault), "listing %s: ", shown);
      return FALSE;
    }
  if (*token != NULL && g_strcmp0 (*token, previous) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: the server lists the same page again and again", shown);
      return FALSE;
    }
  return TRUE;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *)a, *(gchar *const *)b);
}

/* Sorted, each name once, and a NULL at the end. */
static gchar **
take_names (GPtrArray *names)
{
  g_ptr_array_sort (names, compare_names);
  GPtrArray *unique = g_ptr_array_new ();
  for (guint i = 0; i < names->len; i++)
    if (i == 0 || !g_str_equal (names->pdata[i], names->pdata[i - 1]))
      g_ptr_array_add (unique, g_strdup (names->pdata[i]));
  g_ptr_array_add (unique, NULL);
  return (gchar **)g_ptr_array_free (unique, FALSE);
}

static gchar **
web_store_list (IdrStore *store, const gchar *below, GCancellable *cancellable, GError **error)
{
  WebStore *web = (WebStore *)store;
  g_autofree gchar *shown = web_store_get_uri (store, below);
  g_autofree gchar *token = NULL;
  g_autofree gchar *prefix = g_strconcat (web->location->prefix, below, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint pages = 0;
  if (web->location->bucket == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "%s: names no bucket, so it cannot be listed", shown);
      return NULL;
    }
  do
    if (++pages > MAX_PAGES || names->len > MAX_NAMES)
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: the listing has no end", shown);
        return NULL;
      }
    else if (!read_page (web, prefix, names, &token, shown, cancellable, error))
      return NULL;
  while (token != NULL);
  if (names->len > 0)
    return take_names (names);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: there is nothing below this", shown);
  return NULL;
}

static void
web_store_free (IdrStore *store)
{
  WebStore *web = (WebStore *)store;
  idr_location_free (web->location);
  idr_http_signer_unref (web->signer);
  idr_listable_clear (&web->listable);
  idr_disk_cache_unref (web->cache);
  g_free (web->root);
  g_free (web->moved);
  g_free (web->shown);
  g_free (web);
}

static const IdrStoreBackend web_store_backend = {
  .start = web_store_start,
  .hurry = web_store_hurry,
  .stop = web_store_stop,
  .get_uri = web_store_get_uri,
  .is_local = web_store_is_local,
  .list = web_store_list,
  .free = web_store_free,
};

static gchar *
join (const gchar *service, const gchar *path)
{
  return g_strconcat (service, path[0] != '\0' ? "/" : "", path, NULL);
}

/* Without the user before the host. */
static gchar *
hide_user (const gchar *service)
{
  const gchar *host = strstr (service, "://") + 3;
  const gchar *at = g_strrstr (host, "@");
  g_autofree gchar *scheme = g_strndup (service, host - service);
  return g_strconcat (scheme, at != NULL ? at + 1 : host, NULL);
}

IdrStore *
idr_web_store_new (const gchar *text, const IdrStoreOptions *options, GError **error)
{
  g_auto (IdrAccess) access = { NULL };
  if (!idr_access_init (&access, options, error))
    return NULL;
  g_autoptr (IdrLocation) location = idr_location_parse (text, access.endpoint, error);
  if (location == NULL)
    return NULL;
  g_autofree gchar *service = hide_user (location->service);
  if (!idr_access_check (&access, location->service, service, error))
    return NULL;
  const gchar *folder = options != NULL ? options->cache : NULL;
  g_autoptr (IdrDiskCache) cache
      = folder != NULL ? idr_disk_cache_open (folder, options->cache_limit, error) : NULL;
  if (folder != NULL && cache == NULL)
    return NULL;
  WebStore *web = g_new0 (WebStore, 1);
  web->store.backend = &web_store_backend;
  g_atomic_ref_count_init (&web->store.references);
  web->signer = g_steal_pointer (&access.signer);
  web->cache = g_steal_pointer (&cache);
  web->root = join (location->service, location->path);
  web->shown = join (service, location->path);
  web->location = g_steal_pointer (&location);
  return &web->store;
}
