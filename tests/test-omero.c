/* What an OMERO.web server says of an image, and its errors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero-stand-in.h"
#include "omero.h"

static IdrOmeroImage *
read_image (Server *server, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) notes = NULL;
  IdrOmeroImage *image = idr_omero_read (server->url, NULL, id, &notes, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (image);
  g_assert_null (notes);
  return image;
}

static void
assert_fails (Server *server, gint64 id, GIOErrorEnum code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IdrOmeroImage) image = idr_omero_read (server->url, NULL, id, NULL, NULL, &error);

  g_assert_null (image);
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  if (!strstr (error->message, words))
    g_error ("“%s” lacks “%s”", error->message, words);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_null (strstr (error->message, "secret"));
}

/* --- What is said of an image -------------------------------------------------------- */

static void
test_image (void)
{
  g_autoptr (Server) server = server_start ("", NULL);
  g_autoptr (IdrOmeroImage) image = read_image (server, 6001240);
  g_autofree gchar *acquired = g_date_time_format (image->acquired, "%Y-%m-%dT%H:%M:%S.%f");

  g_assert_cmpint (image->id, ==, 6001240);
  g_assert_cmpstr (image->name, ==, "B1_C1.tif");
  g_assert_cmpstr (image->description, ==, "Mouse blastocyst");
  g_assert_cmpint (image->size_x, ==, 271);
  g_assert_cmpint (image->size_y, ==, 275);
  g_assert_cmpint (image->size_z, ==, 236);
  g_assert_cmpint (image->size_c, ==, 2);
  g_assert_cmpint (image->size_t, ==, 1);
  g_assert_cmpstr (image->type, ==, "uint16");
  g_assert_cmpfloat (image->voxel_x, ==, 0.3603981534640209);
  g_assert_cmpfloat (image->voxel_z, ==, 0.5002025531914894);
  g_assert_cmpfloat (image->step_t, ==, 0);
  g_assert_cmpint (image->n_channels, ==, 2);
  g_assert_cmpstr (image->channels[1].name, ==, "Dapi");
  g_assert_cmphex (image->channels[0].color, ==, 0x0000ff);
  g_assert_cmphex (image->channels[1].color, ==, 0xffff00);
  g_assert_cmpstr (acquired, ==, "2009-02-27T10:25:32.500000");
  g_assert_cmpstr (image->project, ==, "idr0062-blin-nuclearsegmentation/experimentA");
  g_assert_cmpstr (image->dataset, ==, "Blastocysts");
  g_assert_null (image->plate);
  g_assert_null (image->well);
  g_assert_null (image->lsid);
  g_assert_cmpstr (image->client_paths[0], ==, "uod/idr/filesets/B1_C1.tif");
  g_assert_cmpstr (image->server, ==, server->url);
  g_assert_cmpint (server_count (server, "with-cookies", NULL), ==, 0);
}

static void
test_annotations (void)
{
  g_autoptr (Server) server = server_start ("", NULL);
  g_autoptr (IdrOmeroImage) image = read_image (server, 6001240);
  const gchar *const keys[] = { "Organism", "Channels", "Channels", "Note", NULL };
  const gchar *const values[] = { "Mus musculus", "LaminB1", "Dapi", "", NULL };

  g_assert_cmpint (image->n_annotations, ==, 4);
  g_assert_cmpstrv (image->keys, keys);
  g_assert_cmpstrv (image->values, values);
}

static void
test_omitted (void)
{
  g_autoptr (Server) server = server_start ("", NULL);
  g_autoptr (IdrOmeroImage) bare = read_image (server, 4007801);
  g_autoptr (IdrOmeroImage) listed = read_image (server, 15148767);

  g_assert_cmpint (bare->size_t, ==, 532);
  g_assert_cmpfloat (bare->voxel_x, ==, 0);
  g_assert_null (bare->acquired);
  g_assert_null (bare->description);
  g_assert_cmpint (bare->channels[0].color, ==, -1);
  g_assert_cmpint (bare->n_annotations, ==, 0);
  g_assert_null (bare->project);
  g_assert_null (bare->client_paths);
  g_assert_cmpint (listed->size_x, ==, 24320);
  g_assert_null (listed->channels[0].name);
  g_assert_cmphex (listed->channels[0].color, ==, 0xff0000);
  g_assert_cmphex (listed->channels[1].color, ==, 0x00ff00);
  g_assert_cmpint (listed->channels[2].color, ==, -1);
}

