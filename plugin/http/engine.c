/* The I/O thread: all requests of the process on one curl multi handle
 *
 * Other threads only leave transfers in the engine's mailbox, and wake the thread where it sleeps.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine.h"
#include "bounds.h"
#include "pace.h"
#include "poller.h"
#include "queue.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum
{
  CONNECTIONS = 32,
  KEPT_CONNECTIONS = 512,
  RECEIVED_AT_ONCE = 32 << 10 /* bytes */
};

typedef struct
{
  GMutex lock;
  GCond called; /* a function has returned for which somebody waits */
  guint n_waiting;
  GQueue arrived;
  GSList *stopped, *hurried; /* of transfers, with a reference */
  IdrHttpTransfer *calling;
  gboolean asleep, quits;
  guint allowed;

  /* ---- the I/O thread's */
  GThread *thread;
  pid_t process;
  IdrHttpPoller poller;
  GPtrArray *idle; /* easy handles */
  IdrHttpQueue queue;
  GQueue paused; /* until there is room for their bodies */
  GQueue ended;  /* whose functions are called when the next ones are on their way */
  IdrHttpPace pace;
  guint running, bound; /* `allowed`, as it was told last */
  gsize bytes;          /* reserved by the running ones */
} Engine;

/* ---- Bodies: how many bytes may be on their way */

/* Room for the body of which the first bytes are here; FALSE: later. A lone one always gets it. */
static gboolean
reserve (Engine *engine, IdrHttpTransfer *transfer)
{
  gint64 limit = MIN (transfer->response.limit, (gsize)G_MAXINT64);
  gsize needed = CLAMP (transfer->response.declared, 1, limit);
  if (transfer->reserved > 0)
    return TRUE;
  gsize room = idr_http_bounds ()->bodies;
  room -= MIN (room, engine->bytes);
  if (engine->bytes > 0 && needed > room)
    return FALSE;
  engine->bytes += needed;
  transfer->reserved = needed;
  return TRUE;
}

static void
release (Engine *engine, IdrHttpTransfer *transfer)
{
  engine->bytes -= transfer->reserved;
  transfer->reserved = 0;
}

/* Lets those go on that wait for room, in their order. */
static void
resume (Engine *engine)
{
  IdrHttpTransfer *transfer;
  while ((transfer = g_queue_peek_head (&engine->paused)) != NULL && reserve (engine, transfer))
    {
      idr_http_queue_remove (transfer);
      curl_easy_pause (transfer->easy, CURLPAUSE_CONT);
    }
}

static gsize
on_header (gchar *line, gsize size, gsize n, void *data)
{
  IdrHttpTransfer *transfer = data;
  return idr_http_response_header (&transfer->response, line, size * n);
}

static Engine *engine_get (void);

static gsize
on_body (gchar *bytes, gsize size, gsize n, void *data)
{
  IdrHttpTransfer *transfer = data;
  Engine *engine = engine_get ();
  if (transfer->response.status == 0)
    idr_http_response_begin (&transfer->response, transfer->easy);
  if (!reserve (engine, transfer))
    {
      g_queue_push_tail_link (&engine->paused, &transfer->link);
      transfer->queue = &engine->paused;
      return CURL_WRITEFUNC_PAUSE;
    }
  return idr_http_response_write (&transfer->response, bytes, size * n);
}

/* ---- Easy handles, which are used again and again */

static void
trust (CURL *easy)
{
  /* libcurl leaves these variables to its callers. */
  const gchar *file = g_getenv ("SSL_CERT_FILE");
  const gchar *folder = g_getenv ("SSL_CERT_DIR");
  if (file != NULL && file[0] != '\0')
    curl_easy_setopt (easy, CURLOPT_CAINFO, file);
  if (folder != NULL && folder[0] != '\0')
    curl_easy_setopt (easy, CURLOPT_CAPATH, folder);
}

static CURL *
new_easy (void)
{
  CURL *easy = curl_easy_init ();
  if (easy == NULL)
    g_error ("libcurl: out of memory");
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (glong)CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  /* A name that does not resolve must not hold up the thread when its request is stopped. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT, (glong)MAX_CONNECT);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_LIMIT, (glong)MIN_SPEED);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_TIME, idr_http_bounds ()->stall);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "lamina");
  /* Most chunks come whole with one system call. */
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, (glong)RECEIVED_AT_ONCE);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  trust (easy);
  return easy;
}

/* ---- What becomes of a transfer */

static void
finish (Engine *engine, IdrHttpTransfer *transfer)
{
  g_mutex_lock (&engine->lock);
  gboolean wanted = !transfer->stopped;
  if (wanted)
    engine->calling = transfer;
  g_mutex_unlock (&engine->lock);
  if (wanted)
    transfer->done (g_steal_pointer (&transfer->answer), transfer->error, transfer->data);
  g_mutex_lock (&engine->lock);
  engine->calling = NULL;
  transfer->finished = TRUE;
  if (engine->n_waiting > 0) /* a broadcast that nobody hears costs a system call */
    g_cond_broadcast (&engine->called);
  g_mutex_unlock (&engine->lock);
  idr_http_transfer_unref (transfer);
}

