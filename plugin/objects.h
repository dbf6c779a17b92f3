/* The table of the objects that were found: rows made of what is segmented
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "segmented.h"

/* @image: what was @segmented. @measured: an image of the same planes in more channels, in all of
 * which the objects are to be measured; or NULL. */
LaminaTable *idr_objects_new (LaminaImage *image, IdrSegmented *segmented, gboolean is_volume,
                              LaminaImage *measured);
