/* A stack that is segmented tile by tile, by everybody who waits for it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stack-work.h"

/* Tiles that may be begun before the oldest one at work has ended. */
#define MAX_AHEAD 64

struct _IdrStackWork
{
  gatomicrefcount n_refs;
  IdrSegmentation *segmentation;
  IdrTileReader *reader;
  gint64 first; /* plane of the image */
  gint64 ahead; /* bytes that are asked for before they are read */
  gint64 pixel_size;
  gint64 n_tiles;
  guint n_at_once;

  GMutex lock; /* of all that follows */
  GCond changed;
  gint64 next, asked;      /* tiles of this pass that were begun, and announced */
  GArray *running;         /* of gint64: tiles at work */
  GArray *returned;        /* likewise: that somebody began and gave back */
  gint64 counted, planned; /* tiles of all passes, as jobs are told */
  gboolean is_advancing;   /* somebody goes to the next pass */
  gboolean has_ended;

  /* When it has. */
  IdrSegments *segments;
  GArray *objects;
  const gchar *problem;
  GError *error;
};

IdrStackWork *
idr_stack_work_new (IdrSegmentation *segmentation, LaminaImage *input, gint64 first,
                    IdrTileReader *reader, guint n_at_once)
{
  const LaminaInfo *info = lamina_image_get_info (input);
  IdrStackWork *work = g_new0 (IdrStackWork, 1);

  g_atomic_ref_count_init (&work->n_refs);
  work->segmentation = segmentation;
  work->reader = reader;
  work->first = first;
  work->ahead = info->ahead;
  work->pixel_size = (gint64)lamina_info_get_pixel_size (info);
  work->n_tiles = work->next = idr_segmentation_get_n_tiles (segmentation);
  work->n_at_once = n_at_once;
  work->running = g_array_new (FALSE, FALSE, sizeof (gint64));
  work->returned = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_mutex_init (&work->lock);
  g_cond_init (&work->changed);
  return work;
}

IdrStackWork *
idr_stack_work_ref (IdrStackWork *work)
{
  g_atomic_ref_count_inc (&work->n_refs);
  return work;
}

void
idr_stack_work_unref (IdrStackWork *work)
{
  if (!g_atomic_ref_count_dec (&work->n_refs))
    return;
  g_clear_pointer (&work->segmentation, idr_segmentation_free);
  idr_tile_reader_free (work->reader);
  g_array_unref (work->running);
  g_array_unref (work->returned);
  g_clear_error (&work->error);
  g_clear_pointer (&work->segments, idr_segments_unref);
  g_clear_pointer (&work->objects, g_array_unref);
  g_mutex_clear (&work->lock);
  g_cond_clear (&work->changed);
  g_free (work);
}

/* --- Tiles -------------------------------------------------------------------------------- */

/* Whether the next tile would be too far from the oldest one at work: bands are joined in order,
 * and what waits for one whose tile is late takes memory. */
static gboolean
is_far_ahead (const IdrStackWork *work)
{
  gint64 oldest = work->next;

  for (guint i = 0; i < work->running->len; i++)
    oldest = MIN (oldest, g_array_index (work->running, gint64, i));
  return work->next - oldest > MAX_AHEAD + 4 * (gint64)work->running->len;
}

/* Whether others should first do what they have begun, with the lock held. */
static gboolean
must_wait (const IdrStackWork *work)
{
  if (work->has_ended || (work->returned->len == 0 && work->next == work->n_tiles))
    return FALSE;
  return work->running->len >= work->n_at_once || (work->returned->len == 0 && is_far_ahead (work));
}

/* With the lock held. */
static gboolean
take_tile (IdrStackWork *work, gint64 *tile)
{
  const guint n = work->returned->len;

  if (work->has_ended)
    return FALSE;
  if (n > 0)
    {
      *tile = g_array_index (work->returned, gint64, n - 1);
      g_array_set_size (work->returned, n - 1);
    }
  else if (work->next < work->n_tiles)
    *tile = work->next++;
  else
    return FALSE;
  g_array_append_val (work->running, *tile);
  return TRUE;
}

