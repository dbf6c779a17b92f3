/* Smoothing in 16-bit numbers: where a smoothed pixel lies, more or less, for a fraction of what it
 * costs to know
 *
 * For unsigned pixels of at most 16 bits. They are shifted left until the largest fills 16 bits;
 * the weights are whole numbers of 1/65536 that add up to one; a pass cuts its sums to whole
 * numbers again.
 *
 * How far off is that? Let s be the shift, and Q the sum of how much each weight is off. Since
 * these differences add up to nothing, numbers from 0 to 65535 come out of a pass off by at most e
 * = 32768 Q, and cutting takes less than 1 more. The exact rule cuts the sum down a column, D, to
 * a pixel t with 2^s t in (D - 2^s, D], and the sum of those along the row, W, to v = floor (W /
 * 2^s). So what comes out of the first pass is in (2^s t - e - 1, 2^s t + 2^s + e), and c, out of
 * the second, in (W - 2 e - 2, W + 2^s + 2 e). With a margin of at least 2 e + 2:
 *   c <  2^s l - margin         v < l, surely
 *   c >= 2^s l + 2^s + margin   v >= l, surely
 * The roundings of the doubles, of the weights and the sums, are less than 1/1000; the margin is
 * larger by more.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "gaussian.h"

/* --- The filter ------------------------------------------------------------------- */

/* Weights two by two, as 16-bit numbers in one of 32: those of an output, and of the next one,
 * which are taken from the same pairs. */
struct _IdrCoarseFilter
{
  gint64 radius;
  gint32 margin;
  gint32 *first, *second; /* radius + 1 each */
};

/* NULL: the weights do not suit. */
IdrCoarseFilter *idr_coarse_filter_new (const IdrFilter *exact);
void idr_coarse_filter_free (IdrCoarseFilter *filter);

/* --- A patch, smoothed ------------------------------------------------------------- */

/* FALSE: it is not for this patch. */
gboolean idr_coarse_suits (const IdrCoarseFilter *filter, const IdrKernels *kernels,
                           const IdrPatch *patch);

/* Bytes that smoothing @patch works in, and by which a row of it is @stride long; 0: more than
 * there are. */
gsize idr_coarse_get_workspace (const IdrCoarseFilter *filter, const IdrPatch *patch);

/* Smooths @patch, whose pixels shifted left by @shift are below 65536, into rows @stride bytes
 * apart: c - 32768, and into @maxima what is largest in each row. @workspace: aligned for a cache
 * line. */
void idr_coarse_smooth (const IdrCoarseFilter *filter, const IdrKernels *kernels,
                        const IdrPatch *patch, guint shift, gpointer workspace, gint16 *out,
                        gsize stride, gint16 *maxima);
