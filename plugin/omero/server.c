/* An OMERO.web server's address, and what it owns
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero.h"
#include "server.h"

gboolean
idr_omero_is_idr (const gchar *server)
{
  g_autoptr (GUri) uri = g_uri_parse (server, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GUri) idr = g_uri_parse (IDR_OMERO_SERVER, G_URI_FLAGS_ENCODED, NULL);

  return uri && g_uri_get_host (uri)
         && g_ascii_strcasecmp (g_uri_get_host (uri), g_uri_get_host (idr)) == 0;
}

static gboolean
is_loopback (const gchar *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address ? g_inet_address_get_is_loopback (address)
                 : g_ascii_strcasecmp (host, "localhost") == 0;
}

/* @url for messages, without a password; @uri is NULL where it could not be read. */
static gchar *
show (const gchar *url, GUri *uri)
{
  if (uri)
    return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
  return strchr (url, '@') ? g_strdup ("...") : g_strescape (url, NULL);
}

/* Why @uri is no server's address, or NULL. */
static const gchar *
find_flaw (GUri *uri)
{
  const gchar *scheme = g_uri_get_scheme (uri);

  if (strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0)
    return "it must begin with https:// or http://";
  if (!g_uri_get_host (uri) || !*g_uri_get_host (uri))
    return "it names no host";
  if (g_uri_get_userinfo (uri))
    return "user and password belong into the environment or the credentials file, not into an "
           "address";
  if (g_uri_get_query (uri) || g_uri_get_fragment (uri))
    return "it must end with the host or a path";
  return NULL;
}

IdrOmeroServer *
idr_omero_server_new (const gchar *url, GError **error)
{
  g_autoptr (IdrOmeroServer) server = g_new0 (IdrOmeroServer, 1);
  g_autoptr (GUri) uri
      = g_uri_parse (url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const gchar *flaw = uri ? find_flaw (uri) : "an address looks like " IDR_OMERO_SERVER;
  gsize length;

  if (flaw)
    {
      g_autofree gchar *shown = show (url, uri);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no OMERO.web server: %s", shown, flaw);
      return NULL;
    }
  server->base = g_uri_to_string (uri);
  for (length = strlen (server->base); length > 0 && server->base[length - 1] == '/'; length--)
    server->base[length - 1] = '\0';
  server->host = g_ascii_strdown (g_uri_get_host (uri), -1);
  server->port = g_uri_get_port (uri);
  server->private_way = strcmp (g_uri_get_scheme (uri), "https") == 0 || is_loopback (server->host);
  return g_steal_pointer (&server);
}

void
idr_omero_server_free (IdrOmeroServer *server)
{
  g_clear_pointer (&server->session, idr_http_session_free);
  g_free (server->base);
  g_free (server->host);
  g_free (server);
}

gboolean
idr_omero_server_owns (const IdrOmeroServer *server, const gchar *url)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE;
  g_autoptr (GUri) own = g_uri_parse (server->base, flags, NULL);
  g_autoptr (GUri) other = g_uri_parse (url, flags, NULL);

  return other && strcmp (g_uri_get_scheme (own), g_uri_get_scheme (other)) == 0
         && g_ascii_strcasecmp (server->host, g_uri_get_host (other)) == 0
         && g_uri_get_port (own) == g_uri_get_port (other);
}
