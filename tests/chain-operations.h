/* Operations that do little and tell what is done to them, for tests of those who join them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * even: a source of "image", "planes" times "value", with a property of each other kind
 * add: "image" and "by" make "sum"
 * marks: "image" and 1000 make "labels", and "objects", a table of two numbers a plane
 * thin: an image that is found by its type only, "source", and 5 make "thinned"
 * idle: takes and gives nothing
 * keep, pack: sinks for "image", to ".rec" or "/", and to ".big.rec"
 * rows: a sink for the table "objects", to ".rows"
 * A sink "fails" where it is told to: at open, begin, plane (the second) or end, or cancels.
 */
#pragma once

#include "lamina.h"

void chain_operations_register (void);

/* What was done since the last call: "open:even open:a.rec begin:a.rec a.rec:0 end:a.rec:1". A sink
 * goes by its path. */
gchar *chain_operations_take_log (void);

/* Planes that were computed since the last call. */
gint chain_operations_take_reads (void);

/* The value of all pixels of @plane, which must be the same. */
gint chain_operations_get_value (GObject *image, gint64 plane);
