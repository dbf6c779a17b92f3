/* Threads that leave an image together, so that no error of a tile is lost
 *
 * Up to version 8.15.3 libvips takes an image for done as soon as a thread finds no more tiles,
 * though others are at work on theirs: what fails there is forgotten, and the exit status is 0. So
 * a thread that has its tile waits for the others, and fails with them, when the end of the image
 * is being computed, and when they have not all left for half a second: a store that fails is asked
 * again and again before, while the others go on. Against a thread that never gets a tile this does
 * nothing: an image of few tiles asks libvips for fewer threads.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

typedef struct
{
  GMutex lock;
  GCond ended;
  gint tile_lines, at_work, n_waiting;
  gint64 began;           /* when the first came */
  guint64 number, broken; /* this round, counted from 1, and the last one in which one failed */
  gboolean is_last, is_broken; /* whether the end is computed in this one, and whether one failed */
} BridgeRound;

/* For tiles of so many lines. All that is done before the first is seen by the threads that enter,
 * and all that they do by who calls the second. */
void bridge_round_init (BridgeRound *round, gint tile_lines);
void bridge_round_clear (BridgeRound *round);

/* A thread begins with a tile that has so many lines of the image below it. */
void bridge_round_enter (BridgeRound *round, gint n_lines_below);

/* It has it, or has @failed, after it has said why. Returns whether it fails now. */
gboolean bridge_round_leave (BridgeRound *round, gboolean failed);

/* How many threads should work on an image of @height lines; 0 where it does not matter. */
gint bridge_round_get_n_threads (const BridgeRound *round, gint64 height);
