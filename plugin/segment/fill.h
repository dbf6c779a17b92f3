/* Holes: background that the foreground encloses
 *
 * mask = scipy.ndimage.binary_fill_holes(mask), SciPy 1.10: background counts as enclosed when no
 * path of pixels that touch by their sides (in a volume, their faces) leads from it to the border
 * of the stack, whatever the connectivity of the objects.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "label.h"
#include "segment.h"

/* Makes the holes in @runs, a whole stack's foreground, part of it; what labels there are is void
 * afterwards. @memory: bytes that this may take. @watch, or nobody, is asked meanwhile.
 * FALSE and @problem. */
gboolean idr_runs_fill_holes (IdrRuns *runs, const IdrStack *stack, gsize memory,
                              const IdrWatch *watch, IdrForest *forest, const gchar **problem);
