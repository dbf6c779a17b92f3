/* What comes back from one try: status, headers that matter, and the body in one piece
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "response.h"
#include "url.h"

enum
{
  MAX_HEADERS = 256 << 10,
  MAX_ERROR_TEXT = 64 << 10, /* of an answer that is no success only the beginning is kept */
  FIRST_ROOM = 16 << 10,
  DEFAULT_LIMIT = 64 << 20
};

void
idr_http_response_init (IdrHttpResponse *response, gint64 offset, gint64 length, gsize limit)
{
  *response = (IdrHttpResponse){ .offset = offset, .length = length };
  response->limit = limit != 0 ? limit : DEFAULT_LIMIT;
  response->declared = response->first = response->last = response->total = -1;
}

void
idr_http_response_clear (IdrHttpResponse *response)
{
  g_clear_pointer (&response->body, g_free);
}

static gboolean
is_ranged (const IdrHttpResponse *response)
{
  return response->offset > 0 || response->length > 0;
}

static gboolean
is_success (const IdrHttpResponse *response)
{
  return response->status >= 200 && response->status < 300;
}

/* "bytes FIRST-LAST/TOTAL", "bytes FIRST-LAST/" + "*", and of a 416 "bytes *" + "/TOTAL" */
static void
parse_content_range (IdrHttpResponse *response, const gchar *value, gsize size)
{
  g_autofree gchar *text = g_strndup (value, size);
  gchar *at = g_strstrip (text);
  if (g_ascii_strncasecmp (at, "bytes ", 6) != 0)
    return;
  g_auto (GStrv) parts = g_strsplit_set (at + 6, "-/", 3);
  guint n = g_strv_length (parts);
  guint64 first, last, total;
  if (n >= 2 && g_ascii_string_to_unsigned (parts[n - 1], 10, 0, G_MAXINT64, &total, NULL))
    response->total = total;
  if (n == 3 && g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXINT64, &first, NULL)
      && g_ascii_string_to_unsigned (parts[1], 10, first, G_MAXINT64 - 1, &last, NULL))
    {
      response->first = first;
      response->last = last;
    }
}

/* What becomes part of a host's name is one of its parts. */
static void
parse_region (IdrHttpResponse *response, const gchar *value, gsize size)
{
  g_autofree gchar *text = g_strndup (value, size);
  const gchar *region = g_strstrip (text);
  gsize length = strlen (region);
  if (length < sizeof response->region && strspn (region, G_CSET_a_2_z G_CSET_DIGITS "-") == length)
    memcpy (response->region, region, length + 1);
}

/* Whether @line is the header @name ("Name:"). */
static gboolean
is_header (const gchar *line, gsize size, const gchar *name)
{
  gsize length = strlen (name);
  return size > length && g_ascii_strncasecmp (line, name, length) == 0;
}

gsize
idr_http_response_header (IdrHttpResponse *response, const gchar *line, gsize size)
{
  static const gchar content_range[] = "Content-Range:", bucket_region[] = "x-amz-bucket-region:";
  response->header_size += size;
  if (response->header_size > MAX_HEADERS)
    {
      response->fault = IDR_HTTP_RESPONSE_TOO_MANY_HEADERS;
      return 0;
    }
  if (is_header (line, size, content_range))
    parse_content_range (response, line + strlen (content_range), size - strlen (content_range));
  else if (is_header (line, size, bucket_region))
    parse_region (response, line + strlen (bucket_region), size - strlen (bucket_region));
  return size;
}

void
idr_http_response_begin (IdrHttpResponse *response, CURL *easy)
{
  glong status = 0;
  curl_off_t declared = -1;
  curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &declared);
  response->status = status;
  response->declared = declared;
  /* A server that knows no ranges sends all: more than the caller wants to keep, but not more than
   * is sane. */
  if (response->status == 200 && is_ranged (response))
    response->limit = MAX (response->limit, DEFAULT_LIMIT);
}

static gsize
refuse (IdrHttpResponse *response, IdrHttpResponseFault fault)
{
  response->fault = fault;
  return 0;
}

