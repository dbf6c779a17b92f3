/* What a server's refusal means
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"

gboolean idr_status_is_success (guint status);

/* Says for @url, which @answer refuses, what the status and the server's own words mean, and what
 * to do. @is_signed: it was asked with credentials. */
void idr_status_set_error (const IdrHttpAnswer *answer, const gchar *url, gboolean is_signed,
                           GError **error);

/* Whether @answer speaks of the credentials, not of the object that was asked for. */
gboolean idr_status_is_about_credentials (const IdrHttpAnswer *answer);

/* What S3 says in XML: the text of <Code> in an <Error>, or NULL. */
gchar *idr_status_get_s3_code (GBytes *body);
