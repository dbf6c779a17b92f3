/* The table of the objects that were found
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "objects.h"

#include "intensities.h"
#include "object-rows.h"

typedef struct
{
  IdrSegmented *segmented;
  IdrObjectRows *columns;
  IdrIntensities *intensities; /* or NULL */
} Objects;

static void
objects_free (gpointer data)
{
  Objects *objects = data;

  g_clear_pointer (&objects->intensities, idr_intensities_free);
  idr_segmented_unref (objects->segmented);
  idr_object_rows_free (objects->columns);
  g_free (objects);
}

static GArray *
read_objects (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Objects *objects = data;
  g_autoptr (GArray) found = idr_segmented_read_objects (objects->segmented, plane, job, error);
  g_autoptr (GArray) intensities = NULL;

  if (found == NULL)
    return NULL;
  if (objects->intensities != NULL)
    {
      intensities = idr_intensities_read (objects->intensities, plane, found, job, error);
      if (intensities == NULL)
        return NULL;
    }
  return idr_object_rows_make (objects->columns, plane, found, intensities);
}

static void
will_need (gint64 plane, gpointer data, LaminaJob *job)
{
  Objects *objects = data;

  idr_segmented_will_need (objects->segmented, plane, TRUE, job);
  if (objects->intensities != NULL)
    idr_intensities_will_need (objects->intensities, plane, job);
}

LaminaTable *
idr_objects_new (LaminaImage *image, IdrSegmented *segmented, gboolean is_volume,
                 LaminaImage *measured)
{
  static const LaminaTableFuncs funcs
      = { .size = sizeof funcs, .read = read_objects, .will_need = will_need };
  g_autoptr (LaminaInfo) info = lamina_info_copy (lamina_image_get_info (image));
  const LaminaInfo *channels = measured != NULL ? lamina_image_get_info (measured) : NULL;
  Objects *objects = g_new0 (Objects, 1);

  objects->segmented = idr_segmented_ref (segmented);
  objects->columns = idr_object_rows_new (info, is_volume, channels);
  if (measured != NULL)
    {
      objects->intensities = idr_intensities_new (measured, segmented, info->n_c, is_volume);
      info->ahead /= channels->n_c; /* as many planes are asked for with each */
    }
  return lamina_table_new (idr_object_rows_get_columns (objects->columns), info, &funcs, objects,
                           objects_free);
}