static void
end_tile (IdrStackWork *work, gint64 tile)
{
  guint i;

  for (i = 0; g_array_index (work->running, gint64, i) != tile; i++)
    ;
  g_array_remove_index_fast (work->running, i);
  g_cond_broadcast (&work->changed);
}

/* Tells @job of @n tiles more that are done; with the lock held. */
static void
count_tiles (IdrStackWork *work, gint64 n, LaminaJob *job)
{
  work->counted += n;
  lamina_job_count (job, "tiles", n);
}

/* The same of tiles that are to be done: @n in all, if those planned are fewer. */
static void
plan_tiles (IdrStackWork *work, gint64 n, LaminaJob *job)
{
  lamina_job_count (job, "tiles-planned", MAX (0, n - work->planned));
  work->planned = MAX (n, work->planned);
}

static gint64
get_size (const IdrStackWork *work, const IdrBox *box)
{
  return (box->x1 - box->x0) * (box->y1 - box->y0) * work->pixel_size;
}

/* Announces the tiles after @tile, as many as may be on their way, but one in any case. */
static void
ask_ahead (IdrStackWork *work, gint64 tile, LaminaJob *job)
{
  gint64 left = work->ahead, next;
  IdrBox box;

  for (next = tile + 1; work->ahead > 0 && next < work->n_tiles; next++)
    {
      gboolean is_new;

      if (!idr_segmentation_get_box (work->segmentation, next, &box))
        continue;
      g_mutex_lock (&work->lock);
      is_new = next >= work->asked;
      if (is_new)
        work->asked = next + 1;
      g_mutex_unlock (&work->lock);
      if (is_new)
        idr_tile_reader_will_need (work->reader, work->first, &box, job);
      left -= get_size (work, &box);
      if (left <= 0)
        return;
    }
}

