/* Which request is next: those with a deadline, then those somebody waits for, then those announced
 *
 * The I/O thread's. A transfer is in one queue at most, which its field `queue` tells.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "transfer.h"

typedef enum
{
  IDR_HTTP_RANK_DEADLINE, /* never waits for room */
  IDR_HTTP_RANK_URGENT,
  IDR_HTTP_RANK_ANNOUNCED,
  IDR_HTTP_N_RANKS
} IdrHttpRank;

typedef struct
{
  GQueue waiting[IDR_HTTP_N_RANKS];
  GQueue delayed; /* the one that is due first leads */
} IdrHttpQueue;

void idr_http_queue_add (IdrHttpQueue *queue, IdrHttpTransfer *transfer);

/* @transfer waits until the time `due`, and then goes before the others of its rank. */
void idr_http_queue_delay (IdrHttpQueue *queue, IdrHttpTransfer *transfer);

/* Gives @transfer the rank it has now, where it waits among others; else nothing is to be done. */
void idr_http_queue_hurry (IdrHttpQueue *queue, IdrHttpTransfer *transfer);

/* The next one, taken out, or NULL; without @room only one with a deadline. */
IdrHttpTransfer *idr_http_queue_take (IdrHttpQueue *queue, gboolean room);

/* When a delayed one is due; G_MAXINT64: there is none. */
gint64 idr_http_queue_get_due (const IdrHttpQueue *queue);

/* Takes @transfer out of whatever queue it is in. */
void idr_http_queue_remove (IdrHttpTransfer *transfer);
