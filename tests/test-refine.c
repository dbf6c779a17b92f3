/* What becomes of masks that are drawn here: holes, the border, small ones, touching ones
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "distance.h"
#include "refine.h"

#include <string.h>

/* --- Masks as text: a row a line, planes one after the other ------------------------------ */

static void
read_runs (const gchar *const *rows, gint64 n_rows, IdrRuns *runs)
{
  g_assert_true (idr_runs_start (runs, n_rows));
  for (gint64 y = 0; y < n_rows; y++)
    {
      const gsize width = strlen (rows[y]);
      guint64 bits = 0;

      for (gsize x = 0; x < width; x++)
        bits |= (guint64)(rows[y][x] != '.') << x;
      g_assert_true (idr_runs_add_row (runs, &bits, 0, (gint64)width));
    }
}

/* The digits of @expected are the labels. */
static void
assert_labels (const IdrRuns *runs, gint32 n, const gchar *const *expected)
{
  gint32 most = 0;

  for (gint64 y = 0; y < runs->n_rows; y++)
    {
      g_autofree gchar *row = g_strdup (expected[y]);

      memset (row, '.', strlen (row));
      for (gsize i = runs->rows[y]; i < runs->rows[y + 1]; i++)
        for (gint32 x = runs->runs[i].x0; x < runs->runs[i].x1; x++)
          {
            row[x] = (gchar)('0' + runs->labels[i]);
            most = MAX (most, runs->labels[i]);
          }
      g_assert_cmpstr (row, ==, expected[y]);
    }
  g_assert_cmpint (n, ==, most);
}

static IdrStack
make_stack (const gchar *const *rows, gint64 height, gint64 depth)
{
  return (IdrStack){ .pixel = IDR_PIXEL_U8,
                     .width = (gint64)strlen (rows[0]),
                     .height = height,
                     .depth = depth,
                     .is_volume = depth > 1 };
}

static void
check (const IdrSegmentOptions *options, const gchar *const *rows, gint64 height, gint64 depth,
       const gchar *const *expected)
{
  const IdrStack stack = make_stack (rows, height, depth);
  IdrForest forest = { 0 };
  IdrRuns runs = { 0 };
  const gchar *problem = NULL;
  gint32 n;

  read_runs (rows, height * depth, &runs);
  n = idr_runs_refine (&runs, &stack, options, 1 << 20, NULL, &forest, &problem);
  assert_labels (&runs, n, expected);
  idr_runs_clear (&runs);
  idr_forest_clear (&forest);
}

/* --- Holes ------------------------------------------------------------------------------------ */

static void
test_holes (void)
{
  const IdrSegmentOptions options = { .fill_holes = TRUE };
  static const gchar *const rows[]
      = { "#####.##..", "#...#.#.##", "#.#.#.##.#", "#...#...##", "####......" };
  /* The ring's lower corner is closed; the other's hole touches the border by no side, and its
   * four-connected parts become one. */
  static const gchar *const filled[]
      = { "11111.22..", "11111.2222", "11111.2222", "11111...22", "1111......" };

  check (&options, rows, 5, 1, filled);
}

/* A path by corners leads out of no hole, and one by sides does. */
static void
test_open_holes (void)
{
  const IdrSegmentOptions options = { .fill_holes = TRUE, .diagonal = TRUE };
  static const gchar *const rows[] = { "####.####", "#..#.#..#", "#..#.#...", "###..####" };
  static const gchar *const filled[] = { "1111.2222", "1111.2..2", "1111.2...", "111..2222" };

  check (&options, rows, 4, 1, filled);
}

static void
test_hole_in_volume (void)
{
  const IdrSegmentOptions options = { .fill_holes = TRUE };
  static const gchar *const closed[]
      = { "###", "###", "###", "###", "#.#", "###", "###", "###", "###" };
  static const gchar *const filled[]
      = { "111", "111", "111", "111", "111", "111", "111", "111", "111" };
  static const gchar *const open[]
      = { "###", "#.#", "###", "###", "#.#", "###", "###", "###", "###" };
  static const gchar *const same[]
      = { "111", "1.1", "111", "111", "1.1", "111", "111", "111", "111" };

  check (&options, closed, 3, 3, filled);
  check (&options, open, 3, 3, same);
}

/* --- What is dropped ------------------------------------------------------------------------- */

static void
test_border (void)
{
  const IdrSegmentOptions options = { .clear_border = TRUE };
  static const gchar *const rows[] = { "##......#", "...##....", ".#.##.#..", ".#......#" };
  static const gchar *const left[] = { ".........", "...11....", "...11.2..", "........." };

  check (&options, rows, 4, 1, left);
}

static void
test_small (void)
{
  const IdrSegmentOptions options = { .minimum_area = 3 };
  static const gchar *const rows[] = { "##.###", "......", "#...##", "##..##" };
  static const gchar *const left[] = { "...111", "......", "2...33", "22..33" };

  check (&options, rows, 4, 1, left);
}

