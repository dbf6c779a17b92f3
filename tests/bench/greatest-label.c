/* Prints the greatest label of all planes of a chain: what vips-segment does by way of libvips
 *
 * usage: greatest-label CHAIN
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <lamina.h>

typedef struct
{
  LaminaImage *labels;
  gint greatest;
} Search;

static gboolean
search_plane (gint64 plane, gpointer data, LaminaJob *job, GError **error)
{
  Search *search = data;
  g_autoptr (GBytes) bytes = lamina_image_read_bytes (search->labels, plane, NULL, job, error);
  const guint32 *pixels;
  guint32 greatest = 0;
  gsize size;
  gint known;

  if (bytes == NULL)
    return FALSE;
  pixels = g_bytes_get_data (bytes, &size);
  for (gsize i = 0; i < size / sizeof *pixels; i++)
    greatest = MAX (greatest, pixels[i]);
  while ((known = g_atomic_int_get (&search->greatest)) < (gint)greatest
         && !g_atomic_int_compare_and_exchange (&search->greatest, known, (gint)greatest))
    ;
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaChain) chain = NULL;
  g_autoptr (GObject) labels = NULL;
  Search search = { NULL, 0 };

  if (argc != 2)
    g_error ("usage: greatest-label CHAIN");
  lamina_plugin_load_all ();
  chain = lamina_chain_open (argv[1], NULL, &error);
  if (chain != NULL && (labels = lamina_chain_get_output (chain, "labels")) != NULL)
    {
      search.labels = LAMINA_IMAGE (labels);
      lamina_job_run_planes (NULL, &labels, 1, search_plane, &search, &error);
    }
  if (error != NULL || labels == NULL)
    g_error ("%s", error != NULL ? error->message : "no labels");
  g_print ("%d\n", search.greatest);
  return 0;
}
