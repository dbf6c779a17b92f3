/* Smooth, threshold and label a plane, exactly as SciPy does: pixels in, numbers out
 *
 * The rule, for SciPy 1.10 and NumPy 1.24:
 *   s = scipy.ndimage.gaussian_filter(plane, sigma)          # the plane's type kept
 *   labels, n = scipy.ndimage.label(s > fraction * s.max())  # 4-connected, numbered by first pixel
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "object.h"
#include "pixel.h"
#include "watch.h"

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
  gboolean is_volume;             /* smoothed and connected through the planes, too */
} IdrStack;

/* A part of a stack, half open. */
typedef struct
{
  gint64 x0, y0, z0, x1, y1, z1;
} IdrBox;

/* A stack that is being segmented, in one or more passes over all its tiles:
 *
 *   while (idr_segmentation_begin_pass (s, &problem))
 *     for each tile, in order or nearly so, on any number of threads:
 *       idr_segmentation_get_box (s, tile, &box), and idr_segmentation_add() with its pixels
 *   segments = idr_segmentation_finish (s, &objects, &problem)
 *
 * A @problem, always a constant string, is for people; what failed must be done from the start, but
 * for a tile that was never added, which may still be. */
typedef struct _IdrSegmentation IdrSegmentation;

/* @memory: bytes that what is kept may take, apart from tiles at work. NULL: no memory. */
IdrSegmentation *idr_segmentation_new (IdrSegmenter *segmenter, const IdrStack *stack,
                                       gsize memory);
void idr_segmentation_free (IdrSegmentation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrSegmentation, idr_segmentation_free)

/* Tiles in a pass, row by row of each plane; the same in all of them. */
gint64 idr_segmentation_get_n_tiles (const IdrSegmentation *self);

/* How many passes there will be, as far as is known, and steps that take as long between them. */
gint64 idr_segmentation_get_n_steps (const IdrSegmentation *self);

/* Has @watch, or nobody, asked while idr_segmentation_begin_pass() and idr_segmentation_finish()
 * work, and idr_segmentation_add() where there is one tile only. It must live until then. */
void idr_segmentation_set_watch (IdrSegmentation *self, const IdrWatch *watch);

/* Goes to the next pass, the first one first, after all tiles of the one before were added. FALSE:
 * there is none, and @problem is NULL; or something is wrong. */
gboolean idr_segmentation_begin_pass (IdrSegmentation *self, const gchar **problem);

/* What must be read for a tile. FALSE: nothing in this pass. Any thread. */
gboolean idr_segmentation_get_box (const IdrSegmentation *self, gint64 tile, IdrBox *box);

/* Takes the @index-th tile: @planes are those of its box, NULL where that is nothing. Any thread,
 * many at a time. FALSE and @problem. */
gboolean idr_segmentation_add (IdrSegmentation *self, gint64 index, const IdrRaster *planes,
                               const gchar **problem);

/* --- What was found: immutable, counted, small ------------------------------------ */

/* The objects of a stack as runs of pixels in rows, in bands of whole rows. */
typedef struct _IdrSegments IdrSegments;
typedef struct _IdrBand IdrBand;

/* After the last pass. @objects: as a new array of IdrObject, one an object in the order of labels,
 * or NULL if not asked for. NULL and @problem. */
IdrSegments *idr_segmentation_finish (IdrSegmentation *self, GArray **objects,
                                      const gchar **problem);

/* Segments @raster, a plane in memory, in one go. NULL when memory does not suffice, or when there
 * are more than 2^31 - 1 objects
 * (@problem says which). Any thread, many at a time. */
IdrSegments *idr_segmenter_run (IdrSegmenter *segmenter, const IdrRaster *raster, GArray **objects,
                                const gchar **problem);

IdrSegments *idr_segments_ref (IdrSegments *segments);
void idr_segments_unref (IdrSegments *segments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrSegments, idr_segments_unref)

gint32 idr_segments_get_n_objects (const IdrSegments *segments);
gsize idr_segments_get_size (const IdrSegments *segments); /* bytes of memory */

/* The band that row @y of plane @z lies in. */
gint64 idr_segments_find_band (const IdrSegments *segments, gint64 z, gint64 y);

/* The first row of a band in its plane, and the one after its last. */
void idr_segments_get_rows (const IdrSegments *segments, gint64 band, gint64 *first, gint64 *end);

/* A band, if it was kept: NULL where memory did not allow for that. */
IdrBand *idr_segments_get_band (const IdrSegments *segments, gint64 band);

/* To make such a band again: one pass over its tiles, then idr_segmentation_finish_band(). NULL: no
 * memory. */
IdrSegmentation *idr_segments_remake (const IdrSegments *segments, IdrSegmenter *segmenter,
                                      gint64 band);
IdrBand *idr_segmentation_finish_band (IdrSegmentation *self, const gchar **problem);

IdrBand *idr_band_ref (IdrBand *band);
void idr_band_unref (IdrBand *band);
gsize idr_band_get_size (const IdrBand *band); /* bytes of memory */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrBand, idr_band_unref)

/* Fills @labels, numbers in rows @stride bytes apart, with those of what @band, the @index-th, has
 * of plane z0 of @box, which lies inside the stack and begins in the band; 0 where there is no
 * object. Costs what is painted, wherever it lies. Returns how many rows these were: the next one
 * is another band's. */
gint64 idr_segments_paint_band (const IdrSegments *segments, const IdrBand *band, gint64 index,
                                const IdrBox *box, guint32 *labels, gsize stride);

/* The same from as many bands as it takes, all of which must have been kept, of the first plane. */
void idr_segments_paint (const IdrSegments *segments, gint64 x, gint64 y, gint64 width,
                         gint64 height, guint32 *labels, gsize stride);
