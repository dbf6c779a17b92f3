/* What a group knows of the arrays below it ("consolidated metadata"), which spares asking for them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "array.h"
#include "memory-store.h"
#include "ome.h"

#define V2                                                                                         \
  "{\"zarr_format\":2,\"shape\":[2,2],\"chunks\":[2,2],\"dtype\":\"<u2\",\"order\":\"C\","         \
  "\"compressor\":null,\"filters\":null,\"fill_value\":0}"
#define V3 "{\"zarr_format\":3,\"node_type\":\"array\"}"
#define MULTISCALES                                                                                \
  "\"multiscales\":[{\"axes\":[{\"name\":\"y\"},{\"name\":\"x\"}],\"datasets\":[{\"path\":\"0\"}," \
  "{\"path\":\"b/1\"}]}]"

static IdrOme *
open_image (IdrStore *store)
{
  g_autoptr (GError) error = NULL;
  IdrOme *ome = idr_ome_open (store, "", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (ome->n_levels, ==, 2);
  return ome;
}

/* One round of questions, and the arrays are open. */
static void
test_v2 (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = NULL;

  memory_store_put_text (store, ".zattrs", "{" MULTISCALES "}");
  memory_store_put_text (store, ".zmetadata",
                         "{\"zarr_consolidated_format\":1,\"metadata\":{\".zgroup\":"
                         "{\"zarr_format\":2},\"0/.zarray\":" V2 ",\"b/1/.zarray\":" V2 "}}");
  ome = open_image (store);
  for (gint i = 0; i < ome->n_levels; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrArray) array
          = idr_array_open_known (store, ome->levels[i].path, ome->levels[i].metadata, &error);

      g_assert_no_error (error);
      g_assert_cmpint (idr_array_get_info (array)->zarr_format, ==, 2);
      g_assert_cmpint (idr_array_get_info (array)->shape[1], ==, 2);
    }
  g_assert_cmpint (memory_store_count (store, NULL), ==, 7);
}

static void
test_v3 (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = NULL;

  memory_store_put_text (store, "zarr.json",
                         "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{\"ome\":{"
                         "\"version\":\"0.5\"," MULTISCALES "}},\"consolidated_metadata\":{"
                         "\"kind\":\"inline\",\"metadata\":{\"0\":" V3 "}}}");
  /* Of the other format. */
  memory_store_put_text (store, ".zmetadata",
                         "{\"zarr_consolidated_format\":1,\"metadata\":{\"b/1/.zarray\":" V2 "}}");
  ome = open_image (store);
  g_assert_cmpstr (ome->levels[0].metadata, ==, V3);
  g_assert_null (ome->levels[1].metadata);
}

/* What is wrong, broken, too much or forbidden is as if it were not there. */
static void
test_useless (void)
{
  static const gchar later[]
      = "{\"zarr_consolidated_format\":2,\"metadata\":{\"0/.zarray\":" V2 "}}";
  static const gchar odd[]
      = "{\"zarr_consolidated_format\":1,\"metadata\":{\"0/.zarray\":7,\"/.zarray\":{}}}";
  static const gchar *const texts[]
      = { "{", "[]", "{}", later, "{\"zarr_consolidated_format\":1,\"metadata\":[]}", odd };

  for (guint i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (IdrOme) ome = NULL;

      memory_store_put_text (store, ".zattrs", "{" MULTISCALES "}");
      if (i < G_N_ELEMENTS (texts))
        memory_store_put_text (store, ".zmetadata", texts[i]);
      else
        memory_store_fail (store, ".zmetadata", G_IO_ERROR_FAILED, 1);
      ome = open_image (store);
      g_assert_null (ome->levels[0].metadata);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ome-known/v2", test_v2);
  g_test_add_func ("/ome-known/v3", test_v3);
  g_test_add_func ("/ome-known/useless", test_useless);
  return g_test_run ();
}
