/* What an address of a store means: which server, which path there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  gchar *service; /* "https://host:port", perhaps with a path, and with a user where the address has
                     one */
  gchar *path;    /* percent-encoded, without slashes at its ends; maybe "" */
  gchar *bucket;  /* the host's part before ".s3." or ".s3-", else the path's first part, decoded;
                     NULL where it cannot be one */
  gchar *prefix;  /* the rest of the path, decoded, with a "/" at its end if there is any */
  gboolean bucket_in_host;
} IdrLocation;

/* Reads "https://…", "http://…", "s3://BUCKET/KEY" (at @endpoint, or at the EBI's store where that
 * is NULL) and OMERO's "s3://HOST/BUCKET/KEY?anonymous=true", where HOST is known by a dot in its
 * name when no endpoint is given. At Amazon's S3 a bucket becomes part of the host's name. Queries
 * and slashes at the end are dropped. Addresses of the EBI's former hosts and buckets are turned
 * into today's. */
IdrLocation *idr_location_parse (const gchar *text, const gchar *endpoint, GError **error);
void idr_location_free (IdrLocation *location);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrLocation, idr_location_free)

/* Percent-encodes all but letters, digits, "-._~" and, if @slashes, "/". */
void idr_location_append_encoded (GString *url, const gchar *key, gboolean slashes);
