/* What all arrays of the process share: the cache of what was decoded, and the fetches ahead of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ahead.h"
#include "cache.h"

/* What the cache needs for an entry itself. */
#define IDR_SHARED_ENTRY_SIZE 256

/* Of GBytes: samples of chunks, indices of shards. */
IdrCache *idr_shared_get_cache (void);
IdrAhead *idr_shared_get_ahead (void);

/* How much may be ahead of what is read, for @reason. */
gsize idr_shared_get_bound (IdrAheadReason reason);
