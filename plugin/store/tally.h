/* What the work of one call amounted to, for the summaries that people read
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* Each layer adds what it knows; one thread at a time. Where a function takes one, NULL will do. */
typedef struct
{
  gint64 bytes;     /* received from the store */
  gint64 retries;   /* requests sent again */
  gint64 chunks;    /* decoded */
  gint64 again;     /* of these, once more, as there was no room to keep them */
  gint64 missing;   /* chunks that are not in the store */
  gint64 decode_ns; /* time spent decoding */
} IdrTally;
