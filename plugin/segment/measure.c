/* What objects measure, from their runs and the plane's own pixels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "measure.h"

#include <math.h>

typedef struct
{
  IdrTally tally;
  IdrInt128 twice_x, y; /* sums over the pixels */
  gint64 area, x0, y0, x1, y1;
} Sums;

static void
add_run (Sums *sums, IdrRun run, gint64 y)
{
  const gint64 length = run.x1 - run.x0;

  if (sums->area == 0)
    {
      sums->tally.max = (gdouble)-INFINITY;
      sums->x0 = run.x0;
      sums->y0 = y;
    }
  sums->area += length;
  sums->twice_x += (IdrInt128)length * (run.x0 + run.x1 - 1);
  sums->y += (IdrInt128)length * y;
  sums->x0 = MIN (sums->x0, run.x0);
  sums->x1 = MAX (sums->x1, run.x1);
  sums->y1 = y + 1;
}

static IdrObject
conclude (const Sums *sums, gint32 label, gboolean is_float)
{
  const long double area = sums->area;
  const long double sum = is_float ? sums->tally.real : (long double)sums->tally.whole;

  return (IdrObject){
    .label = label,
    .area = sums->area,
    .x0 = sums->x0,
    .y0 = sums->y0,
    .x1 = sums->x1,
    .y1 = sums->y1,
    .x = (gdouble)((long double)sums->twice_x / (2 * area)),
    .y = (gdouble)((long double)sums->y / area),
    .mean = (gdouble)(sum / area),
    .max = sums->tally.max,
  };
}

GArray *
idr_runs_measure (const IdrRuns *runs, gint32 n_objects, const IdrRaster *raster,
                  const IdrKernels *kernels)
{
  const gsize size = idr_pixel_get_size (raster->pixel);
  const gboolean is_float = raster->pixel == IDR_PIXEL_F32 || raster->pixel == IDR_PIXEL_F64;
  g_autofree Sums *sums = g_try_new0 (Sums, (gsize)n_objects + 1);
  GArray *objects;

  if (sums == NULL)
    return NULL;
  for (gint64 y = 0; y < runs->n_rows; y++)
    {
      const guint8 *row = (const guint8 *)raster->data + y * raster->stride;

      for (gsize i = runs->rows[y]; i < runs->rows[y + 1]; i++)
        {
          const IdrRun run = runs->runs[i];
          Sums *object = &sums[runs->labels[i]];

          add_run (object, run, y);
          kernels->tally (row + run.x0 * size, run.x1 - run.x0, &object->tally);
        }
    }
  objects = g_array_sized_new (FALSE, FALSE, sizeof (IdrObject), n_objects);
  for (gint32 label = 1; label <= n_objects; label++)
    {
      IdrObject object = conclude (&sums[label], label, is_float);

      g_array_append_val (objects, object);
    }
  return objects;
}
