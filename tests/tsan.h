/* Tells ThreadSanitizer what GLib orders
 *
 * Debian's GLib is not instrumented, and its locks are futexes of its own, so that ThreadSanitizer
 * sees neither them nor its counts of references: without this file, correct code is reported. The
 * build with ThreadSanitizer includes it before everything else; GLib's inline functions then call
 * what is here, too.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once
#if __has_include(<gio/gio.h>) /* not so in meson's own trials */

#define g_mutex_lock tsan_g_mutex_lock
#define g_mutex_trylock tsan_g_mutex_trylock
#define g_mutex_unlock tsan_g_mutex_unlock
#define g_rec_mutex_lock tsan_g_rec_mutex_lock
#define g_rec_mutex_unlock tsan_g_rec_mutex_unlock
#define g_cond_wait tsan_g_cond_wait
#define g_cond_wait_until tsan_g_cond_wait_until
#define g_thread_pool_new tsan_g_thread_pool_new
#define g_thread_pool_push tsan_g_thread_pool_push
#define g_thread_pool_free tsan_g_thread_pool_free
#define g_async_queue_push tsan_g_async_queue_push
#define g_async_queue_pop tsan_g_async_queue_pop
#define g_cancellable_connect tsan_g_cancellable_connect
#define g_cancellable_disconnect tsan_g_cancellable_disconnect
#define g_object_unref tsan_g_object_unref
#define g_bytes_unref tsan_g_bytes_unref
#define g_variant_unref tsan_g_variant_unref
#define g_array_unref tsan_g_array_unref
#define g_atomic_ref_count_dec tsan_g_atomic_ref_count_dec
#define g_atomic_rc_box_release tsan_g_atomic_rc_box_release
#define g_atomic_rc_box_release_full tsan_g_atomic_rc_box_release_full
#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>

/* GLib's headers declare the functions under their new names; each file brings the same
 * definitions. */
#define TSAN_REAL(type, name, parameters) type real_##name parameters __asm__(#name)
#define TSAN_DEFINE __attribute__ ((weak, visibility ("hidden")))

TSAN_REAL (void, g_mutex_lock, (GMutex *));
TSAN_REAL (gboolean, g_mutex_trylock, (GMutex *));
TSAN_REAL (void, g_mutex_unlock, (GMutex *));
TSAN_REAL (void, g_rec_mutex_lock, (GRecMutex *));
TSAN_REAL (void, g_rec_mutex_unlock, (GRecMutex *));
TSAN_REAL (void, g_cond_wait, (GCond *, GMutex *));
TSAN_REAL (gboolean, g_cond_wait_until, (GCond *, GMutex *, gint64));
TSAN_REAL (GThreadPool *, g_thread_pool_new, (GFunc, gpointer, gint, gboolean, GError **));
TSAN_REAL (gboolean, g_thread_pool_push, (GThreadPool *, gpointer, GError **));
TSAN_REAL (void, g_thread_pool_free, (GThreadPool *, gboolean, gboolean));
TSAN_REAL (void, g_async_queue_push, (GAsyncQueue *, gpointer));
TSAN_REAL (gpointer, g_async_queue_pop, (GAsyncQueue *));
TSAN_REAL (gulong, g_cancellable_connect, (GCancellable *, GCallback, gpointer, GDestroyNotify));
TSAN_REAL (void, g_cancellable_disconnect, (GCancellable *, gulong));
TSAN_REAL (void, g_object_unref, (gpointer));
TSAN_REAL (void, g_bytes_unref, (GBytes *));
TSAN_REAL (void, g_variant_unref, (GVariant *));
TSAN_REAL (void, g_array_unref, (GArray *));
TSAN_REAL (gboolean, g_atomic_ref_count_dec, (gatomicrefcount *));
TSAN_REAL (void, g_atomic_rc_box_release, (gpointer));
TSAN_REAL (void, g_atomic_rc_box_release_full, (gpointer, GDestroyNotify));

/* What GLib writes under locks of its own: lists of what is queued, tables of signal handlers. */
void AnnotateIgnoreWritesBegin (const char *file, int line);
void AnnotateIgnoreWritesEnd (const char *file, int line);
#define TSAN_IGNORE_BEGIN() AnnotateIgnoreWritesBegin (__FILE__, __LINE__)
#define TSAN_IGNORE_END() AnnotateIgnoreWritesEnd (__FILE__, __LINE__)

/* GLib's read-write locks make themselves at their first use. */
const char *__tsan_default_suppressions (void);
__attribute__ ((weak, visibility ("default"))) const char *
__tsan_default_suppressions (void)
{
  return "race:g_rw_lock_\n";
}

/* --- Locks ------------------------------------------------------------------- */

TSAN_DEFINE void
g_mutex_lock (GMutex *mutex)
{
  real_g_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

TSAN_DEFINE gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean locked = real_g_mutex_trylock (mutex);

  if (locked)
    __tsan_acquire (mutex);
  return locked;
}

TSAN_DEFINE void
g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  real_g_mutex_unlock (mutex);
}

TSAN_DEFINE void
g_rec_mutex_lock (GRecMutex *mutex)
{
  real_g_rec_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

TSAN_DEFINE void
g_rec_mutex_unlock (GRecMutex *mutex)
{
  __tsan_release (mutex);
  real_g_rec_mutex_unlock (mutex);
}

TSAN_DEFINE void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  real_g_cond_wait (cond, mutex);
  __tsan_acquire (mutex);
}

