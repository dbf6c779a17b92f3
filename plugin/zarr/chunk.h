/* One chunk of an array: fetched, decoded and kept for all who ask
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ahead.h"
#include "item.h"

/* The samples of the chunk @at, decoded; no bytes at all where the store has no such chunk. */
GBytes *idr_chunk_get (IdrArray *array, const gint64 *at, IdrTally *tally,
                       GCancellable *cancellable, GError **error);

/* Whether the chunk @at is there, or on its way. */
gboolean idr_chunk_is_coming (IdrArray *array, const gint64 *at);

/* Gives up what a read has started. */
void idr_chunk_withdraw (IdrArray *array, const gint64 *at);
