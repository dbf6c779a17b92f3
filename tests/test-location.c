/* Which store a location means, and which texts are no location
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "store.h"
#include <string.h>

static IdrStore *
open_store (const gchar *location, const gchar *endpoint)
{
  g_autoptr (GError) error = NULL;
  IdrStoreOptions options = { .endpoint = endpoint, .anonymous = TRUE };
  IdrStore *store = idr_store_new (location, &options, &error);
  g_assert_no_error (error);
  return store;
}

static void
check_uri (const gchar *location, const gchar *endpoint, const gchar *key, const gchar *wanted)
{
  g_autoptr (IdrStore) store = open_store (location, endpoint);
  g_autofree gchar *uri = idr_store_get_uri (store, key);
  g_assert_cmpstr (uri, ==, wanted);
}

#define EBI "https://livingobjects.ebi.ac.uk"

static void
test_locations (void)
{
  g_autofree gchar *here = g_get_current_dir ();
  g_autofree gchar *relative = g_build_filename (here, "a", "b c", NULL);
  check_uri ("/data/x.zarr/", NULL, "0/.zarray", "/data/x.zarr/0/.zarray");
  check_uri ("a/b c", NULL, NULL, relative);
  check_uri ("file:///data/x%20y", NULL, NULL, "/data/x y");
  check_uri ("https://h/a/b/", NULL, NULL, "https://h/a/b");
  check_uri ("HTTP://h:8080", NULL, "k", "http://h:8080/k");
  check_uri ("https://h/a?anonymous=true#x", NULL, "k", "https://h/a/k");
  check_uri ("https://h/a%20b/c d (1)/%zz", NULL, NULL, "https://h/a%20b/c%20d%20%281%29/%25zz");
  check_uri ("https://h/r", NULL, "a b/(c)+%20é", "https://h/r/a%20b/%28c%29%2B%2520%C3%A9");
  check_uri ("https://me:word@h/a?sig=abc", NULL, "k", "https://h/a/k");
  check_uri ("s3://idr/zarr/v0.4", NULL, "x", EBI "/idr/zarr/v0.4/x");
  check_uri ("s3://idr/a b%20", "http://127.0.0.1:9000/", "x",
             "http://127.0.0.1:9000/idr/a%20b%2520/x");
  check_uri ("s3://idr", "minio:9000", NULL, "https://minio:9000/idr");
  check_uri ("s3://my.bucket/k", "https://h", NULL, "https://h/my.bucket/k");
}

static void
test_former_addresses (void)
{
  check_uri ("https://uk1s3.embassy.ebi.ac.uk/idr/zarr/x.zarr", NULL, NULL, EBI "/idr/zarr/x.zarr");
  check_uri ("http://livingobjects-int.ebi.ac.uk:80/idr/x", NULL, NULL, EBI "/idr/x");
  check_uri ("s3://uk1s3.embassy.ebi.ac.uk/bia-idr-integration/a%20b/?anonymous=true", NULL, NULL,
             EBI "/bia-idr-integration/a%20b");
  check_uri ("s3://minio.example:9000/b/k/?anonymous=true", NULL, NULL,
             "https://minio.example:9000/b/k");
  check_uri ("https://uk1s3.embassy.ebi.ac.uk/bia-integrator-data/S/U.zarr", NULL, NULL,
             EBI "/bioimaging-integrator-data/S/U.zarr");
  check_uri ("s3://ebi-ngff-challenge-2024/x.zarr", NULL, NULL,
             EBI "/bioimaging-01-pub/ebi-ngff-challenge-2024/x.zarr");
  check_uri (EBI "/bia-integrator-data", NULL, NULL, EBI "/bioimaging-integrator-data");
  /* another store's bucket may be called so */
  check_uri ("https://h/bia-integrator-data", NULL, NULL, "https://h/bia-integrator-data");
  check_uri ("https://h/bia-integrator-data-2", NULL, NULL, "https://h/bia-integrator-data-2");
  check_uri ("s3://uk1s3.embassy.ebi.ac.uk/idr/x", "http://127.0.0.1:1", NULL,
             "http://127.0.0.1:1/idr/x");
}

static void
test_amazon (void)
{
  const gchar *west = "https://s3.us-west-2.amazonaws.com";
  check_uri ("s3://bucket/a b", west, "k", "https://bucket.s3.us-west-2.amazonaws.com/a%20b/k");
  check_uri ("s3://bucket", west, NULL, "https://bucket.s3.us-west-2.amazonaws.com");
  check_uri ("s3://my.bucket/k", west, NULL, "https://s3.us-west-2.amazonaws.com/my.bucket/k");
  check_uri ("https://bucket.s3.amazonaws.com/k", NULL, "x", "https://bucket.s3.amazonaws.com/k/x");
}

static void
test_bad_locations (void)
{
  const gchar *const bad[] = { "",
                               "ftp://h/x",
                               "https://",
                               "https:///x",
                               "s3://",
                               "s3:///key",
                               "https://h/a/../b",
                               "https://h/%2e%2e/b",
                               "https://h/a\nb",
                               "https://a b/",
                               "file://other-host/x" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", bad[i]);
      g_assert_null (idr_store_new (bad[i], NULL, &error));
      g_assert_nonnull (error);
      g_assert_null (strchr (error->message, '\n'));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/location/read", test_locations);
  g_test_add_func ("/location/former", test_former_addresses);
  g_test_add_func ("/location/amazon", test_amazon);
  g_test_add_func ("/location/bad", test_bad_locations);
  return g_test_run ();
}
