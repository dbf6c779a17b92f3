/* What people see of labels: the numbers, a mask, or the plane with the objects' outlines
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

typedef enum
{
  IDR_VIEW_LABELS,
  IDR_VIEW_MASK,
  IDR_VIEW_OUTLINES
} IdrView;

#define IDR_TYPE_VIEW (idr_view_get_type ())
GType idr_view_get_type (void);

/* The planes that @labels, an image of object numbers, has, as they are to be seen:
 *   labels    @labels itself
 *   mask      255 where there is an object, else 0: np.where (labels > 0, 255, 0).astype (np.uint8)
 *   outlines  RGB: the plane of @input in grey, its smallest value black, its largest white; and
 *             the pixels of skimage.segmentation.find_boundaries (labels, mode="inner") in their
 *             objects' colours. Of a volume each plane by itself
 * Any rectangle has the bytes that it has in the whole plane; only what it takes is read, but for
 * the outlines' grey each plane's range, once. @input has the same planes as @labels. */
LaminaImage *idr_view_new (IdrView view, LaminaImage *input, LaminaImage *labels);
