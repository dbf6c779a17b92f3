/* Fetches that were started before anybody waits for them, and what they may amount to
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "store.h"

typedef struct _IdrAhead IdrAhead;

/* Why a fetch is started: a hint is somebody's guess, a read will wait for it in a moment. */
typedef enum
{
  IDR_AHEAD_HINT,
  IDR_AHEAD_READ
} IdrAheadReason;

IdrAhead *idr_ahead_new (void);
void idr_ahead_free (IdrAhead *ahead);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrAhead, idr_ahead_free)

/* Starts a fetch of at most @limit bytes of @name for @key, which will come to @size bytes when
 * decoded, unless there is one already. FALSE if it does not fit into @bound together with the
 * others; those that came long ago and that nobody waited for make room. One fits always. */
gboolean idr_ahead_start (IdrAhead *ahead, GBytes *key, IdrAheadReason reason, gsize size,
                          gsize bound, IdrStore *store, const gchar *name, gsize limit);

/* The fetch for @key, and why it was started, or NULL. It stays until it is dropped. */
IdrFetch *idr_ahead_get (IdrAhead *ahead, GBytes *key, IdrAheadReason *reason);

/* Forgets the fetch for @key: it was read, or failed. */
void idr_ahead_drop (IdrAhead *ahead, GBytes *key);

/* Forgets the fetch for @key if a read started it, which was given up. */
void idr_ahead_withdraw (IdrAhead *ahead, GBytes *key);
