/* Parallel loops that nest: the caller takes part, idle threads help the innermost loop first
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

/* On the stack of the caller, who leaves last. Guarded by the lock of the job's LaminaLoops. */
struct _LaminaLoop
{
  LaminaJob *job;
  LaminaLoop *parent; /* of the same job, whose task opened this loop, or NULL */
  LaminaTaskFunc func;
  gpointer data;
  gint64 n_tasks, next;
  gint n_running;
  gboolean is_awaited; /* by the caller, for whom no task is left */
  GError *error;
  GCond ended; /* a task of the loop has */
};

/* The loop whose task this thread runs now, so that a loop knows what it is nested in. */
static GPrivate current_loop;

/* A loop inside of one that failed or was cancelled has nothing left to do. */
static gboolean
is_stopped (LaminaLoop *loop)
{
  for (LaminaLoop *l = loop; l != NULL; l = l->parent)
    if (l->error != NULL)
      return TRUE;
  return g_cancellable_is_cancelled (G_CANCELLABLE (loop->job));
}

static gboolean
has_task (LaminaLoop *loop)
{
  return loop->next < loop->n_tasks && !is_stopped (loop);
}

/* Runs the next task of @loop; with the lock held on entry and on return. */
static void
run_task (LaminaLoops *loops, LaminaLoop *loop)
{
  LaminaLoop *outer = g_private_get (&current_loop);
  gint64 index = loop->next++;
  GError *error = NULL;
  gboolean done;

  loop->n_running++;
  if (loop->parent == NULL)
    loops->begun++;
  g_mutex_unlock (&loops->lock);
  g_private_set (&current_loop, loop);
  done = loop->func (index, loop->data, loop->job, &error);
  g_private_set (&current_loop, outer);
  g_mutex_lock (&loops->lock);

  if (!done && error == NULL)
    error
        = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "A task failed and did not say why");
  if (!done && loop->error == NULL)
    loop->error = g_steal_pointer (&error);
  g_clear_error (&error);
  if (done && loop->parent == NULL)
    loops->done++;
  if (--loop->n_running == 0 && loop->is_awaited)
    g_cond_signal (&loop->ended);
}

/* A lent thread helps wherever there is something to do, and goes when there is not. */
static void
help (gpointer data, gpointer unused)
{
  g_autoptr (LaminaJob) job = data;
  LaminaLoops *loops = lamina_job_get_loops (job);
  GList *link;

  g_mutex_lock (&loops->lock);
  do
    {
      for (link = loops->loops.tail; link != NULL && !has_task (link->data); link = link->prev)
        ;
      if (link != NULL)
        run_task (loops, link->data);
    }
  while (link != NULL);
  loops->n_working--;
  g_mutex_unlock (&loops->lock);
}

static gpointer
make_pool (gpointer unused)
{
  return g_thread_pool_new (help, NULL, -1, FALSE, NULL);
}

/* Lends the job as many threads as it may have and @loop can use. */
static void
call_for_help (LaminaLoops *loops, LaminaLoop *loop)
{
  static GOnce once = G_ONCE_INIT;
  GThreadPool *pool = g_once (&once, make_pool, NULL);

  for (gint64 useful = loop->n_tasks - 1; useful > 0 && loops->n_working < loops->n_threads;
       useful--)
    {
      loops->n_working++;
      g_thread_pool_push (pool, g_object_ref (loop->job), NULL);
    }
}

gboolean
lamina_loop_run (LaminaJob *job, gint64 n_tasks, LaminaTaskFunc func, gpointer data, GError **error)
{
  LaminaLoops *loops = lamina_job_get_loops (job);
  LaminaLoop *outer = g_private_get (&current_loop);
  LaminaLoop loop = { .job = job, .func = func, .data = data, .n_tasks = n_tasks };
  GList link = { .data = &loop };

  loop.parent = outer != NULL && outer->job == job ? outer : NULL;
  g_cond_init (&loop.ended);

  g_mutex_lock (&loops->lock);
  g_queue_push_tail_link (&loops->loops, &link);
  if (loop.parent == NULL)
    loops->total += n_tasks;
  call_for_help (loops, &loop);
  while (has_task (&loop))
    run_task (loops, &loop);
  loop.is_awaited = TRUE;
  while (loop.n_running > 0)
    g_cond_wait (&loop.ended, &loops->lock);
  g_queue_unlink (&loops->loops, &link);
  g_mutex_unlock (&loops->lock);
  g_cond_clear (&loop.ended);

  if (loop.error == NULL && loop.next < n_tasks
      && !g_cancellable_set_error_if_cancelled (G_CANCELLABLE (job), &loop.error))
    loop.error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                      "Stopped because another task had failed");
  if (loop.error == NULL)
    return TRUE;
  g_propagate_error (error, loop.error);
  return FALSE;
}
