/* Jobs that end when libvips wants their image no more, and that tell libvips how far they are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-image.h"

/* --- Cancellation ------------------------------------------------------------------------ */

/* Set by other threads, by plain assignments. */
static gboolean
is_killed (VipsImage *image)
{
  return image != NULL && __atomic_load_n (&image->kill, __ATOMIC_RELAXED) != 0;
}

/* No mark reaches a source by itself: what is computed from it looks at the second one. */
static gboolean
is_wanted (gpointer data)
{
  VipsImage *image = data;

  return !is_killed (image) && !is_killed (image->progress_signal);
}

void
bridge_vips_watch (LaminaJob *job, VipsImage *image)
{
  lamina_job_set_poll (job, image != NULL ? is_wanted : NULL, image);
}

/* --- Progress ---------------------------------------------------------------------------- */

typedef struct
{
  VipsProgress progress;
  GThread *thread;
} Shown;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_timer_destroy (shown->progress.start);
  g_free (shown);
}

static GQuark
shown_quark (void)
{
  return g_quark_from_static_string ("bridge-vips-shown");
}

static Shown *
get_shown (LaminaJob *job)
{
  return job != NULL ? g_object_get_qdata (G_OBJECT (job), shown_quark ()) : NULL;
}

/* libvips keeps to itself the functions that do this. */
static void
emit (Shown *shown, const gchar *signal)
{
  VipsImage *asker = shown->progress.im->progress_signal;

  if (asker != NULL)
    g_signal_emit_by_name (asker, signal, &shown->progress);
}

LaminaJob *
bridge_vips_begin (VipsImage *image)
{
  LaminaJob *job = lamina_job_new (vips_concurrency_get ());
  Shown *shown;

  if (image == NULL)
    return job;
  shown = g_new0 (Shown, 1);
  shown->progress.im = image;
  shown->progress.tpels = (gint64)VIPS_IMAGE_N_PELS (image);
  shown->progress.start = g_timer_new ();
  shown->thread = g_thread_self ();
  g_object_set_qdata_full (G_OBJECT (job), shown_quark (), shown, shown_free);
  bridge_vips_watch (job, image);
  emit (shown, "preeval");
  return job;
}

void
bridge_vips_show_progress (LaminaJob *job)
{
  Shown *shown = get_shown (job);
  VipsProgress *progress;
  gdouble done, seconds;

  if (shown == NULL || shown->thread != g_thread_self ())
    return;
  progress = &shown->progress;
  done = lamina_job_get_progress (job);
  seconds = g_timer_elapsed (progress->start, NULL);
  progress->npels = (gint64)(done * (gdouble)progress->tpels);
  progress->percent = (gint)(done * 100);
  progress->run = (gint)MIN (seconds, G_MAXINT);
  progress->eta = done > 0 ? (gint)MIN (seconds / done - seconds, G_MAXINT) : 0;
  emit (shown, "eval");
}

void
bridge_vips_end (LaminaJob *job)
{
  Shown *shown = get_shown (job);

  if (shown != NULL)
    {
      bridge_vips_watch (job, NULL);
      emit (shown, "posteval");
    }
  g_object_unref (job);
}
