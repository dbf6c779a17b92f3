/* The I/O thread's one place to wait: sockets, libcurl's timer, and a pipe that others wake it by
 *
 * libcurl's own wait looks at every handle each time; this tells it which sockets are ready.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <curl/curl.h>
#include <glib.h>

typedef struct
{
  CURLM *multi;
  GArray *polled; /* of GPollFD: the pipe first */
  GArray *ready;  /* of GPollFD */
  gint64 timer;   /* when libcurl wants to be called; G_MAXINT64: not */
  gint pipe[2];
} IdrHttpPoller;

/* Makes the multi handle, too. A process without file descriptors or memory ends here. */
void idr_http_poller_init (IdrHttpPoller *poller);

/* Ends a wait, or the next one. Any thread. */
void idr_http_poller_wake (IdrHttpPoller *poller);

/* Lets libcurl work: what its timer says is due, and what the sockets have after a wait until @due
 * at most (monotonic; 0: no wait). */
void idr_http_poller_run_timer (IdrHttpPoller *poller);
void idr_http_poller_wait (IdrHttpPoller *poller, gint64 due);
