/* A folder as a store: regular files only, read by whoever waits first
 *
 * The folder is the user's own, so symbolic links are followed; a FIFO or a device, which could
 * block or do something, is refused.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "backend.h"
#include "fetch.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  MAX_NAMES = 1 << 20 /* of one listing */
};

typedef struct
{
  IdrStore store;
  gchar *folder;
} FileStore;

static gchar *
get_path (IdrStore *store, const gchar *key)
{
  return g_build_filename (((FileStore *)store)->folder, key, NULL);
}

/* The system's own words, after the name. */
static void
set_errno (GError **error, const gchar *path, gint number)
{
  gint code = number == ENOTDIR ? G_IO_ERROR_NOT_FOUND : (gint)g_io_error_from_errno (number);
  g_set_error (error, G_IO_ERROR, code, "%s: %s", path, g_strerror (number));
}

/* An open regular file and what is known of it. */
static gint
open_file (const gchar *path, struct stat *about, GError **error)
{
  gint fd;
  do
    fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  while (fd < 0 && errno == EINTR);
  if (fd >= 0 && fstat (fd, about) == 0 && S_ISREG (about->st_mode))
    return fd;
  gint number = errno;
  if (fd < 0)
    set_errno (error, path, number == ENXIO ? EINVAL : number);
  else if (S_ISDIR (about->st_mode))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: a folder, not a file", path);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s: not a regular file", path);
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
read_all (gint fd, gchar *bytes, gsize size, gint64 offset, const gchar *path, GError **error)
{
  gsize done = 0;
  while (done < size)
    {
      gssize n = pread (fd, bytes + done, size - done, offset + done);
      if (n > 0)
        done += n;
      else if (n == 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "%s: became shorter while it was read", path);
          return FALSE;
        }
      else if (errno != EINTR)
        {
          set_errno (error, path, errno);
          return FALSE;
        }
    }
  return TRUE;
}

static GBytes *
read_range (const IdrFetch *fetch, gint fd, gint64 size, const gchar *path, GError **error)
{
  gint64 first, n;
  if (!idr_fetch_get_range (fetch, size, path, &first, &n, error))
    return NULL;
  g_autofree gchar *bytes = g_try_malloc (MAX (n, 1));
  if (bytes == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%s: no memory for its bytes", path);
      return NULL;
    }
  if (!read_all (fd, bytes, n, first, path, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), n);
}

static void
file_store_start (IdrStore *store, IdrFetch *fetch)
{
}

static void
file_store_read (IdrStore *store, IdrFetch *fetch)
{
  struct stat about;
  GError *error = NULL;
  GBytes *bytes = NULL;
  g_autofree gchar *path = get_path (store, fetch->key);
  gint fd = open_file (path, &about, &error);
  if (fd >= 0)
    {
      bytes = read_range (fetch, fd, about.st_size, path, &error);
      close (fd);
    }
  idr_fetch_finish (fetch, bytes, error, 0);
}

static gboolean
file_store_is_local (IdrStore *store)
{
  return TRUE;
}

/* A folder or a regular file; what is neither has no bytes to offer and is left out. */
static mode_t
get_kind (gint folder, const struct dirent *entry)
{
  struct stat about;
  if (entry->d_type == DT_REG || entry->d_type == DT_DIR)
    return entry->d_type == DT_DIR ? S_IFDIR : S_IFREG;
  if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
    return 0;
  return fstatat (folder, entry->d_name, &about, 0) == 0 ? about.st_mode & S_IFMT : 0;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *)a, *(gchar *const *)b);
}

static gboolean
read_names (DIR *directory, GPtrArray *names, const gchar *path, GCancellable *cancellable,
            GError **error)
{
  struct dirent *entry;
  while (errno = 0, (entry = readdir (directory)) != NULL)
    {
      mode_t kind
          = idr_store_check_key (entry->d_name, NULL) ? get_kind (dirfd (directory), entry) : 0;
      if (kind == S_IFDIR || kind == S_IFREG)
        g_ptr_array_add (names, g_strconcat (entry->d_name, kind == S_IFDIR ? "/" : NULL, NULL));
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (names->len > MAX_NAMES)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: more than %d names in one folder",
                       path, MAX_NAMES);
          return FALSE;
        }
    }
  if (errno != 0)
    set_errno (error, path, errno);
  return errno == 0;
}

static gchar **
file_store_list (IdrStore *store, const gchar *prefix, GCancellable *cancellable, GError **error)
{
  g_autofree gchar *path = get_path (store, prefix);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  DIR *directory = opendir (path);
  if (directory == NULL)
    {
      set_errno (error, path, errno);
      return NULL;
    }
  gboolean read = read_names (directory, names, path, cancellable, error);
  closedir (directory);
  if (!read)
    return NULL;
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (gchar **)g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static void
file_store_free (IdrStore *store)
{
  g_free (((FileStore *)store)->folder);
  g_free (store);
}

static const IdrStoreBackend file_store_backend = {
  .start = file_store_start,
  .read = file_store_read,
  .get_uri = get_path,
  .is_local = file_store_is_local,
  .list = file_store_list,
  .free = file_store_free,
};

IdrStore *
idr_file_store_new (const gchar *folder)
{
  FileStore *store = g_new0 (FileStore, 1);
  store->store.backend = &file_store_backend;
  g_atomic_ref_count_init (&store->store.references);
  store->folder = g_canonicalize_filename (folder, NULL);
  return &store->store;
}
