/* Tables as matrices of libvips
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-image.h"
#include "vips-image.h"
#include "vips-stand.h"

#include <math.h>

static const gchar *const columns[] = { "plane", "row", NULL };

/* As many as the remainder by 4: some planes have none. */
static GArray *
make_few (gint64 plane)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (gdouble));

  if (plane % 3 == 0)
    g_usleep (200); /* those that follow are there before */
  for (gint i = 0; i < plane % 4; i++)
    {
      const gdouble row[] = { (gdouble)plane, i };

      g_array_append_vals (rows, row, G_N_ELEMENTS (row));
    }
  return rows;
}

static GArray *
make_none (gint64 plane)
{
  return g_array_new (FALSE, FALSE, sizeof (gdouble));
}

static VipsImage *
make_matrix (gint n_planes, MadeRows rows, gint n_threads, GError **error)
{
  g_autoptr (LaminaTable) table = made_table_new (columns, n_planes, rows);
  g_autoptr (LaminaJob) job = lamina_job_new (n_threads);

  return bridge_vips_make_matrix (table, job, error);
}

static gint
get_n_rows (VipsImage *matrix)
{
  gint n = -1;

  g_assert_cmpint (vips_image_get_int (matrix, "lamina-rows", &n), ==, 0);
  return n;
}

/* Whichever plane is there first, its rows stand where they belong. */
static void
test_order (void)
{
  static const gint n_threads[] = { 1, 2, 8 };

  for (gsize i = 0; i < G_N_ELEMENTS (n_threads); i++)
    {
      VipsImage *matrix = make_matrix (400, make_few, n_threads[i], NULL);
      gint y = 0;

      g_assert_nonnull (matrix);
      g_assert_cmpint (matrix->Xsize, ==, 2);
      g_assert_cmpint (matrix->Ysize, ==, 600);
      g_assert_cmpint (matrix->Type, ==, VIPS_INTERPRETATION_MATRIX);
      g_assert_cmpint (get_n_rows (matrix), ==, 600);
      for (gint plane = 0; plane < 400; plane++)
        for (gint row = 0; row < plane % 4; row++, y++)
          {
            g_assert_cmpfloat (*VIPS_MATRIX (matrix, 0, y), ==, plane);
            g_assert_cmpfloat (*VIPS_MATRIX (matrix, 1, y), ==, row);
          }
      g_object_unref (matrix);
    }
}

/* What libvips makes of it, on its threads, and after it has been drawn upon. */
static void
test_used (void)
{
  VipsImage *matrix = make_matrix (4000, make_few, 2, NULL), *flipped = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const gint last = 2 * 5999;
  const gdouble *values;

  g_assert_cmpint (vips_draw_rect1 (matrix, -1, 0, 0, 2, 1, "fill", TRUE, NULL), ==, 0);
  g_assert_cmpint (vips_flip (matrix, &flipped, VIPS_DIRECTION_VERTICAL, NULL), ==, 0);
  g_object_unref (matrix);
  bytes = compute (flipped);
  values = g_bytes_get_data (bytes, NULL);
  g_assert_cmpfloat (values[0], ==, 3999);
  g_assert_cmpfloat (values[1], ==, 2);
  g_assert_cmpfloat (values[last - 1], ==, 0); /* plane 2 has rows 0 and 1 */
  g_assert_cmpfloat (values[last], ==, -1);
}

static void
test_none (void)
{
  VipsImage *matrix = make_matrix (5, make_none, 2, NULL);

  g_assert_nonnull (matrix);
  g_assert_cmpint (matrix->Ysize, ==, 1);
  g_assert_cmpint (get_n_rows (matrix), ==, 0);
  for (gint x = 0; x < 2; x++)
    g_assert_true (isnan (*VIPS_MATRIX (matrix, x, 0)));
  g_object_unref (matrix);
}

static void
test_fault (void)
{
  g_autoptr (GError) error = NULL;

  made_fault = 250;
  g_assert_null (make_matrix (400, make_few, 2, &error));
  g_assert_nonnull (error);
  made_fault = -1;
}

/* A million and a half. */
static GArray *
make_many (gint64 plane)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (gdouble));

  return g_array_set_size (rows, 3000000);
}

static void
test_too_many (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make_matrix (7, make_many, 1, &error));
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "more than 10000000 rows"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  start_vips (argv[0]);
  g_test_add_func ("/vips/table/order", test_order);
  g_test_add_func ("/vips/table/used", test_used);
  g_test_add_func ("/vips/table/none", test_none);
  g_test_add_func ("/vips/table/fault", test_fault);
  g_test_add_func ("/vips/table/too-many", test_too_many);
  return g_test_run ();
}
