/* One chunk of an array: fetched, decoded and kept for all who ask
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ahead.h"
#include "item.h"

/* The samples of the chunk @at, decoded; no bytes at all where the store has no such chunk. They
 * are kept, for those who read the chunk in pieces. */
GBytes *idr_chunk_get (IdrArray *array, const gint64 *at, IdrTally *tally,
                       GCancellable *cancellable, GError **error);

/* The same, but what is kept is what is stored: where the samples would be displaced before anybody
 * reads them again. */
GBytes *idr_chunk_get_again (IdrArray *array, const gint64 *at, IdrTally *tally,
                             GCancellable *cancellable, GError **error);

/* Decodes the chunk @at to @to, all of it, where samples of info.pixel are to lie as in a decoded
 * chunk; only for arrays whose stored samples are such. @is_missing: the store has no such chunk,
 * and nothing was written. What is kept is what was stored: whoever reads a chunk whole has it
 * then, and need not have it twice. */
gboolean idr_chunk_read (IdrArray *array, const gint64 *at, gpointer to, gboolean *is_missing,
                         IdrTally *tally, GCancellable *cancellable, GError **error);

/* Whether the chunk @at is there, or on its way. */
gboolean idr_chunk_is_coming (IdrArray *array, const gint64 *at);

/* Gives up what a read has started. */
void idr_chunk_withdraw (IdrArray *array, const gint64 *at);
