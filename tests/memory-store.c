/* A store that tests play: in memory, with faults to order, and counted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "memory-store.h"

#include <string.h>

typedef struct
{
  GBytes *bytes; /* NULL: not there */
  gint code;     /* of an error */
  guint times;   /* it will come */
  guint fetches;
} Object;

struct _IdrStore
{
  gatomicrefcount refs;
  GMutex lock;
  GCond changed;
  GHashTable *objects;
  gboolean held;
  guint fetches, alive, waiting;
  gint64 bytes;
  GSList *thens; /* of fetches that are held, the last one first */
};

struct _IdrFetch
{
  gatomicrefcount refs;
  IdrStore *store;
  gchar *key;
  gint64 offset, length;
  gsize limit;
  gboolean counted;
};

typedef struct
{
  IdrFetch *fetch; /* which is alive */
  IdrFetchThen func;
  gpointer data;
  GDestroyNotify free;
} Then;

static GBytes *take_answer (IdrFetch *fetch, IdrTally *tally, GError **error);

static void
object_free (gpointer data)
{
  Object *object = data;

  g_clear_pointer (&object->bytes, g_bytes_unref);
  g_free (object);
}

static Object *
get_object (IdrStore *store, const gchar *key)
{
  Object *object = g_hash_table_lookup (store->objects, key);

  if (!object)
    {
      object = g_new0 (Object, 1);
      g_hash_table_insert (store->objects, g_strdup (key), object);
    }
  return object;
}

/* --- What tests do ----------------------------------------------------------- */

IdrStore *
memory_store_new (void)
{
  IdrStore *store = g_new0 (IdrStore, 1);

  g_atomic_ref_count_init (&store->refs);
  g_mutex_init (&store->lock);
  g_cond_init (&store->changed);
  store->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, object_free);
  return store;
}

void
memory_store_put (IdrStore *store, const gchar *key, gconstpointer data, gssize size)
{
  Object *object;

  g_mutex_lock (&store->lock);
  object = get_object (store, key);
  g_clear_pointer (&object->bytes, g_bytes_unref);
  if (data)
    object->bytes = g_bytes_new (data, size);
  g_mutex_unlock (&store->lock);
}

void
memory_store_put_text (IdrStore *store, const gchar *key, const gchar *text)
{
  memory_store_put (store, key, text, strlen (text));
}

void
memory_store_fail (IdrStore *store, const gchar *key, gint code, guint times)
{
  Object *object;

  g_mutex_lock (&store->lock);
  object = get_object (store, key);
  object->code = code;
  object->times = times;
  g_mutex_unlock (&store->lock);
}

static void
run_then (Then *then)
{
  g_autoptr (GBytes) bytes = NULL;

  g_mutex_lock (&then->fetch->store->lock);
  bytes = take_answer (then->fetch, NULL, NULL);
  g_mutex_unlock (&then->fetch->store->lock);
  then->func (bytes, then->data);
  then->free (then->data);
  g_free (then);
}

void
memory_store_hold (IdrStore *store, gboolean held)
{
  GSList *thens = NULL;

  g_mutex_lock (&store->lock);
  store->held = held;
  if (!held)
    thens = g_slist_reverse (g_steal_pointer (&store->thens));
  g_cond_broadcast (&store->changed);
  g_mutex_unlock (&store->lock);
  for (GSList *link = thens; link; link = link->next)
    run_then (link->data);
  g_slist_free (thens);
}

static guint
read_count (IdrStore *store, const guint *count)
{
  guint n;

  g_mutex_lock (&store->lock);
  n = *count;
  g_mutex_unlock (&store->lock);
  return n;
}

guint
memory_store_count (IdrStore *store, const gchar *key)
{
  guint *count = &store->fetches;

  g_mutex_lock (&store->lock);
  if (key)
    count = &get_object (store, key)->fetches;
  g_mutex_unlock (&store->lock);
  return read_count (store, count);
}

guint
memory_store_count_alive (IdrStore *store)
{
  return read_count (store, &store->alive);
}

guint
memory_store_count_waiting (IdrStore *store)
{
  return read_count (store, &store->waiting);
}

/* --- What the layers above see --------------------------------------------------- */

IdrStore *
idr_store_ref (IdrStore *store)
{
  g_atomic_ref_count_inc (&store->refs);
  return store;
}

void
idr_store_unref (IdrStore *store)
{
  if (!g_atomic_ref_count_dec (&store->refs))
    return;
  g_hash_table_unref (store->objects);
  g_cond_clear (&store->changed);
  g_mutex_clear (&store->lock);
  g_free (store);
}

gchar *
idr_store_get_uri (IdrStore *store, const gchar *key)
{
  return g_strconcat ("memory:", key, NULL);
}

