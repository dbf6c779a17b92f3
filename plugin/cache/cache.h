/* What many ask for and one makes: a cache bounded in bytes, whose entries may be under way
 *
 * Work has no owner. Whoever asks for a value first makes it, in its own thread; whoever asks for
 * the same meanwhile waits for that. A maker that is cancelled leaves the work to one of those who
 * wait, so that nobody gets somebody else's cancellation, and the work stops when its last asker
 * has gone. A maker's other errors are given to all who wait, and then forgotten: the next asker
 * tries again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct _IdrCache IdrCache;

/* Makes the value of @key and says in @size what it costs in bytes, or fails with @error set.
 * Called without a lock held; at most once at a time for each key. Must notice that @cancellable is
 * cancelled wherever it waits. */
typedef gpointer (*IdrCacheMake) (GBytes *key, gpointer data, gsize *size,
                                  GCancellable *cancellable, GError **error);

/* @ref and @unref count the owners of a value. Values stay until @budget bytes are exceeded; the
 * one that was not asked for longest goes first. What somebody still holds lives on, outside of the
 * budget. */
IdrCache *idr_cache_new (gsize budget, gpointer (*ref) (gpointer value), GDestroyNotify unref);
void idr_cache_free (IdrCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrCache, idr_cache_free)

/* Changes the budget; what no longer fits goes at once. */
void idr_cache_set_budget (IdrCache *cache, gsize budget);
gsize idr_cache_get_budget (IdrCache *cache);

/* The value of @key, made by @make with @data if it is not there: owned by the caller.
 * NULL with @error set when it could not be made or @cancellable was cancelled meanwhile. Any
 * thread. */
gpointer idr_cache_get (IdrCache *cache, GBytes *key, IdrCacheMake make, gpointer data,
                        GCancellable *cancellable, GError **error);

/* The same for one who is likely the last to ask, as a run over a whole stack is: such values have
 * a quarter of the budget, and displace no others, until somebody asks for them again. */
gpointer idr_cache_get_passing (IdrCache *cache, GBytes *key, IdrCacheMake make, gpointer data,
                                GCancellable *cancellable, GError **error);

/* The value of @key if it is there already, else NULL. */
gpointer idr_cache_peek (IdrCache *cache, GBytes *key);

/* Keeps @value, of @size bytes, for @key, unless there is one or one is under way. */
void idr_cache_put (IdrCache *cache, GBytes *key, gpointer value, gsize size);

/* Forgets the value of @key, if it is there. */
void idr_cache_drop (IdrCache *cache, GBytes *key);

/* Whether the value of @key is there or under way. */
gboolean idr_cache_has (IdrCache *cache, GBytes *key);
