/* The operation idr-s3-source: what it tells of an image, which planes it reads, and what it asks
 * of a server
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "idr-s3-source.h"
#include "made-folder.h"

#include <string.h>
#include <unistd.h>

/* The sample: t 3, c 2, z 9, 200 x 240 pixels, three levels. */
static gchar *data_folder;

static gchar *
get_sample (void)
{
  return g_build_filename (data_folder, "cells.zarr", NULL);
}

/* The image of a source that can be opened. */
static LaminaImage *
open_image (const gchar *location, gint level, const gchar *t, const gchar *c, const gchar *z)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaOperation) source
      = lamina_operation_new ("idr-s3-source", NULL, &error, "location", location, "level", level,
                              "t", t, "c", c, "z", z, NULL);
  LaminaImage *image = NULL;

  g_assert_no_error (error);
  g_object_get (source, "image", &image, NULL);
  return image;
}

/* The error of one that cannot. */
static void
assert_refused (const gchar *location, gint level, const gchar *z, LaminaError code,
                const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaOperation) source = lamina_operation_new (
      "idr-s3-source", NULL, &error, "location", location, "level", level, "z", z, NULL);

  g_assert_null (source);
  g_assert_error (error, LAMINA_ERROR, (gint)code);
  g_assert_true (g_str_has_prefix (error->message, "idr-s3-source: "));
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in \"%s\"", words, error->message);
  g_assert_null (strchr (error->message, '\n'));
}

static GBytes *
read_plane (LaminaImage *image, gint64 plane, const LaminaRect *rect)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = lamina_image_read_bytes (image, plane, rect, NULL, &error);

  g_assert_no_error (error);
  return bytes;
}

