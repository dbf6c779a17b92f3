/* What the pixels of one channel tell of objects
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "intensity.h"

#include "measure.h"

#include <string.h>

typedef struct
{
  IdrTally tally;
  gint64 area; /* 0: no pixels, and no tally */
} Sums;

struct _IdrIntensitySums
{
  IdrPixel pixel;
  const IdrKernels *kernels;
  Sums *sums;
  gsize n, n_allocated;
};

IdrIntensitySums *
idr_intensity_sums_new (IdrPixel pixel)
{
  IdrIntensitySums *self = g_new0 (IdrIntensitySums, 1);

  self->pixel = pixel;
  self->kernels = idr_kernels_get (idr_isa_get_best (), pixel);
  return self;
}

void
idr_intensity_sums_free (IdrIntensitySums *self)
{
  g_free (self->sums);
  g_free (self);
}

static gboolean
reserve (IdrIntensitySums *self, gsize n)
{
  const gsize wanted = MAX (n, 2 * self->n_allocated);
  Sums *sums;

  if (n > self->n_allocated)
    {
      sums = g_try_realloc_n (self->sums, wanted, sizeof *sums);
      if (sums == NULL)
        return FALSE;
      memset (sums + self->n_allocated, 0, (wanted - self->n_allocated) * sizeof *sums);
      self->sums = sums;
      self->n_allocated = wanted;
    }
  self->n = MAX (self->n, n);
  return TRUE;
}

static void
add_run (IdrIntensitySums *self, guint32 label, gconstpointer pixels, gsize n)
{
  Sums *to = &self->sums[label];
  IdrTally tally;

  self->kernels->tally (pixels, n, &tally);
  if (to->area == 0)
    to->tally = tally;
  else
    idr_tally_append (&to->tally, to->area, &tally, (gint64)n, self->pixel);
  to->area += (gint64)n;
}

gboolean
idr_intensity_sums_add (IdrIntensitySums *self, const IdrRaster *raster, const guint32 *labels)
{
  const gsize size = idr_pixel_get_size (self->pixel);

  for (gint64 y = 0; y < raster->height; y++, labels += raster->width)
    {
      const guint8 *row = (const guint8 *)raster->data + y * raster->stride;
      gint64 end;

      for (gint64 x = 0; x < raster->width; x = end)
        {
          for (end = x + 1; end < raster->width && labels[end] == labels[x]; end++)
            ;
          if (labels[x] == 0)
            continue;
          if (!reserve (self, (gsize)labels[x] + 1))
            return FALSE;
          add_run (self, labels[x], row + x * size, (gsize)(end - x));
        }
    }
  return TRUE;
}

gsize
idr_intensity_sums_get_n (const IdrIntensitySums *self)
{
  return self->n;
}

IdrIntensity
idr_intensity_sums_conclude (const IdrIntensitySums *self, gsize label)
{
  if (label >= self->n || self->sums[label].area == 0)
    return (IdrIntensity){ 0 };
  return idr_tally_conclude (&self->sums[label].tally, self->sums[label].area, self->pixel);
}
