/* Tiles whose pixels are kept for a later pass, which reads other rectangles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid-image.h"
#include "parallel-segment.h"
#include "segment.h"

static GridImage
make_grid (gint64 width, gint64 height, gint64 tile_side)
{
  return (GridImage){ .width = width,
                      .height = height,
                      .n_planes = 1,
                      .tile_width = tile_side,
                      .tile_height = tile_side,
                      .cell = 23,
                      .square = 14 };
}

typedef struct
{
  GBytes *labels;
  GArray *rows;
} Segmented;

static void
segment (GridImage *grid, gint64 memory, gdouble sigma, gboolean fill_holes, Segmented *segmented)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaImage) image = grid_image_new (grid), labels = NULL;
  g_autoptr (LaminaTable) objects = NULL;
  g_autoptr (LaminaJob) job = lamina_job_new (2);
  g_autoptr (LaminaOperation) operation = lamina_operation_new (
      "parallel-segment", NULL, &error, "input", image, "memory", memory, "sigma", sigma,
      "fill-holes", fill_holes, "threshold", IDR_THRESHOLD_ABSOLUTE, "above", 500.0, NULL);

  g_assert_no_error (error);
  g_object_get (operation, "labels", &labels, "objects", &objects, NULL);
  segmented->rows = lamina_table_read (objects, 0, job, &error);
  g_assert_no_error (error);
  segmented->labels = lamina_image_read_bytes (labels, 0, NULL, job, &error);
  g_assert_no_error (error);
}

static void
assert_same (const Segmented *a, const Segmented *b)
{
  g_assert_true (g_bytes_equal (a->labels, b->labels));
  g_assert_cmpmem (a->rows->data, a->rows->len * sizeof (gdouble), b->rows->data,
                   b->rows->len * sizeof (gdouble));
}

static void
clear (Segmented *segmented)
{
  g_bytes_unref (segmented->labels);
  g_array_unref (segmented->rows);
}

/* Tiles smaller than the smoothing reaches. */
static void
test_reach (void)
{
  static const gint64 sizes[][3] = { { 17, 200, 32 }, { 200, 17, 32 }, { 300, 300, 512 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gint sigma = 1; sigma < 11; sigma += 3)
      {
        GridImage grid = make_grid (sizes[i][0], sizes[i][1], 64);
        Segmented whole, tiled;

        segment (&grid, 0, sigma, FALSE, &whole);
        for (gint64 memory = sizes[i][2] << 10; memory <= 1 << 20; memory *= 2)
          {
            segment (&grid, memory, sigma, FALSE, &tiled);
            assert_same (&tiled, &whole);
            clear (&tiled);
          }
        clear (&whole);
      }
}

/* What is measured late is read without what smoothing needs around it. */
static void
test_measured_late (void)
{
  GridImage grid = make_grid (3000, 3100, 512);
  Segmented plain, filled;

  segment (&grid, 0, 2, FALSE, &plain);
  segment (&grid, 0, 2, TRUE, &filled);
  g_assert_cmpuint (plain.rows->len, >, 0);
  assert_same (&filled, &plain);
  clear (&plain);
  clear (&filled);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (lamina_operation_register ("parallel-segment", IDR_TYPE_PARALLEL_SEGMENT, NULL));
  g_test_add_func ("/tiles/reach", test_reach);
  g_test_add_func ("/tiles/measured-late", test_measured_late);
  return g_test_run ();
}
