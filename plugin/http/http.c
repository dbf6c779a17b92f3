/* Requests over HTTP: what other layers call
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "http.h"
#include "engine.h"
#include "transfer.h"

IdrHttpTransfer *
idr_http_start (const IdrHttpRequest *request, IdrHttpDone done, gpointer data)
{
  g_return_val_if_fail (request != NULL && request->url != NULL && done != NULL, NULL);
  g_return_val_if_fail (request->length >= 0, NULL);
  IdrHttpTransfer *transfer = idr_http_transfer_new (request, done, data);
  idr_http_engine_start (transfer);
  return transfer;
}

void
idr_http_transfer_free (IdrHttpTransfer *transfer)
{
  if (transfer == NULL)
    return;
  idr_http_engine_stop (transfer);
  idr_http_transfer_unref (transfer);
}

void
idr_http_transfer_hurry (IdrHttpTransfer *transfer)
{
  g_return_if_fail (transfer != NULL);
  if (g_atomic_int_get (&transfer->urgent))
    return;
  g_atomic_int_set (&transfer->urgent, TRUE);
  if (!g_atomic_int_get (&transfer->launched))
    idr_http_engine_hurry (transfer);
}

void
idr_http_answer_free (IdrHttpAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_free (answer->url);
  g_free (answer->region);
  g_free (answer->content_type);
  g_free (answer);
}

void
idr_http_set_connections (guint connections)
{
  g_return_if_fail (connections >= 1 && connections <= 256);
  idr_http_engine_set_connections (connections);
}

/* Somebody who waits for one answer. */
typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean ended, cancelled;
  IdrHttpAnswer *answer;
  GError *error;
} Wait;

static void
on_done (IdrHttpAnswer *answer, const GError *error, gpointer data)
{
  Wait *wait = data;
  g_mutex_lock (&wait->lock);
  wait->ended = TRUE;
  wait->answer = answer;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  g_cond_signal (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Wait *wait = data;
  g_mutex_lock (&wait->lock);
  wait->cancelled = TRUE;
  g_cond_signal (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

IdrHttpAnswer *
idr_http_send (const IdrHttpRequest *request, GCancellable *cancellable, GError **error)
{
  Wait wait = { .ended = FALSE };
  gulong handler = 0;
  g_return_val_if_fail (request != NULL && request->url != NULL && request->length >= 0, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_mutex_init (&wait.lock);
  g_cond_init (&wait.changed);
  IdrHttpRequest pressing = *request;
  pressing.urgent = TRUE;
  IdrHttpTransfer *transfer = idr_http_start (&pressing, on_done, &wait);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), &wait, NULL);
  g_mutex_lock (&wait.lock);
  while (!wait.ended && !wait.cancelled)
    g_cond_wait (&wait.changed, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_cancellable_disconnect (cancellable, handler);
  idr_http_transfer_free (transfer);
  if (!wait.ended)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
  else if (wait.error != NULL)
    g_propagate_error (error, wait.error);
  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.changed);
  return wait.answer;
}