static void
test_info (void)
{
  g_autofree gchar *sample = get_sample ();
  g_autoptr (LaminaImage) image = open_image (sample, 1, "2,0", "1", "3-8:2");
  const LaminaInfo *info = lamina_image_get_info (image);
  gint t, c, z;

  g_assert_cmpint (info->format, ==, LAMINA_FORMAT_U16);
  g_assert_cmpint (info->width, ==, 120);
  g_assert_cmpint (info->height, ==, 100);
  g_assert_cmpint (info->level, ==, 1);
  g_assert_cmpint (info->n_levels, ==, 3);
  g_assert_cmpfloat_with_epsilon (info->size_x, 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (info->size_z, 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (info->step_t, 300, 1e-9);
  g_assert_cmpstr (info->channels[0], ==, "filaments");
  g_assert_null (info->channels[1]);
  g_assert_cmpint (lamina_image_get_n_planes (image), ==, 6);
  lamina_info_get_place (info, 4, &t, &c, &z);
  g_assert_cmpint (t, ==, 0);
  g_assert_cmpint (c, ==, 1);
  g_assert_cmpint (z, ==, 5);
}

/* A selection's plane is the same plane of the whole, and a rectangle the same part of the plane.
 */
static void
test_pixels (void)
{
  g_autofree gchar *sample = get_sample ();
  g_autoptr (LaminaImage) whole = open_image (sample, 0, "all", "all", "all");
  g_autoptr (LaminaImage) some = open_image (sample, 0, "2,1", "1", "middle:2");
  const LaminaInfo *info = lamina_image_get_info (whole);
  LaminaRect rect = { 17, 31, 100, 50 };

  for (gint64 plane = 0; plane < lamina_image_get_n_planes (some); plane++)
    {
      gint t, c, z;
      g_autoptr (GBytes) bytes = read_plane (some, plane, NULL);
      g_autoptr (GBytes) part = read_plane (some, plane, &rect);
      g_autoptr (GBytes) same = NULL;
      const guint16 *pixels = g_bytes_get_data (bytes, NULL), *cut = g_bytes_get_data (part, NULL);

      lamina_info_get_place (lamina_image_get_info (some), plane, &t, &c, &z);
      same = read_plane (whole, ((gint64)t * info->n_c + c) * info->n_z + z, NULL);
      g_assert_true (g_bytes_equal (bytes, same));
      for (gint64 y = 0; y < rect.height; y++)
        g_assert_cmpmem (cut + y * rect.width, (gsize)rect.width * 2,
                         pixels + (rect.y + y) * info->width + rect.x, (gsize)rect.width * 2);
    }
}

static void
test_refused (void)
{
  g_autofree gchar *sample = get_sample ();
  g_autofree gchar *nothing = g_build_filename (data_folder, "nothing.zarr", NULL);

  assert_refused (sample, 3, "all", LAMINA_ERROR_ARGUMENT,
                  "level=3 does not exist: the image has level=0 to level=2");
  assert_refused (sample, 0, "9", LAMINA_ERROR_ARGUMENT,
                  "z=9 does not exist: the image has z=0 to z=8");
  assert_refused (sample, 0, "-1", LAMINA_ERROR_ARGUMENT, "z=-1 makes no sense");
  assert_refused (nothing, 0, "all", LAMINA_ERROR_NOT_FOUND, "nothing.zarr");
  assert_refused (data_folder, 0, "all", LAMINA_ERROR_NOT_FOUND, data_folder);
  assert_refused ("", 0, "all", LAMINA_ERROR_ARGUMENT, "location= is missing");
  assert_refused ("http://127.0.0.1:1/x.zarr", 0, "all", LAMINA_ERROR_NETWORK, "127.0.0.1");
}

/* Writes @text to @name in the folder. */
static void
write_text (const gchar *folder, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

#define ARRAY_V2(shape)                                                                            \
  "{\"zarr_format\":2,\"shape\":" shape ",\"chunks\":[2,2],\"dtype\":\"|u1\",\"order\":\"C\","     \
  "\"compressor\":null,\"filters\":null,\"fill_value\":0}"

/* A plate of one well, whose two fields are both the sample. */
static gchar *
make_plate (void)
{
  static const gchar plate[]
      = "{\"plate\":{\"rows\":[{\"name\":\"A\"}],\"columns\":[{\"name\":\"1\"},"
        "{\"name\":\"2\"}],\"wells\":[{\"path\":\"A/2\"}]}}";
  static const gchar well[] = "{\"well\":{\"images\":[{\"path\":\"0\"},{\"path\":\"1\"}]}}";
  gchar *folder = made_folder_new ();
  g_autofree gchar *sample = get_sample (), *place = g_build_filename (folder, "A", "2", NULL);
  g_autofree gchar *top = g_build_filename (folder, ".zattrs", NULL);
  g_autofree gchar *inner = g_build_filename (place, ".zattrs", NULL);

  g_assert_cmpint (g_mkdir_with_parents (place, 0700), ==, 0);
  g_assert_true (g_file_set_contents (top, plate, -1, NULL));
  g_assert_true (g_file_set_contents (inner, well, -1, NULL));
  for (gint i = 0; i < 2; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("%s/%d", place, i);

      g_assert_cmpint (symlink (sample, name), ==, 0);
    }
  return folder;
}

/* The fields of a well follow each other along t; the plate's wells are told. */
static void
test_fields (void)
{
  gchar *folder = make_plate ();
  g_autofree gchar *sample = get_sample ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaOperation) source = lamina_operation_new (
      "idr-s3-source", NULL, &error, "location", folder, "field", "all", "c", "0", "z", "4", NULL);
  g_autoptr (LaminaImage) whole = open_image (sample, 0, "all", "0", "4"), image = NULL;
  g_autoptr (GVariant) wells = NULL;
  g_autofree gchar *told = NULL;

  g_assert_no_error (error);
  g_object_get (source, "image", &image, NULL);
  g_assert_cmpint (lamina_image_get_info (image)->n_t, ==, 6);
  for (gint64 plane = 0; plane < 6; plane++)
    {
      g_autoptr (GBytes) bytes = read_plane (image, plane, NULL);
      g_autoptr (GBytes) same = read_plane (whole, plane % 3, NULL);

      g_assert_true (g_bytes_equal (bytes, same));
    }
  wells = g_variant_lookup_value (lamina_image_get_info (image)->extra, "wells", NULL);
  told = g_variant_print (wells, TRUE);
  g_assert_cmpstr (told, ==, "[['', 'A/2']]");
  made_folder_remove (folder);
}

/* A field with an array of four bytes at @path. */
static void
write_field (const gchar *folder, const gchar *name, const gchar *axes, const gchar *path,
             const gchar *shape, const gchar *sample)
{
  g_autofree gchar *attributes = g_strdup_printf (
      "{\"multiscales\":[{\"axes\":[%s],\"datasets\":[{\"path\":\"%s\"}]}]}", axes, path);
  g_autofree gchar *array = g_strdup_printf (ARRAY_V2 ("[%s]"), shape);
  g_autofree gchar *group = g_strconcat (name, "/.zattrs", NULL);
  g_autofree gchar *metadata = g_strconcat (name, "/", path, "/.zarray", NULL);
  g_autofree gchar *chunk = g_strconcat (name, "/", path, "/0.0", NULL);

  write_text (folder, group, attributes);
  write_text (folder, metadata, array);
  write_text (folder, chunk, sample);
}

static LaminaImage *
open_fields (const gchar *folder, GError **error)
{
  g_autoptr (LaminaOperation) source = lamina_operation_new (
      "idr-s3-source", NULL, error, "location", folder, "field", "all", NULL);
  LaminaImage *image = NULL;

  if (source != NULL)
    g_object_get (source, "image", &image, NULL);
  return image;
}

/* Each field's arrays are called what that field calls them; what has no place in one image with
 * the first is refused. */
static void
test_unlike_fields (void)
{
  static const struct
  {
    const gchar *axes, *path, *shape, *refusal;
  } others[] = {
    { "\"y\",\"x\"", "fine", "2,2", NULL },
    { "\"x\",\"y\"", "0", "2,2", "field 1 has other axes than field 0" },
    { "\"y\",\"x\"", "0", "2,1", "field 1 differs in size or type from field 0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      gchar *folder = made_folder_new ();
      g_autoptr (LaminaImage) image = NULL;
      g_autoptr (GError) error = NULL;

      write_text (folder, ".zattrs", "{\"well\":{\"images\":[{\"path\":\"0\"},{\"path\":\"1\"}]}}");
      write_field (folder, "0", "\"y\",\"x\"", "0", "2,2", "abcd");
      write_field (folder, "1", others[i].axes, others[i].path, others[i].shape, "efgh");
      image = open_fields (folder, &error);
      if (others[i].refusal == NULL)
        {
          g_autoptr (GBytes) first = read_plane (image, 0, NULL),
                             second = read_plane (image, 1, NULL);

          g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), "abcd", 4);
          g_assert_cmpmem (g_bytes_get_data (second, NULL), g_bytes_get_size (second), "efgh", 4);
        }
      else
        {
          g_assert_null (image);
          g_assert_nonnull (error);
          g_assert_nonnull (strstr (error->message, others[i].refusal));
        }
      made_folder_remove (folder);
    }
}

/* Where the group's document has the array's metadata, the array's own are not asked for. */
static void
test_consolidated (void)
{
  static const gchar group[]
      = "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{\"ome\":{\"version\":\"0.5\","
        "\"multiscales\":[{\"axes\":[{\"name\":\"y\"},{\"name\":\"x\"}],\"datasets\":[{\"path\":"
        "\"s0\"}]}]}},"
        "\"consolidated_metadata\":{\"kind\":\"inline\",\"must_understand\":false,\"metadata\":{"
        "\"s0\":"
        "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[2,2],\"data_type\":\"uint8\","
        "\"chunk_grid\":"
        "{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[2,2]}},\"chunk_key_encoding\":"
        "{\"name\":\"default\",\"configuration\":{\"separator\":\".\"}},\"codecs\":[\"bytes\"],"
        "\"fill_value\":0}}}}";
  gchar *folder = made_folder_new ();
  g_autofree gchar *document = g_build_filename (folder, "zarr.json", NULL);
  g_autofree gchar *array = g_build_filename (folder, "s0", NULL);
  g_autofree gchar *chunk = g_build_filename (array, "c.0.0", NULL);
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_cmpint (g_mkdir_with_parents (array, 0700), ==, 0);
  g_assert_true (g_file_set_contents (document, group, -1, NULL));
  g_assert_true (g_file_set_contents (chunk, "abcd", 4, NULL));
  image = open_image (folder, 0, "all", "all", "all");
  bytes = read_plane (image, 0, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abcd", 4);
  made_folder_remove (folder);
}

/* How many requests there were, when what the image did not wait for has come, too. */
static gint64
count_settled (BadServer *server)
{
  gint64 n = -1, before;

  for (guint n_alike = 0; n_alike < 10; n_alike = n == before ? n_alike + 1 : 0)
    {
      before = n;
      g_usleep (50000);
      n = bad_server_count (server, "requests");
    }
  return n;
}

/* The same of Zarr v2; what is wrong in there, or is not, is asked for. */
static void
test_zmetadata (void)
{
  gchar *folder = made_folder_new ();
  g_autoptr (BadServer) server = bad_server_start (folder, NULL);
  g_autofree gchar *url = g_strconcat (server->url, "/a.zarr", NULL);
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (GBytes) bytes = NULL;

  write_text (folder, "a.zarr/.zattrs",
              "{\"multiscales\":[{\"axes\":[\"y\",\"x\"],\"datasets\":[{\"path\":\"0\"},"
              "{\"path\":\"1\"},{\"path\":\"2\"}]}]}");
  write_text (folder, "a.zarr/.zmetadata",
              "{\"zarr_consolidated_format\":1,\"metadata\":{\"0/.zarray\":" ARRAY_V2 (
                  "[2,2]") ",\"1/.zarray\":" ARRAY_V2 ("[2,2,2]") "}}");
  write_text (folder, "a.zarr/1/.zarray", ARRAY_V2 ("[1,2]"));
  write_text (folder, "a.zarr/2/.zarray", ARRAY_V2 ("[1,1]"));
  write_text (folder, "a.zarr/0/0.0", "abcd");
  image = open_image (url, 0, "all", "all", "all");
  /* Of two places where metadata may be, the second is not asked where the first answers at once.
   */
  g_assert_cmpint (count_settled (server), <=, 7 + 2 * 2);
  bytes = read_plane (image, 0, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abcd", 4);
  g_assert_cmpint (lamina_image_get_info (image)->n_levels, ==, 3);
  made_folder_remove (folder);
}

/* The second operation on an image asks neither for metadata nor for what was read. */
static void
test_shared (void)
{
  g_autoptr (BadServer) server = bad_server_start (data_folder, NULL);
  g_autofree gchar *url = g_strconcat (server->url, "/cells.zarr", NULL);
  g_autoptr (LaminaImage) first = open_image (url, 0, "0", "0", "4");
  g_autoptr (GBytes) bytes = read_plane (first, 0, NULL);
  gint64 n_requests = count_settled (server);

  {
    g_autoptr (LaminaImage) second = open_image (url, 0, "0", "0", "all");
    g_autoptr (GBytes) same = read_plane (second, 4, NULL);

    g_assert_true (g_bytes_equal (bytes, same));
    g_assert_cmpint (bad_server_count (server, "requests"), ==, n_requests);
    g_bytes_unref (read_plane (second, 7, NULL));
    g_assert_cmpint (bad_server_count (server, "requests"), ==, n_requests + 1);
  }
}

/* What is announced is fetched, once, and the read after it asks for nothing. */
static void
test_ahead (void)
{
  g_autoptr (BadServer) server = bad_server_start (data_folder, NULL);
  g_autofree gchar *url = g_strconcat (server->url, "/cells.zarr", NULL);
  g_autoptr (LaminaImage) image = open_image (url, 0, "1", "0", "0-5");
  gint64 n_requests = count_settled (server);

  for (gint64 plane = 0; plane < 6; plane++)
    for (gint i = 0; i < 2; i++)
      lamina_image_will_need (image, plane, NULL, NULL);
  g_assert_cmpint (bad_server_await (server, "requests", n_requests + 6), ==, n_requests + 6);
  for (gint64 plane = 0; plane < 6; plane++)
    g_bytes_unref (read_plane (image, plane, NULL));
  g_assert_cmpint (bad_server_count (server, "requests"), ==, n_requests + 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  data_folder = g_canonicalize_filename ("../data", g_getenv ("LAMINA_TESTS"));
  g_assert_true (lamina_operation_register ("idr-s3-source", IDR_TYPE_S3_SOURCE, NULL));
  g_test_add_func ("/source/info", test_info);
  g_test_add_func ("/source/pixels", test_pixels);
  g_test_add_func ("/source/refused", test_refused);
  g_test_add_func ("/source/fields", test_fields);
  g_test_add_func ("/source/unlike-fields", test_unlike_fields);
  g_test_add_func ("/source/consolidated", test_consolidated);
  g_test_add_func ("/source/zmetadata", test_zmetadata);
  g_test_add_func ("/source/shared", test_shared);
  g_test_add_func ("/source/ahead", test_ahead);
  return g_test_run ();
}
