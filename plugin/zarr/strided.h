/* Samples copied between two layouts of the same rectangle
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#define IDR_STRIDED_MAX_DIMS 8

/* Copies @size[0] x … x @size[@n_dims - 1] samples of @sample bytes (1, 2, 4 or 8). The sample at i
 * lies at sum of i[d] * strides[d] bytes from @from and @to, aligned or not; a stride of @from may
 * be 0, which repeats. */
void idr_strided_copy (gint n_dims, const gint64 *size, gsize sample, gconstpointer from,
                       const gint64 *from_strides, gpointer to, const gint64 *to_strides);
