/* What is wanted soon of an object, which is a chunk or a shard of many: its fetches, started ahead
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ahead.h"
#include "item.h"

/* Starts to fetch what the rectangle of @size samples from @from on has in the object @at, but for
 * its first @skip chunks. Of a shard, that is its index, if that is not there yet, and then, as
 * soon as it is, the chunks, neighbours with one request. Waits for nothing. FALSE if not all could
 * be started until others are read. */
gboolean idr_want (IdrArray *array, const gint64 *at, const gint64 *from, const gint64 *size,
                   gint64 skip, IdrAheadReason reason);

/* Gives up what a read has started of the object @at. */
void idr_want_withdraw (IdrArray *array, const gint64 *at, const gint64 *from, const gint64 *size);
