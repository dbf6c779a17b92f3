/* Addresses: what may be shown of one, and whether a redirect may be followed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "url.h"
#include <curl/curl.h>

gchar *
idr_http_url_show (const gchar *url)
{
  const gchar *separator = strstr (url, "://");
  gsize start = separator != NULL ? separator + 3 - url : 0;
  gsize host_end = start + strcspn (url + start, "/?#");
  gsize end = start + strcspn (url + start, "?#");
  gsize host = start;
  for (gsize i = start; i < host_end; i++)
    if (url[i] == '@')
      host = i + 1;
  GString *shown = g_string_new_len (url, start);
  g_string_append_len (shown, url + host, end - host);
  for (gsize i = 0; i < shown->len; i++)
    if (g_ascii_iscntrl (shown->str[i]))
      shown->str[i] = '?';
  gchar *valid = g_utf8_make_valid (shown->str, shown->len);
  g_string_free (shown, TRUE);
  return valid;
}

/* "s3.amazonaws.com", "s3.REGION.…", "s3-REGION.…", "s3.dualstack.REGION.…", each perhaps after
 * "BUCKET." */
gchar *
idr_http_url_in_region (const gchar *url, const gchar *region)
{
  static const gchar scheme[] = "https://", amazon[] = ".amazonaws.com";
  if (!g_str_has_prefix (url, scheme))
    return NULL;
  const gchar *start = url + strlen (scheme);
  g_autofree gchar *host = g_strndup (start, strcspn (start, "/?#:@"));
  const gchar *rest = start + strlen (host);
  gchar *service = g_strrstr (host, ".s3.") != NULL   ? g_strrstr (host, ".s3.") + 1
                   : g_strrstr (host, ".s3-") != NULL ? g_strrstr (host, ".s3-") + 1
                                                      : host;
  if (rest[0] != '/' || !g_str_has_suffix (host, amazon)
      || (!g_str_has_prefix (service, "s3.") && !g_str_has_prefix (service, "s3-")))
    return NULL;
  *service = '\0';
  g_autofree gchar *moved = g_strconcat (scheme, host, "s3.", region, amazon, rest, NULL);
  return g_str_equal (moved, url) ? NULL : g_steal_pointer (&moved);
}

/* libcurl's own reading of an address, so that both mean the same host. */
typedef struct
{
  char *scheme, *host, *port;
} Origin;

static void
origin_clear (Origin *origin)
{
  curl_free (origin->scheme);
  curl_free (origin->host);
  curl_free (origin->port);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Origin, origin_clear)

static gboolean
origin_parse (Origin *origin, const gchar *url)
{
  CURLU *parser = curl_url ();
  gboolean parsed
      = parser != NULL
        && curl_url_set (parser, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK
        && curl_url_get (parser, CURLUPART_SCHEME, &origin->scheme, 0) == CURLUE_OK
        && curl_url_get (parser, CURLUPART_HOST, &origin->host, 0) == CURLUE_OK
        && curl_url_get (parser, CURLUPART_PORT, &origin->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
  curl_url_cleanup (parser);
  return parsed;
}

gboolean
idr_http_url_may_lead (const gchar *from, const gchar *to, gboolean *same_origin, GError **error)
{
  g_auto (Origin) here = { NULL };
  g_auto (Origin) there = { NULL };
  g_autofree gchar *from_shown = idr_http_url_show (from);
  g_autofree gchar *to_shown = idr_http_url_show (to);
  if (!origin_parse (&here, from) || !origin_parse (&there, to)
      || (!g_str_equal (there.scheme, "https") && !g_str_equal (there.scheme, "http")))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: redirects to %s, which is no web address", from_shown, to_shown);
      return FALSE;
    }
  gboolean rises = g_str_equal (here.scheme, "http") && g_str_equal (there.scheme, "https");
  if (!rises && !g_str_equal (here.scheme, there.scheme))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "%s: redirects to %s, which is not encrypted: this is not followed", from_shown,
                   to_shown);
      return FALSE;
    }
  gboolean same_port
      = g_str_equal (here.port, there.port)
        || (rises && g_str_equal (here.port, "80") && g_str_equal (there.port, "443"));
  *same_origin = g_ascii_strcasecmp (here.host, there.host) == 0 && same_port;
  return TRUE;
}
