/* Which runs touch: objects by union-find, numbered by their first pixels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "runs.h"
#include "watch.h"

#define IDR_TOO_MANY_OBJECTS "there are more than 2^31 - 1 objects"

/* A forest of provisional labels: parents[l] <= l, and a root is its own parent. Label 0 is the
 * background's. */
typedef struct
{
  gint32 *parents;
  gsize n, n_allocated; /* labels, 0 among them */
} IdrForest;

void idr_forest_clear (IdrForest *forest);

/* Adds @n labels that are roots, and before the first of all the background's. FALSE and @problem:
 * no memory, or labels beyond 2^31 - 1. */
gboolean idr_forest_grow (IdrForest *forest, gsize n, const gchar **problem);

/* A row of labelled runs; @base is added to its labels. */
typedef struct
{
  const IdrRun *runs;
  const gint32 *labels;
  gsize n;
  gint32 base;
} IdrRow;

/* The first label of the object that @label is one of. */
gint32 idr_forest_find (IdrForest *forest, gint32 label);

/* The labels @a and @b are one object's. */
void idr_forest_join (IdrForest *forest, gint32 a, gint32 b);

/* So are those of the runs of two rows that touch; @diagonal: also by their corners. */
void idr_forest_join_rows (IdrForest *forest, const IdrRow *a, const IdrRow *b, gboolean diagonal);

/* Roots become their numbers, 1, 2, 3… in the order of labels, and everything else becomes its
 * root's: parents[l] is the number of l. Returns how many there are. */
gint32 idr_forest_number (IdrForest *forest);

/* Gives all @runs their labels: objects 1, 2, 3… in the raster order of their first pixels. Planes
 * are @height rows each, and one after the other; @diagonal: 8- instead of 4-connected, and 26-
 * instead of 6-connected through planes. @watch, or nobody, is asked meanwhile. Returns how many,
 * or -1 and @problem: no memory, or labels beyond 2^31 - 1. */
gint32 idr_runs_label (IdrRuns *runs, gint64 height, gboolean diagonal, const IdrWatch *watch,
                       IdrForest *forest, const gchar **problem);
