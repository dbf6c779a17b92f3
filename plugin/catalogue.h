/* IDR's catalogue of samples: which images of IDR have a copy in OME-Zarr, and where
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct
{
  gint64 id;        /* of an image of IDR */
  const gchar *key; /* of its group in IDR's bucket: "zarr/v0.4/idr0044A/4007801.zarr" */
} IdrCatalogueEntry;

/* The copies of image @id, *@n of them: the best first, those in Zarr v3 last. NULL where there is
 * none. */
const IdrCatalogueEntry *idr_catalogue_find (gint64 id, gsize *n);
