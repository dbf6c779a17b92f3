/* Thresholds found from the values themselves, as scikit-image 0.19.3 finds them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "histogram.h"

/* skimage.filters.threshold_otsu, _triangle and _li (the last of integers only) of what was
 * counted, at least two values. FALSE: no memory for IDR_OTSU_BYTES a bin. */
#define IDR_OTSU_BYTES (2 * sizeof (gdouble))
gboolean idr_threshold_otsu (const IdrHistogram *histogram, gdouble *threshold);
gdouble idr_threshold_triangle (const IdrHistogram *histogram);
gdouble idr_threshold_li_counted (const IdrHistogram *histogram);

/* skimage.filters.threshold_li of @n float64, which are overwritten, as are @work and @more_work,
 * @n numbers each. FALSE: @watch, if there is one, wants no more of it. */
gboolean idr_threshold_li (gdouble *values, gsize n, gdouble *work, gdouble *more_work,
                           const IdrWatch *watch, gdouble *threshold);