/* Takes @transfer off libcurl, or out of the queue it waits in. */
static void
withdraw (Engine *engine, IdrHttpTransfer *transfer)
{
  idr_http_queue_remove (transfer);
  if (transfer->easy == NULL)
    return;
  curl_multi_remove_handle (engine->poller.multi, transfer->easy);
  curl_easy_setopt (transfer->easy, CURLOPT_SHARE, NULL);
  g_ptr_array_add (engine->idle, g_steal_pointer (&transfer->easy));
  engine->running--;
  release (engine, transfer);
}

static void
conclude (Engine *engine, IdrHttpTransfer *transfer, CURLcode result)
{
  IdrHttpVerdict verdict = idr_http_transfer_judge (transfer, result);
  if (result == CURLE_OK)
    idr_http_pace_note (&engine->pace, transfer->refused, transfer->said_when, engine->bound);
  withdraw (engine, transfer);
  if (verdict == IDR_HTTP_VERDICT_AGAIN)
    idr_http_queue_delay (&engine->queue, transfer);
  else if (verdict == IDR_HTTP_VERDICT_FOLLOW)
    idr_http_queue_add (&engine->queue, transfer);
  else
    {
      transfer->queue = &engine->ended;
      g_queue_push_tail_link (transfer->queue, &transfer->link);
    }
}

static void
launch (Engine *engine, IdrHttpTransfer *transfer)
{
  CURL *easy = engine->idle->len > 0
                   ? g_ptr_array_remove_index_fast (engine->idle, engine->idle->len - 1)
                   : new_easy ();
  transfer->easy = easy;
  g_atomic_int_set (&transfer->launched, TRUE);
  engine->running++;
  if (!idr_http_transfer_prepare (transfer, easy)
      || curl_multi_add_handle (engine->poller.multi, easy) != CURLM_OK)
    conclude (engine, transfer, CURLE_OUT_OF_MEMORY);
}

/* FALSE when nothing had ended. */
static gboolean
conclude_all (Engine *engine)
{
  gint left;
  CURLMsg *message;
  gboolean any = FALSE;
  while ((message = curl_multi_info_read (engine->poller.multi, &left)) != NULL)
    {
      IdrHttpTransfer *transfer = NULL;
      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, &transfer);
      conclude (engine, transfer, message->data.result);
      any = TRUE;
    }
  if (any)
    resume (engine);
  return any;
}

/* In one go, so that a thread that is woken by the first finds the others there, too. */
static void
finish_all (Engine *engine)
{
  IdrHttpTransfer *transfer;
  while ((transfer = g_queue_peek_head (&engine->ended)) != NULL)
    {
      idr_http_queue_remove (transfer);
      finish (engine, transfer);
    }
}

/* ---- The loop */

static void
take_arrived (Engine *engine, GQueue *arrived)
{
  IdrHttpTransfer *transfer;
  while ((transfer = g_queue_peek_head (arrived)) != NULL)
    {
      g_queue_unlink (arrived, &transfer->link);
      idr_http_queue_add (&engine->queue, transfer);
    }
}

static void
take_stopped (Engine *engine, GSList *stopped)
{
  for (GSList *item = stopped; item != NULL; item = item->next)
    {
      IdrHttpTransfer *transfer = item->data;
      if (!transfer->finished)
        {
          withdraw (engine, transfer);
          finish (engine, transfer);
        }
      idr_http_transfer_unref (transfer);
    }
  if (stopped != NULL)
    resume (engine);
  g_slist_free (stopped);
}

static void
take_hurried (Engine *engine, GSList *hurried)
{
  for (GSList *item = hurried; item != NULL; item = item->next)
    {
      idr_http_queue_hurry (&engine->queue, item->data);
      idr_http_transfer_unref (item->data);
    }
  g_slist_free (hurried);
}

/* FALSE: the process ends. */
static gboolean
take_mail (Engine *engine)
{
  g_mutex_lock (&engine->lock);
  GQueue arrived = engine->arrived;
  GSList *stopped = g_steal_pointer (&engine->stopped);
  GSList *hurried = g_slist_reverse (g_steal_pointer (&engine->hurried));
  gboolean goes_on = !engine->quits;
  engine->bound = engine->allowed;
  g_queue_init (&engine->arrived);
  engine->asleep = FALSE;
  g_mutex_unlock (&engine->lock);
  take_arrived (engine, &arrived);
  take_hurried (engine, hurried);
  take_stopped (engine, stopped);
  return goes_on;
}

static gboolean
has_room (const Engine *engine)
{
  return engine->running < idr_http_pace_get (&engine->pace, engine->bound)
         && engine->paused.length == 0;
}

static void
launch_all (Engine *engine)
{
  IdrHttpTransfer *transfer;
  while ((transfer = idr_http_queue_take (&engine->queue, has_room (engine))) != NULL)
    launch (engine, transfer);
}

