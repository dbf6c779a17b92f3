/* A selection of planes along one axis: "all", "7", "0-9", "0,4,7", "0-99:10", "middle", "middle:5"
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* The places along an axis of @n that @text selects, in the order in which they are written;
 * @n_selected is how many. @axis
 * ("z") is for messages. "middle" is n / 2; "middle:5" are the ten from middle - 5 on, those of
 * them that exist. NULL with LAMINA_ERROR_ARGUMENT where @text makes no sense, names a place that
 * does not exist, or one twice. */
gint *idr_selection_parse (const gchar *text, const gchar *axis, gint n, gint *n_selected,
                           GError **error);