/* Room for @needed bytes: all that the header declares at once, else twice as much each time. */
static gboolean
make_room (IdrHttpResponse *response, gsize needed)
{
  if (needed <= response->room)
    return TRUE;
  gsize room = MIN (MAX (2 * response->room, FIRST_ROOM), response->limit);
  if (response->declared >= 0 && (guint64)response->declared <= response->limit)
    room = response->declared;
  room = MAX (room, needed);
  gchar *body = g_try_realloc (response->body, room);
  if (body == NULL)
    return FALSE;
  response->body = body;
  response->room = room;
  return TRUE;
}

/* The first words of an error are worth keeping, the rest of its page is read and forgotten. */
static gsize
write_error_text (IdrHttpResponse *response, const gchar *data, gsize size)
{
  response->ignored += size;
  if (response->ignored > response->limit)
    return refuse (response, IDR_HTTP_RESPONSE_TOO_LARGE);
  gsize kept = MIN (size, MAX_ERROR_TEXT - response->size);
  if (kept == 0)
    return size;
  if (response->body == NULL)
    response->body = g_malloc (MAX_ERROR_TEXT);
  response->room = MAX_ERROR_TEXT;
  memcpy (response->body + response->size, data, kept);
  response->size += kept;
  return size;
}

gsize
idr_http_response_write (IdrHttpResponse *response, const gchar *data, gsize size)
{
  if (!is_success (response))
    return write_error_text (response, data, size);
  if (size > response->limit - response->size
      || (response->declared > 0 && (guint64)response->declared > response->limit))
    return refuse (response, IDR_HTTP_RESPONSE_TOO_LARGE);
  if (!make_room (response, response->size + size))
    return refuse (response, IDR_HTTP_RESPONSE_NO_MEMORY);
  memcpy (response->body + response->size, data, size);
  response->size += size;
  return size;
}

/* Whether a 206 is what was asked for: all of it, or up to the object's end. */
static gboolean
is_asked_range (const IdrHttpResponse *response)
{
  if (response->first < 0 || !is_ranged (response)
      || (guint64)(response->last - response->first) != (guint64)response->size - 1)
    return FALSE;
  gint64 n = response->last - response->first + 1;
  gboolean at_end = response->total < 0 || response->last == response->total - 1;
  if (response->total >= 0 && response->last >= response->total)
    return FALSE;
  if (response->offset < 0)
    return at_end && (n == response->length || (n < response->length && response->first == 0));
  if (response->first != response->offset)
    return FALSE;
  return response->length == 0 ? at_end : n == response->length || (n < response->length && at_end);
}

/* The asked range of a whole object. A copy, as it may be a small part. */
static GBytes *
cut (IdrHttpResponse *response)
{
  gint64 size = response->size;
  gint64 first
      = response->offset >= 0 ? MIN (response->offset, size) : size - MIN (response->length, size);
  gint64 n = response->length == 0 ? size - first : MIN (response->length, size - first);
  response->total = size;
  if (n == size)
    return g_bytes_new_take (g_steal_pointer (&response->body), size);
  return g_bytes_new (n > 0 ? response->body + first : NULL, n);
}

GBytes *
idr_http_response_take_body (IdrHttpResponse *response, const gchar *url, GError **error)
{
  if (response->status == 206 && !is_asked_range (response))
    {
      g_autofree gchar *shown = idr_http_url_show (url);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: the server sent another range of bytes than was asked for", shown);
      return NULL;
    }
  if (response->status == 200 && is_ranged (response))
    return cut (response);
  if (response->size < response->room)
    response->body = g_realloc (response->body, MAX (response->size, 1));
  gsize size = response->size;
  return g_bytes_new_take (g_steal_pointer (&response->body), size);
}

void
idr_http_response_set_error (const IdrHttpResponse *response, const gchar *url, GError **error)
{
  g_autofree gchar *shown = idr_http_url_show (url);
  switch (response->fault)
    {
    case IDR_HTTP_RESPONSE_TOO_LARGE:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: the answer is longer than the %" G_GSIZE_FORMAT " bytes it may have", shown,
                   response->limit);
      break;
    case IDR_HTTP_RESPONSE_TOO_MANY_HEADERS:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s: the answer's header is longer than any sane one", shown);
      break;
    default:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%s: no memory for the answer", shown);
    }
}
