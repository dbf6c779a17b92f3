/* Tables from Lamina to libvips: matrices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-image.h"

#include <math.h>

typedef struct
{
  LaminaTable *table;
  GPtrArray *planes; /* of GArray, each plane's rows */
} Rows;

static gboolean
read_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Rows *rows = data;

  rows->planes->pdata[plane] = lamina_table_read (rows->table, plane, job, error);
  return rows->planes->pdata[plane] != NULL;
}

static void
rows_free (gpointer rows)
{
  if (rows != NULL)
    g_array_unref (rows);
}

/* How many doubles there are in all planes; -1 with @error where they are too many rows. */
static gint64
count_values (const GPtrArray *planes, gint n_columns, GError **error)
{
  gint64 n = 0;

  for (guint i = 0; i < planes->len; i++)
    n += ((GArray *)planes->pdata[i])->len;
  if (n / n_columns <= VIPS_MAX_COORD)
    return n;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
               "The table has %" G_GINT64_FORMAT
               " rows, and an image of libvips %d at most: take fewer planes",
               n / n_columns, VIPS_MAX_COORD);
  return -1;
}

static VipsImage *
make_matrix (const GPtrArray *planes, gint n_columns, gint64 n_values)
{
  gint height = (gint)MAX (n_values / n_columns, 1);
  VipsImage *matrix = vips_image_new_matrix (n_columns, height);
  gdouble *values = matrix != NULL ? VIPS_MATRIX (matrix, 0, 0) : NULL;

  if (matrix == NULL)
    return NULL;
  for (gint i = 0; i < n_columns; i++)
    values[i] = NAN;
  for (guint i = 0; i < planes->len; i++)
    {
      const GArray *rows = planes->pdata[i];

      if (rows->len > 0)
        memcpy (values, rows->data, rows->len * sizeof *values);
      values += rows->len;
    }
  return matrix;
}

VipsImage *
bridge_vips_make_matrix (LaminaTable *table, LaminaJob *job, GError **error)
{
  const gchar *const *columns = lamina_table_get_columns (table);
  gint64 n_planes = lamina_table_get_n_planes (table), n_values;
  gint n_columns = (gint)g_strv_length ((gchar **)columns);
  g_autofree gchar *names = g_strjoinv (",", (gchar **)columns);
  g_autoptr (GPtrArray) planes = g_ptr_array_new_with_free_func (rows_free);
  Rows rows = { table, planes };
  VipsImage *matrix;

  if (n_planes > G_MAXINT)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "The table is of %" G_GINT64_FORMAT " planes: take fewer", n_planes);
      return NULL;
    }
  g_ptr_array_set_size (planes, (gint)n_planes);
  if (!lamina_job_run_planes (job, (GObject **)&table, 1, read_plane, &rows, error)
      || (n_values = count_values (planes, n_columns, error)) < 0)
    return NULL;
  matrix = make_matrix (planes, n_columns, n_values);
  if (matrix == NULL)
    {
      bridge_vips_take_error (error);
      return NULL;
    }
  vips_image_set_string (matrix, "lamina-columns", names);
  vips_image_set_int (matrix, "lamina-rows", (gint)(n_values / n_columns));
  return matrix;
}