static void
test_units (void)
{
  g_autoptr (Server) server = server_start ("", NULL);
  g_autoptr (IdrOmeroImage) known = read_image (server, 71);
  g_autoptr (IdrOmeroImage) strange = read_image (server, 72);

  g_assert_cmpfloat (known->voxel_x, ==, 0.36);
  g_assert_cmpfloat (known->voxel_y, ==, 0.5);
  g_assert_cmpfloat (known->voxel_z, ==, 2);
  g_assert_cmpfloat (known->step_t, ==, 1.5);
  g_assert_cmpint (g_date_time_to_unix (known->acquired), ==, -2);
  g_assert_cmpint (g_date_time_get_microsecond (known->acquired), ==, 500000);
  g_assert_cmpfloat (strange->voxel_x, ==, 0);
  g_assert_cmpfloat (strange->voxel_y, ==, 0);
  g_assert_cmpfloat (strange->voxel_z, ==, 0.5);
  g_assert_cmpfloat (strange->step_t, ==, 120);
  g_assert_cmpint (strange->channels[0].color, ==, -1);
  g_assert_cmpint (strange->channels[1].color, ==, -1);
}

static void
test_plate (void)
{
  g_autoptr (Server) server = server_start ("", NULL);
  g_autoptr (IdrOmeroImage) image = read_image (server, 122770);
  g_autoptr (IdrOmeroImage) empty = read_image (server, 78);

  g_assert_cmpstr (image->screen, ==, "idr0008-rohn-actinome/screenA");
  g_assert_cmpstr (image->plate, ==, "Plate8_Actinome1");
  g_assert_cmpint (image->plate_id, ==, 1799);
  g_assert_cmpstr (image->well, ==, "O2");
  g_assert_cmpstr (image->well_row, ==, "O");
  g_assert_cmpint (image->well_column, ==, 2);
  g_assert_cmpint (image->field, ==, 1);
  g_assert_cmpint (image->series, ==, 338);
  g_assert_cmpstr (empty->well, ==, "AB12");
  g_assert_cmpint (empty->field, ==, -1);
}

static void
test_places (void)
{
  g_autoptr (Server) server = server_start ("", NULL);
  g_autoptr (IdrOmeroImage) image = read_image (server, 77);
  g_autoptr (IdrOmeroImage) other = read_image (server, 78);

  g_assert_cmpstr (image->lsid, ==,
                   "s3://uk1s3.embassy.ebi.ac.uk/bia-idr/a%20b.ome.zarr/?anonymous=true");
  g_assert_cmpint (g_strv_length (image->client_paths), ==, 2);
  g_assert_cmpint (image->series, ==, 2);
  g_assert_cmpint (image->size_x, ==, 0);
  g_assert_null (other->lsid);
}

static void
test_prefix (void)
{
  g_autoptr (Server) server = server_start ("/omero", NULL);
  g_autofree gchar *with_slash = g_strconcat (server->url, "/", NULL);
  g_autoptr (IdrOmeroImage) image = read_image (server, 1884807);
  g_autoptr (IdrOmeroImage) again = idr_omero_read (with_slash, NULL, 1884807, NULL, NULL, NULL);

  g_assert_cmpstr (image->type, ==, "float");
  g_assert_cmpstr (image->channels[2].name, ==, "CDK5RAP2-C");
  g_assert_cmpfloat (image->voxel_x, ==, 0.03959999978542328);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->server, ==, server->url);
}

/* Whatever happens to what surrounds an image, the image is there. */
static void
test_parts_refused (void)
{
  static const gchar *const kinds[] = { "page", "404-page", "403",       "500",   "500-page", "cut",
                                        "deep", "number",   "exception", "login", "busy" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree gchar *client = g_strconcat ("/webclient/=", kinds[i], NULL);
      g_autofree gchar *gateway = g_strconcat ("/webgateway/=", kinds[i], NULL);
      g_autoptr (Server) server = server_start ("", "--break", client, "--break", gateway, NULL);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) notes = NULL;
      g_autoptr (IdrOmeroImage) image
          = idr_omero_read (server->url, NULL, 6001240, &notes, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (image->name, ==, "B1_C1.tif");
      g_assert_cmpint (g_strv_length (notes), ==, 3);
      g_assert_true (g_str_has_prefix (notes[0], "project and dataset: "));
      g_assert_true (g_str_has_prefix (notes[1], "annotations: "));
      g_assert_true (g_str_has_prefix (notes[2], "original files: "));
    }
}