/* A tile of the pass, if there still is one. */
static gboolean
run_tile (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  IdrStackWork *work = data;
  g_autoptr (GError) fault = NULL;
  const gchar *problem = NULL;
  gboolean taken, done, is_cancelled;
  gint64 tile = 0;

  g_mutex_lock (&work->lock);
  while (must_wait (work) && !g_cancellable_is_cancelled (G_CANCELLABLE (job)))
    g_cond_wait (&work->changed, &work->lock);
  taken = take_tile (work, &tile);
  g_mutex_unlock (&work->lock);
  if (!taken)
    return TRUE;

  ask_ahead (work, tile, job);
  done = idr_tile_reader_add (work->reader, work->first, work->segmentation, tile, job, &problem,
                              &fault);
  is_cancelled = g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_mutex_lock (&work->lock);
  end_tile (work, tile);
  count_tiles (work, done ? 1 : 0, job);
  if (!done && is_cancelled)
    g_array_append_val (work->returned, tile);
  else if (!done && !work->has_ended)
    {
      work->has_ended = TRUE;
      work->problem = problem;
      work->error = g_steal_pointer (&fault);
    }
  g_mutex_unlock (&work->lock);
  if (!is_cancelled)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

/* --- Passes -------------------------------------------------------------------------------- */

static void
wake (GCancellable *cancellable, gpointer data)
{
  IdrStackWork *work = data;

  g_mutex_lock (&work->lock);
  g_cond_broadcast (&work->changed);
  g_mutex_unlock (&work->lock);
}

/* What is done between passes, by one. */
typedef struct
{
  IdrStackWork *work;
  LaminaJob *job;
  gint64 n_counted; /* tiles that people are told of for it */
  gboolean stopped;
} Step;

/* #IdrWatch. As long as a pass, for those who look at it. */
static gboolean
step_go_on (gdouble share, gpointer data)
{
  Step *step = data;
  const gint64 n = (gint64)(share * (gdouble)step->work->n_tiles) - step->n_counted;

  if (n > 0)
    {
      g_mutex_lock (&step->work->lock);
      count_tiles (step->work, n, step->job);
      g_mutex_unlock (&step->work->lock);
      step->n_counted += n;
    }
  step->stopped = step->stopped || g_cancellable_is_cancelled (G_CANCELLABLE (step->job));
  return !step->stopped;
}

/* Goes to the next pass, or concludes; with the lock held on entry and on return. */
static void
advance (IdrStackWork *work, LaminaJob *job)
{
  IdrSegmentation *segmentation = work->segmentation;
  Step step = { .work = work, .job = job };
  const IdrWatch watch = { step_go_on, &step };
  const gchar *problem = NULL;
  gboolean goes_on;

  plan_tiles (work, work->n_tiles * idr_segmentation_get_n_steps (segmentation), job);
  work->is_advancing = TRUE;
  g_mutex_unlock (&work->lock);
  idr_segmentation_set_watch (segmentation, &watch);
  goes_on = idr_segmentation_begin_pass (segmentation, &problem);
  if (step.n_counted > 0)
    step_go_on (1, &step);
  if (!goes_on && problem == NULL)
    work->segments = idr_segmentation_finish (segmentation, &work->objects, &problem);
  idr_segmentation_set_watch (segmentation, NULL);
  g_mutex_lock (&work->lock);
  work->is_advancing = FALSE;
  work->next = work->asked = goes_on ? 0 : work->n_tiles;
  work->has_ended = !goes_on;
  if (goes_on)
    plan_tiles (work, work->counted + work->n_tiles, job);
  else if (!step.stopped)
    {
      count_tiles (work, work->planned - work->counted, job);
      work->problem = work->segments == NULL ? problem : NULL;
    }
  g_cond_broadcast (&work->changed);
}

/* How many tasks there are for a loop; 0: none any more. Waits for others while they have them all.
 * FALSE where @job was cancelled meanwhile. With the lock held. */
static gboolean
find_tasks (IdrStackWork *work, LaminaJob *job, gint64 *n)
{
  for (;;)
    {
      *n = work->has_ended ? 0 : work->n_tiles - work->next + work->returned->len;
      if (work->has_ended || *n > 0)
        return TRUE;
      if (g_cancellable_is_cancelled (G_CANCELLABLE (job)))
        return FALSE;
      if (work->running->len == 0 && !work->is_advancing)
        advance (work, job);
      else
        g_cond_wait (&work->changed, &work->lock);
    }
}

/* #LaminaTaskFunc */
static gboolean
help (gint64 index, gpointer data, LaminaJob *job, GError **error)
{
  IdrStackWork *work = data;
  const gulong handler = g_cancellable_connect (G_CANCELLABLE (job), G_CALLBACK (wake), work, NULL);
  gboolean done = TRUE;
  gint64 n = 0;

  do
    {
      g_mutex_lock (&work->lock);
      done = find_tasks (work, job, &n);
      g_mutex_unlock (&work->lock);
      if (done && n > 0)
        done = lamina_job_run (job, n, run_tile, work, error);
      else if (!done)
        g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), error);
    }
  while (done && n > 0);
  g_cancellable_disconnect (G_CANCELLABLE (job), handler);
  return done;
}

gboolean
idr_stack_work_help (IdrStackWork *work, LaminaJob *job, GError **error)
{
  /* One task, whose tiles are told of: else each pass would be tasks of its own to who looks on. */
  return lamina_job_run (job, 1, help, work, error);
}

IdrSegments *
idr_stack_work_get_result (IdrStackWork *work, GArray **objects, const gchar **problem,
                           GError **error)
{
  IdrSegments *segments = NULL;

  g_mutex_lock (&work->lock);
  *problem = work->problem;
  if (work->segments != NULL)
    {
      segments = idr_segments_ref (work->segments);
      *objects = g_array_ref (work->objects);
    }
  else if (work->error != NULL)
    g_propagate_error (error, g_error_copy (work->error));
  g_mutex_unlock (&work->lock);
  return segments;
}
