/* From what is above the threshold to objects: all that is done to the runs of a whole stack at
 * once
 *
 * In this order, with mask the foreground, structure that of the connectivity, and each step as
 * SciPy 1.10 and scikit-image 0.19.3 do it:
 *   fill-holes     mask = scipy.ndimage.binary_fill_holes(mask)
 *                  labels, n = scipy.ndimage.label(mask, structure)
 *   clear-border   labels = skimage.segmentation.clear_border(labels)
 *   minimum-area   labels = skimage.morphology.remove_small_objects(labels, minimum_area)
 *   split          see split.h
 *                  labels renumbered in the raster order of the objects' first pixels
 * It takes nothing but runs: pixels are measured when the objects are known.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "label.h"
#include "segment.h"

/* Whether the options ask for what cannot be done band by band. */
static inline gboolean
idr_options_need_all_runs (const IdrSegmentOptions *options)
{
  return options->fill_holes || options->split;
}

/* Makes of @runs, the foreground of a whole stack (row y of plane z is row z * height + y; labels
 * may be anything), labelled objects. @memory: bytes that this may take in addition. @watch, or
 * nobody, is asked meanwhile. Returns how many objects, or -1 and @problem, a constant string. */
gint32 idr_runs_refine (IdrRuns *runs, const IdrStack *stack, const IdrSegmentOptions *options,
                        gsize memory, const IdrWatch *watch, IdrForest *forest,
                        const gchar **problem);
