/* What was fetched, kept in a folder: many processes may use it at once, and any of them be killed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "disk-cache.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  MAX_PENDING = 64 << 20, /* bytes that wait to be written */
  NEW_SHARE = 8,          /* of the limit: after so much the folder is looked at again */
  PATIENCE = 2000,        /* milliseconds that the process's end waits for what is to be written */
  ABANDONED = 3600        /* seconds after which an unfinished file is nobody's */
};

#define UNFINISHED ".new-"

struct _IdrDiskCache
{
  gatomicrefcount references;
  gchar *folder;
  guint64 limit;

  GMutex lock; /* for the two below */
  GCond written;
  gsize pending; /* bytes */

  /* ---- the writer's */
  guint64 known, new_bytes; /* in the folder when it was looked at, and since */
  gboolean looked;
};

/* What a file begins with. */
typedef struct
{
  gchar magic[8];
  guint64 size, checksum; /* of the rest; little-endian */
} Header;

static const gchar magic[8] = "lamina1";

IdrDiskCache *
idr_disk_cache_open (const gchar *folder, guint64 limit, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) != 0 || g_access (folder, R_OK | W_OK | X_OK) != 0)
    {
      gint number = errno;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "%s: no folder to keep a cache in: %s", folder, g_strerror (number));
      return NULL;
    }
  IdrDiskCache *cache = g_new0 (IdrDiskCache, 1);
  g_atomic_ref_count_init (&cache->references);
  g_mutex_init (&cache->lock);
  g_cond_init (&cache->written);
  cache->folder = g_strdup (folder);
  cache->limit = limit;
  return cache;
}

static IdrDiskCache *
cache_ref (IdrDiskCache *cache)
{
  g_atomic_ref_count_inc (&cache->references);
  return cache;
}

void
idr_disk_cache_unref (IdrDiskCache *cache)
{
  if (cache == NULL || !g_atomic_ref_count_dec (&cache->references))
    return;
  g_mutex_clear (&cache->lock);
  g_cond_clear (&cache->written);
  g_free (cache->folder);
  g_free (cache);
}

gchar *
idr_disk_cache_get_name (gboolean is_signed, const gchar *url, gint64 offset, gint64 length)
{
  g_autofree gchar *text
      = g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT,
                         is_signed ? "signed" : "anonymous", url, offset, length);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/* FOLDER/ab/abcdef…: no folder gets too many files. */
static gchar *
get_path (const IdrDiskCache *cache, const gchar *name)
{
  const gchar first[] = { name[0], name[1], '\0' };
  return g_build_filename (cache->folder, first, name, NULL);
}

/* Against disks and cut files, not against people. */
static guint64
get_checksum (const gchar *bytes, gsize size)
{
  guint64 sum = G_GUINT64_CONSTANT (14695981039346656037) ^ size;
  for (gsize i = 0; i < size; i += sizeof sum)
    {
      guint64 word = 0;
      memcpy (&word, bytes + i, MIN (sizeof word, size - i));
      sum = (sum ^ GUINT64_FROM_LE (word)) * G_GUINT64_CONSTANT (1099511628211);
      sum ^= sum >> 32;
    }
  return sum;
}

/* ---- Reading */

static gboolean
read_all (gint fd, gpointer bytes, gsize size, gsize offset)
{
  gsize done = 0;
  while (done < size)
    {
      gssize n = pread (fd, (gchar *)bytes + done, size - done, (off_t)(offset + done));
      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      done += n > 0 ? n : 0;
    }
  return TRUE;
}

static GBytes *
read_entry (gint fd)
{
  Header header;
  struct stat about;
  if (fstat (fd, &about) != 0 || !S_ISREG (about.st_mode) || about.st_size < (off_t)sizeof header
      || !read_all (fd, &header, sizeof header, 0))
    return NULL;
  gsize size = about.st_size - sizeof header;
  if (memcmp (header.magic, magic, sizeof magic) != 0 || GUINT64_FROM_LE (header.size) != size)
    return NULL;
  g_autofree gchar *bytes = g_try_malloc (MAX (size, 1));
  if (bytes == NULL || !read_all (fd, bytes, size, sizeof header)
      || get_checksum (bytes, size) != GUINT64_FROM_LE (header.checksum))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

GBytes *
idr_disk_cache_get (IdrDiskCache *cache, const gchar *name)
{
  g_autofree gchar *path = get_path (cache, name);
  gint fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return NULL;
  GBytes *bytes = read_entry (fd);
  if (bytes != NULL)
    futimens (fd, NULL); /* it was used now */
  close (fd);
  return bytes;
}

/* ---- Room */

typedef struct
{
  gchar *path;
  gint64 used; /* nanoseconds */
  guint64 size;
} Entry;

static void
entry_clear (gpointer data)
{
  g_free (((Entry *)data)->path);
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  gint64 one = ((const Entry *)a)->used, other = ((const Entry *)b)->used;
  return (one > other) - (one < other);
}

/* Whether @name is one that get_path() makes: another program's files stay, whatever folder it was
 * that somebody named. */
static gboolean
is_own (const gchar *first, const gchar *name)
{
  return g_str_has_prefix (name, first) && strlen (name) == 64
         && strspn (name, "0123456789abcdef") == 64;
}

/* Adds the entries in the folder @first. What a process that was killed has left goes. */
static void
look_into (const IdrDiskCache *cache, const gchar *first, GArray *entries)
{
  const gchar *name;
  g_autofree gchar *folder = g_build_filename (cache->folder, first, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      GStatBuf about;
      gchar *path = g_build_filename (folder, name, NULL);
      gboolean good = g_lstat (path, &about) == 0 && S_ISREG (about.st_mode);
      if (good && is_own (first, name))
        {
          Entry entry = { path, about.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000), 0 };
          entry.used += about.st_mtim.tv_nsec;
          entry.size = about.st_size;
          g_array_append_val (entries, entry);
          continue;
        }
      if (good && g_str_has_prefix (name, UNFINISHED)
          && about.st_mtim.tv_sec + ABANDONED < g_get_real_time () / G_USEC_PER_SEC)
        g_unlink (path);
      g_free (path);
    }
}

