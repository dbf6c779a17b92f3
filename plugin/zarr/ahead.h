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

/* It lasts as long as the process. */
IdrAhead *idr_ahead_new (void);

/* What a fetch brings for one key. */
typedef struct
{
  GBytes *key;
  gsize size;            /* that it will come to when decoded */
  gint64 offset, length; /* of its bytes among those that are fetched; length -1: all of them */
} IdrAheadPart;

/* What to fetch, as idr_store_fetch() takes it. */
typedef struct
{
  IdrStore *store;
  const gchar *name;
  gint64 offset, length;
  gsize limit;
} IdrAheadRange;

/* Starts a fetch of @range for @parts, but for those that are on their way already. FALSE if it
 * does not fit into @bound together with the others; those that came long ago and that nobody
 * waited for make room. One fits always. */
gboolean idr_ahead_start (IdrAhead *ahead, IdrAheadReason reason, gsize bound,
                          const IdrAheadRange *range, const IdrAheadPart *parts, guint n_parts);

/* The fetch for @key, why it was started, and which of its bytes are for @key (length -1: all); or
 * NULL. It stays until it is dropped. */
IdrFetch *idr_ahead_get (IdrAhead *ahead, GBytes *key, IdrAheadReason *reason, gint64 *offset,
                         gint64 *length);

gboolean idr_ahead_has (IdrAhead *ahead, GBytes *key);

/* Forgets the fetch for @key: it was read, or failed. */
void idr_ahead_drop (IdrAhead *ahead, GBytes *key);

/* Forgets the fetch for @key if a read started it, which was given up. */
void idr_ahead_withdraw (IdrAhead *ahead, GBytes *key);
