/* How many requests at once a server bears: fewer where it says that it is overloaded, and more
 * again
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "pace.h"
#include <string.h>

guint
idr_http_pace_get (const IdrHttpPace *pace, guint allowed)
{
  return pace->window == 0 ? allowed : MIN (pace->window, allowed);
}

static void
remember (IdrHttpPace *pace, gboolean refused)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (pace->next % 64);
  guint64 *word = &pace->refused[pace->next / 64];
  pace->n_refused -= (*word & bit) != 0;
  pace->n_refused += refused;
  *word = refused ? *word | bit : *word & ~bit;
  pace->next = (pace->next + 1) % IDR_HTTP_PACE_SEEN;
}

static void
fall (IdrHttpPace *pace, guint allowed)
{
  guint window = idr_http_pace_get (pace, allowed);
  pace->deaf = window;
  pace->window = MAX (1, window / 2);
  pace->good = pace->n_refused = 0;
  memset (pace->refused, 0, sizeof pace->refused);
}

static void
grow (IdrHttpPace *pace, guint allowed)
{
  if (++pace->good < pace->window)
    return;
  pace->good = 0;
  if (++pace->window >= allowed)
    pace->window = 0;
}

void
idr_http_pace_note (IdrHttpPace *pace, gboolean refused, gboolean said_when, guint allowed)
{
  if (pace->deaf > 0)
    {
      pace->deaf--;
      return;
    }
  remember (pace, refused);
  if (said_when || pace->n_refused > IDR_HTTP_PACE_BORNE)
    fall (pace, allowed);
  else if (pace->window > 0 && !refused)
    grow (pace, allowed);
}
