/* Addresses: what may be shown of one, and whether a redirect may be followed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

/* @url as messages may show it: without user, password, query and fragment, which may be secrets,
 * and without bytes that would upset a terminal. */
gchar *idr_http_url_show (const gchar *url);

/* An https @url at Amazon's S3, with the host's name for @region; NULL where that is no other. */
gchar *idr_http_url_in_region (const gchar *url, const gchar *region);

/* Whether a request for @from may go on to @to: http and https only, and never from https to http.
 * *@same_origin tells whether what was meant for @from alone (cookies, headers, a body) may go
 * along: the same scheme, host and port, or the same host's step up from http to https. */
gboolean idr_http_url_may_lead (const gchar *from, const gchar *to, gboolean *same_origin,
                                GError **error);
