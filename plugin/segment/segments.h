/* How segments are made; segment.h says what they are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segmentation.h"

/* What @from, which is at its end, has found: its bands go over. NULL: no memory. */
IdrSegments *idr_segments_new (IdrSegmentation *from);
