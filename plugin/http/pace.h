/* How many requests at once a server bears: fewer where it says that it is overloaded, and more
 * again
 *
 * A lone refusal changes nothing. More than 5 of the last 100 answers, or one that says when to
 * come again, halve the number, once for all that were on their way; each round of good answers
 * adds one.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

enum
{
  IDR_HTTP_PACE_SEEN = 100, /* answers that are remembered */
  IDR_HTTP_PACE_BORNE = 5   /* refusals among them that change nothing */
};

/* All zero in the beginning. */
typedef struct
{
  guint64 refused[(IDR_HTTP_PACE_SEEN + 63) / 64]; /* a bit for each answer that is remembered */
  guint next, n_refused;
  guint window; /* 0: as many as are allowed */
  guint good;   /* answers in a row since the number last grew */
  guint deaf;   /* answers to come that were on their way when it last fell */
} IdrHttpPace;

/* Takes notice of an answer: whether the server @refused (429, 503), and whether it said when to
 * come again. @allowed as below. */
void idr_http_pace_note (IdrHttpPace *pace, gboolean refused, gboolean said_when, guint allowed);

/* How many may be on their way now: 1 to @allowed. */
guint idr_http_pace_get (const IdrHttpPace *pace, guint allowed);
