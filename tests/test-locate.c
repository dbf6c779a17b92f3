/* Which store an image lies in: every route, what leads astray, and what is told of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "catalogue.h"
#include "locate.h"
#include "reference.h"

#include <string.h>

#define IMAGE "{\"multiscales\":[{\"version\":\"0.4\",\"datasets\":[{\"path\":\"0\"}]}]}"
#define PLATE "{\"plate\":{\"wells\":[{\"path\":\"B/3\"}]}}"
#define COLLECTION "{\"bioformats2raw.layout\":3}"

/* --- A bucket ------------------------------------------------------------------------ */

typedef struct
{
  gchar *folder;
  BadServer *server;
} Bucket;

/* Buckets at an endpoint of their own, whose server gets @option, or NULL. */
static Bucket *
bucket_new (const gchar *option, const gchar *value)
{
  Bucket *bucket = g_new0 (Bucket, 1);

  bucket->folder = g_dir_make_tmp ("locate-XXXXXX", NULL);
  bucket->server = bad_server_start (bucket->folder, option, value, NULL);
  return bucket;
}

/* Writes the object @key, its bucket first. */
static void
put (Bucket *bucket, const gchar *key, const gchar *content)
{
  g_autofree gchar *path = g_build_filename (bucket->folder, key, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
}

static void
bucket_free (Bucket *bucket)
{
  const gchar *const remove[] = { "rm", "-r", bucket->folder, NULL };

  bad_server_stop (bucket->server);
  g_spawn_sync (NULL, (gchar **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (bucket->folder);
  g_free (bucket);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bucket, bucket_free)

static gchar *
locate_in (Bucket *bucket, const gchar *name, gint64 id, const IdrOmeroImage *image, gchar ***notes,
           GError **error)
{
  const IdrLocateOptions options
      = { .endpoint = bucket->server->url, .bucket = name, .anonymous = TRUE };

  return idr_locate (id, image, &options, notes, NULL, error);
}

static void
assert_found (Bucket *bucket, gint64 id, const IdrOmeroImage *image, const gchar *location)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *found = locate_in (bucket, NULL, id, image, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, location);
}

/* @words: separated by "|", all of them in the message. */
static void
assert_lost (Bucket *bucket, gint64 id, const IdrOmeroImage *image, GIOErrorEnum code,
             const gchar *words)
{
  g_auto (GStrv) parts = g_strsplit (words, "|", -1);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) notes = NULL;

  g_assert_null (locate_in (bucket, NULL, id, image, &notes, &error));
  g_assert_error (error, G_IO_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  g_assert_null (notes);
  g_assert_null (strchr (error->message, '\n'));
  for (gsize i = 0; parts[i]; i++)
    if (!strstr (error->message, parts[i]))
      g_error ("“%s” lacks “%s”", error->message, parts[i]);
}

/* --- Catalogue ----------------------------------------------------------------------- */

static void
test_catalogue_table (void)
{
  gsize n;
  const IdrCatalogueEntry *entries = idr_catalogue_find (6001240, &n);

  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpstr (entries[0].key, ==, "zarr/v0.4/idr0062A/6001240.zarr");
  g_assert_cmpstr (entries[2].key, ==, "zarr/v0.1/6001240.zarr");
  g_assert_cmpstr (entries[3].key, ==, "zarr/v0.5/idr0062A/6001240_labels.zarr");
  entries = idr_catalogue_find (4007801, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (entries[0].key, ==, "zarr/v0.4/idr0044A/4007801.zarr");
  entries = idr_catalogue_find (179693, &n);
  g_assert_cmpstr (entries[0].key, ==, "zarr/v0.1/plates/422.zarr/E/4/0");
  entries = idr_catalogue_find (15154182, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_null (idr_catalogue_find (1, &n));
  g_assert_null (idr_catalogue_find (G_MAXINT64, &n));
  g_assert_null (idr_catalogue_find (6001259, &n));
  g_assert_cmpuint (n, ==, 0);
}

static void
test_catalogue (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);

  put (bucket, "idr/zarr/v0.5/idr0062A/6001240_labels.zarr/zarr.json",
       "{\"zarr_format\":3,\"attributes\":{\"ome\":" IMAGE "}}");
  assert_found (bucket, 6001240, NULL, "s3://idr/zarr/v0.5/idr0062A/6001240_labels.zarr");
  put (bucket, "idr/zarr/v0.1/6001240.zarr/.zattrs", IMAGE);
  assert_found (bucket, 6001240, NULL, "s3://idr/zarr/v0.1/6001240.zarr");
  put (bucket, "idr/zarr/v0.4/idr0062A/6001240.zarr/.zattrs", "not JSON");
  assert_found (bucket, 6001240, NULL, "s3://idr/zarr/v0.1/6001240.zarr");
  put (bucket, "idr/zarr/v0.4/idr0062A/6001240.zarr/.zattrs", "[7]");
  assert_found (bucket, 6001240, NULL, "s3://idr/zarr/v0.1/6001240.zarr");
  put (bucket, "idr/zarr/v0.4/idr0062A/6001240.zarr/.zattrs", IMAGE);
  assert_found (bucket, 6001240, NULL, "s3://idr/zarr/v0.4/idr0062A/6001240.zarr");
}

/* A key with spaces and parentheses. */
static void
test_catalogue_spaces (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  g_autofree gchar *key = NULL;
  g_autofree gchar *location = NULL;
  gsize n;
  const IdrCatalogueEntry *entry = idr_catalogue_find (15154182, &n);

  key = g_strdup_printf ("idr/%s/zarr.json", entry->key);
  location = g_strdup_printf ("s3://idr/%s", entry->key);
  put (bucket, key, "{\"attributes\":{\"ome\":" IMAGE "}}");
  assert_found (bucket, 15154182, NULL, location);
}

/* The catalogue and the server may name different wells: the server knows. */
static void
test_catalogue_well (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  const IdrOmeroImage image = {
    .id = 1230059, .server = (gchar *)IDR_OMERO_SERVER, .well_row = (gchar *)"E", .well_column = 10
  };

  put (bucket, "idr/zarr/v0.4/idr0001A/2551.zarr/F/6/0/.zattrs", IMAGE);
  assert_found (bucket, 1230059, NULL, "s3://idr/zarr/v0.4/idr0001A/2551.zarr/F/6/0");
  assert_found (bucket, 1230059, &image, "s3://idr/zarr/v0.4/idr0001A/2551.zarr/F/6/0");
  put (bucket, "idr/zarr/v0.4/idr0001A/2551.zarr/E/10/0/.zattrs", IMAGE);
  assert_found (bucket, 1230059, &image, "s3://idr/zarr/v0.4/idr0001A/2551.zarr/E/10/0");
}

/* --- Naming rule --------------------------------------------------------------------- */

static void
test_naming (void)
{
  g_autoptr (Bucket) bucket = bucket_new ("--page", "2");

  put (bucket, "idr/zarr/v0.1/555.zarr/.zattrs", IMAGE);
  assert_found (bucket, 555, NULL, "s3://idr/zarr/v0.1/555.zarr");
  for (gint i = 1; i < 8; i++)
    {
      g_autofree gchar *key = g_strdup_printf ("idr/zarr/v0.4/idr000%dA/1.zarr/.zattrs", i);

      put (bucket, key, IMAGE);
    }
  put (bucket, "idr/zarr/v0.3/idr0001A/555.zarr/.zattrs", IMAGE);
  assert_found (bucket, 555, NULL, "s3://idr/zarr/v0.3/idr0001A/555.zarr");
  put (bucket, "idr/zarr/v0.4/idr0006A/555.zarr/.zattrs", COLLECTION);
  assert_found (bucket, 555, NULL, "s3://idr/zarr/v0.3/idr0001A/555.zarr");
  put (bucket, "idr/zarr/v0.4/idr0006A/555.zarr/0/.zattrs", IMAGE);
  assert_found (bucket, 555, NULL, "s3://idr/zarr/v0.4/idr0006A/555.zarr/0");
}

/* A plate is named after its own id, which may be that of some image. */
static void
test_naming_plate (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  const IdrOmeroImage image = { .id = 556,
                                .server = (gchar *)IDR_OMERO_SERVER,
                                .plate_id = 555,
                                .well_row = (gchar *)"B",
                                .well_column = 3,
                                .field = 1 };

  put (bucket, "idr/zarr/v0.4/idr0006A/555.zarr/.zattrs", PLATE);
  put (bucket, "idr/zarr/v0.4/idr0006A/555.zarr/B/3/1/.zattrs", IMAGE);
  assert_lost (bucket, 555, NULL, G_IO_ERROR_NOT_FOUND, "no 555.zarr in the folders");
  assert_found (bucket, 556, &image, "s3://idr/zarr/v0.4/idr0006A/555.zarr/B/3/1");
}

static void
test_naming_unlisted (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *found = NULL;

  put (bucket, "bad-page/zarr/v0.2/555.zarr/.zattrs", IMAGE);
  found = locate_in (bucket, "bad-page", 555, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "s3://bad-page/zarr/v0.2/555.zarr");
  g_assert_null (locate_in (bucket, "bad-page", 556, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "cannot be listed"));
}

/* --- External info ------------------------------------------------------------------- */

static void
assert_lsid (Bucket *bucket, const gchar *lsid, const gchar *location)
{
  const IdrOmeroImage image
      = { .id = 6001240, .server = (gchar *)IDR_OMERO_SERVER, .lsid = (gchar *)lsid, .field = -1 };

  assert_found (bucket, 6001240, &image, location);
}

static void
test_external_info (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  const gchar *authority = bucket->server->url + strlen ("http://");
  g_autofree gchar *own = g_strdup_printf ("s3://%s/bia/a%%20b.zarr/?anonymous=true", authority);
  g_autofree gchar *url = g_strdup_printf ("http://%s/bia/a%%20b.zarr", authority);

  put (bucket, "bia/a b.zarr/.zattrs", IMAGE);
  put (bucket, "idr/zarr/v0.1/6001240.zarr/.zattrs", IMAGE);
  assert_lsid (bucket, "s3://uk1s3.embassy.ebi.ac.uk/bia/a%20b.zarr/?anonymous=true",
               "s3://uk1s3.embassy.ebi.ac.uk/bia/a%20b.zarr");
  assert_lsid (bucket, "https://uk1s3.embassy.ebi.ac.uk/bia/a%20b.zarr/",
               "https://uk1s3.embassy.ebi.ac.uk/bia/a%20b.zarr");
  assert_lsid (bucket, own, "s3://bia/a b.zarr");
  assert_lsid (bucket, url, url);
  assert_lsid (bucket, "/bia/a%20b.zarr", "s3://bia/a b.zarr");
  assert_lsid (bucket, "/bia/a b.zarr/", "s3://bia/a b.zarr");
}

/* At the EBI's own endpoint the store is told of the host: it knows how the buckets there were
 * renamed. */
static void
test_external_info_ebi (void)
{
  static const struct
  {
    const gchar *lsid, *location;
  } places[] = {
    { "/bia-integrator-data/a%20b.zarr/0",
      "s3://livingobjects.ebi.ac.uk/bia-integrator-data/a%20b.zarr/0" },
    { "s3://livingobjects.ebi.ac.uk/idr/x.zarr/?anonymous=true",
      "s3://livingobjects.ebi.ac.uk/idr/x.zarr" },
    { "s3://livingobjects-int.ebi.ac.uk/idr/x.zarr",
      "s3://livingobjects-int.ebi.ac.uk/idr/x.zarr" },
    { "s3://s3.example.org/b/x%20y.zarr?profile=me", "https://s3.example.org/b/x%20y.zarr" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree gchar *location = idr_reference_from_lsid (places[i].lsid, IDR_ENDPOINT);

      g_assert_cmpstr (location, ==, places[i].location);
    }
}

/* What names no place, or one that is not there, is passed over, and told. */
static void
test_external_info_wrong (void)
{
  static const gchar *const wrong[] = { "/data/OMERO/ManagedRepository/x.zarr/0",
                                        "s3://uk1s3.embassy.ebi.ac.uk/gone/x.zarr",
                                        "https://127.0.0.1:1/x.zarr",
                                        "s3://127.0.0.1:1/b/x.zarr",
                                        "urn:lsid:export.openmicroscopy.org:Image:1",
                                        "/../../etc/x.zarr",
                                        "/%2e%2e/x.zarr",
                                        "/%ZZ",
                                        "/",
                                        "s3://",
                                        "s3://host",
                                        "" };
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);

  put (bucket, "idr/zarr/v0.1/6001240.zarr/.zattrs", IMAGE);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const IdrOmeroImage image
          = { .server = (gchar *)IDR_OMERO_SERVER, .lsid = (gchar *)wrong[i], .field = -1 };
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) notes = NULL;
      g_autofree gchar *found = locate_in (bucket, NULL, 6001240, &image, &notes, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (found, ==, "s3://idr/zarr/v0.1/6001240.zarr");
      g_test_message ("%s", notes[0]);
      g_assert_true (g_str_has_prefix (notes[0], "external info: "));
      g_assert_null (notes[1]);
    }
}

/* --- Client paths -------------------------------------------------------------------- */

#define OLD "https://uk1s3.embassy.ebi.ac.uk/bia-integrator-data/S-BIAD1/U/U.zarr"
#define NEW "bioimaging-integrator-data/S-BIAD1/U/U.zarr"

static gchar *const client_paths[]
    = { (gchar *)"uod/idr/filesets/notes.txt", (gchar *)OLD "/.zattrs", (gchar *)OLD "/.zgroup",
        (gchar *)OLD "/OME/METADATA.ome.xml", NULL };

static void
test_client_paths (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  const IdrOmeroImage image = { .server = (gchar *)IDR_OMERO_SERVER,
                                .client_paths = (gchar **)client_paths,
                                .series = 2,
                                .field = -1 };

  put (bucket, "idr/zarr/v0.1/6001240.zarr/.zattrs", IMAGE);
  assert_found (bucket, 6001240, &image, "s3://idr/zarr/v0.1/6001240.zarr");
  put (bucket, NEW "/.zattrs", COLLECTION);
  assert_found (bucket, 6001240, &image, "s3://idr/zarr/v0.1/6001240.zarr");
  put (bucket, NEW "/2/.zattrs", IMAGE);
  assert_found (bucket, 6001240, &image, OLD "/2");
  put (bucket, NEW "/OME/.zattrs", "{\"series\":[\"0\",\"1\",\"third\"]}");
  put (bucket, NEW "/third/.zattrs", IMAGE);
  assert_found (bucket, 6001240, &image, OLD "/third");
  put (bucket, NEW "/OME/.zattrs", "{\"series\":[\"0\",\"1\",\"../../../idr\"]}");
  assert_found (bucket, 6001240, &image, "s3://idr/zarr/v0.1/6001240.zarr");
  put (bucket, NEW "/.zattrs", IMAGE);
  assert_found (bucket, 6001240, &image, OLD);
}

static void
test_client_plate (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  IdrOmeroImage image = { .server = (gchar *)IDR_OMERO_SERVER,
                          .client_paths = (gchar **)client_paths,
                          .series = 1,
                          .field = -1 };

  put (bucket, NEW "/.zattrs", PLATE);
  put (bucket, NEW "/B/3/0/.zattrs", IMAGE);
  put (bucket, NEW "/A/1/0/.zattrs", IMAGE);
  assert_lost (bucket, 7, &image, G_IO_ERROR_NOT_FOUND, "nobody says where on it");
  put (bucket, NEW "/OME/.zattrs", "{\"series\":[\"B/3/0\",\"A/1/0\"]}");
  assert_found (bucket, 7, &image, OLD "/A/1/0");
  image.well_row = (gchar *)"B";
  image.well_column = 3;
  image.field = 0;
  assert_found (bucket, 7, &image, OLD "/B/3/0");
}

static void
test_client_several (void)
{
  static gchar *const paths[]
      = { (gchar *)OLD "/.zattrs", (gchar *)OLD "x.zarr/.zattrs", (gchar *)OLD, NULL };
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  const IdrOmeroImage image
      = { .server = (gchar *)IDR_OMERO_SERVER, .client_paths = (gchar **)paths, .field = -1 };

  put (bucket, NEW "/.zattrs", IMAGE);
  assert_lost (bucket, 7, &image, G_IO_ERROR_NOT_FOUND,
               "client paths: they lead into more than one");
}

/* --- Nothing, and trouble ------------------------------------------------------------ */

static void
test_nothing (void)
{
  g_autoptr (Bucket) bucket = bucket_new (NULL, NULL);
  const IdrOmeroImage image = { .server = (gchar *)IDR_OMERO_SERVER, .field = -1 };

  assert_lost (bucket, 8, NULL, G_IO_ERROR_NOT_FOUND,
               "image 8: |IDR's catalogue: does not list it|naming rule: no 8.zarr|s3://idr/zarr");
  assert_lost (bucket, 4007801, &image, G_IO_ERROR_NOT_FOUND,
               "external info: the server gives none|client paths: they lead into no Zarr|"
               "nothing at s3://idr/zarr/v0.4/idr0044A/4007801.zarr|no 4007801.zarr");
}

/* Image 6001240 of some laboratory is not IDR's, and IDR is not even asked. */
static void
test_other_server (void)
{
  const IdrOmeroImage image = { .server = (gchar *)"https://omero.example.org", .field = -1 };
  const IdrLocateOptions options = { .anonymous = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_null (idr_locate (6001240, &image, &options, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "is one of https://omero.example.org"));
}

/* A bucket that does not answer has not said that the image is not there. */
static void
test_trouble (void)
{
  g_autoptr (Bucket) broken = bucket_new ("--fault", "503:100");
  const IdrLocateOptions nowhere = { .endpoint = "http://127.0.0.1:1", .anonymous = TRUE };
  g_autoptr (GError) error = NULL;

  assert_lost (broken, 6001240, NULL, G_IO_ERROR_BUSY, "503");
  assert_lost (broken, 8, NULL, G_IO_ERROR_BUSY, "503");
  g_assert_null (idr_locate (6001240, NULL, &nowhere, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (50000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  static const gint64 ids[] = { 6001240, 8 };
  g_autoptr (Bucket) slow = bucket_new ("--delay", "2000");
  const IdrLocateOptions options = { .endpoint = slow->server->url, .anonymous = TRUE };
  const IdrOmeroImage image
      = { .server = (gchar *)IDR_OMERO_SERVER, .lsid = (gchar *)"/a/b.zarr", .field = -1 };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
      const gint64 start = g_get_monotonic_time ();

      g_assert_null (
          idr_locate (ids[i / 2], i % 2 ? &image : NULL, &options, NULL, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
      g_thread_join (thread);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("IDR_HTTP_BACKOFF_MS", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/locate/catalogue/table", test_catalogue_table);
  g_test_add_func ("/locate/catalogue/versions", test_catalogue);
  g_test_add_func ("/locate/catalogue/spaces", test_catalogue_spaces);
  g_test_add_func ("/locate/catalogue/well", test_catalogue_well);
  g_test_add_func ("/locate/naming/folders", test_naming);
  g_test_add_func ("/locate/naming/plate", test_naming_plate);
  g_test_add_func ("/locate/naming/unlisted", test_naming_unlisted);
  g_test_add_func ("/locate/external-info/good", test_external_info);
  g_test_add_func ("/locate/external-info/ebi", test_external_info_ebi);
  g_test_add_func ("/locate/external-info/wrong", test_external_info_wrong);
  g_test_add_func ("/locate/client-paths/image", test_client_paths);
  g_test_add_func ("/locate/client-paths/plate", test_client_plate);
  g_test_add_func ("/locate/client-paths/several", test_client_several);
  g_test_add_func ("/locate/nothing", test_nothing);
  g_test_add_func ("/locate/other-server", test_other_server);
  g_test_add_func ("/locate/trouble", test_trouble);
  g_test_add_func ("/locate/cancel", test_cancel);
  return g_test_run ();
}