/* --- What is split ------------------------------------------------------------------- */

static const gchar *const touching[]
    = { "...###......###...", "..#####....#####..", ".#######..#######.", "..##############..",
        ".#######..#######.", "..#####....#####..", "...###......###..." };

static void
test_split (void)
{
  const IdrSegmentOptions options = { .split = TRUE };
  static const gchar *const parts[]
      = { "...111......222...", "..11111....22222..", ".1111111..2222222.", "..11111112222222..",
          ".1111111..2222222.", "..11111....22222..", "...111......222..." };

  check (&options, touching, 7, 1, parts);
}

/* What is narrow, or rough, or two pixels wide, has one summit. */
static void
test_whole (void)
{
  const IdrSegmentOptions options = { .split = TRUE, .diagonal = TRUE };
  static const gchar *const rows[]
      = { "##........", ".##....#..", "..##..####", "...#.#####", "......####", ".......#.." };
  static const gchar *const labels[]
      = { "11........", ".11....2..", "..11..2222", "...1.22222", "......2222", ".......2.." };

  check (&options, rows, 6, 1, labels);
}

/* More than memory holds is refused, and what is said tells @word. */
static void
check_refused (const IdrSegmentOptions *options, const gchar *word)
{
  const IdrStack stack = make_stack (touching, 7, 1);
  IdrForest forest = { 0 };
  IdrRuns runs = { 0 };
  const gchar *problem = NULL;

  read_runs (touching, 7, &runs);
  g_assert_cmpint (idr_runs_refine (&runs, &stack, options, 100, NULL, &forest, &problem), ==, -1);
  g_assert_nonnull (strstr (problem, word));
  idr_runs_clear (&runs);
  idr_forest_clear (&forest);
}

static void
test_too_large (void)
{
  const IdrSegmentOptions options = { .split = TRUE };

  check_refused (&options, "memory=");
}

static void
test_no_room_for_holes (void)
{
  const IdrSegmentOptions options = { .fill_holes = TRUE };

  check_refused (&options, "fill-holes");
}

/* --- Distances, by looking at all the background --------------------------------------------- */

static guint32
measure (const IdrLattice *lattice, const guint8 *mask, gint64 at)
{
  const gint64 area = lattice->width * lattice->height;
  gint64 least = G_MAXINT64;

  for (gint64 i = 0; i < (gint64)lattice->n; i++)
    if (mask[i] == 0)
      {
        const gint64 x = i % lattice->width - at % lattice->width;
        const gint64 y = i % area / lattice->width - at % area / lattice->width;
        const gint64 z = i / area - at / area;

        least = MIN (least, x * x + y * y + z * z);
      }
  return (guint32)least;
}

static void
test_distance (gconstpointer data)
{
  const IdrBox box = { 0, 0, 0, 21, 13, 6 };
  guint32 values[64];
  gint32 centres[64], starts[64];
  IdrDistanceWork work = { values, centres, starts };
  IdrLattice lattice;

  g_assert_true (idr_lattice_init (&lattice, &box, data != NULL, FALSE));
  for (guint round = 0; round < 20; round++)
    {
      g_autofree guint32 *squares = g_new0 (guint32, lattice.n);
      g_autofree guint8 *mask = g_new0 (guint8, lattice.n);

      for (gsize i = 0; i < lattice.n; i++)
        {
          const gint64 x = (gint64)i % lattice.width, row = (gint64)i / lattice.width;
          const gint64 y = row % lattice.height, z = row / lattice.height;

          squares[i] = mask[i] = x > 0 && x + 1 < lattice.width && y > 0 && y + 1 < lattice.height
                                 && (lattice.depth == 1 || (z > 0 && z + 1 < lattice.depth))
                                 && g_test_rand_int_range (0, 100) >= (gint32)round;
        }
      idr_distance_transform (&lattice, squares, &work, NULL);
      for (gsize i = 0; i < lattice.n; i++)
        g_assert_cmpuint (squares[i], ==, measure (&lattice, mask, (gint64)i));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refine/holes", test_holes);
  g_test_add_func ("/refine/open-holes", test_open_holes);
  g_test_add_func ("/refine/hole-in-volume", test_hole_in_volume);
  g_test_add_func ("/refine/border", test_border);
  g_test_add_func ("/refine/small", test_small);
  g_test_add_func ("/refine/split", test_split);
  g_test_add_func ("/refine/whole", test_whole);
  g_test_add_func ("/refine/too-large", test_too_large);
  g_test_add_func ("/refine/no-room-for-holes", test_no_room_for_holes);
  g_test_add_data_func ("/refine/distance/plane", NULL, test_distance);
  g_test_add_data_func ("/refine/distance/volume", "volume", test_distance);
  return g_test_run ();
}
