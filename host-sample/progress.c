/* The line that tells how far a job is, and the figures when it is done
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE 1.0 /* seconds before it is said that an image is still being opened */

struct _Progress
{
  LaminaJob *job;
  gint64 start; /* microseconds, of the whole */
  gint64 first; /* when planes were seen to come, 0 before */
  gint64 seen;  /* planes that were done by then */
  gboolean on_terminal;
};

Progress *
progress_new (LaminaJob *job)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->job = g_object_ref (job);
  progress->start = g_get_monotonic_time ();
  progress->on_terminal = isatty (STDERR_FILENO);
  return progress;
}

void
progress_free (Progress *progress)
{
  g_object_unref (progress->job);
  g_free (progress);
}

static gdouble
seconds_since (gint64 moment)
{
  return (gdouble)(g_get_monotonic_time () - moment) / G_USEC_PER_SEC;
}

static gchar *
format_left (gdouble seconds)
{
  gint64 left = (gint64)(seconds + 0.5);

  if (left >= 3600)
    return g_strdup_printf ("%d:%02d:%02d h left", (gint)(left / 3600), (gint)(left / 60 % 60),
                            (gint)(left % 60));
  return g_strdup_printf ("%d:%02d left", (gint)(left / 60), (gint)(left % 60));
}

static gchar *
format_rate (gdouble rate)
{
  return g_strdup_printf (rate < 100 ? "%.1f" : "%.0f", rate);
}

/* Where a plane is so large that it is done in tiles: how far that is. */
static gchar *
format_tiles (Progress *progress)
{
  const gint64 planned = lamina_job_get_count (progress->job, "tiles-planned");

  if (planned == 0)
    return g_strdup ("");
  return g_strdup_printf (", %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " tiles",
                          lamina_job_get_count (progress->job, "tiles"), planned);
}

static gchar *
format_line (Progress *progress, gint64 done, gint64 total)
{
  gdouble rate = (gdouble)(done - progress->seen) / MAX (seconds_since (progress->first), 1e-3);
  g_autofree gchar *speed = format_rate (rate), *left = NULL, *tiles = format_tiles (progress);

  if (rate <= 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " planes%s", done, total,
                            tiles);
  left = format_left ((gdouble)(total - done) / rate);
  return g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          " planes, %s planes/s, %" G_GINT64_FORMAT " objects, %s%s",
                          done, total, speed, lamina_job_get_count (progress->job, "objects"), left,
                          tiles);
}

/* A line that is longer than the terminal is wide could not be wiped. */
static void
show (const gchar *line)
{
  fprintf (stderr, "\r\033[K%.79s", line);
  fflush (stderr);
}

gboolean
progress_show (gpointer data)
{
  Progress *progress = data;
  gint64 done, total;

  if (!progress->on_terminal)
    return G_SOURCE_CONTINUE;

  lamina_job_get_tasks (progress->job, &done, &total);
  if (total > 0 && progress->first == 0)
    {
      progress->first = g_get_monotonic_time ();
      progress->seen = done;
    }
  if (g_cancellable_is_cancelled (G_CANCELLABLE (progress->job)))
    show ("stopping");
  else if (total > 0)
    {
      g_autofree gchar *line = format_line (progress, done, total);

      show (line);
    }
  else if (seconds_since (progress->start) > PATIENCE)
    show ("opening");
  return G_SOURCE_CONTINUE;
}

void
progress_wipe (Progress *progress)
{
  if (progress->on_terminal)
    fputs ("\r\033[K", stderr);
}

void
progress_print_figures (Progress *progress)
{
  static const gchar *const counts[]
      = { "planes", "objects", "missing-chunks", "bytes", "retries" };
  gdouble seconds = seconds_since (progress->start);
  g_autofree gchar *rate
      = format_rate ((gdouble)lamina_job_get_count (progress->job, "planes") / MAX (seconds, 1e-6));

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    printf ("%s %" G_GINT64_FORMAT ", ", counts[i],
            lamina_job_get_count (progress->job, counts[i]));
  printf ("seconds %.2f, planes/s %s\n", seconds, rate);
}
