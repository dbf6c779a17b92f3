/* The operation parallel-segment: smooths, thresholds and labels every plane
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#define IDR_TYPE_PARALLEL_SEGMENT (idr_parallel_segment_get_type ())
G_DECLARE_FINAL_TYPE (IdrParallelSegment, idr_parallel_segment, IDR, PARALLEL_SEGMENT,
                      LaminaOperation)
