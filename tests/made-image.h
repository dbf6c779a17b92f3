/* Images and tables that a function makes, for tests of what consumes them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* The value of a sample at @x, which counts samples, and @y. */
typedef gdouble (*MadeValue) (gint64 plane, gint64 x, gint64 y);

/* The rows of a plane, end to end; NULL is a fault that the reader gets. */
typedef GArray *(*MadeRows) (gint64 plane);

/* How many reads were asked for, and the plane whose reading fails; -1: none. */
extern gint made_reads;
extern gint64 made_fault;

LaminaImage *made_image_new (const LaminaInfo *info, MadeValue value);
LaminaTable *made_table_new (const gchar *const *columns, gint n_planes, MadeRows rows);
