/* What is foreground: a threshold for a whole stack, from what its smoothed tiles hold
 *
 * With s the smoothed stack, and what is above the threshold being s > threshold as NumPy 1.24 has
 * it (kernels.h, least_above):
 *   fraction   fraction * s.max()
 *   absolute   the number itself
 *   otsu       skimage.filters.threshold_otsu(s)
 *   triangle   skimage.filters.threshold_triangle(s)
 *   li         skimage.filters.threshold_li(s), of floats threshold_li(s.astype(float)), since
 *              NumPy's logarithm of a float32 is not the same on all machines
 * as scikit-image 0.19.3 does them: integers have a bin for each value (64-bit ones, too, unsigned
 * or not, as long as they are below 2^53), floats NumPy's 256 bins. Where scikit-image raises
 * (triangle of a constant, otsu and triangle of what holds NaN or infinity) nothing is above, as
 * nothing is above a fraction of such a maximum.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

typedef struct _IdrStatistics IdrStatistics;

/* @budget: bytes that bins, or floats for li, may take. NULL: no memory. */
IdrStatistics *idr_statistics_new (const IdrSegmentOptions *options, const IdrStack *stack,
                                   gsize budget);
void idr_statistics_free (IdrStatistics *statistics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrStatistics, idr_statistics_free)

/* How often all tiles must be seen: 0, 1 or 2 times. */
guint idr_statistics_get_n_sweeps (const IdrStatistics *statistics);

/* An empty one for another thread, to be merged in the same sweep, while @statistics lives. NULL:
 * no memory. */
IdrStatistics *idr_statistics_fork (const IdrStatistics *statistics);

/* Adds a smoothed tile, whose first pixel is @x, @y, @z of the stack and whose largest is @max. One
 * thread at a time. What does not fit is told by idr_statistics_conclude(). */
void idr_statistics_add (IdrStatistics *statistics, const IdrRaster *smoothed, gint64 x, gint64 y,
                         gint64 z, gdouble max);

/* Whatever @from has seen in this sweep, @into has seen, too. */
void idr_statistics_merge (IdrStatistics *into, const IdrStatistics *from);

/* Between one sweep and the next, when all is merged. */
void idr_statistics_next (IdrStatistics *statistics);

/* After the last sweep; @watch, or nobody, is asked meanwhile. Nothing is above NaN. FALSE:
 * @problem, a constant string. */
gboolean idr_statistics_conclude (IdrStatistics *statistics, const IdrWatch *watch,
                                  gdouble *threshold, const gchar **problem);
