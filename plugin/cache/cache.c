/* What many ask for and one makes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cache.h"

/* What passes has this part of the budget. */
#define PASSING_SHARE 4

/* In the table from the first asker on. There are three states: under way (making), abandoned by a
 * maker that was cancelled while others wait (neither), and made (value). Those that are made are
 * in one of the queues, too, until they are displaced; who waited still finds the value in the
 * entry. */
typedef struct
{
  gatomicrefcount refs; /* the table's and everybody's who works or waits */
  GBytes *key;
  gpointer value;
  GDestroyNotify unref; /* of the value */
  gsize size;
  gboolean making, kept; /* kept: in a queue */
  gboolean passing;      /* asked for once only, by one who expects no other */
  guint n_waiting;
  GError *error; /* of a maker that failed; the entry is out of the table then */
  GCond changed;
  GList link;
} Entry;

struct _IdrCache
{
  GMutex lock;
  GHashTable *entries; /* of Entry, by key */
  GQueue made;         /* of Entry, the last asked for first */
  GQueue passing;      /* likewise, of those that nobody has asked for again */
  gsize size, passing_size, budget;
  gpointer (*ref) (gpointer value);
  GDestroyNotify unref;
};

static void
entry_unref (gpointer data)
{
  Entry *entry = data;

  if (!g_atomic_ref_count_dec (&entry->refs))
    return;

  if (entry->value != NULL)
    entry->unref (entry->value);
  g_bytes_unref (entry->key);
  g_clear_error (&entry->error);
  g_cond_clear (&entry->changed);
  g_free (entry);
}

/* A new entry in the table, and a reference for the caller. */
static Entry *
entry_add (IdrCache *cache, GBytes *key)
{
  Entry *entry = g_new0 (Entry, 1);

  g_atomic_ref_count_init (&entry->refs);
  g_atomic_ref_count_inc (&entry->refs);
  entry->key = g_bytes_ref (key);
  entry->unref = cache->unref;
  entry->link.data = entry;
  g_cond_init (&entry->changed);
  g_hash_table_insert (cache->entries, entry->key, entry);
  return entry;
}

IdrCache *
idr_cache_new (gsize budget, gpointer (*ref) (gpointer value), GDestroyNotify unref)
{
  IdrCache *cache = g_new0 (IdrCache, 1);

  g_mutex_init (&cache->lock);
  cache->entries = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, entry_unref);
  g_queue_init (&cache->made);
  g_queue_init (&cache->passing);
  cache->budget = budget;
  cache->ref = ref;
  cache->unref = unref;
  return cache;
}

void
idr_cache_free (IdrCache *cache)
{
  g_hash_table_unref (cache->entries);
  g_mutex_clear (&cache->lock);
  g_free (cache);
}

gsize
idr_cache_get_budget (IdrCache *cache)
{
  gsize budget;

  g_mutex_lock (&cache->lock);
  budget = cache->budget;
  g_mutex_unlock (&cache->lock);
  return budget;
}

/* Puts @entry into the queue where it belongs. */
static void
put_in_queue (IdrCache *cache, Entry *entry)
{
  g_queue_push_head_link (entry->passing ? &cache->passing : &cache->made, &entry->link);
  cache->passing_size += entry->passing ? entry->size : 0;
}

static void
take_off_queue (IdrCache *cache, Entry *entry)
{
  g_queue_unlink (entry->passing ? &cache->passing : &cache->made, &entry->link);
  cache->passing_size -= entry->passing ? entry->size : 0;
}

/* Takes what is kept out; the caller lets go of it when the lock is released. */
static Entry *
take_out (IdrCache *cache, Entry *entry)
{
  take_off_queue (cache, entry);
  cache->size -= entry->size;
  entry->kept = FALSE;
  g_hash_table_steal (cache->entries, entry->key);
  return entry;
}

/* Which one goes next, of those in @queue but @newest; or NULL. */
static Entry *
get_oldest (const GQueue *queue, const Entry *newest)
{
  return queue->tail != NULL && queue->tail->data != newest ? queue->tail->data : NULL;
}

