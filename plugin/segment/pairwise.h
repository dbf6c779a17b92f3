/* Sums as NumPy has them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* What numpy.sum gives for a contiguous array of @n doubles. */
gdouble idr_sum_pairwise (const gdouble *values, gsize n);
