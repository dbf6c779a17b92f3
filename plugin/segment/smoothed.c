/* A patch of a plane, smoothed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "smoothed.h"

#include <math.h>
#include <string.h>

/* Cache lines: rows start on one. */
#define ALIGNMENT 64

/* Where in the memory things lie. */
typedef struct
{
  gsize stride, workspace, end;
} Layout;

/* FALSE: no machine has so much memory. */
static gboolean
lay_out (const IdrGaussian *gaussian, const IdrKernels *kernels, const IdrPatch *patch,
         Layout *layout)
{
  const gsize size = idr_pixel_get_size (patch->planes->pixel);
  const gsize workspace = idr_gaussian_get_workspace (gaussian, kernels, patch);

  if (workspace == 0 || patch->x1 - patch->x0 > G_MAXINT32)
    return FALSE;
  layout->stride = ((patch->x1 - patch->x0) * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return g_size_checked_mul (&layout->workspace, layout->stride, patch->y1 - patch->y0)
         && g_size_checked_add (&layout->end, layout->workspace, workspace);
}

gsize
idr_smoothed_get_size (const IdrGaussian *gaussian, const IdrKernels *kernels,
                       const IdrPatch *patch)
{
  Layout layout;

  if (gaussian == NULL)
    return ALIGNMENT;
  return lay_out (gaussian, kernels, patch, &layout) ? layout.end : 0;
}

/* The patch's own pixels. */
static void
take_pixels (IdrSmoothed *smoothed)
{
  const IdrPatch *patch = &smoothed->patch;
  IdrRaster *values = &smoothed->values;

  values->data = (const guint8 *)values->data + (patch->y0 - patch->y) * values->stride
                 + (patch->x0 - patch->x) * idr_pixel_get_size (values->pixel);
  smoothed->max = (gdouble)-INFINITY;
  for (gint64 y = 0; y < values->height; y++)
    smoothed->max = idr_maximum (
        smoothed->max, smoothed->kernels->maximum (
                           (const guint8 *)values->data + y * values->stride, values->width));
}

static void
smooth_exactly (IdrSmoothed *smoothed)
{
  const IdrPatch *patch = &smoothed->patch;
  Layout layout;

  g_return_if_fail (lay_out (smoothed->gaussian, smoothed->kernels, patch, &layout));

  smoothed->values.data = smoothed->memory;
  smoothed->values.stride = layout.stride;
  smoothed->max
      = idr_gaussian_smooth (smoothed->gaussian, smoothed->kernels, patch,
                             smoothed->memory + layout.workspace, smoothed->memory, layout.stride);
}

void
idr_smoothed_make (IdrSmoothed *smoothed, const IdrGaussian *gaussian, const IdrKernels *kernels,
                   const IdrPatch *patch, gboolean exactly, gpointer memory)
{
  *smoothed = (IdrSmoothed){
    .gaussian = gaussian,
    .kernels = kernels,
    .patch = *patch,
    .values = *patch->planes,
    .memory = memory,
  };
  smoothed->values.width = patch->x1 - patch->x0;
  smoothed->values.height = patch->y1 - patch->y0;
  if (gaussian == NULL)
    take_pixels (smoothed);
  else
    smooth_exactly (smoothed);
}

gdouble
idr_smoothed_get_maximum (IdrSmoothed *smoothed, gdouble known)
{
  return idr_maximum (known, smoothed->max);
}

void
idr_smoothed_compare (IdrSmoothed *smoothed, gint64 y, const IdrValue *least, guint64 *bits)
{
  const IdrRaster *values = &smoothed->values;

  if (least == NULL)
    memset (bits, 0, (values->width + 63) / 64 * sizeof *bits);
  else
    smoothed->kernels->at_least ((const guint8 *)values->data
                                     + (y - smoothed->patch.y0) * values->stride,
                                 values->width, least, bits);
}
