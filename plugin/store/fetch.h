/* Bytes on their way: a future that any number of threads may wait for
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "store.h"

typedef enum
{
  IDR_FETCH_PENDING, /* on its way, or read by the first who waits */
  IDR_FETCH_READING,
  IDR_FETCH_DONE
} IdrFetchState;

struct _IdrFetch
{
  IdrStore *store;
  gchar *key;
  gint64 offset, length;
  gsize limit;
  gpointer transfer; /* the backend's, set by start() */
  gatomicrefcount references;

  GMutex lock; /* for all below */
  GCond changed;
  guint n_waiting;
  IdrFetchState state;
  GBytes *bytes; /* one of the two, when done */
  GError *error;
  guint retries;
  gboolean counted; /* in somebody's tally */
  GSList *thens;    /* what follows, the last one first */
};

IdrFetch *idr_fetch_new (IdrStore *store, const gchar *key, gint64 offset, gint64 length,
                         gsize limit);

/* A reference where there still is one; FALSE: the fetch is being given up. For those who were not
 * given one, like the functions of its transfer. */
gboolean idr_fetch_try_ref (IdrFetch *fetch);

/* Ends the fetch, once, with @bytes or @error: it takes both. */
void idr_fetch_finish (IdrFetch *fetch, GBytes *bytes, GError *error, guint retries);

/* Which of the @size bytes at @path the fetch is for, as a web server has it: what lies beyond the
 * end is left out, and a range that lies wholly beyond it is an error, as are more than its limit.
 */
gboolean idr_fetch_get_range (const IdrFetch *fetch, gint64 size, const gchar *path, gint64 *first,
                              gint64 *n, GError **error);
