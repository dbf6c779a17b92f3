/* How a server is asked: where its buckets are, and with whose rights
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "access.h"
#include "credentials.h"

static gboolean
is_signed (const IdrStoreOptions *options)
{
  return options != NULL && !options->anonymous;
}

static const gchar *
first_text (const gchar *one, const gchar *other)
{
  return one != NULL && one[0] != '\0' ? one : other;
}

gboolean
idr_access_init (IdrAccess *access, const IdrStoreOptions *options, GError **error)
{
  *access = (IdrAccess){ NULL };
  if (!is_signed (options))
    {
      access->endpoint = g_strdup (options != NULL ? options->endpoint : NULL);
      return TRUE;
    }
  g_autoptr (IdrCredentials) credentials
      = idr_credentials_find (first_text (options->profile, NULL), error);
  if (credentials == NULL)
    return FALSE;
  const gchar *region = first_text (options->region, first_text (credentials->region, "us-east-1"));
  g_autofree gchar *amazon = g_strdup_printf ("https://s3.%s.amazonaws.com", region);
  access->endpoint
      = g_strdup (first_text (options->endpoint, first_text (credentials->endpoint, amazon)));
  access->signer = idr_http_signer_new (credentials->access_key, credentials->secret,
                                        credentials->token, region);
  return TRUE;
}

void
idr_access_clear (IdrAccess *access)
{
  g_clear_pointer (&access->endpoint, g_free);
  g_clear_pointer (&access->signer, idr_http_signer_unref);
}

static gboolean
is_here (const gchar *service)
{
  g_autoptr (GUri) uri
      = g_uri_parse (service, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL)
    return FALSE;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

gboolean
idr_access_check (const IdrAccess *access, const gchar *service, const gchar *shown, GError **error)
{
  if (access->signer == NULL)
    return TRUE;
  if (strchr (service, '@') != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "%s: the address has a user, and anonymous=false means AWS credentials: one of "
                 "the two",
                 shown);
  else if (!g_str_has_prefix (service, "https://") && !is_here (service))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 "%s: AWS credentials are used over https:// only", shown);
  else
    return TRUE;
  return FALSE;
}

gchar *
idr_store_get_identity (const IdrStoreOptions *options, GError **error)
{
  if (!is_signed (options))
    return g_strdup ("");
  g_autoptr (IdrCredentials) credentials
      = idr_credentials_find (first_text (options->profile, NULL), error);
  return credentials != NULL ? idr_credentials_get_identity (credentials) : NULL;
}
