/* A segmenter with a choice of instruction set, for tests and benchmarks
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "segment.h"

IdrSegmenter *idr_segmenter_new_for (const IdrSegmentOptions *options, IdrIsa isa);
