/* Bytes on their way: a future that any number of threads may wait for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fetch.h"
#include "backend.h"

IdrFetch *
idr_fetch_new (IdrStore *store, const gchar *key, gint64 offset, gint64 length, gsize limit)
{
  IdrFetch *fetch = g_new0 (IdrFetch, 1);
  g_atomic_ref_count_init (&fetch->references);
  g_mutex_init (&fetch->lock);
  g_cond_init (&fetch->changed);
  fetch->store = idr_store_ref (store);
  fetch->key = g_strdup (key);
  fetch->offset = offset;
  fetch->length = length;
  fetch->limit = limit;
  return fetch;
}

IdrFetch *
idr_fetch_ref (IdrFetch *fetch)
{
  g_atomic_ref_count_inc (&fetch->references);
  return fetch;
}

gboolean
idr_fetch_try_ref (IdrFetch *fetch)
{
  gint n = g_atomic_int_get (&fetch->references);
  while (n > 0)
    {
      if (g_atomic_int_compare_and_exchange (&fetch->references, n, n + 1))
        return TRUE;
      n = g_atomic_int_get (&fetch->references);
    }
  return FALSE;
}

/* What follows a fetch: called once, or never where the fetch is given up; freed either way. */
typedef struct
{
  IdrFetchThen func;
  gpointer data;
  GDestroyNotify free;
} Then;

static void
then_free (gpointer data)
{
  Then *then = data;
  then->free (then->data);
  g_free (then);
}

void
idr_fetch_unref (IdrFetch *fetch)
{
  if (fetch == NULL || !g_atomic_ref_count_dec (&fetch->references))
    return;
  if (fetch->transfer != NULL)
    fetch->store->backend->stop (fetch);
  g_slist_free_full (g_steal_pointer (&fetch->thens), then_free);
  g_clear_pointer (&fetch->bytes, g_bytes_unref);
  g_clear_error (&fetch->error);
  g_mutex_clear (&fetch->lock);
  g_cond_clear (&fetch->changed);
  idr_store_unref (fetch->store);
  g_free (fetch->key);
  g_free (fetch);
}

void
idr_fetch_finish (IdrFetch *fetch, GBytes *bytes, GError *error, guint retries)
{
  g_autoptr (GBytes) kept = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  g_mutex_lock (&fetch->lock);
  GSList *thens = g_slist_reverse (g_steal_pointer (&fetch->thens));
  fetch->bytes = bytes;
  fetch->error = error;
  fetch->retries = retries;
  fetch->state = IDR_FETCH_DONE;
  if (fetch->n_waiting > 0) /* a broadcast that nobody hears costs a system call */
    g_cond_broadcast (&fetch->changed);
  g_mutex_unlock (&fetch->lock);
  /* Whoever waited may free the fetch from here on, and so may these. */
  for (GSList *link = thens; link != NULL; link = link->next)
    {
      const Then *then = link->data;
      then->func (kept, then->data);
    }
  g_slist_free_full (thens, then_free);
}

void
idr_fetch_then (IdrFetch *fetch, IdrFetchThen func, gpointer data, GDestroyNotify free)
{
  g_return_if_fail (fetch != NULL && func != NULL && free != NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_mutex_lock (&fetch->lock);
  gboolean done = fetch->state == IDR_FETCH_DONE;
  if (done)
    bytes = fetch->bytes != NULL ? g_bytes_ref (fetch->bytes) : NULL;
  else
    {
      Then *then = g_new (Then, 1);
      *then = (Then){ func, data, free };
      fetch->thens = g_slist_prepend (fetch->thens, then);
    }
  g_mutex_unlock (&fetch->lock);
  if (!done)
    return;
  func (bytes, data);
  free (data);
}

gboolean
idr_fetch_is_done (IdrFetch *fetch)
{
  g_return_val_if_fail (fetch != NULL, FALSE);
  g_mutex_lock (&fetch->lock);
  gboolean done = fetch->state == IDR_FETCH_DONE;
  g_mutex_unlock (&fetch->lock);
  return done;
}

void
idr_fetch_hurry (IdrFetch *fetch)
{
  g_return_if_fail (fetch != NULL);
  if (fetch->transfer != NULL && fetch->store->backend->hurry != NULL)
    fetch->store->backend->hurry (fetch);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  IdrFetch *fetch = data;
  g_mutex_lock (&fetch->lock);
  g_cond_broadcast (&fetch->changed);
  g_mutex_unlock (&fetch->lock);
}

/* Whether it falls to the caller to read what did not start by itself. */
static gboolean
take_reading (IdrFetch *fetch)
{
  if (fetch->store->backend->read == NULL)
    return FALSE;
  g_mutex_lock (&fetch->lock);
  gboolean taken = fetch->state == IDR_FETCH_PENDING;
  if (taken)
    fetch->state = IDR_FETCH_READING;
  g_mutex_unlock (&fetch->lock);
  return taken;
}

static void
wait_until_done (IdrFetch *fetch, GCancellable *cancellable)
{
  gulong handler = 0;
  if (idr_fetch_is_done (fetch))
    return;
  idr_fetch_hurry (fetch);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), fetch, NULL);
  g_mutex_lock (&fetch->lock);
  fetch->n_waiting++;
  while (fetch->state != IDR_FETCH_DONE && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&fetch->changed, &fetch->lock);
  fetch->n_waiting--;
  g_mutex_unlock (&fetch->lock);
  g_cancellable_disconnect (cancellable, handler);
}

GBytes *
idr_fetch_wait (IdrFetch *fetch, IdrTally *tally, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (fetch != NULL, NULL);
  GBytes *bytes = NULL;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (take_reading (fetch))
    fetch->store->backend->read (fetch->store, fetch);
  else
    wait_until_done (fetch, cancellable);
  g_mutex_lock (&fetch->lock);
  if (fetch->state != IDR_FETCH_DONE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
  else if (fetch->bytes != NULL)
    bytes = g_bytes_ref (fetch->bytes);
  else if (error != NULL)
    *error = g_error_copy (fetch->error);
  if (fetch->state == IDR_FETCH_DONE && tally != NULL && !fetch->counted)
    {
      fetch->counted = TRUE;
      tally->retries += fetch->retries;
      tally->bytes += bytes != NULL ? g_bytes_get_size (bytes) : 0;
    }
  g_mutex_unlock (&fetch->lock);
  return bytes;
}
