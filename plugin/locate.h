/* Which store the pixels of an IDR image lie in
 *
 * Routes, in this order, each tried where it has something to say: what the server's external info
 * names; the paths that the image's files had at their client; IDR's catalogue of samples; IDR's
 * naming rule, by listing the bucket. A place whose metadata is not there is passed over.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "omero.h"

#define IDR_ENDPOINT "https://livingobjects.ebi.ac.uk"
#define IDR_BUCKET "idr"

typedef struct
{
  const gchar *endpoint; /* of the bucket and of s3:// locations; NULL: IDR_ENDPOINT */
  const gchar *bucket;   /* NULL: IDR_BUCKET */
  const gchar *region;   /* NULL: none */
  gboolean anonymous;
  const gchar *profile; /* NULL: none */
} IdrLocateOptions;

/* The location of the OME-Zarr group of image @id, for idr_store_new() with the same endpoint:
 * "s3://idr/zarr/…" or a URL.
 * @image is what a server said of it, or NULL when none was asked: then only catalogue and naming
 * rule help. These two know IDR's ids, and are left out for an image of another server unless
 * endpoint or bucket are not IDR's own.
 * @notes, where not NULL: which places were named and not there, or NULL (g_strfreev()).
 * Errors: G_IO_ERROR_NOT_FOUND, with all that was tried; or what keeps the endpoint from answering.
 */
gchar *idr_locate (gint64 id, const IdrOmeroImage *image, const IdrLocateOptions *options,
                   gchar ***notes, GCancellable *cancellable, GError **error);
