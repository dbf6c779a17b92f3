/* Colours for object numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* Each number's own, bright on black, and neighbouring numbers' far apart; of 0: black. */
void idr_palette_get (guint64 label, guint8 rgb[3]);
