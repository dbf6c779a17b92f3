/* A job: a GCancellable that counts, is watched, and lends threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

#define POLL_US 50000

/* A named sum. There are a handful, and they are added to several times for each plane by every
 * thread: a list without a lock is faster than anything with one. */
typedef struct _LaminaCount
{
  struct _LaminaCount *next;
  gint64 sum;
  gchar what[];
} LaminaCount;

struct _LaminaJob
{
  GCancellable parent_instance;

  gint n_threads;
  LaminaLoops loops;
  LaminaCount *counts; /* only ever added to, at its head */

  GMutex poll_lock; /* held while @poll is called, so that taking it away waits for that */
  GSourceFunc poll;
  gpointer poll_data;
  gboolean watched;
};

G_DEFINE_FINAL_TYPE (LaminaJob, lamina_job, G_TYPE_CANCELLABLE)

/* --- The watch: one thread that asks the hosts of all watched jobs ------------------ */

/* A thread of its own, because a job waits in places that know only GCancellable: cancelling from
 * here frees them all alike. */
static struct
{
  GMutex lock;
  GCond changed;
  GPtrArray *jobs; /* of GWeakRef */
} watch;

static void
poll_job (LaminaJob *job)
{
  gboolean go_on;

  g_mutex_lock (&job->poll_lock);
  go_on = job->poll == NULL || job->poll (job->poll_data);
  if (!go_on)
    job->poll = NULL;
  g_mutex_unlock (&job->poll_lock);

  if (!go_on)
    g_cancellable_cancel (G_CANCELLABLE (job));
}

static gpointer
watch_thread (gpointer unused)
{
  g_mutex_lock (&watch.lock);
  for (;;)
    {
      g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

      while (watch.jobs->len == 0)
        g_cond_wait (&watch.changed, &watch.lock);

      for (guint i = watch.jobs->len; i > 0; i--)
        {
          LaminaJob *job = g_weak_ref_get (watch.jobs->pdata[i - 1]);

          if (job != NULL)
            g_ptr_array_add (jobs, job);
          else
            g_ptr_array_remove_index_fast (watch.jobs, i - 1);
        }
      g_mutex_unlock (&watch.lock);
      for (guint i = 0; i < jobs->len; i++)
        poll_job (jobs->pdata[i]);
      g_clear_pointer (&jobs, g_ptr_array_unref);
      g_usleep (POLL_US);
      g_mutex_lock (&watch.lock);
    }
  return NULL;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch_add (LaminaJob *job)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, job);
  g_mutex_lock (&watch.lock);
  if (watch.jobs == NULL)
    {
      watch.jobs = g_ptr_array_new_with_free_func (weak_ref_free);
      g_thread_unref (g_thread_new ("lamina-watch", watch_thread, NULL));
    }
  g_ptr_array_add (watch.jobs, ref);
  g_cond_signal (&watch.changed);
  g_mutex_unlock (&watch.lock);
}

/* --- The job ---------------------------------------------------------------------------- */

static void
set_n_threads (LaminaJob *self, gint n_threads)
{
  self->n_threads = n_threads;
  self->loops.n_threads = n_threads - 1;
}

static void
lamina_job_init (LaminaJob *self)
{
  set_n_threads (self, (gint)g_get_num_processors ());
  g_mutex_init (&self->poll_lock);
  g_mutex_init (&self->loops.lock);
  g_queue_init (&self->loops.loops);
}

static void
lamina_job_finalize (GObject *object)
{
  LaminaJob *self = LAMINA_JOB (object);

  while (self->counts != NULL)
    {
      LaminaCount *count = self->counts;

      self->counts = count->next;
      g_free (count);
    }
  g_mutex_clear (&self->poll_lock);
  g_mutex_clear (&self->loops.lock);
  G_OBJECT_CLASS (lamina_job_parent_class)->finalize (object);
}

static void
lamina_job_class_init (LaminaJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lamina_job_finalize;
}

/**
 * lamina_job_new:
 * @n_threads: how many threads may work for the job at once, the caller's among them; 0 for one a
 * processor
 *
 * Makes a job to lend to the calls that read and run.
 *
 * Returns: (transfer full): a new job
 */
LaminaJob *
lamina_job_new (gint n_threads)
{
  LaminaJob *self = g_object_new (LAMINA_TYPE_JOB, NULL);

  if (n_threads > 0)
    set_n_threads (self, n_threads);
  return self;
}

/**
 * lamina_job_get_n_threads:
 * @job: (nullable): a job
 *
 * Returns: how many threads may work for it at once
 */
gint
lamina_job_get_n_threads (LaminaJob *job)
{
  return job != NULL ? job->n_threads : (gint)g_get_num_processors ();
}

LaminaLoops *
lamina_job_get_loops (LaminaJob *job)
{
  return &job->loops;
}

/**
 * lamina_job_get_tasks:
 * @job: a job
 * @done: (out): tasks that have ended
 * @total: (out): tasks that there are
 *
 * Tells how far the job's outermost loops are, for a host that shows it. Loops inside of tasks do
 * not count.
 */
void
lamina_job_get_tasks (LaminaJob *job, gint64 *done, gint64 *total)
{
  g_return_if_fail (LAMINA_IS_JOB (job));

  g_mutex_lock (&job->loops.lock);
  *done = job->loops.done;
  *total = job->loops.total;
  g_mutex_unlock (&job->loops.lock);
}

