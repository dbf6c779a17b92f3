/* The parts of a group's OME attributes, wherever its format keeps them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "json.h"
#include "ome.h"

/* No more levels than this are taken for an image's, and no more channels or labels for what one
 * would show. */
#define IDR_OME_MAX_LEVELS 64
#define IDR_OME_MAX_NAMES 65536

/* The list of axes of @multiscale: "axes", or since 0.6 those of the coordinate system that its
 * first level is brought into. NULL: it has none. */
JsonArray *idr_ome_get_axes (JsonObject *multiscale);

/* The axes of @multiscale. Where it has none: those of an image of @n_dims dimensions, the last
 * ones of t, c, z, y, x. Settles which axis is which. */
gboolean idr_ome_parse_axes (IdrOme *ome, JsonObject *multiscale, gint n_dims, GError **error);

/* "datasets", with the transformations of each and then of all. After the axes. */
gboolean idr_ome_parse_levels (IdrOme *ome, JsonObject *multiscale, GError **error);

/* "omero": how to show it. Takes no offence. */
void idr_ome_parse_display (IdrOme *ome, JsonObject *omero);

/* Sets @error to say that @attributes, which have no image, are those of a plate, a well, a list of
 * labels or a collection, whose images are @series where that is known, and what to open instead;
 * FALSE if they are none of those. */
gboolean idr_ome_refuse_collection (JsonObject *attributes, JsonArray *series, const gchar *uri,
                                    GError **error);
