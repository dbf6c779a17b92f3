/* The table of objects: its columns, and its rows for a plane
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

typedef struct _IdrObjectRows IdrObjectRows;

/* Columns for objects of an image: their plane's t, c and z in the whole image, label, area,
 * bounding box (half open: min_y, min_x, max_y, max_x), centroid, mean and maximum intensity, and,
 * where the image's pixels have a known size, all that is a length or an area in micrometres, too.
 * Names are scikit-image's where it has one. */
IdrObjectRows *idr_object_rows_new (const LaminaInfo *info);
void idr_object_rows_free (IdrObjectRows *self);

const gchar *const *idr_object_rows_get_columns (const IdrObjectRows *self);

/* The rows of @objects (of IdrObject), found in @plane, end to end in a new array of gdouble. */
GArray *idr_object_rows_make (const IdrObjectRows *self, gint64 plane, const GArray *objects);
