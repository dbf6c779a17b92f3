/* What a server says of the place where an image's pixels lie, read as locations of stores
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "omero.h"

/* The location that the external info @lsid means: "s3://HOST/BUCKET/KEY?anonymous=true",
 * "https://…", or a path
 * "/BUCKET/KEY" at @endpoint. NULL: none. Where the EBI's hosts and buckets have moved, the store
 * knows. */
gchar *idr_reference_from_lsid (const gchar *lsid, const gchar *endpoint);

/* The one Zarr whose files' addresses are @paths (NULL-terminated, or NULL). NULL: there is none,
 * or *@several. */
gchar *idr_reference_from_paths (gchar *const *paths, gboolean *several);

/* Where in @path a Zarr's own path ends and leads on into it; NULL where no Zarr is in it. */
const gchar *idr_reference_find_end (const gchar *path);

/* Where on its plate @image, or NULL, is: "B/3/0"; NULL where nobody says. */
gchar *idr_reference_build_well (const IdrOmeroImage *image);