static Entry *
find_displaced (IdrCache *cache, const Entry *newest)
{
  Entry *oldest = get_oldest (&cache->passing, newest);

  if (cache->size <= cache->budget && cache->passing_size <= cache->budget / PASSING_SHARE)
    return NULL;
  if (oldest == NULL && cache->size > cache->budget)
    oldest = get_oldest (&cache->made, newest);
  return oldest;
}

/* Takes those out that no longer fit. The newest stays even where it exceeds the budget by itself:
 * it is asked for in pieces, as a rule, and making it for each would cost more than the memory that
 * its maker had anyway. Returns the entries to let go of when the lock is released. */
static GSList *
displace (IdrCache *cache, const Entry *newest)
{
  GSList *gone = NULL;
  Entry *entry;

  while ((entry = find_displaced (cache, newest)) != NULL)
    gone = g_slist_prepend (gone, take_out (cache, entry));
  return gone;
}

/* Keeps the caller's @value in @entry. Returns what displace() does. */
static GSList *
keep (IdrCache *cache, Entry *entry, gpointer value, gsize size)
{
  entry->value = cache->ref (value);
  entry->size = size;
  entry->kept = TRUE;
  put_in_queue (cache, entry);
  cache->size += size;
  return displace (cache, entry);
}

/* The value of @entry for one who asks, which makes it the last to be displaced. */
static gpointer
take (IdrCache *cache, Entry *entry)
{
  if (entry->kept)
    {
      take_off_queue (cache, entry);
      entry->passing = FALSE;
      put_in_queue (cache, entry);
    }
  return cache->ref (entry->value);
}

typedef struct
{
  IdrCache *cache;
  Entry *entry;
} Waiter;

static void
wake (GCancellable *cancellable, gpointer data)
{
  Waiter *waiter = data;

  g_mutex_lock (&waiter->cache->lock);
  g_cond_broadcast (&waiter->entry->changed);
  g_mutex_unlock (&waiter->cache->lock);
}

/* Waits, with the lock held on entry and on return, until @entry is no longer under way or
 * @cancellable is cancelled. */
static void
wait_for (IdrCache *cache, Entry *entry, GCancellable *cancellable)
{
  Waiter waiter = { cache, entry };
  gulong handler = 0;

  entry->n_waiting++;

  /* Neither of the two may be called with the lock that wake() takes. */
  g_mutex_unlock (&cache->lock);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wake), &waiter, NULL);
  g_mutex_lock (&cache->lock);
  while (entry->making && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&entry->changed, &cache->lock);
  g_mutex_unlock (&cache->lock);
  g_cancellable_disconnect (cancellable, handler);
  g_mutex_lock (&cache->lock);

  entry->n_waiting--;
}

/* An entry that nobody makes and nobody waits for any more has lost its last asker. */
static void
drop_if_abandoned (IdrCache *cache, Entry *entry)
{
  if (!entry->making && entry->n_waiting == 0 && entry->value == NULL && entry->error == NULL
      && g_hash_table_lookup (cache->entries, entry->key) == entry)
    g_hash_table_remove (cache->entries, entry->key);
}

/* Makes the value of @entry, which is the caller's to make, and tells those who wait. */
static gpointer
make_entry (IdrCache *cache, Entry *entry, IdrCacheMake make, gpointer data,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) problem = NULL;
  GSList *gone = NULL;
  gsize size = 0;
  gpointer value;

  g_mutex_unlock (&cache->lock);
  value = make (entry->key, data, &size, cancellable, &problem);
  g_mutex_lock (&cache->lock);

  entry->making = FALSE;
  if (value != NULL)
    gone = keep (cache, entry, value, size);
  else if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      entry->error = g_error_copy (problem);
      g_hash_table_remove (cache->entries, entry->key);
    }
  else
    drop_if_abandoned (cache, entry);
  if (entry->n_waiting > 0) /* a broadcast that nobody hears costs a system call */
    g_cond_broadcast (&entry->changed);
  g_mutex_unlock (&cache->lock);

  g_slist_free_full (gone, entry_unref);
  g_mutex_lock (&cache->lock);

  if (value == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return value;
}

