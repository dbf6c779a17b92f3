/* Runs a fuzz target without an engine: over seeds, over what chance makes of them, and over the
 * corpus's files of the names that are given
 *
 * usage: fuzz-TARGET FOLDER [NAME]...
 *
 * Chance has a fixed seed: what fails, fails again. Each part ends early where a sanitizer makes it
 * slow; the order of what it runs stays the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "target.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_MUTATIONS 10000 /* of all seeds together */
#define MAX_CORPUS_FILES 400
#define N_PARTS 64 /* that a seed is cut into */
#define MAX_SIZE (1 << 16)
#define MAX_SECONDS 0.8 /* of each part */

static GPtrArray *seeds;          /* of GBytes */
static const gchar *const *names; /* of the corpus's files */

static gboolean
is_in_time (void)
{
  return g_test_timer_elapsed () < MAX_SECONDS;
}

static void
run (const guint8 *data, gsize size)
{
  /* A copy of its own size, behind which there is nothing to be read. */
  g_autofree guint8 *copy = g_memdup2 (data, size);

  g_assert_cmpint (LLVMFuzzerTestOneInput (copy, size), ==, 0);
}

static GBytes *
read_file (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  gchar *content;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (content, size);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

/* The paths in @folder, in an order that does not change. */
static GPtrArray *
list_folder (const gchar *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare);
  return paths;
}

static void
run_cut (GBytes *seed, gsize part)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (seed, &size);

  run (data, size * part / N_PARTS);
}

/* All of them whole; then cut shorter and shorter. */
static void
test_seeds (void)
{
  g_assert_cmpuint (seeds->len, >, 0);
  for (guint i = 0; i < seeds->len; i++)
    run_cut (seeds->pdata[i], N_PARTS);
  g_test_timer_start ();
  for (gsize part = N_PARTS; part-- > 0 && is_in_time ();)
    for (guint i = 0; i < seeds->len; i++)
      run_cut (seeds->pdata[i], part);
}

/* One of the small damages that show most: a bit, a byte, a border, a piece lost, a piece twice. */
static void
mutate (GByteArray *bytes, GRand *chance)
{
  const guint8 borders[] = { 0, 1, 127, 128, 255, '"', '[', '{', '-', '9' };
  const guint at = g_rand_int_range (chance, 0, bytes->len);
  const guint n = g_rand_int_range (chance, 1, MIN (bytes->len - at, 32) + 1);
  g_autofree guint8 *piece = g_memdup2 (bytes->data + at, n);

  switch (g_rand_int_range (chance, 0, 5))
    {
    case 0:
      bytes->data[at] ^= 1 << g_rand_int_range (chance, 0, 8);
      break;
    case 1:
      bytes->data[at] = g_rand_int_range (chance, 0, 256);
      break;
    case 2:
      bytes->data[at] = borders[g_rand_int_range (chance, 0, G_N_ELEMENTS (borders))];
      break;
    case 3:
      g_byte_array_remove_range (bytes, at, n);
      break;
    default:
      g_byte_array_append (bytes, piece, n);
      memmove (bytes->data + at + n, bytes->data + at, bytes->len - at - n);
    }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (1);

  g_test_timer_start ();
  for (guint i = 0; i < MAX_MUTATIONS && is_in_time (); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      gsize size;
      const guint8 *data = g_bytes_get_data (seeds->pdata[i % seeds->len], &size);

      g_byte_array_append (bytes, data, size);
      for (gint left = g_rand_int_range (chance, 1, 6); left > 0 && bytes->len > 0; left--)
        mutate (bytes, chance);
      run (bytes->data, bytes->len);
    }
}

static void
run_below (const gchar *folder, gint *n_left)
{
  g_autoptr (GPtrArray) paths = list_folder (folder);

  for (guint i = 0; i < paths->len; i++)
    {
      const gchar *path = paths->pdata[i];
      g_autofree gchar *name = g_path_get_basename (path);

      if (*n_left == 0 || !is_in_time ())
        return;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        run_below (path, n_left);
      else if (g_strv_contains (names, name))
        {
          g_autoptr (GBytes) bytes = read_file (path);
          gsize size;
          const guint8 *data = g_bytes_get_data (bytes, &size);

          run (data, MIN (size, MAX_SIZE));
          --*n_left;
        }
    }
}

static void
test_corpus (void)
{
  const gchar *corpus = g_getenv ("LAMINA_CORPUS");
  gint n_left = MAX_CORPUS_FILES;

  g_test_timer_start ();
  if (!corpus)
    g_test_skip ("LAMINA_CORPUS is not set");
  else
    run_below (corpus, &n_left);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  paths = list_folder (argv[1]);
  seeds = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (seeds, read_file (paths->pdata[i]));
  names = (const gchar *const *)argv + 2;
  g_test_add_func ("/fuzz/seeds", test_seeds);
  g_test_add_func ("/fuzz/mutations", test_mutations);
  if (names[0])
    g_test_add_func ("/fuzz/corpus", test_corpus);
  status = g_test_run ();
  g_ptr_array_unref (seeds);
  return status;
}
