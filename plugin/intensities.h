/* What all channels of an image say of the objects that were found in one of them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segmented.h"

typedef struct _IdrIntensities IdrIntensities;

/* @input: the image with all its channels. @segmented: that of all of them, or of one; @n_channels:
 * how many that is. */
IdrIntensities *idr_intensities_new (LaminaImage *input, IdrSegmented *segmented, gint n_channels,
                                     gboolean is_volume);
void idr_intensities_free (IdrIntensities *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrIntensities, idr_intensities_free)

/* Those of @objects, which were found in @plane of what was segmented: for each object that of each
 * channel, as a new array of IdrIntensity. */
GArray *idr_intensities_read (IdrIntensities *self, gint64 plane, const GArray *objects,
                              LaminaJob *job, GError **error);

/* Says that they will be read soon. */
void idr_intensities_will_need (IdrIntensities *self, gint64 plane, LaminaJob *job);
