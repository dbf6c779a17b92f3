/* Tables from Lamina to libvips: matrices
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-image.h"

#include <math.h>

/* The matrix grows plane by plane, so that a plane's rows go while they are warm; few of them wait,
 * for a plane before theirs. */
typedef struct
{
  LaminaTable *table;
  gsize n_columns;

  GMutex lock;
  GPtrArray *waiting; /* of GArray, each plane's rows */
  guint n_taken;      /* planes whose rows are among the values */
  gdouble *values;
  gsize n_values, room;
} Rows;

static void
array_free (gpointer array)
{
  if (array != NULL)
    g_array_unref (array);
}

static Rows *
rows_new (LaminaTable *table, gint n_planes)
{
  Rows *rows = g_new0 (Rows, 1);

  rows->table = table;
  rows->n_columns = g_strv_length ((gchar **)lamina_table_get_columns (table));
  rows->waiting = g_ptr_array_new_with_free_func (array_free);
  g_ptr_array_set_size (rows->waiting, n_planes);
  g_mutex_init (&rows->lock);
  return rows;
}

static void
rows_free (Rows *rows)
{
  g_mutex_clear (&rows->lock);
  g_ptr_array_unref (rows->waiting);
  g_free (rows->values);
  g_free (rows);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rows, rows_free)

/* --- Reading ----------------------------------------------------------------------------- */

/* Has room for @n values more. */
static gboolean
reserve (Rows *rows, gsize n, GError **error)
{
  gsize needed = rows->n_values + n, room = MAX (needed, 2 * rows->room);
  gdouble *values;

  if (needed / rows->n_columns > VIPS_MAX_COORD)
    {
      g_set_error (
          error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
          "The table has more than %d rows, and no image of libvips can: take fewer planes",
          VIPS_MAX_COORD);
      return FALSE;
    }
  if (needed <= rows->room)
    return TRUE;
  values = g_try_realloc_n (rows->values, room, sizeof *values);
  if (values == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "No memory for a table of more than %" G_GSIZE_FORMAT " rows: take fewer planes",
                   rows->n_values / rows->n_columns);
      return FALSE;
    }
  rows->values = values;
  rows->room = room;
  return TRUE;
}

/* Takes the rows of the planes whose turn it is. */
static gboolean
take_turns (Rows *rows, GError **error)
{
  GArray *next;

  while (rows->n_taken < rows->waiting->len && (next = rows->waiting->pdata[rows->n_taken]) != NULL)
    {
      if (!reserve (rows, next->len, error))
        return FALSE;
      if (next->len > 0)
        memcpy (rows->values + rows->n_values, next->data, next->len * sizeof *rows->values);
      rows->n_values += next->len;
      rows->waiting->pdata[rows->n_taken++] = NULL;
      g_array_unref (next);
    }
  return TRUE;
}

static gboolean
read_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Rows *rows = data;
  GArray *its = lamina_table_read (rows->table, plane, job, error);
  gboolean done;

  if (its == NULL)
    return FALSE;
  g_mutex_lock (&rows->lock);
  rows->waiting->pdata[plane] = its;
  done = take_turns (rows, error);
  g_mutex_unlock (&rows->lock);
  return done;
}

/* --- The matrix -------------------------------------------------------------------------- */

static GQuark
values_quark (void)
{
  return g_quark_from_static_string ("bridge-vips-values");
}

/* The rows as a matrix, which then has their values; NULL with libvips's error set. */
static VipsImage *
make_matrix (Rows *rows)
{
  VipsImage *matrix = vips_image_new_from_memory (
      rows->values, rows->n_values * sizeof *rows->values, (gint)rows->n_columns,
      (gint)(rows->n_values / rows->n_columns), 1, VIPS_FORMAT_DOUBLE);

  if (matrix == NULL)
    return NULL;
  g_object_set_qdata_full (G_OBJECT (matrix), values_quark (), g_steal_pointer (&rows->values),
                           g_free);
  matrix->Type = VIPS_INTERPRETATION_MATRIX;
  /* In high tiles: after each, libvips's threads wait for each other. */
  matrix->dhint = VIPS_DEMAND_STYLE_SMALLTILE;
  return matrix;
}

VipsImage *
bridge_vips_make_matrix (LaminaTable *table, LaminaJob *job, GError **error)
{
  const gchar *const *columns = lamina_table_get_columns (table);
  g_autofree gchar *names = g_strjoinv (",", (gchar **)columns);
  gint64 n_planes = lamina_table_get_n_planes (table);
  g_autoptr (Rows) rows = NULL;
  VipsImage *matrix;
  gint n_rows;

  if (n_planes > G_MAXINT)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "The table is of %" G_GINT64_FORMAT " planes: take fewer", n_planes);
      return NULL;
    }
  rows = rows_new (table, (gint)n_planes);
  if (!lamina_job_run_planes (job, (GObject **)&table, 1, read_plane, rows, error))
    return NULL;
  n_rows = (gint)(rows->n_values / rows->n_columns);
  if (n_rows == 0)
    {
      if (!reserve (rows, rows->n_columns, error))
        return NULL;
      while (rows->n_values < rows->n_columns)
        rows->values[rows->n_values++] = NAN;
    }
  matrix = make_matrix (rows);
  if (matrix == NULL)
    {
      bridge_vips_take_error (error);
      return NULL;
    }
  vips_image_set_string (matrix, "lamina-columns", names);
  vips_image_set_int (matrix, "lamina-rows", n_rows);
  return matrix;
}
