/* Which request is next: those with a deadline, then those somebody waits for, then those announced
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "queue.h"

static GQueue *
get_rank (IdrHttpQueue *queue, IdrHttpTransfer *transfer)
{
  if (transfer->deadline != 0)
    return &queue->waiting[IDR_HTTP_RANK_DEADLINE];
  return &queue->waiting[g_atomic_int_get (&transfer->urgent) ? IDR_HTTP_RANK_URGENT
                                                              : IDR_HTTP_RANK_ANNOUNCED];
}

void
idr_http_queue_add (IdrHttpQueue *queue, IdrHttpTransfer *transfer)
{
  transfer->queue = get_rank (queue, transfer);
  g_queue_push_tail_link (transfer->queue, &transfer->link);
}

void
idr_http_queue_delay (IdrHttpQueue *queue, IdrHttpTransfer *transfer)
{
  GList *next = queue->delayed.head;
  while (next != NULL && ((IdrHttpTransfer *)next->data)->due <= transfer->due)
    next = next->next;
  g_queue_insert_before_link (&queue->delayed, next, &transfer->link);
  transfer->queue = &queue->delayed;
}

void
idr_http_queue_hurry (IdrHttpQueue *queue, IdrHttpTransfer *transfer)
{
  if (transfer->queue != &queue->waiting[IDR_HTTP_RANK_ANNOUNCED])
    return;
  idr_http_queue_remove (transfer);
  idr_http_queue_add (queue, transfer);
}

/* Those whose time has come have waited longer than any other. */
static void
wake_delayed (IdrHttpQueue *queue)
{
  IdrHttpTransfer *transfer;
  if (queue->delayed.length == 0)
    return;
  gint64 now = g_get_monotonic_time ();
  while ((transfer = g_queue_peek_head (&queue->delayed)) != NULL && transfer->due <= now)
    {
      idr_http_queue_remove (transfer);
      transfer->queue = get_rank (queue, transfer);
      g_queue_push_head_link (transfer->queue, &transfer->link);
    }
}

IdrHttpTransfer *
idr_http_queue_take (IdrHttpQueue *queue, gboolean room)
{
  wake_delayed (queue);
  for (guint rank = 0; rank < (room ? IDR_HTTP_N_RANKS : IDR_HTTP_RANK_URGENT); rank++)
    {
      IdrHttpTransfer *transfer = g_queue_peek_head (&queue->waiting[rank]);
      if (transfer != NULL)
        {
          idr_http_queue_remove (transfer);
          return transfer;
        }
    }
  return NULL;
}

gint64
idr_http_queue_get_due (const IdrHttpQueue *queue)
{
  const GList *first = queue->delayed.head;
  return first != NULL ? ((const IdrHttpTransfer *)first->data)->due : G_MAXINT64;
}

void
idr_http_queue_remove (IdrHttpTransfer *transfer)
{
  if (transfer->queue != NULL)
    g_queue_unlink (transfer->queue, &transfer->link);
  transfer->queue = NULL;
}
