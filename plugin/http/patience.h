/* How long is waited, and how often tried again
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
};

/* Two times can be set in the environment, which tests do: after how many seconds without a byte a
 * try is given up (IDR_HTTP_STALL_SECONDS, 20), and the bound of the first pause
 * (IDR_HTTP_BACKOFF_MS, 200). */
typedef struct
{
  glong stall;    /* seconds */
  gint64 backoff; /* microseconds */
} IdrHttpPatience;

const IdrHttpPatience *idr_http_patience (void);
