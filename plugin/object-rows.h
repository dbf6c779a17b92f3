/* The table of objects: its columns, and its rows for a plane
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

typedef struct _IdrObjectRows IdrObjectRows;

/* Columns for objects of an image: t, c and z in the whole image of the plane that their first
 * pixel lies in, label, and what they measure, in scikit-image's terms (README.md has the list).
 * Where the image's pixels have a known size, places, lengths and areas are given in micrometres,
 * too; lengths that mix directions only where pixels are as long in all of these.
 *
 * @is_volume: objects reach through planes, and have no perimeter, eccentricity, orientation.
 * @channels: those of the image whose intensities are told of each object, too, by name; or NULL.
 */
IdrObjectRows *idr_object_rows_new (const LaminaInfo *info, gboolean is_volume,
                                    const LaminaInfo *channels);
void idr_object_rows_free (IdrObjectRows *self);

const gchar *const *idr_object_rows_get_columns (const IdrObjectRows *self);

/* The rows of @objects (of IdrObject), found in @plane, end to end in a new array of gdouble.
 * @intensities: of IdrIntensity, object by object that of each channel, if there are such columns.
 */
GArray *idr_object_rows_make (const IdrObjectRows *self, gint64 plane, const GArray *objects,
                              const GArray *intensities);
