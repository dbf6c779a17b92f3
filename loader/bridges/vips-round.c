/* Threads that leave an image together, so that no error of a tile is lost
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-round.h"

#include <vips/vips.h>

#define PATIENCE_US 500000

/* Later versions wait by themselves. */
static gboolean
is_needed (void)
{
  gint version = (vips_version (0) * 1000 + vips_version (1)) * 1000 + vips_version (2);

  return version < 8015004;
}

/* libvips orders what its threads do, but not in a way that is seen from outside, as by
 * ThreadSanitizer: what was done before comes before what is done now. */
static void
order (BridgeRound *round)
{
  g_mutex_lock (&round->lock);
  g_mutex_unlock (&round->lock);
}

void
bridge_round_init (BridgeRound *round, gint tile_lines)
{
  *round = (BridgeRound){ .tile_lines = tile_lines, .number = 1 };
  g_mutex_init (&round->lock);
  g_cond_init (&round->ended);
  order (round);
}

void
bridge_round_clear (BridgeRound *round)
{
  order (round);
  g_mutex_clear (&round->lock);
  g_cond_clear (&round->ended);
}

void
bridge_round_enter (BridgeRound *round, gint n_lines_below)
{
  g_mutex_lock (&round->lock);
  if (round->at_work++ == 0)
    round->began = g_get_monotonic_time ();
  /* The tiles below may be others' already, who have not come yet. */
  if (n_lines_below < round->tile_lines * vips_concurrency_get ())
    round->is_last = TRUE;
  g_mutex_unlock (&round->lock);
}

/* The last one has left. */
static void
end_round (BridgeRound *round)
{
  if (round->is_broken)
    round->broken = round->number;
  round->number++;
  round->is_last = round->is_broken = FALSE;
  if (round->n_waiting > 0)
    g_cond_broadcast (&round->ended);
}

/* Whether those who have their tiles are to wait. */
static gboolean
is_ending (const BridgeRound *round)
{
  return (round->is_last || g_get_monotonic_time () - round->began > PATIENCE_US) && is_needed ();
}

gboolean
bridge_round_leave (BridgeRound *round, gboolean failed)
{
  guint64 number;

  g_mutex_lock (&round->lock);
  number = round->number;
  round->is_broken = round->is_broken || failed;
  round->at_work--;
  if (round->at_work == 0)
    end_round (round);
  else if (is_ending (round))
    {
      round->n_waiting++;
      while (round->number == number)
        g_cond_wait (&round->ended, &round->lock);
      round->n_waiting--;
    }
  failed = failed || round->broken >= number;
  g_mutex_unlock (&round->lock);
  return failed;
}

gint
bridge_round_get_n_threads (const BridgeRound *round, gint64 height)
{
  gint64 n_threads = MAX (height / round->tile_lines / 4, 1);

  return is_needed () && n_threads < vips_concurrency_get () ? (gint)n_threads : 0;
}
