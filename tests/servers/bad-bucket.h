/* A folder listed as S3 lists a bucket (ListObjectsV2 with a delimiter), page by page
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

/* @path is "/BUCKET", a folder below @root, of which @query asks a page of at most @page_size
 * names. Buckets that are named "bad-…" answer as they are called: bad-xml, bad-token (the same
 * page again and again), bad-keys (names that lead elsewhere), bad-page (HTML). */
void bad_bucket_list (SoupServerMessage *message, const gchar *root, const gchar *path,
                      const gchar *query, guint page_size);
