/* How long is waited, how often tried again, and how much may be on its way
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

enum
{
  MAX_RETRIES = 5,
  MAX_RETRY_AFTER = 30,              /* seconds: a server that asks for more is asked sooner */
  MAX_BACKOFF = 10 * G_USEC_PER_SEC, /* before one try */
  MAX_RETRYING = 120,                /* seconds from the first try to the last one's start */
  MAX_CONNECT = 15,                  /* seconds until a connection stands */
  MIN_SPEED = 100                    /* bytes a second: what is slower has stalled */
};

/* What the environment can change, which tests do. */
typedef struct
{
  glong stall;    /* seconds without progress that end a try: IDR_HTTP_STALL_SECONDS, or 20 */
  gint64 backoff; /* microseconds, the first pause's bound: IDR_HTTP_BACKOFF_MS, or 100 ms */
  gsize bodies;   /* bytes of bodies on their way at once: IDR_HTTP_BODIES_KIB, or 256 MiB */
} IdrHttpBounds;

const IdrHttpBounds *idr_http_bounds (void);
