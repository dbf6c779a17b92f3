/* What goes wrong with a try, in words, and whether another try may help
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault.h"
#include "bounds.h"
#include "url.h"

typedef struct
{
  CURLcode result;
  guint retries;
  GIOErrorEnum code;
  gboolean has_detail; /* libcurl's own text says more, and nothing secret */
  const gchar *text;
} Fault;

/* What takes long to notice or is rarely a passing fault is tried less often: people wait for it.
 */
static const Fault faults[] = {
  { CURLE_COULDNT_RESOLVE_HOST, 2, G_IO_ERROR_HOST_NOT_FOUND, FALSE,
    "no such host: check the address or the network connection" },
  { CURLE_COULDNT_RESOLVE_PROXY, 2, G_IO_ERROR_HOST_NOT_FOUND, FALSE,
    "no such proxy: check the proxy settings" },
  { CURLE_COULDNT_CONNECT, MAX_RETRIES, G_IO_ERROR_CONNECTION_REFUSED, FALSE,
    "no connection: nothing answers there; check the address and the port, or try again later" },
  { CURLE_OPERATION_TIMEDOUT, 2, G_IO_ERROR_TIMED_OUT, FALSE,
    "no answer in time: check the network connection, or try again later" },
  { CURLE_PARTIAL_FILE, MAX_RETRIES, G_IO_ERROR_CONNECTION_CLOSED, FALSE,
    "the connection ended in the middle of the answer: try again later" },
  { CURLE_GOT_NOTHING, MAX_RETRIES, G_IO_ERROR_CONNECTION_CLOSED, FALSE,
    "the server closed the connection without an answer: try again later" },
  { CURLE_SEND_ERROR, MAX_RETRIES, G_IO_ERROR_CONNECTION_CLOSED, FALSE,
    "the connection broke: try again later" },
  { CURLE_RECV_ERROR, MAX_RETRIES, G_IO_ERROR_CONNECTION_CLOSED, FALSE,
    "the connection broke: try again later" },
  { CURLE_HTTP2, MAX_RETRIES, G_IO_ERROR_CONNECTION_CLOSED, FALSE,
    "the HTTP/2 connection broke: try again later" },
  { CURLE_HTTP2_STREAM, MAX_RETRIES, G_IO_ERROR_CONNECTION_CLOSED, FALSE,
    "the HTTP/2 connection broke: try again later" },
  { CURLE_SSL_CONNECT_ERROR, 2, G_IO_ERROR_FAILED, TRUE, "no encrypted connection" },
  { CURLE_PEER_FAILED_VERIFICATION, 0, G_IO_ERROR_PERMISSION_DENIED, TRUE,
    "the server's certificate cannot be trusted (SSL_CERT_FILE names other authorities)" },
  { CURLE_SSL_CACERT_BADFILE, 0, G_IO_ERROR_FAILED, FALSE,
    "the trusted certificates cannot be read: check SSL_CERT_FILE and SSL_CERT_DIR" },
  { CURLE_UNSUPPORTED_PROTOCOL, 0, G_IO_ERROR_INVALID_DATA, FALSE,
    "not a web server's answer: check the scheme (http, https), the host and the port" },
  { CURLE_WEIRD_SERVER_REPLY, 0, G_IO_ERROR_INVALID_DATA, FALSE,
    "not a web server's answer: check the scheme (http, https), the host and the port" },
  { CURLE_URL_MALFORMAT, 0, G_IO_ERROR_INVALID_ARGUMENT, FALSE, "not a valid address" },
  { CURLE_OUT_OF_MEMORY, 0, G_IO_ERROR_NO_SPACE, FALSE, "out of memory" },
};

static const Fault other = { CURLE_OK, 0, G_IO_ERROR_FAILED, TRUE, "the request failed" };

static const Fault *
find_fault (CURLcode result)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    if (faults[i].result == result)
      return &faults[i];
  return &other;
}

void
idr_http_fault_set (GError **error, CURLcode result, const gchar *url, const gchar *detail)
{
  const Fault *fault = find_fault (result);
  g_autofree gchar *shown = idr_http_url_show (url);
  if (!fault->has_detail)
    g_set_error (error, G_IO_ERROR, fault->code, "%s: %s", shown, fault->text);
  else
    g_set_error (error, G_IO_ERROR, fault->code, "%s: %s: %s", shown, fault->text,
                 detail[0] != '\0' ? detail : curl_easy_strerror (result));
}

guint
idr_http_fault_retries (CURLcode result)
{
  return find_fault (result)->retries;
}

guint
idr_http_status_retries (guint status)
{
  switch (status)
    {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return MAX_RETRIES;
    default:
      return 0;
    }
}

gint64
idr_http_backoff (guint retries, gint64 after)
{
  /* The first pause is shorter still: most refusals are alone. */
  guint doublings = retries > 0 ? retries + 1 : 0;
  gint64 bound = MIN (idr_http_bounds ()->backoff << doublings, MAX_BACKOFF);
  gint64 asked = MIN (after, MAX_RETRY_AFTER) * G_USEC_PER_SEC;
  return asked + (gint64)(g_random_double () * bound);
}
