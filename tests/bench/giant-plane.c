/* Segments one giant plane that is made on the fly, and tells what that took
 *
 * usage: giant-plane WIDTH HEIGHT CELL MEMORY THREADS [PIECE-WIDTH PIECE-HEIGHT]
 * CELL: pixels between the objects, which are squares of half of it. The objects must be right by
 * construction. With a piece's size the labels are read, too, in such pieces.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "grid-image.h"
#include "parallel-segment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static gdouble
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gdouble)usage.ru_utime.tv_sec + (gdouble)usage.ru_stime.tv_sec
         + 1e-6 * (gdouble)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
report (const gchar *what, gint64 start, gdouble cpu)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  g_print ("%-10s %8.2f s %8.2f s of CPU, peak %ld MB\n", what,
           1e-6 * (gdouble)(g_get_monotonic_time () - start), get_cpu () - cpu,
           usage.ru_maxrss / 1024);
}

/* The place of column @name in a row. */
static guint
find_column (LaminaTable *table, const gchar *name)
{
  const gchar *const *columns = lamina_table_get_columns (table);

  for (guint i = 0; columns[i] != NULL; i++)
    if (strcmp (columns[i], name) == 0)
      return i;
  g_error ("no column %s", name);
}

/* Each square is where it was put: smoothing takes none of its edges away. */
static void
check_objects (const GridImage *grid, LaminaTable *table, const GArray *rows)
{
  const guint n_columns = g_strv_length ((gchar **)lamina_table_get_columns (table));
  const guint label = find_column (table, "label"), x = find_column (table, "min_x"),
              y = find_column (table, "min_y"), x_end = find_column (table, "max_x"),
              area = find_column (table, "area");
  const gint64 across = (grid->width - 1) / grid->cell + 1;

  if ((gint64)(rows->len / n_columns) != grid_image_count (grid))
    g_error ("%u objects, not %" G_GINT64_FORMAT, rows->len / n_columns, grid_image_count (grid));
  for (guint i = 0; i < rows->len / n_columns; i++)
    {
      const gdouble *row = &g_array_index (rows, gdouble, (gsize)i * n_columns);
      const gint64 column = i % across, line = i / across;
      const gint64 left = MAX (0, column * grid->cell - 1), top = MAX (0, line * grid->cell - 1);

      if (row[label] != i + 1 || llabs ((gint64)row[x] - left) > 1
          || llabs ((gint64)row[y] - top) > 1 || row[x_end] - row[x] > (gdouble)grid->square + 2
          || row[area] > (gdouble)((grid->square + 2) * (grid->square + 2)))
        g_error ("object %u is not where it was put", i + 1);
    }
}

static void
read_labels (const GridImage *grid, LaminaImage *labels, gint64 width, gint64 height,
             LaminaJob *job)
{
  g_autofree guint32 *pixels = g_new (guint32, width * height);
  g_autoptr (GError) error = NULL;

  for (gint64 y = 0; y < grid->height; y += height)
    for (gint64 x = 0; x < grid->width; x += width)
      {
        const LaminaRect rect
            = { x, y, MIN (width, grid->width - x), MIN (height, grid->height - y) };

        if (!lamina_image_read (labels, 0, &rect, pixels, (gsize)width * sizeof *pixels, job,
                                &error))
          g_error ("%s", error->message);
      }
}

int
main (int argc, char **argv)
{
  GridImage grid = { .n_planes = 1, .tile_width = 1024, .tile_height = 1024 };
  g_autoptr (LaminaOperation) operation = NULL;
  g_autoptr (LaminaImage) image = NULL, labels = NULL;
  g_autoptr (LaminaTable) table = NULL;
  g_autoptr (LaminaJob) job = NULL;
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  gdouble cpu = get_cpu ();

  if (argc != 6 && argc != 8)
    g_error ("usage: giant-plane WIDTH HEIGHT CELL MEMORY THREADS [PIECE-WIDTH PIECE-HEIGHT]");
  grid.width = g_ascii_strtoll (argv[1], NULL, 10);
  grid.height = g_ascii_strtoll (argv[2], NULL, 10);
  grid.cell = g_ascii_strtoll (argv[3], NULL, 10);
  grid.square = grid.cell / 2;
  job = lamina_job_new ((gint)g_ascii_strtoll (argv[5], NULL, 10));
  image = grid_image_new (&grid);
  g_assert_true (lamina_operation_register ("parallel-segment", IDR_TYPE_PARALLEL_SEGMENT, NULL));
  operation = lamina_operation_new ("parallel-segment", NULL, &error, "input", image, "memory",
                                    g_ascii_strtoll (argv[4], NULL, 10), NULL);
  if (operation == NULL)
    g_error ("%s", error->message);
  g_object_get (operation, "labels", &labels, "objects", &table, NULL);

  rows = lamina_table_read (table, 0, job, &error);
  if (rows == NULL)
    g_error ("%s", error->message);
  report ("segmented", start, cpu);
  check_objects (&grid, table, rows);
  g_print ("%" G_GINT64_FORMAT " objects, as they were put\n", grid_image_count (&grid));
  if (argc == 8)
    {
      start = g_get_monotonic_time ();
      cpu = get_cpu ();
      read_labels (&grid, labels, g_ascii_strtoll (argv[6], NULL, 10),
                   g_ascii_strtoll (argv[7], NULL, 10), job);
      report ("labels", start, cpu);
    }
  return 0;
}
