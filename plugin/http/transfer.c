/* One request on its way: what was asked, the try that runs, and what becomes of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "transfer.h"
#include "fault.h"
#include "bounds.h"
#include "session.h"
#include "signer.h"
#include "url.h"

enum
{
  MAX_REDIRECTS = 5
};

static gboolean
is_method (const IdrHttpTransfer *transfer, const gchar *method)
{
  return g_str_equal (transfer->method, method);
}

static void
drop_body (IdrHttpTransfer *transfer)
{
  g_clear_pointer (&transfer->body, g_bytes_unref);
}

static void
drop_headers (IdrHttpTransfer *transfer)
{
  g_clear_pointer (&transfer->headers, curl_slist_free_all);
  g_clear_pointer (&transfer->sent, curl_slist_free_all);
}

IdrHttpTransfer *
idr_http_transfer_new (const IdrHttpRequest *request, IdrHttpDone done, gpointer data)
{
  IdrHttpTransfer *transfer = g_new0 (IdrHttpTransfer, 1);
  g_atomic_ref_count_init (&transfer->references);
  transfer->url = g_strdup (request->url);
  transfer->method = g_strdup (request->method != NULL ? request->method : "GET");
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
    transfer->headers = curl_slist_append (transfer->headers, request->headers[i]);
  if (request->body != NULL)
    transfer->body = g_bytes_ref (request->body);
  transfer->offset = request->offset;
  transfer->length = request->length;
  transfer->limit = request->limit;
  transfer->session = request->session != NULL ? idr_http_session_ref (request->session) : NULL;
  transfer->signer = request->signer != NULL ? idr_http_signer_ref (request->signer) : NULL;
  transfer->started = g_get_monotonic_time ();
  if (request->timeout_ms > 0)
    transfer->deadline = transfer->started + request->timeout_ms * (gint64)1000;
  transfer->once = request->once;
  transfer->urgent = request->urgent;
  transfer->done = done;
  transfer->data = data;
  transfer->link.data = transfer;
  return transfer;
}

IdrHttpTransfer *
idr_http_transfer_ref (IdrHttpTransfer *transfer)
{
  g_atomic_ref_count_inc (&transfer->references);
  return transfer;
}

void
idr_http_transfer_unref (IdrHttpTransfer *transfer)
{
  if (!g_atomic_ref_count_dec (&transfer->references))
    return;
  idr_http_response_clear (&transfer->response);
  g_clear_pointer (&transfer->answer, idr_http_answer_free);
  g_clear_error (&transfer->error);
  drop_headers (transfer);
  drop_body (transfer);
  idr_http_session_free (transfer->session);
  idr_http_signer_unref (transfer->signer);
  g_free (transfer->url);
  g_free (transfer->method);
  g_free (transfer);
}

static void
prepare_method (IdrHttpTransfer *transfer, CURL *easy)
{
  gsize size = 0;
  curl_easy_setopt (easy, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt (easy, CURLOPT_NOBODY, is_method (transfer, "HEAD") ? 1L : 0L);
  if (is_method (transfer, "POST"))
    {
      const gchar *bytes = transfer->body ? g_bytes_get_data (transfer->body, &size) : NULL;
      curl_easy_setopt (easy, CURLOPT_POSTFIELDS, bytes != NULL ? bytes : "");
      curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    }
  gboolean known
      = is_method (transfer, "GET") || is_method (transfer, "HEAD") || is_method (transfer, "POST");
  curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, known ? NULL : transfer->method);
}

static CURLcode
prepare_range (IdrHttpTransfer *transfer, CURL *easy)
{
  gchar range[48];
  gint64 offset = transfer->offset, length = transfer->length, last;
  if (offset <= 0 && length == 0)
    return curl_easy_setopt (easy, CURLOPT_RANGE, NULL);
  if (offset < 0)
    g_snprintf (range, sizeof range, "-%" G_GINT64_FORMAT, length);
  else if (length == 0 || __builtin_add_overflow (offset, length - 1, &last))
    g_snprintf (range, sizeof range, "%" G_GINT64_FORMAT "-", offset);
  else
    g_snprintf (range, sizeof range, "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, offset, last);
  return curl_easy_setopt (easy, CURLOPT_RANGE, range);
}

/* The headers of the request, and those that sign this try of it. */
static gboolean
prepare_headers (IdrHttpTransfer *transfer, CURL *easy)
{
  g_clear_pointer (&transfer->sent, curl_slist_free_all);
  if (transfer->signer == NULL)
    return curl_easy_setopt (easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_auto (GStrv) lines = idr_http_signer_sign (transfer->signer, transfer->method, transfer->url,
                                               transfer->body, now);
  for (const struct curl_slist *item = transfer->headers; item != NULL; item = item->next)
    transfer->sent = curl_slist_append (transfer->sent, item->data);
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    transfer->sent = curl_slist_append (transfer->sent, lines[i]);
  return curl_easy_setopt (easy, CURLOPT_HTTPHEADER, transfer->sent) == CURLE_OK;
}

gboolean
idr_http_transfer_prepare (IdrHttpTransfer *transfer, CURL *easy)
{
  gint64 left = 0;
  if (transfer->deadline != 0)
    left = MAX (1, (transfer->deadline - g_get_monotonic_time ()) / 1000);
  idr_http_response_clear (&transfer->response);
  idr_http_response_init (&transfer->response, transfer->offset, transfer->length, transfer->limit);
  transfer->detail[0] = '\0';
  prepare_method (transfer, easy);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (glong)left);
  /* libcurl sends again what a reused connection lost: what must go out once gets a new one. */
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, transfer->once ? 1L : 0L);
  /* Over TLS the first connection may turn out to carry all the others (HTTP/2). */
  curl_easy_setopt (easy, CURLOPT_PIPEWAIT,
                    g_ascii_strncasecmp (transfer->url, "https:", 6) == 0 ? 1L : 0L);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, transfer->detail);
  curl_easy_setopt (easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, transfer);
  CURLSH *share = transfer->session ? idr_http_session_get_share (transfer->session) : NULL;
  /* Sharing cookies is not enough: libcurl keeps none before it was told of a file, too. */
  return curl_easy_setopt (easy, CURLOPT_SHARE, share) == CURLE_OK
         && curl_easy_setopt (easy, CURLOPT_COOKIEFILE, share != NULL ? "" : NULL) == CURLE_OK
         && prepare_headers (transfer, easy) && prepare_range (transfer, easy) == CURLE_OK
         && curl_easy_setopt (easy, CURLOPT_URL, transfer->url) == CURLE_OK;
}