/* Looks at what all processes have written, and where that is too much lets a tenth more go than
 * must. */
static void
make_room (IdrDiskCache *cache)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (entries, entry_clear);
  guint64 total = 0;
  for (guint i = 0; i < 256; i++)
    {
      gchar name[3];
      g_snprintf (name, sizeof name, "%02x", i);
      look_into (cache, name, entries);
    }
  g_array_sort (entries, compare_entries);
  for (guint i = 0; i < entries->len; i++)
    total += g_array_index (entries, Entry, i).size;
  gboolean full = total > cache->limit;
  for (guint i = 0; full && i < entries->len && total > cache->limit / 10 * 9; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      g_unlink (entry->path);
      total -= entry->size;
    }
  cache->known = total;
  cache->new_bytes = 0;
  cache->looked = TRUE;
}

/* ---- Writing */

typedef struct
{
  IdrDiskCache *cache;
  gchar *name;
  GBytes *bytes;
} Task;

static gint n_unwritten; /* tasks of all caches */
static pid_t writer_process;

static gboolean
write_all (gint fd, gconstpointer bytes, gsize size)
{
  gsize done = 0;
  while (done < size)
    {
      gssize n = write (fd, (const gchar *)bytes + done, size - done);
      if (n < 0 && errno != EINTR)
        return FALSE;
      done += n > 0 ? n : 0;
    }
  return TRUE;
}

static gboolean
write_entry (const gchar *path, const gchar *bytes, gsize size)
{
  static gint number = 0;
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autofree gchar *unfinished = g_strdup_printf ("%s/" UNFINISHED "%d-%d", folder, (gint)getpid (),
                                                  g_atomic_int_add (&number, 1));
  Header header
      = { .size = GUINT64_TO_LE (size), .checksum = GUINT64_TO_LE (get_checksum (bytes, size)) };
  memcpy (header.magic, magic, sizeof magic);
  g_mkdir (folder, 0700);
  gint fd = open (unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return FALSE;
  gboolean whole = write_all (fd, &header, sizeof header) && write_all (fd, bytes, size);
  whole = close (fd) == 0 && whole;
  if (whole && g_rename (unfinished, path) == 0)
    return TRUE;
  g_unlink (unfinished);
  return FALSE;
}

static void
run_task (gpointer data, gpointer unused)
{
  gsize size;
  Task *task = data;
  IdrDiskCache *cache = task->cache;
  const gchar *bytes = g_bytes_get_data (task->bytes, &size);
  g_autofree gchar *path = get_path (cache, task->name);
  if (write_entry (path, bytes, size))
    cache->new_bytes += sizeof (Header) + size;
  if (!cache->looked || cache->known + cache->new_bytes > cache->limit
      || cache->new_bytes > cache->limit / NEW_SHARE)
    make_room (cache);
  g_mutex_lock (&cache->lock);
  cache->pending -= size + 1;
  g_cond_broadcast (&cache->written);
  g_mutex_unlock (&cache->lock);
  g_bytes_unref (task->bytes);
  g_free (task->name);
  g_free (task);
  idr_disk_cache_unref (cache);
  g_atomic_int_add (&n_unwritten, -1);
}

/* At the process's end: what a short run has fetched is worth a moment. A forked child has no
 * writer. */
static void
finish_writing (void)
{
  for (guint i = 0; i < PATIENCE && getpid () == writer_process; i++)
    {
      if (g_atomic_int_get (&n_unwritten) == 0)
        return;
      g_usleep (1000);
    }
}

/* One thread writes for all caches, and rests when there is nothing to write. */
static gpointer
make_writer (gpointer unused)
{
  writer_process = getpid ();
  atexit (finish_writing);
  return g_thread_pool_new (run_task, NULL, 1, FALSE, NULL);
}

void
idr_disk_cache_put (IdrDiskCache *cache, const gchar *name, GBytes *bytes)
{
  static GOnce once = G_ONCE_INIT;
  gsize size = g_bytes_get_size (bytes);
  g_mutex_lock (&cache->lock);
  gboolean keeps_up = cache->pending + size < MAX_PENDING && size < cache->limit / 2;
  if (keeps_up)
    cache->pending += size + 1;
  g_mutex_unlock (&cache->lock);
  if (!keeps_up)
    return;
  Task *task = g_new (Task, 1);
  *task = (Task){ cache_ref (cache), g_strdup (name), g_bytes_ref (bytes) };
  g_atomic_int_inc (&n_unwritten);
  g_thread_pool_push (g_once (&once, make_writer, NULL), task, NULL);
}

void
idr_disk_cache_flush (IdrDiskCache *cache)
{
  g_mutex_lock (&cache->lock);
  while (cache->pending > 0)
    g_cond_wait (&cache->written, &cache->lock);
  g_mutex_unlock (&cache->lock);
}
