/* Signatures of requests to S3 (AWS Signature Version 4)
 *
 * The secret stays here: what goes out is good for one request and some minutes. Any thread.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"

IdrHttpSigner *idr_http_signer_ref (IdrHttpSigner *signer);

/* The header lines that sign @method of @url, with @body or NULL, at the time @now. NULL where
 * @url cannot be read. */
gchar **idr_http_signer_sign (IdrHttpSigner *signer, const gchar *method, const gchar *url,
                              GBytes *body, GDateTime *now);

/* From now on signs for @region; FALSE where it did already. */
gboolean idr_http_signer_set_region (IdrHttpSigner *signer, const gchar *region);
