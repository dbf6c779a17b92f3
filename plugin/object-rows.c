/* The table of objects
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "object-rows.h"

#include <string.h>

/* What a column takes to be there. */
enum
{
  PLANE = 1 << 0,     /* objects are a plane's, */
  VOLUME = 1 << 1,    /* or a volume's; */
  MICRONS = 1 << 2,   /* the size of a pixel is known, */
  Z_MICRONS = 1 << 3, /* that from plane to plane, too, */
  EVEN = 1 << 4,      /* and they are all the same */
};

/* What its numbers are multiplied by. */
typedef enum
{
  PIXELS,
  BY_X,
  BY_Y,
  BY_Z,
  BY_AREA,
  BY_VOLUME,
  N_UNITS
} Unit;

#define WHOLE(member) G_STRUCT_OFFSET (IdrObject, member), FALSE
#define REAL(member) G_STRUCT_OFFSET (IdrObject, member), TRUE

/* Those that follow t, c, z and label. Those of the first release stand first, as they did. */
static const struct
{
  const gchar *name;
  gsize offset;
  gboolean is_real;
  Unit unit;
  guint needs;
  gboolean is_z; /* a place, which is counted as in the whole image */
} columns[] = {
  { "area", WHOLE (area), PIXELS, 0, FALSE },
  { "min_y", WHOLE (y0), PIXELS, 0, FALSE },
  { "min_x", WHOLE (x0), PIXELS, 0, FALSE },
  { "max_y", WHOLE (y1), PIXELS, 0, FALSE },
  { "max_x", WHOLE (x1), PIXELS, 0, FALSE },
  { "centroid_y", REAL (y), PIXELS, 0, FALSE },
  { "centroid_x", REAL (x), PIXELS, 0, FALSE },
  { "mean_intensity", REAL (mean), PIXELS, 0, FALSE },
  { "max_intensity", REAL (max), PIXELS, 0, FALSE },
  { "area_um2", WHOLE (area), BY_AREA, PLANE | MICRONS, FALSE },
  { "min_y_um", WHOLE (y0), BY_Y, MICRONS, FALSE },
  { "min_x_um", WHOLE (x0), BY_X, MICRONS, FALSE },
  { "max_y_um", WHOLE (y1), BY_Y, MICRONS, FALSE },
  { "max_x_um", WHOLE (x1), BY_X, MICRONS, FALSE },
  { "centroid_y_um", REAL (y), BY_Y, MICRONS, FALSE },
  { "centroid_x_um", REAL (x), BY_X, MICRONS, FALSE },
  { "min_intensity", REAL (min), PIXELS, 0, FALSE },
  { "sum_intensity", REAL (sum), PIXELS, 0, FALSE },
  { "std_intensity", REAL (std), PIXELS, 0, FALSE },
  { "weighted_centroid_y", REAL (weighted_y), PIXELS, 0, FALSE },
  { "weighted_centroid_x", REAL (weighted_x), PIXELS, 0, FALSE },
  { "major_axis_length", REAL (major), PIXELS, 0, FALSE },
  { "minor_axis_length", REAL (minor), PIXELS, 0, FALSE },
  { "perimeter", REAL (perimeter), PIXELS, PLANE, FALSE },
  { "eccentricity", REAL (eccentricity), PIXELS, PLANE, FALSE },
  { "orientation", REAL (orientation), PIXELS, PLANE, FALSE },
  { "min_z", WHOLE (z0), PIXELS, VOLUME, TRUE },
  { "max_z", WHOLE (z1), PIXELS, VOLUME, TRUE },
  { "centroid_z", REAL (z), PIXELS, VOLUME, TRUE },
  { "weighted_centroid_z", REAL (weighted_z), PIXELS, VOLUME, TRUE },
  { "weighted_centroid_y_um", REAL (weighted_y), BY_Y, MICRONS, FALSE },
  { "weighted_centroid_x_um", REAL (weighted_x), BY_X, MICRONS, FALSE },
  { "major_axis_length_um", REAL (major), BY_X, MICRONS | EVEN, FALSE },
  { "minor_axis_length_um", REAL (minor), BY_X, MICRONS | EVEN, FALSE },
  { "perimeter_um", REAL (perimeter), BY_X, PLANE | MICRONS | EVEN, FALSE },
  { "volume_um3", WHOLE (area), BY_VOLUME, VOLUME | MICRONS | Z_MICRONS, FALSE },
  { "min_z_um", WHOLE (z0), BY_Z, VOLUME | Z_MICRONS, TRUE },
  { "max_z_um", WHOLE (z1), BY_Z, VOLUME | Z_MICRONS, TRUE },
  { "centroid_z_um", REAL (z), BY_Z, VOLUME | Z_MICRONS, TRUE },
  { "weighted_centroid_z_um", REAL (weighted_z), BY_Z, VOLUME | Z_MICRONS, TRUE },
};

