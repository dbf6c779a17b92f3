/* A page of what a bucket holds, in S3's XML (ListObjectsV2)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

/* Adds to @names what the page in @bytes names directly below @prefix, folders with a "/" at their
 * end; names that could not be asked for are left out. *@token is what the next page is asked with,
 * or NULL after the last one. The error is G_IO_ERROR_NOT_SUPPORTED where @bytes are no listing at
 * all. */
gboolean idr_listing_parse (GBytes *bytes, const gchar *prefix, GPtrArray *names, gchar **token,
                            GError **error);