TSAN_DEFINE gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  __tsan_release (mutex);
  gboolean signalled = real_g_cond_wait_until (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

/* --- What goes from thread to thread ------------------------------------------- */

typedef struct
{
  GFunc func;
  gpointer data;
} TsanPool;

TSAN_DEFINE gchar
    tsan_pools; /* whoever waits for a pool's end comes after all that was done in pools */

static inline void
tsan_pool_call (gpointer item, gpointer data)
{
  TsanPool *pool = data;

  __tsan_acquire (item);
  pool->func (item, pool->data);
  __tsan_release (&tsan_pools);
}

/* A pool lives as long as the program here, and so does what is kept for it. */
TSAN_DEFINE GThreadPool *
g_thread_pool_new (GFunc func, gpointer data, gint max_threads, gboolean exclusive, GError **error)
{
  TsanPool *pool = g_new (TsanPool, 1);

  pool->func = func;
  pool->data = data;
  return real_g_thread_pool_new (tsan_pool_call, pool, max_threads, exclusive, error);
}

TSAN_DEFINE gboolean
g_thread_pool_push (GThreadPool *pool, gpointer item, GError **error)
{
  gboolean pushed;

  __tsan_release (item);
  TSAN_IGNORE_BEGIN ();
  pushed = real_g_thread_pool_push (pool, item, error);
  TSAN_IGNORE_END ();
  return pushed;
}

TSAN_DEFINE void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait)
{
  real_g_thread_pool_free (pool, immediate, wait);
  __tsan_acquire (&tsan_pools);
}

TSAN_DEFINE void
g_async_queue_push (GAsyncQueue *queue, gpointer item)
{
  __tsan_release (queue);
  TSAN_IGNORE_BEGIN ();
  real_g_async_queue_push (queue, item);
  TSAN_IGNORE_END ();
}

TSAN_DEFINE gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer item = real_g_async_queue_pop (queue);

  __tsan_acquire (queue);
  return item;
}

/* --- Cancellation: the handler runs in the thread that cancels ------------------- */

typedef struct
{
  void (*callback) (GCancellable *, gpointer);
  gpointer data;
  GDestroyNotify destroy;
} TsanHandler;

static inline void
tsan_handler_call (GCancellable *cancellable, gpointer data)
{
  TsanHandler *handler = data;

  __tsan_acquire (handler);
  handler->callback (cancellable, handler->data);
  __tsan_release (handler);
  __tsan_release (cancellable);
}

static inline void
tsan_handler_free (gpointer data)
{
  TsanHandler *handler = data;

  __tsan_acquire (handler);
  if (handler->destroy != NULL)
    handler->destroy (handler->data);
  g_free (handler);
}

TSAN_DEFINE gulong
g_cancellable_connect (GCancellable *cancellable, GCallback callback, gpointer data,
                       GDestroyNotify destroy)
{
  TsanHandler *handler = g_new (TsanHandler, 1);
  gulong id;

  handler->callback = (void (*) (GCancellable *, gpointer))callback;
  handler->data = data;
  handler->destroy = destroy;
  __tsan_release (handler);
  TSAN_IGNORE_BEGIN ();
  id = real_g_cancellable_connect (cancellable, G_CALLBACK (tsan_handler_call), handler,
                                   tsan_handler_free);
  TSAN_IGNORE_END ();
  return id;
}

TSAN_DEFINE void
g_cancellable_disconnect (GCancellable *cancellable, gulong id)
{
  TSAN_IGNORE_BEGIN ();
  real_g_cancellable_disconnect (cancellable, id);
  TSAN_IGNORE_END ();
  if (cancellable != NULL)
    __tsan_acquire (cancellable);
}

/* --- References: whoever gives up the last one comes after all the others ------- */

TSAN_DEFINE void
g_object_unref (gpointer object)
{
  gboolean has_handlers = G_IS_CANCELLABLE (object);

  __tsan_release (object);
  __tsan_acquire (object);
  if (has_handlers)
    TSAN_IGNORE_BEGIN ();
  real_g_object_unref (object);
  if (has_handlers)
    TSAN_IGNORE_END ();
}

TSAN_DEFINE void
g_bytes_unref (GBytes *bytes)
{
  if (bytes)
    {
      __tsan_release (bytes);
      __tsan_acquire (bytes);
      real_g_bytes_unref (bytes);
    }
}

TSAN_DEFINE void
g_variant_unref (GVariant *variant)
{
  __tsan_release (variant);
  __tsan_acquire (variant);
  real_g_variant_unref (variant);
}

TSAN_DEFINE void
g_array_unref (GArray *array)
{
  __tsan_release (array);
  __tsan_acquire (array);
  real_g_array_unref (array);
}

TSAN_DEFINE gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  __tsan_release (count);
  __tsan_acquire (count);
  return real_g_atomic_ref_count_dec (count);
}

TSAN_DEFINE void
g_atomic_rc_box_release (gpointer box)
{
  __tsan_release (box);
  __tsan_acquire (box);
  real_g_atomic_rc_box_release (box);
}

TSAN_DEFINE void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  __tsan_release (box);
  __tsan_acquire (box);
  real_g_atomic_rc_box_release_full (box, clear);
}

/* GLib makes its lock of error domains with the first error; that may be two threads' at a time. */
TSAN_DEFINE __attribute__ ((constructor)) void tsan_make_first_error (void);
void
tsan_make_first_error (void)
{
  g_error_free (g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_FAILED, ""));
}
#endif
