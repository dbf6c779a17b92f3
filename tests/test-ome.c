/* OME-Zarr groups: what every version, and what people make of it, is read as
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome.h"
#include "memory-store.h"

#include <string.h>

#define ARRAY(shape)                                                                               \
  "{\"zarr_format\":2,\"shape\":" shape ",\"chunks\":" shape ",\"dtype\":\"<u2\",\"order\":\"C\"," \
  "\"compressor\":null,\"filters\":null,\"fill_value\":0}"

static IdrOme *
open_attributes (IdrStore *store, const gchar *attributes, GError **error)
{
  memory_store_put_text (store, ".zattrs", attributes);
  return idr_ome_open (store, "", NULL, NULL, error);
}

static IdrOme *
open_good (IdrStore *store, const gchar *attributes)
{
  g_autoptr (GError) error = NULL;
  IdrOme *ome = open_attributes (store, attributes, &error);

  g_assert_no_error (error);
  return ome;
}

/* The axes' names in a row, each with its type's first letter, and which one is t, c, z, y and x.
 */
static void
assert_axes (IdrOme *ome, const gchar *names, gint t, gint c, gint z, gint y, gint x)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (gint i = 0; i < ome->n_axes; i++)
    g_string_append_printf (found, "%s:%c ", ome->axes[i].name, ome->axes[i].type[0]);
  g_assert_cmpstr (found->str, ==, names);
  g_assert_cmpint (ome->t, ==, t);
  g_assert_cmpint (ome->c, ==, c);
  g_assert_cmpint (ome->z, ==, z);
  g_assert_cmpint (ome->y, ==, y);
  g_assert_cmpint (ome->x, ==, x);
}

/* As IDR's image 6001240 has it. */
static void
test_0_4 (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = NULL;

  memory_store_put_text (store, "labels/.zattrs", "{\"labels\":[\"0\",7,\"cells\"]}");
  ome = open_good (
      store,
      "{\"_creator\":{\"name\":\"omero-zarr\"},\"multiscales\":[{\"name\":\"/\",\"axes\":["
      "{\"name\":\"c\",\"type\":\"channel\"},{\"name\":\"z\",\"type\":\"space\",\"unit\":"
      "\"micrometer\"},"
      "{\"name\":\"y\",\"type\":\"space\",\"units\":\"micrometer\"},{\"name\":\"x\",\"type\":"
      "\"space\"}],"
      "\"datasets\":[{\"path\":\"0\",\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":"
      "[1,0.5,0.25,0.25]},{\"type\":\"translation\",\"translation\":[0,10,0,1]}]},{\"path\":\"1\"}]"
      ","
      "\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[1,2,1,1]}],\"version\":\"0."
      "4\"},"
      "{\"datasets\":[{\"path\":\"second\"}]}],\"omero\":{\"channels\":[{\"color\":\"0000FF\","
      "\"label\":"
      "\"LaminB1\",\"window\":{\"end\":1500,\"max\":65535,\"min\":0,\"start\":3.5}},{\"color\":7}],"
      "\"id\":1,"
      "\"rdefs\":{\"defaultT\":0,\"defaultZ\":118,\"model\":\"color\"},\"version\":\"0.4\"}}");
  assert_axes (ome, "c:c z:s y:s x:s ", -1, 0, 1, 2, 3);
  g_assert_cmpstr (ome->axes[1].unit, ==, "micrometer");
  g_assert_cmpstr (ome->axes[2].unit, ==, "micrometer");
  g_assert_null (ome->axes[3].unit);
  g_assert_cmpstr (ome->version, ==, "0.4");
  g_assert_cmpstr (ome->name, ==, "/");
  g_assert_cmpint (ome->n_levels, ==, 2);
  g_assert_cmpstr (ome->levels[1].path, ==, "1");
  g_assert_true (ome->levels[0].has_scale);
  g_assert_cmpfloat (ome->levels[0].scale[1], ==, 1);
  g_assert_cmpfloat (ome->levels[0].scale[2], ==, 0.25);
  g_assert_cmpfloat (ome->levels[0].translation[1], ==, 20);
  g_assert_cmpfloat (ome->levels[0].translation[3], ==, 1);
  g_assert_cmpfloat (ome->levels[1].scale[1], ==, 2);
  g_assert_cmpint (ome->n_channels, ==, 2);
  g_assert_cmpstr (ome->channels[0].label, ==, "LaminB1");
  g_assert_cmphex (ome->channels[0].color, ==, 0x0000ff);
  g_assert_cmpfloat (ome->channels[0].start, ==, 3.5);
  g_assert_cmpfloat (ome->channels[0].end, ==, 1500);
  g_assert_null (ome->channels[1].label);
  g_assert_cmpint (ome->channels[1].color, ==, -1);
  g_assert_cmpfloat (ome->channels[1].start, ==, ome->channels[1].end);
  g_assert_cmpint (ome->default_t, ==, 0);
  g_assert_cmpint (ome->default_z, ==, 118);
  g_assert_cmpint (g_strv_length (ome->labels), ==, 2);
  g_assert_cmpstr (ome->labels[1], ==, "cells");
  g_assert_false (ome->is_label);
}

