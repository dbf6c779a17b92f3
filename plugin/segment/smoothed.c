/* A patch of a plane, smoothed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "smoothed.h"

#include "coarse.h"

#include <math.h>
#include <string.h>

/* Cache lines: rows start on one. */
#define ALIGNMENT 64

/* When more pixels than one in so many must be settled, all are smoothed exactly. */
#define PATIENCE 128

/* Where in the memory things lie: the smoothed pixels first, coarse or exact. */
typedef struct
{
  gsize stride, maxima, bits, workspace, end;
} Layout;

static gsize
align (gsize n)
{
  return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* FALSE: no machine has so much memory. */
static gboolean
lay_out (const IdrGaussian *gaussian, const IdrKernels *kernels, const IdrPatch *patch,
         Layout *layout)
{
  const IdrCoarseFilter *coarse = idr_gaussian_get_coarse (gaussian);
  const gsize width = patch->x1 - patch->x0, height = patch->y1 - patch->y0;
  gsize size = idr_pixel_get_size (patch->planes->pixel);
  gsize workspace = idr_gaussian_get_workspace (gaussian, kernels, patch);

  if (workspace == 0 || width > G_MAXINT32 || height > G_MAXINT32)
    return FALSE;
  if (idr_coarse_suits (coarse, kernels, patch))
    {
      size = MAX (size, sizeof (gint16));
      workspace = MAX (workspace, idr_coarse_get_workspace (coarse, patch));
    }
  layout->stride = align (width * size);
  if (!g_size_checked_mul (&layout->maxima, layout->stride, height))
    return FALSE;
  layout->bits = layout->maxima + align (height * sizeof (gint16));
  layout->workspace = layout->bits + align (width / 8 + sizeof (guint64));
  return g_size_checked_add (&layout->end, layout->workspace, workspace);
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

/* --- All pixels' values ------------------------------------------------------------------ */

/* What is largest in a rectangle of a patch's first raster. */
static gdouble
find_maximum (const IdrKernels *kernels, const IdrPatch *patch, gint64 x0, gint64 y0, gint64 x1,
              gint64 y1)
{
  const IdrRaster *raster = patch->planes;
  gdouble max = (gdouble)-INFINITY;

  /* Rows without gaps are as good as one. */
  if (raster->stride == (gsize)(x1 - x0) * idr_pixel_get_size (raster->pixel))
    return kernels->maximum ((const guint8 *)raster->data + (y0 - patch->y) * raster->stride,
                             (x1 - x0) * (y1 - y0));
  for (gint64 y = y0; y < y1; y++)
    max = idr_maximum (
        max, kernels->maximum ((const guint8 *)raster->data + (y - patch->y) * raster->stride
                                   + (x0 - patch->x) * idr_pixel_get_size (raster->pixel),
                               x1 - x0));
  return max;
}

/* The patch's own pixels. */
static void
take_pixels (IdrSmoothed *smoothed)
{
  const IdrPatch *patch = &smoothed->patch;
  const IdrRaster *raster = patch->planes;

  smoothed->values.data = (const guint8 *)raster->data + (patch->y0 - patch->y) * raster->stride
                          + (patch->x0 - patch->x) * idr_pixel_get_size (raster->pixel);
  smoothed->max
      = find_maximum (smoothed->kernels, patch, patch->x0, patch->y0, patch->x1, patch->y1);
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

/* --- Where they lie, more or less ----------------------------------------------------------- */

static void
smooth_coarsely (IdrSmoothed *smoothed)
{
  const IdrPatch *patch = &smoothed->patch;
  const IdrCoarseFilter *filter = idr_gaussian_get_coarse (smoothed->gaussian);
  gint64 x0, y0, x1, y1;
  Layout layout;

  g_return_if_fail (lay_out (smoothed->gaussian, smoothed->kernels, patch, &layout));

  idr_gaussian_get_reach (smoothed->gaussian, patch, &x0, &y0, &x1, &y1);
  smoothed->top = find_maximum (smoothed->kernels, patch, x0, y0, x1, y1);
  smoothed->shift = (guint)__builtin_clz ((guint)smoothed->top | 1) - 16;
  smoothed->margin = filter->margin;
  smoothed->patience = smoothed->values.width * smoothed->values.height / PATIENCE;
  smoothed->coarse = (gint16 *)(gpointer)smoothed->memory;
  smoothed->coarse_stride = layout.stride / sizeof (gint16);
  smoothed->maxima = (gint16 *)(gpointer)(smoothed->memory + layout.maxima);
  smoothed->bits = (guint64 *)(gpointer)(smoothed->memory + layout.bits);
  smoothed->workspace = smoothed->memory + layout.workspace;
  idr_coarse_smooth (filter, smoothed->kernels, patch, smoothed->shift, smoothed->workspace,
                     smoothed->coarse, layout.stride, smoothed->maxima);
}

/* What is less is surely below @value. */
static gint64
get_lower (const IdrSmoothed *smoothed, gint64 value)
{
  return (value << smoothed->shift) - smoothed->margin - 32768;
}

/* What is not less is surely not below @value. */
static gint64
get_upper (const IdrSmoothed *smoothed, gint64 value)
{
  if (value == 0)
    return G_MININT16;
  return ((value + 1) << smoothed->shift) + smoothed->margin - 32768;
}

/* Works out pixel @x, @y of the patch. FALSE: too many were; now all are. */
static gboolean
settle (IdrSmoothed *smoothed, gint64 x, gint64 y, gint64 *value)
{
  IdrPatch pixel = smoothed->patch;
  IdrValue exact;

  if (smoothed->patience-- == 0)
    {
      smooth_exactly (smoothed);
      return FALSE;
    }
  pixel.x0 += x;
  pixel.y0 += y;
  pixel.x1 = pixel.x0 + 1;
  pixel.y1 = pixel.y0 + 1;
  *value = (gint64)idr_gaussian_smooth (smoothed->gaussian, smoothed->kernels, &pixel,
                                        smoothed->workspace, &exact, sizeof exact);
  return TRUE;
}

/* Raises @max to what is larger in a row, among what is not less than @limit. */
static void
search_row (IdrSmoothed *smoothed, gint64 y, gint64 limit, gint64 *max)
{
  const gint16 *row = smoothed->coarse + y * smoothed->coarse_stride;
  gint64 value;

  for (gint64 x = 0; x < smoothed->values.width; x++)
    if (row[x] >= limit)
      {
        if (!settle (smoothed, x, y, &value))
          return;
        *max = MAX (*max, value);
        limit = MAX (limit, get_lower (smoothed, *max + 1));
      }
}

/* The maximum, if it is larger than @max: the likeliest row first, and then whichever may have what
 * is larger. */
static gint64
search (IdrSmoothed *smoothed, gint64 max)
{
  const gint16 *maxima = smoothed->maxima;
  gint16 most = G_MININT16;
  gint64 best = 0, limit;

  for (gint64 y = 0; y < smoothed->values.height; y++)
    most = MAX (most, maxima[y]);
  while (maxima[best] < most)
    best++;
  search_row (smoothed, best, MAX (most, get_lower (smoothed, max + 1)), &max);
  limit = get_lower (smoothed, max + 1);
  for (gint64 y = 0; y < smoothed->values.height; y++)
    {
      if (maxima[y] < limit)
        continue;
      if (smoothed->values.data != NULL || (gdouble)max >= smoothed->top)
        break;
      search_row (smoothed, y, limit, &max);
      limit = get_lower (smoothed, max + 1);
    }
  return max;
}

/* FALSE: too much was to be settled; now all is. */
static gboolean
compare_coarsely (IdrSmoothed *smoothed, gint64 y, gint64 least, guint64 *bits)
{
  const IdrCoarseKernels *kernels = smoothed->kernels->coarse;
  const gint16 *row = smoothed->coarse + y * smoothed->coarse_stride;
  const gint64 width = smoothed->values.width, n_words = (width + 63) / 64;
  const gint64 lower = get_lower (smoothed, least), upper = get_upper (smoothed, least);
  guint64 *maybe = smoothed->bits;
  gint64 value;

  if (smoothed->maxima[y] < lower)
    {
      memset (bits, 0, n_words * sizeof *bits);
      return TRUE;
    }
  if (!kernels->compare (row, width, (gint16)MAX (lower, G_MININT16),
                         (gint32)MIN (upper, G_MAXINT32), maybe, bits))
    return TRUE;
  for (gint64 i = 0; i < n_words; i++)
    for (guint64 open = maybe[i] & ~bits[i]; open != 0; open &= open - 1)
      {
        if (!settle (smoothed, 64 * i + __builtin_ctzll (open), y, &value))
          return FALSE;
        if (value >= least)
          bits[i] |= open & -open;
      }
  return TRUE;
}

/* --- A patch, smoothed --------------------------------------------------------------- */

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
  smoothed->values.data = NULL;
  smoothed->values.width = patch->x1 - patch->x0;
  smoothed->values.height = patch->y1 - patch->y0;
  if (gaussian == NULL)
    take_pixels (smoothed);
  else if (exactly || !idr_coarse_suits (idr_gaussian_get_coarse (gaussian), kernels, patch))
    smooth_exactly (smoothed);
  else
    smooth_coarsely (smoothed);
}

gdouble
idr_smoothed_get_maximum (IdrSmoothed *smoothed, gdouble known)
{
  if (smoothed->values.data == NULL && known < smoothed->top)
    known = (gdouble)search (smoothed, (gint64)MAX (known, -1));
  if (smoothed->values.data != NULL)
    return idr_maximum (known, smoothed->max);
  return known;
}

void
idr_smoothed_compare (IdrSmoothed *smoothed, gint64 y, const IdrValue *least, guint64 *bits)
{
  const IdrRaster *values = &smoothed->values;

  y -= smoothed->patch.y0;
  if (least == NULL)
    memset (bits, 0, (values->width + 63) / 64 * sizeof *bits);
  else if (values->data != NULL
           || !compare_coarsely (smoothed, y,
                                 values->pixel == IDR_PIXEL_U8 ? least->u8 : least->u16, bits))
    smoothed->kernels->at_least ((const guint8 *)values->data + y * values->stride, values->width,
                                 least, bits);
}
