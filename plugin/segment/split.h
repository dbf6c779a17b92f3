/* Objects that touch, told apart by their shapes
 *
 * Each object is cut into the watershed basins of its distance to the background, one for each
 * summit that is its own (domes.h): what else there is in the plane, and where the border is, makes
 * no difference. With scikit-image 0.19.3 and SciPy 1.10, connectivity 1 for pixels that touch by
 * their sides and labels.ndim for corners, too:
 *
 *   structure = ndimage.generate_binary_structure(labels.ndim, connectivity)
 *   parts, n = np.zeros_like(labels), 0
 *   for label, box in enumerate(ndimage.find_objects(labels), 1):
 *       mask = np.pad(labels[box] == label, 1)
 *       distance = ndimage.distance_transform_edt(mask)
 *       domes = reconstruction(distance - 0.75, distance, footprint=structure)
 *       markers, n_markers = ndimage.label(local_maxima(domes, connectivity=connectivity),
 * structure) basins = watershed(-distance, markers, connectivity=connectivity, mask=mask) inside =
 * basins[(slice(1, -1),) * labels.ndim] parts[box][inside > 0] = inside[inside > 0] + n n +=
 * n_markers
 *   _, first, inverse = np.unique(parts[parts > 0], return_index=True, return_inverse=True)
 *   labels[parts > 0] = np.argsort(np.argsort(first))[inverse] + 1
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "runs.h"
#include "segment.h"

/* Splits the objects that @runs, a whole stack's, are labelled with: runs that lie in several parts
 * become several. @memory: bytes that this may take. @watch, or nobody, is asked meanwhile.
 * Returns how many objects there are now, or -1 and @problem. */
gint32 idr_runs_split (IdrRuns *runs, gint32 n_labels, const IdrStack *stack, gboolean diagonal,
                       gsize memory, const IdrWatch *watch, const gchar **problem);