/* Whether one more try is allowed, out of @retries; sets when. */
static gboolean
try_again (IdrHttpTransfer *transfer, guint retries, gint64 after)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = transfer->started + MAX_RETRYING * (gint64)G_USEC_PER_SEC;
  if (transfer->deadline != 0)
    end = MIN (end, transfer->deadline);
  if (transfer->once || transfer->retries >= retries)
    return FALSE;
  transfer->due = now + idr_http_backoff (transfer->retries, after);
  if (transfer->due >= end)
    return FALSE;
  transfer->retries++;
  return TRUE;
}

static IdrHttpVerdict
judge_failure (IdrHttpTransfer *transfer, CURLcode result)
{
  if (result == CURLE_WRITE_ERROR && transfer->response.fault != IDR_HTTP_RESPONSE_FINE)
    {
      idr_http_response_set_error (&transfer->response, transfer->url, &transfer->error);
      return IDR_HTTP_VERDICT_DONE;
    }
  if (try_again (transfer, idr_http_fault_retries (result), 0))
    return IDR_HTTP_VERDICT_AGAIN;
  idr_http_fault_set (&transfer->error, result, transfer->url, transfer->detail);
  return IDR_HTTP_VERDICT_DONE;
}

static gboolean
is_redirect (guint status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Whether a redirect is meant for the next requests, too, as S3's 307 is to a bucket's region. */
static gboolean
is_lasting (const IdrHttpResponse *response)
{
  return response->status == 301 || response->status == 308
         || (response->status == 307 && response->region[0] != '\0');
}

/* What goes along to @to: a body only where the server says so, nothing of all that to another
 * origin. */
static gboolean
follow (IdrHttpTransfer *transfer, const gchar *to, GError **error)
{
  gboolean same_origin = FALSE;
  g_autofree gchar *shown = idr_http_url_show (transfer->url);
  if (++transfer->redirects > MAX_REDIRECTS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: redirected more than %d times", shown,
                   MAX_REDIRECTS);
      return FALSE;
    }
  if (!idr_http_url_may_lead (transfer->url, to, &same_origin, error))
    return FALSE;
  gboolean safe = is_method (transfer, "GET") || is_method (transfer, "HEAD");
  guint status = transfer->response.status;
  gboolean repeats = status == 307 || status == 308;
  if (!safe && repeats && !same_origin)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "%s: redirects what was to be sent to another host: this is not followed",
                   shown);
      return FALSE;
    }
  if (!safe && !repeats)
    {
      drop_body (transfer);
      g_free (transfer->method);
      transfer->method = g_strdup ("GET");
    }
  if (!is_lasting (&transfer->response) || (!same_origin && transfer->signer != NULL))
    transfer->astray = TRUE;
  if (!same_origin)
    {
      drop_headers (transfer);
      g_clear_pointer (&transfer->session, idr_http_session_free);
      g_clear_pointer (&transfer->signer, idr_http_signer_unref);
    }
  g_free (transfer->url);
  transfer->url = g_strdup (to);
  return TRUE;
}

