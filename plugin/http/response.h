/* What comes back from one try: status, headers that matter, and the body in one piece
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"
#include <curl/curl.h>

typedef enum
{
  IDR_HTTP_RESPONSE_FINE,
  IDR_HTTP_RESPONSE_TOO_LARGE,
  IDR_HTTP_RESPONSE_TOO_MANY_HEADERS,
  IDR_HTTP_RESPONSE_NO_MEMORY
} IdrHttpResponseFault;

typedef struct
{
  gint64 offset, length; /* the range asked for, as in IdrHttpRequest */
  gsize limit;           /* of the body */
  guint status;
  gint64 declared;           /* the body's size as the header says it, or -1 */
  gint64 first, last, total; /* of Content-Range; -1: not said */
  gsize header_size;
  gchar region[32]; /* where S3 says that the bucket lies; "": not said */
  gchar *body;
  gsize size, room;
  gsize ignored;              /* bytes of an error's page */
  IdrHttpResponseFault fault; /* why bytes were refused */
} IdrHttpResponse;

void idr_http_response_init (IdrHttpResponse *response, gint64 offset, gint64 length, gsize limit);
void idr_http_response_clear (IdrHttpResponse *response);

/* The two take what libcurl hands over, and refuse it by returning less than @size. */
gsize idr_http_response_header (IdrHttpResponse *response, const gchar *line, gsize size);
gsize idr_http_response_write (IdrHttpResponse *response, const gchar *data, gsize size);

/* Reads status and declared size, once the headers are there. */
void idr_http_response_begin (IdrHttpResponse *response, CURL *easy);

/* The whole body as the range that was asked for, or NULL where it is not that range. @url is for
 * messages. */
GBytes *idr_http_response_take_body (IdrHttpResponse *response, const gchar *url, GError **error);

/* Says why the response was refused; @url is for messages. */
void idr_http_response_set_error (const IdrHttpResponse *response, const gchar *url,
                                  GError **error);