/* Waits, unless there is mail; until then no other thread needs to wake this one. */
static void
wait_and_act (Engine *engine)
{
  gint64 due = idr_http_queue_get_due (&engine->queue);
  g_mutex_lock (&engine->lock);
  engine->asleep = engine->arrived.length == 0 && engine->stopped == NULL && engine->hurried == NULL
                   && !engine->quits;
  gboolean asleep = engine->asleep;
  g_mutex_unlock (&engine->lock);
  idr_http_poller_wait (&engine->poller, asleep ? due : 0);
}

static gpointer
run (gpointer data)
{
  Engine *engine = data;
  sigset_t all;
  /* The host's signals are not for this thread, and a broken pipe is an error like others. */
  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, NULL);
  while (take_mail (engine))
    {
      launch_all (engine);
      idr_http_poller_run_timer (&engine->poller);
      finish_all (engine);
      if (conclude_all (engine))
        continue;
      wait_and_act (engine);
      conclude_all (engine);
    }
  return NULL;
}

/* ---- Beginning and end */

/* At the process's end: libcurl's TLS library takes itself down next, which a running request would
 * not survive. A forked child has no such thread. */
static void
quit (void)
{
  Engine *engine = engine_get ();
  if (engine->process != getpid () || g_thread_self () == engine->thread)
    return;
  g_mutex_lock (&engine->lock);
  engine->quits = TRUE;
  g_mutex_unlock (&engine->lock);
  idr_http_poller_wake (&engine->poller);
  g_thread_join (engine->thread);
}

static Engine *
engine_new (void)
{
  Engine *engine = g_new0 (Engine, 1);
  idr_http_engine_init ();
  g_mutex_init (&engine->lock);
  g_cond_init (&engine->called);
  engine->allowed = CONNECTIONS;
  engine->process = getpid ();
  engine->idle = g_ptr_array_new ();
  idr_http_poller_init (&engine->poller);
  curl_multi_setopt (engine->poller.multi, CURLMOPT_PIPELINING, (glong)CURLPIPE_MULTIPLEX);
  curl_multi_setopt (engine->poller.multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 256L);
  curl_multi_setopt (engine->poller.multi, CURLMOPT_MAXCONNECTS, (glong)KEPT_CONNECTIONS);
  return engine;
}

static Engine *
engine_get (void)
{
  static Engine *the_engine;
  if (g_once_init_enter (&the_engine))
    {
      Engine *engine = engine_new ();
      engine->thread = g_thread_new ("idr-http", run, engine);
      atexit (quit);
      g_once_init_leave (&the_engine, engine);
    }
  return the_engine;
}

void
idr_http_engine_init (void)
{
  static gsize done = 0;
  if (g_once_init_enter (&done))
    {
      if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK)
        g_error ("libcurl does not start");
      g_once_init_leave (&done, 1);
    }
}

/* ---- For other threads */

/* Whether the thread must be woken. It is then left alone by others until it sleeps again. */
static gboolean
take_sleep (Engine *engine)
{
  gboolean asleep = engine->asleep;
  engine->asleep = FALSE;
  return asleep;
}

void
idr_http_engine_start (IdrHttpTransfer *transfer)
{
  Engine *engine = engine_get ();
  idr_http_transfer_ref (transfer);
  g_mutex_lock (&engine->lock);
  g_queue_push_tail_link (&engine->arrived, &transfer->link);
  gboolean asleep = take_sleep (engine);
  g_mutex_unlock (&engine->lock);
  if (asleep)
    idr_http_poller_wake (&engine->poller);
}

void
idr_http_engine_stop (IdrHttpTransfer *transfer)
{
  gboolean asleep = FALSE;
  Engine *engine = engine_get ();
  g_mutex_lock (&engine->lock);
  if (engine->calling == transfer)
    {
      engine->n_waiting++;
      while (g_thread_self () != engine->thread && engine->calling == transfer)
        g_cond_wait (&engine->called, &engine->lock);
      engine->n_waiting--;
    }
  else if (!transfer->finished && !transfer->stopped)
    {
      transfer->stopped = TRUE;
      engine->stopped = g_slist_prepend (engine->stopped, idr_http_transfer_ref (transfer));
      asleep = take_sleep (engine);
    }
  g_mutex_unlock (&engine->lock);
  if (asleep)
    idr_http_poller_wake (&engine->poller);
}

void
idr_http_engine_hurry (IdrHttpTransfer *transfer)
{
  Engine *engine = engine_get ();
  g_mutex_lock (&engine->lock);
  engine->hurried = g_slist_prepend (engine->hurried, idr_http_transfer_ref (transfer));
  gboolean asleep = take_sleep (engine);
  g_mutex_unlock (&engine->lock);
  if (asleep)
    idr_http_poller_wake (&engine->poller);
}

void
idr_http_engine_set_connections (guint connections)
{
  Engine *engine = engine_get ();
  g_mutex_lock (&engine->lock);
  engine->allowed = connections;
  g_mutex_unlock (&engine->lock);
}