/* S3 says that the bucket lies in another region than was asked or signed for: once the right one
 * is asked, by that region's name of the same host. */
static gboolean
relocate (IdrHttpTransfer *transfer)
{
  guint status = transfer->response.status;
  const gchar *region = transfer->response.region;
  if (transfer->relocated || region[0] == '\0' || (status != 301 && status != 307 && status != 400))
    return FALSE;
  gchar *url = idr_http_url_in_region (transfer->url, region);
  gboolean other
      = transfer->signer != NULL && idr_http_signer_set_region (transfer->signer, region);
  if (url != NULL)
    {
      g_free (transfer->url);
      transfer->url = url;
    }
  transfer->relocated = url != NULL || other;
  return transfer->relocated;
}

static void
take_answer (IdrHttpTransfer *transfer)
{
  const gchar *content_type = NULL;
  IdrHttpResponse *response = &transfer->response;
  curl_easy_getinfo (transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
  g_autoptr (IdrHttpAnswer) answer = g_new0 (IdrHttpAnswer, 1);
  answer->body = idr_http_response_take_body (response, transfer->url, &transfer->error);
  if (answer->body == NULL)
    return;
  answer->status = response->status;
  answer->content_type = g_strdup (content_type);
  answer->total = response->total;
  answer->retries = transfer->retries;
  answer->url = g_strdup (transfer->url);
  answer->moved = (transfer->relocated || transfer->redirects > 0) && !transfer->astray;
  answer->region = g_strdup (response->region[0] != '\0' ? response->region : NULL);
  transfer->answer = g_steal_pointer (&answer);
}

IdrHttpVerdict
idr_http_transfer_judge (IdrHttpTransfer *transfer, CURLcode result)
{
  curl_off_t after = 0;
  const gchar *to = NULL;
  if (result != CURLE_OK)
    return judge_failure (transfer, result);
  idr_http_response_begin (&transfer->response, transfer->easy);
  guint status = transfer->response.status;
  guint retries = idr_http_status_retries (status);
  if (retries > 0)
    curl_easy_getinfo (transfer->easy, CURLINFO_RETRY_AFTER, &after);
  transfer->refused = status == 429 || status == 503;
  transfer->said_when = after > 0;
  if (try_again (transfer, retries, after))
    return IDR_HTTP_VERDICT_AGAIN;
  if (relocate (transfer))
    return IDR_HTTP_VERDICT_FOLLOW;
  if (is_redirect (status))
    curl_easy_getinfo (transfer->easy, CURLINFO_REDIRECT_URL, &to);
  if (to == NULL)
    take_answer (transfer);
  else if (follow (transfer, to, &transfer->error))
    return IDR_HTTP_VERDICT_FOLLOW;
  return IDR_HTTP_VERDICT_DONE;
}
