/* A stack in memory, segmented tile by tile on several threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

/* @pixels: all planes, rows without gaps. NULL and @problem where it cannot be done. */
IdrSegments *tiled_segment (IdrSegmenter *segmenter, const IdrStack *stack, gconstpointer pixels,
                            gsize memory, guint n_threads, GArray **objects, const gchar **problem);

/* The labels of all planes; bands that were let go are made again. */
guint32 *tiled_paint (const IdrSegments *segments, IdrSegmenter *segmenter, const IdrStack *stack,
                      gconstpointer pixels);