IdrFetch *
idr_store_fetch (IdrStore *store, const gchar *key, gint64 offset, gint64 length, gsize limit)
{
  IdrFetch *fetch = g_new0 (IdrFetch, 1);

  g_atomic_ref_count_init (&fetch->refs);
  fetch->store = idr_store_ref (store);
  fetch->key = g_strdup (key);
  fetch->offset = offset;
  fetch->length = length;
  fetch->limit = limit;
  g_mutex_lock (&store->lock);
  store->fetches++;
  store->alive++;
  get_object (store, key)->fetches++;
  g_mutex_unlock (&store->lock);
  return fetch;
}

IdrFetch *
idr_fetch_ref (IdrFetch *fetch)
{
  g_atomic_ref_count_inc (&fetch->refs);
  return fetch;
}

void
idr_fetch_unref (IdrFetch *fetch)
{
  GSList *given_up = NULL;

  if (!g_atomic_ref_count_dec (&fetch->refs))
    return;
  g_mutex_lock (&fetch->store->lock);
  fetch->store->alive--;
  for (GSList *link = fetch->store->thens, *next; link; link = next)
    {
      Then *then = link->data;

      next = link->next;
      if (then->fetch != fetch)
        continue;
      fetch->store->thens = g_slist_delete_link (fetch->store->thens, link);
      given_up = g_slist_prepend (given_up, then);
    }
  g_mutex_unlock (&fetch->store->lock);
  for (GSList *link = given_up; link; link = link->next)
    {
      Then *then = link->data;

      then->free (then->data);
      g_free (then);
    }
  g_slist_free (given_up);
  idr_store_unref (fetch->store);
  g_free (fetch->key);
  g_free (fetch);
}

static void
wake (GCancellable *cancellable, gpointer data)
{
  IdrStore *store = data;

  g_mutex_lock (&store->lock);
  g_cond_broadcast (&store->changed);
  g_mutex_unlock (&store->lock);
}

/* The bytes, with the lock held. */
static GBytes *
take_answer (IdrFetch *fetch, IdrTally *tally, GError **error)
{
  Object *object = get_object (fetch->store, fetch->key);
  gint64 size, first, n;

  if (object->times)
    {
      object->times--;
      g_set_error (error, G_IO_ERROR, object->code, "memory:%s: a fault", fetch->key);
      return NULL;
    }
  if (!object->bytes)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "memory:%s: not there", fetch->key);
      return NULL;
    }
  size = (gint64)g_bytes_get_size (object->bytes);
  first = fetch->offset < 0 ? size - MIN (fetch->length, size) : fetch->offset;
  n = fetch->length > 0 ? MIN (fetch->length, size - first) : size - first;
  if (n < 0 || (n == 0 && first > 0) || (gsize)n > fetch->limit)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "memory:%s: too long", fetch->key);
      return NULL;
    }
  if (!fetch->counted)
    {
      fetch->store->bytes += n;
      if (tally)
        tally->bytes += n;
    }
  fetch->counted = TRUE;
  return g_bytes_new_from_bytes (object->bytes, (gsize)first, (gsize)n);
}

void
idr_fetch_then (IdrFetch *fetch, IdrFetchThen func, gpointer data, GDestroyNotify free)
{
  Then *then = g_new (Then, 1);
  gboolean held;

  *then = (Then){ fetch, func, data, free };
  g_mutex_lock (&fetch->store->lock);
  held = fetch->store->held;
  if (held)
    fetch->store->thens = g_slist_prepend (fetch->store->thens, then);
  g_mutex_unlock (&fetch->store->lock);
  if (!held)
    run_then (then);
}

gint64
memory_store_count_bytes (IdrStore *store)
{
  gint64 bytes;

  g_mutex_lock (&store->lock);
  bytes = store->bytes;
  g_mutex_unlock (&store->lock);
  return bytes;
}

GBytes *
idr_fetch_wait (IdrFetch *fetch, IdrTally *tally, GCancellable *cancellable, GError **error)
{
  IdrStore *store = fetch->store;
  gulong id = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (wake), store, NULL) : 0;
  GBytes *bytes = NULL;

  g_mutex_lock (&store->lock);
  store->waiting++;
  while (store->held && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&store->changed, &store->lock);
  store->waiting--;
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    bytes = take_answer (fetch, tally, error);
  g_mutex_unlock (&store->lock);
  g_cancellable_disconnect (cancellable, id);
  return bytes;
}

gboolean
idr_fetch_is_done (IdrFetch *fetch)
{
  gboolean done;

  g_mutex_lock (&fetch->store->lock);
  done = !fetch->store->held;
  g_mutex_unlock (&fetch->store->lock);
  return done;
}

GBytes *
idr_store_read (IdrStore *store, const gchar *key, gsize limit, IdrTally *tally,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, key, 0, 0, limit);

  return idr_fetch_wait (fetch, tally, cancellable, error);
}
