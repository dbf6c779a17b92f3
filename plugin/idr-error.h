/* What went wrong in a layer below, as those see it who use the operations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

/* Gives *@problem to @error, or frees it: a GIOErrorEnum becomes the LaminaError that says the
 * same; cancellation is passed on untouched. @prefix, or NULL, is put before the message, but for
 * cancellation. */
void idr_error_propagate (GError **error, GError **problem, const gchar *prefix);
