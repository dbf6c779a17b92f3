/* Work on a thread of its own, while the main thread listens for signals
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "worker.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#define TICK_MS 200

static const gint signals[] = { SIGINT, SIGTERM, SIGHUP };

typedef struct
{
  WorkerFunc func;
  gpointer data;
  LaminaJob *job;
  GMainLoop *loop;
  guint sources[G_N_ELEMENTS (signals)];
  gint ends[2]; /* of a pipe: the thread closes the second one when it is done */
  gboolean done;
  GError *error;
} Worker;

static gpointer
work (gpointer data)
{
  Worker *worker = data;

  worker->done = worker->func (worker->data, worker->job, &worker->error);
  close (worker->ends[1]);
  return NULL;
}

static gboolean
on_end (gint fd, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* GLib gives a signal back its own effect when nobody listens any more. */
static void
stop_listening (Worker *worker)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_clear_handle_id (&worker->sources[i], g_source_remove);
}

static gboolean
on_signal (gpointer data)
{
  Worker *worker = data;

  stop_listening (worker);
  g_cancellable_cancel (G_CANCELLABLE (worker->job));
  return G_SOURCE_CONTINUE; /* it is removed already */
}

gboolean
worker_run (WorkerFunc func, gpointer data, LaminaJob *job, GSourceFunc tick, gpointer tick_data,
            GError **error)
{
  Worker worker = { .func = func, .data = data, .job = job };
  guint ticks;
  GThread *thread;

  if (!g_unix_open_pipe (worker.ends, FD_CLOEXEC, error))
    return FALSE;
  worker.loop = g_main_loop_new (NULL, FALSE);
  ticks = tick != NULL ? g_timeout_add (TICK_MS, tick, tick_data) : 0;
  g_unix_fd_add (worker.ends[0], G_IO_IN | G_IO_HUP, on_end, worker.loop);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    worker.sources[i] = g_unix_signal_add (signals[i], on_signal, &worker);

  thread = g_thread_new ("lamina-worker", work, &worker);
  g_main_loop_run (worker.loop);
  g_thread_join (thread);

  stop_listening (&worker);
  g_clear_handle_id (&ticks, g_source_remove);
  g_main_loop_unref (worker.loop);
  close (worker.ends[0]);
  if (worker.error != NULL)
    g_propagate_error (error, worker.error);
  return worker.done;
}