static void
test_parts_strange (void)
{
  g_autoptr (Server) server = server_start ("", "--break", "/webclient/=wrong-types", "--break",
                                            "/webgateway/=wrong-types", NULL);
  g_autoptr (IdrOmeroImage) image = read_image (server, 6001240);

  g_assert_cmpint (image->n_annotations, ==, 0);
  g_assert_null (image->project);
  g_assert_cmpint (g_strv_length (image->client_paths), ==, 0);
}

/* --- Errors -------------------------------------------------------------------------- */

static void
test_errors (void)
{
  static const struct
  {
    const gchar *kind;
    GIOErrorEnum code;
    const gchar *words;
  } errors[] = {
    { "404", G_IO_ERROR_NOT_FOUND, "Image not found" },
    { "404-page", G_IO_ERROR_INVALID_DATA, "an OMERO.web server?" },
    { "page", G_IO_ERROR_INVALID_DATA, "<!DOCTYPE html>" },
    { "400", G_IO_ERROR_INVALID_ARGUMENT, "limit: bad value" },
    { "403", G_IO_ERROR_PERMISSION_DENIED, "set OMERO_USER and OMERO_PASSWORD" },
    { "login", G_IO_ERROR_PERMISSION_DENIED, "set OMERO_USER and OMERO_PASSWORD" },
    { "500", G_IO_ERROR_FAILED, "::Ice::ConnectionLost" },
    { "500-page", G_IO_ERROR_FAILED, "HTTP status 500" },
    { "cut", G_IO_ERROR_INVALID_DATA, "not valid JSON" },
    { "deep", G_IO_ERROR_INVALID_DATA, "deep" },
    { "number", G_IO_ERROR_INVALID_DATA, "no object" },
    { "empty", G_IO_ERROR_INVALID_DATA, "not about this image" },
    { "wrong-types", G_IO_ERROR_INVALID_DATA, "not about this image" },
    { "exception", G_IO_ERROR_FAILED, "Error instantiating pixel buffer" },
    { "busy", G_IO_ERROR_BUSY, "in 700 ms" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree gchar *rule = g_strconcat ("/images/=", errors[i].kind, NULL);
      g_autoptr (Server) server = server_start ("", "--break", rule, NULL);

      assert_fails (server, 6001240, errors[i].code, errors[i].words);
    }
}

static void
test_other_image (void)
{
  g_autoptr (Server) server = server_start ("", NULL);

  assert_fails (server, 5, G_IO_ERROR_NOT_FOUND, "/api/v0/m/images/5/: Image 1 not found");
  assert_fails (server, 73, G_IO_ERROR_INVALID_DATA, "image 73: SizeX is -4");
  assert_fails (server, 74, G_IO_ERROR_INVALID_DATA, "not about this image");
  assert_fails (server, 76, G_IO_ERROR_INVALID_DATA, "not about this image");
}

static void
test_addresses (void)
{
  static const gchar *const wrong[] = { "",          "idr.openmicroscopy.org", "ftp://host",
                                        "https://",  "https://host/?a=b",      "file:///etc",
                                        "http://a b" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) flaw = NULL;

      g_assert_null (idr_omero_read (wrong[i], NULL, 1, NULL, NULL, &flaw));
      g_assert_error (flaw, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_null (idr_omero_read ("https://alice:secret@host", NULL, 1, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_null (strstr (error->message, "secret"));
  g_clear_error (&error);
  g_assert_null (idr_omero_read ("https://alice:secret@ho st", NULL, 1, NULL, NULL, &error));
  g_assert_null (strstr (error->message, "secret"));
  g_clear_error (&error);
  g_assert_null (idr_omero_read ("http://127.0.0.1:1", NULL, 1, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_true (idr_omero_is_idr ("https://IDR.openmicroscopy.org/"));
  g_assert_false (idr_omero_is_idr ("https://omero.example.org"));
  g_assert_false (idr_omero_is_idr (""));
}

int
main (int argc, char **argv)
{
  g_setenv ("IDR_HTTP_BACKOFF_MS", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/omero/image", test_image);
  g_test_add_func ("/omero/annotations", test_annotations);
  g_test_add_func ("/omero/omitted", test_omitted);
  g_test_add_func ("/omero/units", test_units);
  g_test_add_func ("/omero/plate", test_plate);
  g_test_add_func ("/omero/places", test_places);
  g_test_add_func ("/omero/prefix", test_prefix);
  g_test_add_func ("/omero/parts/refused", test_parts_refused);
  g_test_add_func ("/omero/parts/strange", test_parts_strange);
  g_test_add_func ("/omero/errors/answers", test_errors);
  g_test_add_func ("/omero/errors/other-image", test_other_image);
  g_test_add_func ("/omero/errors/addresses", test_addresses);
  return g_test_run ();
}
