/* Smooth, threshold and label a plane, exactly as SciPy does: pixels in, numbers out
 *
 * The rule, for SciPy 1.10 and NumPy 1.24:
 *   s = scipy.ndimage.gaussian_filter(plane, sigma)          # the plane's type kept
 *   labels, n = scipy.ndimage.label(s > fraction * s.max())  # 4-connected, numbered by first pixel
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "pixel.h"

/* --- What to do: immutable, shared by all planes and threads ------------------ */

typedef enum
{
  IDR_THRESHOLD_FRACTION, /* of the smoothed maximum */
  IDR_THRESHOLD_OTSU,
  IDR_THRESHOLD_TRIANGLE,
  IDR_THRESHOLD_LI,
  IDR_THRESHOLD_ABSOLUTE
} IdrThreshold;

/* In the order in which it is done. All zeros but for @sigma and @fraction is what the rule above
 * says. */
typedef struct
{
  gdouble sigma; /* in pixels; 0: no smoothing */
  IdrThreshold threshold;
  gdouble fraction, absolute; /* what IDR_THRESHOLD_FRACTION and _ABSOLUTE take */
  gboolean diagonal; /* pixels that touch by corners (in a volume, edges, too) are joined */
  gboolean fill_holes;
  gboolean clear_border;
  gint64 minimum_area; /* pixels; 0: any */
  gboolean split;      /* objects that touch */
} IdrSegmentOptions;

typedef struct _IdrSegmenter IdrSegmenter;

IdrSegmenter *idr_segmenter_new (const IdrSegmentOptions *options);
void idr_segmenter_free (IdrSegmenter *segmenter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrSegmenter, idr_segmenter_free)

/* --- A plane's pixels ----------------------------------------------------------- */

typedef struct
{
  IdrPixel pixel;
  gconstpointer data; /* aligned for its type */
  gsize stride;       /* bytes from row to row, a multiple of the pixel's size */
  gint64 width, height;
} IdrRaster;

/* --- What is segmented as one: a stack of planes -------------------------------------
 *
 * One maximum, one numbering, objects through all planes; most often a single plane. Its pixels are
 * asked for in tiles: what is larger than memory is worked out tile by tile. */

typedef struct
{
  IdrPixel pixel;
  gint64 width, height, depth;    /* depth: planes */
  gint64 tile_width, tile_height; /* of a plane; as large as the plane itself: it is one tile */
} IdrStack;

/* A part of a stack, half open. */
typedef struct
{
  gint64 x0, y0, z0, x1, y1, z1;
} IdrBox;

/* --- What was found: immutable, counted, small ------------------------------------ */

typedef struct
{
  gint32 label;          /* 1, 2, 3… in raster order of each object's first pixel */
  gint64 area;           /* pixels */
  gint64 x0, y0, x1, y1; /* bounding box, half open */
  gdouble x, y;          /* centroid; a pixel's own centre has whole numbers */
  gdouble mean, max;     /* of the plane's own pixels, not the smoothed ones */
} IdrObject;

/* The objects of a plane as runs of pixels in rows, and what they measure. */
typedef struct _IdrSegments IdrSegments;

/* Segments @raster. NULL when memory does not suffice, or when there are more than 2^31 - 1 objects
 * (@problem says which, a constant string). @objects: as a new array of IdrObject, one an object in
 * the order of labels, or NULL if not asked for. Any thread, many at a time. */
IdrSegments *idr_segmenter_run (IdrSegmenter *segmenter, const IdrRaster *raster, GArray **objects,
                                const gchar **problem);

IdrSegments *idr_segments_ref (IdrSegments *segments);
void idr_segments_unref (IdrSegments *segments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrSegments, idr_segments_unref)

gint32 idr_segments_get_n_objects (const IdrSegments *segments);
gsize idr_segments_get_size (const IdrSegments *segments); /* bytes of memory */

/* Fills @labels, @width x @height numbers in rows @stride bytes apart, with the labels from (@x,
 * @y) on, which must lie inside the plane; 0 where there is no object. Costs what is painted,
 * wherever it lies. */
void idr_segments_paint (const IdrSegments *segments, gint64 x, gint64 y, gint64 width,
                         gint64 height, guint32 *labels, gsize stride);
