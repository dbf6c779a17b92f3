/* What goes wrong with a try, in words, and whether another try may help
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <curl/curl.h>
#include <gio/gio.h>

/* The error that tells people of @result, a failure, at @url; @detail is libcurl's own text. */
void idr_http_fault_set (GError **error, CURLcode result, const gchar *url, const gchar *detail);

/* How many more tries a failure or a status deserves, at most. */
guint idr_http_fault_retries (CURLcode result);
guint idr_http_status_retries (guint status);

/* How long to wait before the try after @retries others, in microseconds: anything up to a bound
 * that doubles each time (full jitter), after what the server asked for (@after seconds, which is
 * bounded too). */
gint64 idr_http_backoff (guint retries, gint64 after);
