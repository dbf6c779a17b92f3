/* Values of a cache that are numbers, and count how many of them there are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

GBytes *counted_value_new (gint number);
gint counted_value_get_number (GBytes *value); /* of a key too */

/* How many values nobody has freed yet. */
gint counted_value_get_alive (void);

/* A key, which is not counted. */
GBytes *counted_value_make_key (gint number);
