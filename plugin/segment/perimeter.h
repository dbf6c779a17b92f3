/* The length of objects' boundaries, as scikit-image's perimeter with four neighbours estimates it
 *
 * A pixel is on the boundary when one of its four neighbours is not its object's. What it adds
 * depends on which of its eight neighbours are on the boundary of the same object: 1, sqrt(2),
 * (1 + sqrt(2)) / 2, or nothing. How many of each there are is counted in whole numbers, so that it
 * does not matter in what portions the rows come.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "kernels.h"
#include "runs.h"

/* An object's pixels that add 1, sqrt(2), and the mean of both. */
typedef struct
{
  gint64 straight, slanted, mixed;
} IdrBoundary;

static inline gdouble
idr_boundary_get_length (const IdrBoundary *boundary)
{
  return (gdouble)boundary->straight + G_SQRT2 * (gdouble)boundary->slanted
         + (1 + G_SQRT2) / 2 * (gdouble)boundary->mixed;
}

/* One pass over a plane's rows. */
typedef struct _IdrPerimeter IdrPerimeter;

/* For rows of @width pixels. @is_split: pixels of two objects may touch by their sides; else only
 * by corners. NULL: no memory. */
IdrPerimeter *idr_perimeter_new (gint64 width, gboolean is_split, IdrIsa isa);
void idr_perimeter_free (IdrPerimeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrPerimeter, idr_perimeter_free)

/* Takes the plane's next rows, from @first up to but not including @end of @runs, whose labels are
 * the final ones, and adds to boundaries[label] what they tell: that of the last two rows is told
 * by those that follow. FALSE: no memory. */
gboolean idr_perimeter_add (IdrPerimeter *self, const IdrRuns *runs, gint64 first, gint64 end,
                            IdrBoundary *boundaries);

/* The plane is at its end: adds what was left, and is ready for another one. */
void idr_perimeter_finish (IdrPerimeter *self, IdrBoundary *boundaries);
