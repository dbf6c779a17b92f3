/* A stack that is being segmented
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "chain.h"
#include "segmenter.h"
#include "threshold.h"

typedef enum
{
  IDR_PASS_NONE,       /* before the first one */
  IDR_PASS_STATISTICS, /* what the threshold needs */
  IDR_PASS_RUNS,       /* what is above it */
  IDR_PASS_MEASURE,    /* what was refined late */
  IDR_PASS_BOUNDARIES, /* of the objects, from bands that were let go */
  IDR_PASS_END
} IdrPass;

/* A band whose tiles are being worked out. */
typedef struct
{
  IdrBand **tiles; /* NULL: none was worked out yet */
  gint64 n_done;
  IdrBand *band; /* when all were */
} IdrBandWork;

struct _IdrSegmentation
{
  IdrSegmenter *segmenter;
  IdrStack stack;
  IdrGrid grid;
  gsize memory;
  gint64 reach;               /* pixels around a tile that smoothing takes */
  gint64 first_band, n_bands; /* those that are worked out: all, or the one that is made again */
  gboolean is_remade;
  const IdrWatch *watch;

  IdrPass pass;
  guint sweep;
  gdouble threshold;
  gdouble *maxima; /* by tile: nothing above the threshold needs no runs */

  GMutex lock; /* of all that follows */
  IdrStatistics *statistics;
  GPtrArray *idle;    /* of IdrStatistics: forks of that one, which nobody adds to now */
  IdrBandWork *works; /* of each band from @first_band on */
  gint64 next;        /* the band that is taken next */
  IdrChain chain;

  /* When all bands have come. */
  gint32 n_objects;
  IdrSums sums;
  IdrPerimeter *perimeter;
  IdrBoundary *boundaries; /* by number */
};

/* Between the pass that finds the runs and what needs the objects' numbers: numbers them, and drops
 * those that are not wanted. FALSE and @problem. */
gboolean idr_segmentation_settle (IdrSegmentation *self, const gchar **problem);

/* The next band in turn, numbered; adds its boundaries. FALSE: no memory. */
gboolean idr_segmentation_follow (IdrSegmentation *self, const IdrBand *band);

/* A band that was made again, with the objects' numbers. */
void idr_segmentation_map (IdrSegmentation *self, gint64 index, IdrBand *band);