#define N_COLUMNS G_N_ELEMENTS (columns)

static const gchar *const places[] = { "t", "c", "z", "label" };

/* In the order of IdrIntensity. */
static const gchar *const intensities_of[]
    = { "mean_intensity", "min_intensity", "max_intensity", "sum_intensity", "std_intensity" };

#define N_PLACES ((guint)G_N_ELEMENTS (places))

struct _IdrObjectRows
{
  LaminaInfo *info;
  gdouble units[N_UNITS];
  guint n_own;          /* columns from the list above */
  guint own[N_COLUMNS]; /* which */
  guint n_channels;
  gchar **columns;
};

static guint
get_features (const LaminaInfo *info, gboolean is_volume)
{
  const gboolean has_xy = info->size_x > 0 && info->size_y > 0;
  const gboolean is_even
      = info->size_x == info->size_y && (!is_volume || info->size_x == info->size_z);

  return (is_volume ? VOLUME : PLANE) | (has_xy ? MICRONS : 0) | (has_xy && is_even ? EVEN : 0)
         | (info->size_z > 0 ? Z_MICRONS : 0);
}

/* Chooses the columns, and returns their names. */
static GPtrArray *
choose_columns (IdrObjectRows *self, guint features, const LaminaInfo *channels)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < N_PLACES; i++)
    g_ptr_array_add (names, g_strdup (places[i]));
  for (guint i = 0; i < N_COLUMNS; i++)
    if ((columns[i].needs & features) == columns[i].needs)
      {
        self->own[self->n_own++] = i;
        g_ptr_array_add (names, g_strdup (columns[i].name));
      }
  for (guint i = 0; i < self->n_channels; i++)
    for (guint j = 0; j < G_N_ELEMENTS (intensities_of); j++)
      g_ptr_array_add (names, g_strdup_printf ("%s_c%d", intensities_of[j],
                                               channels->c != NULL ? channels->c[i] : (gint)i));
  g_ptr_array_add (names, NULL);
  return names;
}

IdrObjectRows *
idr_object_rows_new (const LaminaInfo *info, gboolean is_volume, const LaminaInfo *channels)
{
  const gdouble x = info->size_x, y = info->size_y, z = info->size_z;
  const gdouble units[N_UNITS] = { 1, x, y, z, x * y, x * y * z };
  IdrObjectRows *self = g_new0 (IdrObjectRows, 1);
  g_autoptr (GPtrArray) names = NULL;

  self->info = lamina_info_copy (info);
  memcpy (self->units, units, sizeof units);
  self->n_channels = channels != NULL ? (guint)channels->n_c : 0;
  names = choose_columns (self, get_features (info, is_volume), channels);
  self->columns = (gchar **)g_ptr_array_steal (names, NULL);
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

static gdouble
get_value (const IdrObjectRows *self, guint column, const IdrObject *object)
{
  const gconstpointer member = (const guint8 *)object + columns[column].offset;
  const gint first_z = self->info->z != NULL ? self->info->z[0] : 0;
  gdouble value;

  if (columns[column].is_real)
    value = *(const gdouble *)member;
  else
    value = (gdouble) * (const gint64 *)member;
  if (columns[column].is_z)
    value += first_z;
  return value * self->units[columns[column].unit];
}

static gdouble *
append_intensity (gdouble *next, const IdrIntensity *of)
{
  const gdouble values[] = { of->mean, of->min, of->max, of->sum, of->std };

  memcpy (next, values, sizeof values);
  return next + G_N_ELEMENTS (values);
}

GArray *
idr_object_rows_make (const IdrObjectRows *self, gint64 plane, const GArray *objects,
                      const GArray *intensities)
{
  const guint n_columns
      = N_PLACES + self->n_own + self->n_channels * (guint)G_N_ELEMENTS (intensities_of);
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (gdouble), objects->len * n_columns);
  gdouble *next;
  gint t, c, z;

  lamina_info_get_place (self->info, plane, &t, &c, &z);
  g_array_set_size (rows, objects->len * n_columns);
  next = (gdouble *)(gpointer)rows->data; /* NULL where there are none */
  for (guint i = 0; i < objects->len; i++)
    {
      const IdrObject *object = &g_array_index (objects, IdrObject, i);

      *next++ = t;
      *next++ = c;
      *next++ = z;
      *next++ = object->label;
      for (guint j = 0; j < self->n_own; j++)
        *next++ = get_value (self, self->own[j], object);
      for (guint j = 0; j < self->n_channels; j++)
        next = append_intensity (
            next, &g_array_index (intensities, IdrIntensity, i * self->n_channels + j));
    }
  return rows;
}
