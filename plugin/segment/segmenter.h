/* What all tiles of a segmentation share, and what one is worked out in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gaussian.h"
#include "label.h"
#include "measure.h"
#include "segment.h"
#include "smoothed.h"

/* A thread's, while it works on a tile. */
typedef struct _IdrScratch IdrScratch;
struct _IdrScratch
{
  IdrScratch *next;
  GThread *owner; /* who had it last */
  gpointer allocated;
  guint8 *bytes; /* on a cache line: a row's bits, the smoothed tile */
  gsize n_bytes;
  IdrRuns runs;
  IdrForest forest;

  /* What a stack of one tile left for the next one; or nothing. */
  IdrSums sums;
  IdrPerimeter *perimeter;
  gint64 width; /* that it is for */
};

struct _IdrSegmenter
{
  IdrSegmentOptions options;
  IdrGaussian *gaussian; /* NULL: no smoothing */
  IdrIsa isa;

  GMutex lock;
  IdrScratch *idle;
};

/* A segmenter with a choice of instruction set, for tests and benchmarks. */
IdrSegmenter *idr_segmenter_new_for (const IdrSegmentOptions *options, IdrIsa isa);

/* A scratch for one tile at a time, and back again. */
IdrScratch *idr_segmenter_take_scratch (IdrSegmenter *segmenter);
void idr_segmenter_give_scratch (IdrSegmenter *segmenter, IdrScratch *scratch);

/* The idle perimeter of rows so wide, or a new one (NULL: no memory); and, with sums, back again:
 * taken over, for the next stack of one tile. */
IdrPerimeter *idr_segmenter_take_perimeter (IdrSegmenter *segmenter, gint64 width);
void idr_segmenter_give_measures (IdrSegmenter *segmenter, IdrSums *sums, IdrPerimeter *perimeter,
                                  gint64 width);

/* So many bytes. FALSE: no memory. */
gboolean idr_scratch_reserve (IdrScratch *scratch, gsize n_bytes);
