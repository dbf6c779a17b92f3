/* What the pixels of one channel tell of objects that were found in another
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segment.h"

/* Sums over the pixels of each label. */
typedef struct _IdrIntensitySums IdrIntensitySums;

IdrIntensitySums *idr_intensity_sums_new (IdrPixel pixel);
void idr_intensity_sums_free (IdrIntensitySums *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrIntensitySums, idr_intensity_sums_free)

/* Adds the pixels of @raster to those of their @labels, 0 for none, in rows without gaps. FALSE: no
 * memory. */
gboolean idr_intensity_sums_add (IdrIntensitySums *self, const IdrRaster *raster,
                                 const guint32 *labels);

/* One more than the largest label that has pixels. */
gsize idr_intensity_sums_get_n (const IdrIntensitySums *self);

/* Of label @label; nothing but zeros if that has no pixels. */
IdrIntensity idr_intensity_sums_conclude (const IdrIntensitySums *self, gsize label);
