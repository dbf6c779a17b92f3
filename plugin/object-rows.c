/* The table of objects
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "object-rows.h"

static const gchar *const columns[] = {
  "t",        "c",        "z",          "label",      "area",           "min_y",         "min_x",
  "max_y",    "max_x",    "centroid_y", "centroid_x", "mean_intensity", "max_intensity", "area_um2",
  "min_y_um", "min_x_um", "max_y_um",   "max_x_um",   "centroid_y_um",  "centroid_x_um", NULL,
};

#define N_PIXEL_COLUMNS 13
#define N_COLUMNS (G_N_ELEMENTS (columns) - 1)

struct _IdrObjectRows
{
  LaminaInfo *info;
  gboolean has_um; /* the size of a pixel is known */
  gchar **columns;
};

IdrObjectRows *
idr_object_rows_new (const LaminaInfo *info)
{
  IdrObjectRows *self = g_new0 (IdrObjectRows, 1);

  self->info = lamina_info_copy (info);
  self->has_um = info->size_x > 0 && info->size_y > 0;
  self->columns = g_strdupv ((gchar **)columns);
  if (!self->has_um)
    for (gsize i = N_PIXEL_COLUMNS; i < N_COLUMNS; i++)
      g_clear_pointer (&self->columns[i], g_free);
  return self;
}

void
idr_object_rows_free (IdrObjectRows *self)
{
  lamina_info_free (self->info);
  g_strfreev (self->columns);
  g_free (self);
}

const gchar *const *
idr_object_rows_get_columns (const IdrObjectRows *self)
{
  return (const gchar *const *)self->columns;
}

GArray *
idr_object_rows_make (const IdrObjectRows *self, gint64 plane, const GArray *objects)
{
  guint n_columns = self->has_um ? N_COLUMNS : N_PIXEL_COLUMNS;
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (gdouble), objects->len * n_columns);
  gdouble size_x = self->info->size_x, size_y = self->info->size_y;
  gint t, c, z;

  lamina_info_get_place (self->info, plane, &t, &c, &z);
  for (guint i = 0; i < objects->len; i++)
    {
      const IdrObject *o = &g_array_index (objects, IdrObject, i);
      const gdouble row[N_COLUMNS] = {
        t,
        c,
        z,
        o->label,
        (gdouble)o->area,
        (gdouble)o->y0,
        (gdouble)o->x0,
        (gdouble)o->y1,
        (gdouble)o->x1,
        o->y,
        o->x,
        o->mean,
        o->max,
        (gdouble)o->area * size_x * size_y,
        (gdouble)o->y0 * size_y,
        (gdouble)o->x0 * size_x,
        (gdouble)o->y1 * size_y,
        (gdouble)o->x1 * size_x,
        o->y * size_y,
        o->x * size_x,
      };

      g_array_append_vals (rows, row, n_columns);
    }
  return rows;
}
