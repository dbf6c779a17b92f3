/* How a server is asked: where its buckets are, and with whose rights
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"
#include "store.h"

typedef struct
{
  gchar *endpoint;       /* of s3:// locations, or NULL: the EBI's */
  IdrHttpSigner *signer; /* or NULL: anonymous */
} IdrAccess;

/* What @options say, and the AWS tools' environment and files where they ask for signatures: then
 * the endpoint is theirs, or Amazon's for the region, where @options name none. */
gboolean idr_access_init (IdrAccess *access, const IdrStoreOptions *options, GError **error);
void idr_access_clear (IdrAccess *access);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IdrAccess, idr_access_clear)

/* Whether signed requests may go to @service: "https://…", or a server on this machine; never
 * together with a user in the address. @shown is it, for messages. */
gboolean idr_access_check (const IdrAccess *access, const gchar *service, const gchar *shown,
                           GError **error);
