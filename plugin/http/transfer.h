/* One request on its way: what was asked, the try that runs, and what becomes of it
 *
 * The fields up to the line belong to the I/O thread once the engine has the transfer.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"
#include "response.h"

typedef enum
{
  IDR_HTTP_VERDICT_DONE,  /* answer or error is set */
  IDR_HTTP_VERDICT_AGAIN, /* at the time `due` */
  IDR_HTTP_VERDICT_FOLLOW /* a redirect, at once */
} IdrHttpVerdict;

struct _IdrHttpTransfer
{
  gchar *url, *method;
  struct curl_slist *headers, *sent; /* those of the request, and with its signature */
  GBytes *body;
  gint64 offset, length;
  gsize limit;
  IdrHttpSession *session;
  IdrHttpSigner *signer;
  gint64 deadline; /* of all tries, monotonic; 0: none */
  gboolean once;
  IdrHttpDone done;
  gpointer data;

  IdrHttpResponse response;
  gchar detail[CURL_ERROR_SIZE];
  guint retries, redirects;
  gboolean relocated;          /* to another region */
  gboolean astray;             /* a redirect was for this time only, or left the signature behind */
  gboolean refused, said_when; /* the last answer: an overloaded server's, and until when */
  gint64 started, due;
  IdrHttpAnswer *answer;
  GError *error;

  CURL *easy;     /* while a try runs */
  GQueue *queue;  /* where it waits otherwise: queue.h */
  GList link;     /* in that queue */
  gsize reserved; /* bytes of the body that are on their way */

  /* ---- under the engine's lock */
  gatomicrefcount references; /* the caller's and the engine's */
  gboolean stopped, finished;

  /* ---- anybody's, atomic */
  gint urgent;   /* somebody waits for it */
  gint launched; /* its first try has begun */
};

IdrHttpTransfer *idr_http_transfer_new (const IdrHttpRequest *request, IdrHttpDone done,
                                        gpointer data);
IdrHttpTransfer *idr_http_transfer_ref (IdrHttpTransfer *transfer);
void idr_http_transfer_unref (IdrHttpTransfer *transfer);

/* Sets all that differs from request to request on @easy; FALSE: out of memory. */
gboolean idr_http_transfer_prepare (IdrHttpTransfer *transfer, CURL *easy);

/* What to do after a try has ended with @result. */
IdrHttpVerdict idr_http_transfer_judge (IdrHttpTransfer *transfer, CURLcode result);
