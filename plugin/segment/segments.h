/* How segments are made; segment.h says what they are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "runs.h"
#include "segment.h"

/* A copy of the labelled @runs, in memory of its own and no more than they need. NULL: no memory.
 */
IdrSegments *idr_segments_new (const IdrRuns *runs, gint64 width, gint32 n_objects);
