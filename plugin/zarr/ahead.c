/* Fetches that were started before anybody waits for them, and what they may amount to
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ahead.h"

/* When a fetch that is done, or one that is not (a folder's begin only when somebody waits), is
 * taken for a guess that was wrong. */
#define STALE_DONE (10 * G_TIME_SPAN_SECOND)
#define STALE (60 * G_TIME_SPAN_SECOND)

typedef struct
{
  GBytes *key;
  IdrFetch *fetch;
  IdrAheadReason reason;
  gsize size;
  gint64 offset, length; /* among the bytes of the fetch */
  gint64 since;          /* that it was started, or somebody last waited for it */
  GList link;
} Entry;

struct _IdrAhead
{
  GMutex lock;
  GHashTable *entries; /* of Entry, by key */
  GQueue queue;        /* of Entry, by since */
  gsize size;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_bytes_unref (entry->key);
  idr_fetch_unref (entry->fetch);
  g_free (entry);
}

IdrAhead *
idr_ahead_new (void)
{
  IdrAhead *ahead = g_new0 (IdrAhead, 1);

  g_mutex_init (&ahead->lock);
  ahead->entries = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_queue_init (&ahead->queue);
  return ahead;
}

/* Takes @entry out; the caller frees it when the lock is released. */
static void
take_out (IdrAhead *ahead, Entry *entry)
{
  g_hash_table_remove (ahead->entries, entry->key);
  g_queue_unlink (&ahead->queue, &entry->link);
  ahead->size -= entry->size;
}

static gboolean
is_stale (const Entry *entry, gint64 now)
{
  gint64 age = now - entry->since;

  return age >= STALE || (age >= STALE_DONE && idr_fetch_is_done (entry->fetch));
}

/* Whether @size more bytes fit into @bound when the stale ones, which go to @gone, are out. */
static gboolean
make_room (IdrAhead *ahead, gsize size, gsize bound, GSList **gone)
{
  gint64 now = g_get_monotonic_time ();

  while (ahead->queue.head && (size > bound || ahead->size > bound - size))
    {
      Entry *oldest = ahead->queue.head->data;

      if (!is_stale (oldest, now))
        return FALSE;
      take_out (ahead, oldest);
      *gone = g_slist_prepend (*gone, oldest);
    }
  return TRUE;
}

static void
add (IdrAhead *ahead, IdrAheadReason reason, IdrFetch *fetch, const IdrAheadPart *part)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->key = g_bytes_ref (part->key);
  entry->fetch = idr_fetch_ref (fetch);
  entry->reason = reason;
  entry->size = part->size;
  entry->offset = part->offset;
  entry->length = part->length;
  entry->since = g_get_monotonic_time ();
  entry->link.data = entry;
  g_hash_table_insert (ahead->entries, entry->key, entry);
  g_queue_push_tail_link (&ahead->queue, &entry->link);
  ahead->size += entry->size;
}

gboolean
idr_ahead_start (IdrAhead *ahead, IdrAheadReason reason, gsize bound, const IdrAheadRange *range,
                 const IdrAheadPart *parts, guint n_parts)
{
  g_autofree const IdrAheadPart **wanted = g_new (const IdrAheadPart *, n_parts);
  g_autoptr (IdrFetch) fetch = NULL;
  GSList *gone = NULL;
  gboolean fits = FALSE;
  guint n = 0;
  gsize size = 0;

  g_mutex_lock (&ahead->lock);
  for (guint i = 0; i < n_parts; i++)
    if (!g_hash_table_contains (ahead->entries, parts[i].key))
      {
        wanted[n++] = &parts[i];
        size += parts[i].size;
      }
  if (n)
    fits = make_room (ahead, size, bound, &gone);
  if (fits)
    fetch = idr_store_fetch (range->store, range->name, range->offset, range->length, range->limit);
  for (guint i = 0; fits && i < n; i++)
    add (ahead, reason, fetch, wanted[i]);
  g_mutex_unlock (&ahead->lock);
  g_slist_free_full (gone, entry_free);
  return !n || fits;
}

IdrFetch *
idr_ahead_get (IdrAhead *ahead, GBytes *key, IdrAheadReason *reason, gint64 *offset, gint64 *length)
{
  IdrFetch *fetch = NULL;
  Entry *entry;

  g_mutex_lock (&ahead->lock);
  entry = g_hash_table_lookup (ahead->entries, key);
  if (entry)
    {
      entry->since = g_get_monotonic_time ();
      g_queue_unlink (&ahead->queue, &entry->link);
      g_queue_push_tail_link (&ahead->queue, &entry->link);
      *reason = entry->reason;
      *offset = entry->offset;
      *length = entry->length;
      fetch = idr_fetch_ref (entry->fetch);
    }
  g_mutex_unlock (&ahead->lock);
  return fetch;
}

gboolean
idr_ahead_has (IdrAhead *ahead, GBytes *key)
{
  gboolean has;

  g_mutex_lock (&ahead->lock);
  has = g_hash_table_contains (ahead->entries, key);
  g_mutex_unlock (&ahead->lock);
  return has;
}

static void
drop (IdrAhead *ahead, GBytes *key, gboolean hints)
{
  Entry *entry;

  g_mutex_lock (&ahead->lock);
  entry = g_hash_table_lookup (ahead->entries, key);
  if (entry && (hints || entry->reason == IDR_AHEAD_READ))
    take_out (ahead, entry);
  else
    entry = NULL;
  g_mutex_unlock (&ahead->lock);
  if (entry)
    entry_free (entry);
}

void
idr_ahead_drop (IdrAhead *ahead, GBytes *key)
{
  drop (ahead, key, TRUE);
}

void
idr_ahead_withdraw (IdrAhead *ahead, GBytes *key)
{
  drop (ahead, key, FALSE);
}
