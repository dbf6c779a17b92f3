/* Plates, wells and collections: which image is meant, and what there is
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "memory-store.h"
#include "ome-choice.h"

#include <string.h>

#define PLATE                                                                                      \
  "{\"plate\":{\"rows\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"columns\":[{\"name\":\"1\"},"        \
  "{\"name\":\"2\"},{\"name\":\"3\"}],\"wells\":[{\"path\":\"B/2\",\"rowIndex\":1,"                \
  "\"columnIndex\":1},{\"path\":\"A/3\"},{\"path\":\"Z/9\"},{}]}}"
#define WELL "{\"well\":{\"images\":[{\"path\":\"0\"},{\"path\":\"f1\"}]}}"

static IdrStore *
make_plate (void)
{
  IdrStore *store = memory_store_new ();

  memory_store_put_text (store, ".zattrs", PLATE);
  memory_store_put_text (store, "A/3/.zattrs", WELL);
  memory_store_put_text (store, "B/2/zarr.json",
                         "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{\"ome\":" WELL
                         "}}");
  memory_store_put_text (store, "Z/9/.zattrs", "{}");
  return store;
}

static void
assert_chosen (IdrStore *store, const gchar *well, const gchar *field, gint series,
               const gchar *paths, const gchar *note)
{
  IdrOmeChoice choice = { well, field, series };
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOmeChosen) chosen = idr_ome_choose (store, &choice, NULL, NULL, &error);
  g_autofree gchar *found = NULL;

  g_assert_no_error (error);
  found = g_strjoinv (" ", chosen->paths);
  g_assert_cmpstr (found, ==, paths);
  g_assert_cmpint (chosen->n_paths, ==, g_strv_length (chosen->paths));
  g_assert_true ((note != NULL) == (chosen->notes != NULL));
  g_assert_true (!note || strstr (chosen->notes[0], note));
}

static void
assert_refused (IdrStore *store, const gchar *well, const gchar *field, gint series, gint code,
                const gchar *said)
{
  IdrOmeChoice choice = { well, field, series };
  g_autoptr (GError) error = NULL;

  g_assert_null (idr_ome_choose (store, &choice, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  if (!strstr (error->message, said))
    g_error ("%s: %s", said, error->message);
}

static void
test_plate (void)
{
  g_autoptr (IdrStore) store = make_plate ();

  assert_chosen (store, "", "", -1, "A/3/0", "well A/3 of a plate of 4");
  assert_chosen (store, "B/2", "", -1, "B/2/0", NULL);
  assert_chosen (store, "B/2", "1", -1, "B/2/f1", NULL);
  assert_chosen (store, "B/2", "all", -1, "B/2/0 B/2/f1", NULL);
  assert_refused (store, "C/1", "", -1, G_IO_ERROR_INVALID_ARGUMENT, "well=C/1 does not exist");
  assert_refused (store, "B/2", "2", -1, G_IO_ERROR_INVALID_ARGUMENT, "field=0 to field=1");
  assert_refused (store, "B/2", "x", -1, G_IO_ERROR_INVALID_ARGUMENT, "field=x does not exist");
  assert_refused (store, "", "", 1, G_IO_ERROR_INVALID_ARGUMENT, "series= is given");
  assert_refused (store, "Z/9", "", -1, G_IO_ERROR_INVALID_DATA, "Z/9 is a well without fields");
}

/* Rows of columns, each well in its place; one that has none is not there. */
static void
test_grid (void)
{
  g_autoptr (IdrStore) store = make_plate ();
  IdrOmeChoice choice = { "B/2", "", -1 };
  g_autoptr (IdrOmeChosen) chosen = idr_ome_choose (store, &choice, NULL, NULL, NULL);
  g_autofree gchar *wells = g_strjoinv (",", chosen->wells);

  g_assert_cmpstr (wells, ==, ",,A/3,,B/2,");
  g_assert_cmpstr (chosen->rows[1], ==, "B");
  g_assert_cmpstr (chosen->columns[2], ==, "3");
  g_assert_cmpstr (chosen->well, ==, "B/2");
}

static void
test_well (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();

  memory_store_put_text (store, ".zattrs", WELL);
  assert_chosen (store, "", "", -1, "0", NULL);
  assert_chosen (store, "", "all", -1, "0 f1", NULL);
  assert_refused (store, "A/1", "", -1, G_IO_ERROR_INVALID_ARGUMENT, "not a plate");
}

static void
test_series (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();

  memory_store_put_text (store, ".zattrs", "{\"bioformats2raw.layout\":3}");
  assert_chosen (store, "", "", -1, "0", "the first of a collection");
  assert_chosen (store, "", "", 7, "7", NULL);
  memory_store_put_text (store, "OME/.zattrs", "{\"series\":[\"a\",\"b\"]}");
  assert_chosen (store, "", "", -1, "a", "the first of 2 images");
  assert_chosen (store, "", "", 1, "b", NULL);
  assert_refused (store, "", "", 2, G_IO_ERROR_INVALID_ARGUMENT, "series=0 to series=1");
  assert_refused (store, "", "0", -1, G_IO_ERROR_INVALID_ARGUMENT, "not a plate or a well");
}

/* Whatever the attributes are, there is an answer, of one path at least, or an error. */
static void
test_hostile (void)
{
  static const gchar *const seeds[] = { PLATE, WELL, "{\"bioformats2raw.layout\":3}" };
  g_autoptr (GRand) random = g_rand_new_with_seed (5966);

  for (gint i = 0; i < 6000; i++)
    {
      g_autoptr (IdrStore) store = make_plate ();
      g_autofree gchar *text = g_strdup (seeds[i % 3]);
      IdrOmeChoice choice = { i % 2 ? "" : "B/2", i % 5 ? "" : "all", -1 };
      g_autoptr (IdrOmeChosen) chosen = NULL;
      g_autoptr (GError) error = NULL;

      for (gint k = g_rand_int_range (random, 0, 4); k > 0; k--)
        text[g_rand_int_range (random, 0, (gint)strlen (text))]
            = g_rand_int_range (random, 32, 127);
      memory_store_put_text (store, i % 3 == 1 ? "B/2/.zattrs" : ".zattrs", text);
      chosen = idr_ome_choose (store, &choice, NULL, NULL, &error);
      g_assert_true ((chosen == NULL) == (error != NULL));
      g_assert_true (error || (chosen->n_paths > 0 && chosen->paths[0]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ome-choice/plate", test_plate);
  g_test_add_func ("/ome-choice/grid", test_grid);
  g_test_add_func ("/ome-choice/well", test_well);
  g_test_add_func ("/ome-choice/series", test_series);
  g_test_add_func ("/ome-choice/hostile", test_hostile);
  return g_test_run ();
}