static void
test_0_1 (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) five = NULL, three = NULL, unsaid = NULL;
  g_autoptr (GError) error = NULL;

  memory_store_put_text (store, "0/.zarray", ARRAY ("[1,2,236,275,271]"));
  five = open_good (store, "{\"multiscales\":[{\"datasets\":[{\"path\":\"0\"},{\"path\":\"1\"}],"
                           "\"version\":\"0.1\"}],\"omero\":{\"name\":\"6001240\"}}");
  assert_axes (five, "t:t c:c z:s y:s x:s ", 0, 1, 2, 3, 4);
  g_assert_cmpstr (five->version, ==, "0.1");
  g_assert_cmpstr (five->name, ==, "6001240");
  g_assert_false (five->levels[0].has_scale);
  g_assert_cmpfloat (five->levels[0].scale[4], ==, 1);
  g_assert_null (five->labels);
  g_assert_cmpint (five->default_z, ==, -1);

  memory_store_put_text (store, "0/.zarray", ARRAY ("[236,275,271]"));
  three = open_good (store,
                     "{\"multiscales\":[{\"datasets\":[{\"path\":\"0\"}],\"version\":\"0.2\"}]}");
  assert_axes (three, "z:s y:s x:s ", -1, -1, 0, 1, 2);
  g_assert_cmpstr (three->version, ==, "0.2");
  unsaid = open_good (store,
                      "{\"multiscales\":[{\"datasets\":[{\"path\":\"0\"}]}],\"image-label\":{}}");
  g_assert_cmpstr (unsaid->version, ==, "0.1");
  g_assert_true (unsaid->is_label);

  memory_store_put (store, "0/.zarray", NULL, 0);
  g_assert_null (
      open_attributes (store, "{\"multiscales\":[{\"datasets\":[{\"path\":\"0\"}]}]}", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_0_3 (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = open_good (
      store, "{\"multiscales\":[{\"axes\":[\"c\",\"y\",\"x\"],\"datasets\":[{\"path\":\"s0\"}]}]}");

  assert_axes (ome, "c:c y:s x:s ", -1, 0, -1, 1, 2);
  g_assert_cmpstr (ome->version, ==, "0.3");
}

/* Zarr v3 keeps it all in one document. */
static void
test_0_5 (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOme) ome = NULL, array = NULL;

  memory_store_put_text (
      store, "zarr.json",
      "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{\"ome\":{\"version\":"
      "\"0.5\",\"multiscales\":[{\"axes\":[{\"name\":\"y\",\"type\":\"space\"},{\"name\":"
      "\"x\",\"type\":\"space\"}],\"datasets\":[{\"path\":\"0\"}]}],\"image-label\":{},"
      "\"omero\":{\"channels\":[{\"color\":\"#00ff00\"}]}}}}");
  memory_store_put_text (store, "labels/zarr.json",
                         "{\"attributes\":{\"ome\":{\"labels\":[\"cells\"]}}}");
  memory_store_put_text (
      store, "a/zarr.json",
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[4,6,8],\"data_type\":\"uint8\","
      "\"chunk_grid\":{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[1,6,8]}},"
      "\"chunk_key_encoding\":\"default\",\"fill_value\":0,\"codecs\":[\"bytes\"]}");
  ome = idr_ome_open (store, "", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_axes (ome, "y:s x:s ", -1, -1, -1, 0, 1);
  g_assert_cmpstr (ome->version, ==, "0.5");
  g_assert_true (ome->is_label);
  g_assert_cmphex (ome->channels[0].color, ==, 0x00ff00);
  g_assert_cmpstr (ome->labels[0], ==, "cells");
  array = idr_ome_open (store, "a", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_axes (array, "z:s y:s x:s ", -1, -1, 0, 1, 2);

  memory_store_put_text (
      store, "p/zarr.json",
      "{\"node_type\":\"group\",\"attributes\":{\"ome\":{\"plate\":{\"wells\":[{\"path\":"
      "\"A/1\"}]}}}}");
  g_assert_null (idr_ome_open (store, "p", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "open memory:p/A/1/0"));
}

#define IMAGE(axes) "{\"multiscales\":[{\"axes\":[" axes "],\"datasets\":[{\"path\":\"0\"}]}]}"
#define SPACE(name) "{\"name\":\"" name "\",\"type\":\"space\"}"

static void
test_odd_axes (void)
{
  static const struct
  {
    const gchar *attributes, *names;
    gint t, c, z, y, x;
  } cases[] = {
    { IMAGE ("\"T\",\"C\",\"Z\",\"Y\",\"X\""), "T:t C:c Z:s Y:s X:s ", 0, 1, 2, 3, 4 },
    { IMAGE ("\"x\",\"y\",\"c\""), "x:s y:s c:c ", -1, 2, -1, 1, 0 },
    { IMAGE (SPACE ("dim_0") "," SPACE ("dim_1")), "dim_0:s dim_1:s ", -1, -1, -1, 0, 1 },
    { IMAGE ("{\"name\":\"time\"},{\"name\":\"channel\"}," SPACE ("a") "," SPACE ("b") "," SPACE (
          "d")),
      "time:t channel:c a:s b:s d:s ", 0, 1, 2, 3, 4 },
    { IMAGE ("{\"name\":\"angle\",\"type\":\"\"}," SPACE ("y") "," SPACE ("x")), "angle: y:s x:s ",
      -1, 0, -1, 1, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (IdrOme) ome = NULL;

      if (strstr (cases[i].names, "angle"))
        {
          ome = open_good (store, cases[i].attributes);
          g_assert_cmpint (ome->c, ==, 0);
          continue;
        }
      ome = open_good (store, cases[i].attributes);
      assert_axes (ome, cases[i].names, cases[i].t, cases[i].c, cases[i].z, cases[i].y, cases[i].x);
    }
}

static void
test_odd_scales (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = open_good (
      store,
      "{\"multiscales\":[{\"axes\":[\"z\",\"y\",\"x\"],\"datasets\":["
      "{\"path\":\"0\",\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[0,0.5,NaN]}]},"
      "{\"path\":\"1\",\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[-1,0,1e999]}]}"
      ","
      "{\"path\":\"2\",\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[1,2]},"
      "{\"type\":\"identity\"},{\"type\":\"scale\",\"path\":\"x\"},3]},"
      "{\"path\":\"3\",\"coordinateTransformations\":{\"type\":\"scale\"}},"
      "{\"path\":\"4\",\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[1e200,1,1]},"
      "{\"type\":\"scale\",\"scale\":[1e200,1,1]}]}]}]}");

  g_assert_cmpfloat (ome->levels[0].scale[0], ==, 1);
  g_assert_cmpfloat (ome->levels[0].scale[1], ==, 0.5);
  g_assert_cmpfloat (ome->levels[0].scale[2], ==, 1);
  g_assert_true (ome->levels[0].has_scale);
  for (gint i = 1; i < 4; i++)
    {
      g_assert_false (ome->levels[i].has_scale);
      g_assert_cmpfloat (ome->levels[i].scale[1], ==, 1);
    }
  g_assert_cmpfloat (ome->levels[4].scale[0], ==, 1e200);
}

/* The draft of 0.6: axes are those of a coordinate system, and transformations may be a sequence.
 */
static void
test_coordinate_systems (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = open_good (
      store,
      "{\"multiscales\":[{\"coordinateSystems\":[{\"name\":\"world\",\"axes\":[{\"name\":\"a\"},"
      "{\"name\":\"b\"}]},{\"name\":\"own\",\"axes\":[{\"name\":\"y\",\"type\":\"space\","
      "\"unit\":\"micrometer\"},{\"name\":\"x\",\"type\":\"space\"}]}],"
      "\"coordinateTransformations\":[{\"type\":\"scale\",\"scale\":[10,10]}],\"datasets\":["
      "{\"path\":\"0\",\"coordinateTransformations\":[{\"type\":\"sequence\",\"output\":{\"name\":"
      "\"own\"},\"transformations\":[{\"type\":\"scale\",\"scale\":[2,3]},{\"type\":"
      "\"translation\",\"translation\":[5,7]}]}]}]}]}");

  assert_axes (ome, "y:s x:s ", -1, -1, -1, 0, 1);
  g_assert_cmpfloat (ome->levels[0].scale[1] + ome->levels[0].translation[0], ==, 3 + 5);
}

static void
test_plain_array (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOme) ome = NULL;

  memory_store_put_text (store, "a/.zarray", ARRAY ("[4,6]"));
  memory_store_put_text (store, "a/.zattrs", "{\"note\":1}");
  ome = idr_ome_open (store, "a", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_axes (ome, "y:s x:s ", -1, -1, -1, 0, 1);
  g_assert_cmpint (ome->n_levels, ==, 1);
  g_assert_cmpstr (ome->levels[0].path, ==, "");
  memory_store_put_text (store, "b/.zarray", ARRAY ("[4]"));
  g_assert_null (idr_ome_open (store, "b", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (error->message, ==, "array memory:b: it has 1 axes, where an image has 2 to 5");
}

static void
test_refused (void)
{
  static const struct
  {
    const gchar *attributes;
    gint code;
    const gchar *said;
  } cases[] = {
    { "{\"plate\":{\"wells\":[{\"path\":\"A/1\"},{\"path\":\"A/2\"},{\"path\":\"B/"
      "1\"},{\"path\":\"B/2\"}]}}",
      G_IO_ERROR_NOT_SUPPORTED,
      "open memory:/A/1/0, memory:/A/2/0, memory:/B/1/0, \342\200\246 (4 in all)" },
    { "{\"well\":{\"images\":[{\"path\":\"0\"},{\"path\":\"1\"}]}}", G_IO_ERROR_NOT_SUPPORTED,
      "open memory:/0, memory:/1" },
    { "{\"labels\":[\"cells\"]}", G_IO_ERROR_NOT_SUPPORTED, "open memory:/cells" },
    { "{\"labels\":[]}", G_IO_ERROR_NOT_SUPPORTED, "not one image, and names none" },
    { "{\"bioformats2raw.layout\":3}", G_IO_ERROR_NOT_SUPPORTED, "open memory:/0, memory:/1" },
    { "{}", G_IO_ERROR_INVALID_DATA, "no \"multiscales\"" },
    { "[]", G_IO_ERROR_INVALID_DATA, "memory:/.zattrs: it is no JSON object" },
    { "<html>", G_IO_ERROR_INVALID_DATA, "memory:/.zattrs: not JSON" },
    { "{\"multiscales\":[]}", G_IO_ERROR_NOT_SUPPORTED, "0 axes" },
    { "{\"multiscales\":[{\"axes\":[\"y\",\"x\"]}]}", G_IO_ERROR_INVALID_DATA, "are 0, " },
    { "{\"multiscales\":[{\"axes\":[\"y\",\"x\"],\"datasets\":[{}]}]}", G_IO_ERROR_INVALID_DATA,
      "dataset 0 has no \"path\"" },
    { IMAGE ("\"y\""), G_IO_ERROR_NOT_SUPPORTED, "1 axes" },
    { IMAGE ("\"y\",\"y\""), G_IO_ERROR_INVALID_DATA, "two axes" },
    { IMAGE ("\"y\",\"Y\""), G_IO_ERROR_INVALID_DATA, "" },
    { IMAGE ("\"c\",\"x\""), G_IO_ERROR_INVALID_DATA, "no axis y" },
    { IMAGE ("7,\"x\""), G_IO_ERROR_INVALID_DATA, "axis 0 has no name" },
    { IMAGE ("\"c\",\"angle\",\"y\",\"x\""), G_IO_ERROR_NOT_SUPPORTED, "axis \"angle\"" },
    { IMAGE ("\"a\",\"b\",\"c\",\"d\",\"e\",\"f\""), G_IO_ERROR_NOT_SUPPORTED, "6 axes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autoptr (GError) error = NULL;

      g_assert_null (open_attributes (store, cases[i].attributes, &error));
      g_assert_nonnull (error);
      g_assert_null (strchr (error->message, '\n'));
      if (error->code != cases[i].code || !strstr (error->message, cases[i].said))
        g_error ("%s: %s", cases[i].said, error->message);
    }
}

static void
test_series (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (GError) error = NULL;

  memory_store_put_text (store, "OME/.zattrs", "{\"series\":[\"a\",\"b\"]}");
  g_assert_null (open_attributes (store, "{\"bioformats2raw.layout\":3}", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "open memory:/a, memory:/b"));
}

static void
assert_fails (IdrStore *store, gint code, const gchar *said)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (idr_ome_open (store, "x.zarr", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  if (!strstr (error->message, said))
    g_error ("%s: %s", said, error->message);
}

static void
test_nothing_there (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();

  assert_fails (store, G_IO_ERROR_NOT_FOUND,
                "memory:x.zarr is no Zarr: neither .zattrs nor .zarray nor zarr.json there");
  memory_store_put_text (store, "x.zarr/.zgroup", "{\"zarr_format\":2}");
  assert_fails (store, G_IO_ERROR_INVALID_DATA, "no image");
  memory_store_fail (store, "x.zarr/.zarray", G_IO_ERROR_TIMED_OUT, 1);
  assert_fails (store, G_IO_ERROR_TIMED_OUT, "a fault");
  memory_store_put (store, "x.zarr/.zgroup", NULL, 0);
  memory_store_fail (store, "x.zarr/.zarray", G_IO_ERROR_PERMISSION_DENIED, 1);
  assert_fails (store, G_IO_ERROR_PERMISSION_DENIED, "a fault");
  memory_store_put_text (store, "x.zarr/zarr.json", "{\"zarr_format\":3}");
  assert_fails (store, G_IO_ERROR_INVALID_DATA, "no image");
}

/* A bucket that refuses to say what it does not have is read nevertheless. */
static void
test_forbidden (void)
{
  static const gchar *const keys[] = { ".zarray", ".zgroup", "zarr.json", "labels/.zattrs" };
  g_autoptr (IdrStore) store = memory_store_new ();
  g_autoptr (IdrOme) ome = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    memory_store_fail (store, keys[i], G_IO_ERROR_PERMISSION_DENIED, 9);
  ome = open_good (store, IMAGE ("\"y\",\"x\""));
  g_assert_cmpint (ome->n_axes, ==, 2);
}

typedef struct
{
  IdrStore *store;
  IdrOme *ome;
} Opening;

static gpointer
open_it (gpointer data)
{
  Opening *opening = data;

  opening->ome = idr_ome_open (opening->store, "", NULL, NULL, NULL);
  return NULL;
}

/* All questions are asked before the first answer comes. */
static void
test_at_once (void)
{
  g_autoptr (IdrStore) store = memory_store_new ();
  Opening opening = { store };
  GThread *thread;

  memory_store_put_text (store, ".zattrs", IMAGE ("\"y\",\"x\""));
  memory_store_hold (store, TRUE);
  thread = g_thread_new ("open", open_it, &opening);
  while (memory_store_count (store, NULL) < 7)
    g_usleep (200);
  memory_store_hold (store, FALSE);
  g_thread_join (thread);
  g_assert_nonnull (opening.ome);
  g_assert_cmpint (memory_store_count (store, NULL), ==, 7);
  idr_ome_free (opening.ome);
}

static void
test_units (void)
{
  g_assert_cmpfloat (idr_ome_unit ("micrometer"), ==, 1);
  g_assert_cmpfloat (idr_ome_unit ("MICROMETER"), ==, 1);
  g_assert_cmpfloat (idr_ome_unit ("micrometers"), ==, 1);
  g_assert_cmpfloat (idr_ome_unit ("\302\265m"), ==, 1);
  g_assert_cmpfloat (idr_ome_unit ("\316\274m"), ==, 1);
  g_assert_cmpfloat_with_epsilon (idr_ome_unit ("nanometer"), 1e-3, 1e-15);
  g_assert_cmpfloat (idr_ome_unit ("millimetre"), ==, 1e3);
  g_assert_cmpfloat (idr_ome_unit ("meter"), ==, 1e6);
  g_assert_cmpfloat (idr_ome_unit ("angstrom"), ==, 1e-4);
  g_assert_cmpfloat (idr_ome_unit ("foot"), ==, 304800);
  g_assert_cmpfloat (idr_ome_unit ("second"), ==, 1);
  g_assert_cmpfloat (idr_ome_unit ("millisecond"), ==, 1e-3);
  g_assert_cmpfloat (idr_ome_unit ("minute"), ==, 60);
  g_assert_cmpfloat (idr_ome_unit ("ms"), ==, 1e-3);
  g_assert_cmpfloat (idr_ome_unit ("pixel"), ==, 0);
  g_assert_cmpfloat (idr_ome_unit (""), ==, 0);
  g_assert_cmpfloat (idr_ome_unit (NULL), ==, 0);
}

/* Whatever the attributes are, there is an image or an error. */
static void
test_mutations (void)
{
  static const gchar seed[]
      = "{\"multiscales\":[{\"axes\":[{\"name\":\"c\",\"type\":\"channel\"},{\"name\":\"y\"},\"x\"]"
        ","
        "\"datasets\":[{\"path\":\"0\",\"coordinateTransformations\":[{\"type\":\"scale\","
        "\"scale\":"
        "[1,0.5,2]}]}],\"version\":\"0.4\"}],\"omero\":{\"channels\":[{\"color\":\"0000FF\","
        "\"window\":"
        "{\"end\":1500}}],\"rdefs\":{\"defaultT\":0}},\"plate\":{\"wells\":[{\"path\":\"A/1\"}]}}";
  g_autoptr (GRand) random = g_rand_new_with_seed (9822152);

  for (gint i = 0; i < 5000; i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();
      g_autofree gchar *text = g_strdup (seed);
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrOme) ome = NULL;

      for (gint k = g_rand_int_range (random, 1, 4); k > 0; k--)
        text[g_rand_int_range (random, 0, sizeof seed - 1)]
            = k % 2 ? g_rand_int_range (random, 32, 127) : seed[g_rand_int_range (random, 0, 200)];
      ome = open_attributes (store, text, &error);
      g_assert_true ((ome == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ome/0.4", test_0_4);
  g_test_add_func ("/ome/0.1", test_0_1);
  g_test_add_func ("/ome/0.3", test_0_3);
  g_test_add_func ("/ome/0.5", test_0_5);
  g_test_add_func ("/ome/odd-axes", test_odd_axes);
  g_test_add_func ("/ome/odd-scales", test_odd_scales);
  g_test_add_func ("/ome/coordinate-systems", test_coordinate_systems);
  g_test_add_func ("/ome/plain-array", test_plain_array);
  g_test_add_func ("/ome/refused", test_refused);
  g_test_add_func ("/ome/series", test_series);
  g_test_add_func ("/ome/nothing-there", test_nothing_there);
  g_test_add_func ("/ome/forbidden", test_forbidden);
  g_test_add_func ("/ome/at-once", test_at_once);
  g_test_add_func ("/ome/units", test_units);
  g_test_add_func ("/ome/mutations", test_mutations);
  return g_test_run ();
}