/**
 * lamina_job_get_progress:
 * @job: a job
 *
 * Tells how far the job is. Tasks that take long may be done in tiles, which are counted: "tiles"
 * of "tiles-planned" (see lamina_job_count()). Of those that have begun, so much is then done.
 *
 * Returns: the share of the job's tasks that is done, 0 to 1
 */
gdouble
lamina_job_get_progress (LaminaJob *job)
{
  gdouble share = 0;
  gint64 tiles, planned;

  g_return_val_if_fail (LAMINA_IS_JOB (job), 0);

  tiles = lamina_job_get_count (job, "tiles");
  planned = lamina_job_get_count (job, "tiles-planned");
  g_mutex_lock (&job->loops.lock);
  if (job->loops.total > 0)
    share = (gdouble)(planned > 0 ? job->loops.begun : job->loops.done) / (gdouble)job->loops.total;
  g_mutex_unlock (&job->loops.lock);
  return planned > 0 ? share * MIN (1, (gdouble)tiles / (gdouble)planned) : share;
}

/* The count of that name in the list that begins with @head. */
static LaminaCount *
find_count (LaminaCount *head, const gchar *what)
{
  while (head != NULL && strcmp (head->what, what) != 0)
    head = head->next;
  return head;
}

static LaminaCount *
get_counts (LaminaJob *job)
{
  return __atomic_load_n (&job->counts, __ATOMIC_ACQUIRE);
}

/* The count of that name, added where there is none. */
static LaminaCount *
take_count (LaminaJob *job, const gchar *what)
{
  LaminaCount *head = get_counts (job), *count = find_count (head, what), *added;
  gsize size = strlen (what) + 1;

  if (count != NULL)
    return count;

  added = g_malloc0 (sizeof *added + size);
  memcpy (added->what, what, size);
  added->next = head;
  /* Another thread may add one meanwhile, perhaps the same: the list is then looked through anew.
   */
  while (!__atomic_compare_exchange_n (&job->counts, &added->next, added, FALSE, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE))
    if ((count = find_count (added->next, what)) != NULL)
      {
        g_free (added);
        return count;
      }
  return added;
}

/**
 * lamina_job_count:
 * @job: (nullable): a job
 * @what: what is counted: "planes", "objects", "bytes", "retries", "missing-chunks", "tiles"…
 * @n: how many more
 *
 * Adds to a named sum of the job's.
 */
void
lamina_job_count (LaminaJob *job, const gchar *what, gint64 n)
{
  if (job != NULL && n != 0)
    __atomic_add_fetch (&take_count (job, what)->sum, n, __ATOMIC_RELAXED);
}

/**
 * lamina_job_get_count:
 * @job: a job
 * @what: what was counted
 *
 * Returns: its sum, 0 where nothing was counted
 */
gint64
lamina_job_get_count (LaminaJob *job, const gchar *what)
{
  LaminaCount *count;

  g_return_val_if_fail (LAMINA_IS_JOB (job), 0);

  count = find_count (get_counts (job), what);
  return count != NULL ? __atomic_load_n (&count->sum, __ATOMIC_RELAXED) : 0;
}

/**
 * lamina_job_get_counts:
 * @job: a job
 *
 * Returns: (transfer full): all sums, a{sx}
 */
GVariant *
lamina_job_get_counts (LaminaJob *job)
{
  GVariantBuilder builder;

  g_return_val_if_fail (LAMINA_IS_JOB (job), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sx}"));
  for (LaminaCount *count = get_counts (job); count != NULL; count = count->next)
    g_variant_builder_add (&builder, "{sx}", count->what,
                           __atomic_load_n (&count->sum, __ATOMIC_RELAXED));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * lamina_job_set_poll: (skip)
 * @job: a job
 * @poll: (nullable): returns %FALSE to cancel the job
 * @data: for @poll
 *
 * Has @poll called at least every 100 ms, on a thread of the library's, until it returns %FALSE or
 * the job goes. For hosts that have no cancellable of their own, but a flag to look at. With %NULL
 * for @poll it is called no more once this returns, so that @data may go; @poll itself must not
 * call this.
 */
void
lamina_job_set_poll (LaminaJob *job, GSourceFunc poll, gpointer data)
{
  gboolean is_new;

  g_return_if_fail (LAMINA_IS_JOB (job));

  g_mutex_lock (&job->poll_lock);
  job->poll = poll;
  job->poll_data = data;
  is_new = poll != NULL && !job->watched;
  job->watched = job->watched || is_new;
  g_mutex_unlock (&job->poll_lock);
  if (is_new)
    watch_add (job);
}

/**
 * lamina_job_run: (skip)
 * @job: (nullable): a job
 * @n_tasks: how many tasks there are
 * @func: does one of them, told its number
 * @data: for @func
 * @error: the first error of a task
 *
 * Calls @func for 0 to @n_tasks - 1 on several threads, the caller's among them. Tasks start in the
 * order of their numbers. Loops may nest: a caller that waits for the last tasks of its loop takes
 * no others. When a task fails, no further ones start. Returns when all that started have ended.
 *
 * Returns: whether all tasks were done
 */
gboolean
lamina_job_run (LaminaJob *job, gint64 n_tasks, LaminaTaskFunc func, gpointer data, GError **error)
{
  g_autoptr (LaminaJob) own = NULL;

  g_return_val_if_fail (job == NULL || LAMINA_IS_JOB (job), FALSE);
  g_return_val_if_fail (n_tasks >= 0 && func != NULL, FALSE);

  if (job == NULL)
    job = own = lamina_job_new (0);
  return lamina_loop_run (job, n_tasks, func, data, error);
}
