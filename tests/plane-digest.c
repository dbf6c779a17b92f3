/* Prints the sha256 of every plane of an image
 *
 * usage: plane-digest CHAIN [OUTPUT [THREADS]]
 *
 * A line a plane, in the image's order: SHA256 T C Z GREATEST. The digest is of the plane's raster
 * as it lies in memory, without padding; T, C and Z are its place in the whole image; GREATEST is
 * how many objects a label image has there, 0 for any other.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <lamina.h>

typedef struct
{
  gchar *digest;
  guint32 greatest;
} Plane;

typedef struct
{
  LaminaImage *image;
  Plane *planes;
} Digests;

static guint32
find_greatest (GBytes *raster)
{
  gsize size;
  const guint32 *labels = g_bytes_get_data (raster, &size);
  guint32 greatest = 0;

  for (gsize i = 0; i < size / sizeof *labels; i++)
    greatest = MAX (greatest, labels[i]);
  return greatest;
}

static gboolean
digest_plane (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  Digests *digests = data;
  const LaminaInfo *info = lamina_image_get_info (digests->image);
  g_autoptr (GBytes) raster = lamina_image_read_bytes (digests->image, index, NULL, job, error);

  if (!raster)
    return FALSE;
  digests->planes[index].digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, raster);
  if (info->labels && info->format == LAMINA_FORMAT_U32)
    digests->planes[index].greatest = find_greatest (raster);
  return TRUE;
}

static void
print_planes (const LaminaInfo *info, const Plane *planes)
{
  for (gint64 i = 0; i < lamina_info_get_n_planes (info); i++)
    {
      gint t, c, z;

      lamina_info_get_place (info, i, &t, &c, &z);
      g_print ("%s %d %d %d %u\n", planes[i].digest, t, c, z, planes[i].greatest);
    }
}

static gboolean
run (const gchar *description, const gchar *output, gint n_threads, GError **error)
{
  g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
  g_autoptr (LaminaChain) chain = lamina_chain_open (description, G_CANCELLABLE (job), error);
  g_autoptr (GObject) found = NULL;
  Digests digests = { NULL, NULL };
  gint64 n_planes;
  gboolean done;

  if (!chain)
    return FALSE;
  found = lamina_chain_get_output (chain, output);
  if (!found || !LAMINA_IS_IMAGE (found))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND, "no image is called '%s'", output);
      return FALSE;
    }
  digests.image = LAMINA_IMAGE (found);
  n_planes = lamina_image_get_n_planes (digests.image);
  digests.planes = g_new0 (Plane, n_planes);
  done = lamina_job_run_planes (job, &found, 1, digest_plane, &digests, error);
  if (done)
    print_planes (lamina_image_get_info (digests.image), digests.planes);
  for (gint64 i = 0; i < n_planes; i++)
    g_free (digests.planes[i].digest);
  g_free (digests.planes);
  return done;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc < 2)
    {
      g_printerr ("usage: plane-digest CHAIN [OUTPUT [THREADS]]\n");
      return 2;
    }
  lamina_plugin_load_all ();
  if (!run (argv[1], argc > 2 ? argv[2] : "image",
            argc > 3 ? (gint)g_ascii_strtoll (argv[3], NULL, 10) : 0, &error))
    {
      g_printerr ("plane-digest: %s\n", error->message);
      return 1;
    }
  return 0;
}