/* idr_cache_get() with the lock held, and a reference to @entry. NULL without an error: ask again.
 */
static gpointer
get_entry (IdrCache *cache, Entry *entry, IdrCacheMake make, gpointer data,
           GCancellable *cancellable, GError **error)
{
  if (entry->making)
    wait_for (cache, entry, cancellable);

  if (entry->value != NULL)
    return take (cache, entry);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      drop_if_abandoned (cache, entry);
      return NULL;
    }
  if (entry->error != NULL)
    {
      g_propagate_error (error, g_error_copy (entry->error));
      return NULL;
    }
  if (entry->making) /* taken over by another one who waited */
    return NULL;
  entry->making = TRUE;
  return make_entry (cache, entry, make, data, cancellable, error);
}

static gpointer
get (IdrCache *cache, GBytes *key, gboolean passing, IdrCacheMake make, gpointer data,
     GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gpointer value = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  g_mutex_lock (&cache->lock);
  /* Again where another took the work over before this thread woke up. */
  while (value == NULL && problem == NULL)
    {
      Entry *entry = g_hash_table_lookup (cache->entries, key);

      if (entry != NULL)
        g_atomic_ref_count_inc (&entry->refs);
      else
        {
          entry = entry_add (cache, key);
          entry->passing = passing;
        }
      value = get_entry (cache, entry, make, data, cancellable, &problem);
      entry_unref (entry);
    }
  g_mutex_unlock (&cache->lock);

  if (value == NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return value;
}

gpointer
idr_cache_get (IdrCache *cache, GBytes *key, IdrCacheMake make, gpointer data,
               GCancellable *cancellable, GError **error)
{
  return get (cache, key, FALSE, make, data, cancellable, error);
}

gpointer
idr_cache_get_passing (IdrCache *cache, GBytes *key, IdrCacheMake make, gpointer data,
                       GCancellable *cancellable, GError **error)
{
  return get (cache, key, TRUE, make, data, cancellable, error);
}

void
idr_cache_set_budget (IdrCache *cache, gsize budget)
{
  GSList *gone;

  g_mutex_lock (&cache->lock);
  cache->budget = budget;
  gone = displace (cache, NULL);
  g_mutex_unlock (&cache->lock);
  g_slist_free_full (gone, entry_unref);
}

gpointer
idr_cache_peek (IdrCache *cache, GBytes *key)
{
  gpointer value = NULL;
  Entry *entry;

  g_mutex_lock (&cache->lock);
  entry = g_hash_table_lookup (cache->entries, key);
  if (entry != NULL && entry->value != NULL)
    value = take (cache, entry);
  g_mutex_unlock (&cache->lock);
  return value;
}

void
idr_cache_put (IdrCache *cache, GBytes *key, gpointer value, gsize size)
{
  GSList *gone = NULL;

  g_mutex_lock (&cache->lock);
  if (!g_hash_table_contains (cache->entries, key))
    {
      Entry *entry = entry_add (cache, key);

      gone = keep (cache, entry, value, size);
      entry_unref (entry);
    }
  g_mutex_unlock (&cache->lock);
  g_slist_free_full (gone, entry_unref);
}

void
idr_cache_drop (IdrCache *cache, GBytes *key)
{
  Entry *entry;

  g_mutex_lock (&cache->lock);
  entry = g_hash_table_lookup (cache->entries, key);
  entry = entry != NULL && entry->kept ? take_out (cache, entry) : NULL;
  g_mutex_unlock (&cache->lock);
  if (entry != NULL)
    entry_unref (entry);
}

gboolean
idr_cache_has (IdrCache *cache, GBytes *key)
{
  gboolean has;

  g_mutex_lock (&cache->lock);
  has = g_hash_table_contains (cache->entries, key);
  g_mutex_unlock (&cache->lock);
  return has;
}
