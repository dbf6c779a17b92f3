/* Who asks a private bucket: the AWS tools' environment variables and files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  gchar *access_key, *secret;
  gchar *token;             /* of a session, or NULL */
  gchar *region, *endpoint; /* what they say of the service; or NULL */
} IdrCredentials;

/* Those of @profile in ~/.aws/credentials and ~/.aws/config (AWS_SHARED_CREDENTIALS_FILE,
 * AWS_CONFIG_FILE); where it is NULL, of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 * AWS_SESSION_TOKEN, else of the profile AWS_PROFILE or "default". AWS_REGION, AWS_DEFAULT_REGION,
 * AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL go before what the profile says. The error is
 * G_IO_ERROR_NOT_INITIALIZED, and shows nothing secret. */
IdrCredentials *idr_credentials_find (const gchar *profile, GError **error);
void idr_credentials_free (IdrCredentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrCredentials, idr_credentials_free)

/* A text that tells them from others, from which they cannot be found. */
gchar *idr_credentials_get_identity (const IdrCredentials *credentials);
