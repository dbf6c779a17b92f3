/* Whoever waits for what takes long on one thread, and may not want it any more
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* Called every now and then, with the share of the work that is done, 0 to 1, as far as is known.
 * FALSE: it shall stop, and fails with whatever problem. */
typedef struct
{
  gboolean (*go_on) (gdouble share, gpointer data);
  gpointer data;
} IdrWatch;

/* Pixels, runs or numbers that are seen to between two calls. */
#define IDR_WATCH_STEP ((gsize)1 << 20)

static inline gboolean
idr_watch_go_on (const IdrWatch *watch, gdouble share)
{
  return watch == NULL || watch->go_on (share, watch->data);
}
