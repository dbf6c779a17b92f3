/* Reads the first plane of a chain's output in pieces, as programs do, and tells what that took
 *
 * usage: read-pieces CHAIN OUTPUT WIDTH HEIGHT [CALLERS [THREADS]]
 * WIDTH x HEIGHT: of a piece; 0: the plane's own. CALLERS threads take pieces in raster order, as
 * libvips's do; each has a job of THREADS. Prints SECONDS CPU-SECONDS PEAK-MB TILES BANDS-AGAIN:
 * tiles that were worked out, bands that were made again.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <lamina.h>
#include <string.h>
#include <sys/resource.h>

typedef struct
{
  LaminaImage *image;
  gint64 width, height, across, n; /* pieces */
  gint64 next;
  gint n_threads;
  gint64 n_tiles, n_bands_again;
} Reading;

typedef struct
{
  Reading *reading;
  guint32 *pixels;
  GThread *thread;
} Caller;

static gdouble
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gdouble)usage.ru_utime.tv_sec + (gdouble)usage.ru_stime.tv_sec
         + 1e-6 * (gdouble)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static gpointer
read_pieces (gpointer data)
{
  const Caller *caller = data;
  Reading *reading = caller->reading;
  const LaminaInfo *info = lamina_image_get_info (reading->image);
  g_autoptr (LaminaJob) job = lamina_job_new (reading->n_threads);
  g_autoptr (GError) error = NULL;
  gint64 i;

  while ((i = __atomic_fetch_add (&reading->next, 1, __ATOMIC_RELAXED)) < reading->n)
    {
      const gint64 x = i % reading->across * reading->width;
      const gint64 y = i / reading->across * reading->height;
      const LaminaRect rect = { x, y, MIN (reading->width, info->width - x),
                                MIN (reading->height, info->height - y) };

      if (!lamina_image_read (reading->image, 0, &rect, caller->pixels,
                              (gsize)reading->width * sizeof *caller->pixels, job, &error))
        g_error ("%s", error->message);
    }
  __atomic_add_fetch (&reading->n_tiles, lamina_job_get_count (job, "tiles"), __ATOMIC_RELAXED);
  __atomic_add_fetch (&reading->n_bands_again, lamina_job_get_count (job, "bands-again"),
                      __ATOMIC_RELAXED);
  return NULL;
}

static gint64
get_number (gint argc, char **argv, gint index, gint64 otherwise)
{
  const gint64 number = argc > index ? g_ascii_strtoll (argv[index], NULL, 10) : 0;

  return number > 0 ? number : otherwise;
}

static LaminaImage *
open_image (const gchar *description, const gchar *output)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaChain) chain = lamina_chain_open (description, NULL, &error);
  GObject *image = chain != NULL ? lamina_chain_get_output (chain, output) : NULL;

  if (image == NULL || !LAMINA_IS_IMAGE (image))
    g_error ("%s", error != NULL ? error->message : "no such image");
  return LAMINA_IMAGE (image);
}

/* Memory for a piece, which the system has given already: for a whole giant plane that takes longer
 * than all else. */
static guint32 *
make_room (const Reading *reading)
{
  const gsize size = (gsize)reading->width * (gsize)reading->height * sizeof (guint32);

  return memset (g_malloc (size), 1, size);
}

int
main (int argc, char **argv)
{
  const gint64 n_callers = get_number (argc, argv, 5, 1);
  g_autofree Caller *callers = g_new0 (Caller, n_callers);
  g_autoptr (LaminaImage) image = NULL;
  const LaminaInfo *info;
  Reading reading = { .n_threads = (gint)get_number (argc, argv, 6, 0) };
  gdouble seconds = -1e-6 * (gdouble)g_get_monotonic_time (), room;
  struct rusage usage;

  if (argc < 5)
    g_error ("usage: read-pieces CHAIN OUTPUT WIDTH HEIGHT [CALLERS [THREADS]]");
  lamina_plugin_load_all ();
  reading.image = image = open_image (argv[1], argv[2]);
  info = lamina_image_get_info (image);
  reading.width = get_number (argc, argv, 3, info->width);
  reading.height = get_number (argc, argv, 4, info->height);
  reading.across = (info->width - 1) / reading.width + 1;
  reading.n = reading.across * ((info->height - 1) / reading.height + 1);
  room = -get_cpu ();
  for (gint64 i = 0; i < n_callers; i++)
    callers[i] = (Caller){ &reading, make_room (&reading), NULL };
  room += get_cpu ();
  for (gint64 i = 0; i < n_callers; i++)
    callers[i].thread = g_thread_new ("caller", read_pieces, &callers[i]);
  for (gint64 i = 0; i < n_callers; i++)
    {
      g_thread_join (callers[i].thread);
      g_free (callers[i].pixels);
    }
  seconds += 1e-6 * (gdouble)g_get_monotonic_time ();
  getrusage (RUSAGE_SELF, &usage);
  g_print ("%.3f %.3f %ld %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", seconds, get_cpu () - room,
           usage.ru_maxrss / 1024, reading.n_tiles, reading.n_bands_again);
  return 0;
}
