/* A file that appears whole or not at all
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "draft.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE 65536

struct _IdrDraft
{
  gchar *path;      /* as the user names it, for messages */
  gchar *target;    /* where it really lies */
  gchar *temporary; /* its name until then; NULL: @target is written to, or it was published */
  FILE *file;
};

static gboolean
fail (const gchar *path, gint code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot write \"%s\": %s", path,
               g_strerror (code));
  return FALSE;
}

/* An open file beside @target, whose name is returned in @name. */
static gint
open_beside (const gchar *path, const gchar *target, gchar **name, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (target);
  gint fd;

  *name = g_build_filename (folder, ".lamina-XXXXXX", NULL);
  fd = g_mkstemp_full (*name, O_RDWR | O_CLOEXEC, 0666);
  if (fd >= 0)
    return fd;

  if (errno == ENOENT)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "Cannot write \"%s\": there is no folder \"%s\"; make it first", path, folder);
  else
    fail (path, errno, error);
  g_clear_pointer (name, g_free);
  return -1;
}

IdrDraft *
idr_draft_new (const gchar *path, GError **error)
{
  g_autoptr (IdrDraft) draft = g_new0 (IdrDraft, 1);
  g_autofree gchar *resolved = realpath (path, NULL);
  struct stat status;
  gboolean exists = stat (path, &status) == 0;
  gint fd;

  draft->path = g_strdup (path);
  draft->target = g_strdup (resolved != NULL ? resolved : path);

  if (exists && S_ISDIR (status.st_mode))
    {
      fail (path, EISDIR, error);
      return NULL;
    }
  if (exists && !S_ISREG (status.st_mode))
    {
      fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
      if (fd < 0)
        fail (path, errno, error);
    }
  else
    fd = open_beside (path, draft->target, &draft->temporary, error);
  if (fd < 0)
    return NULL;

  draft->file = fdopen (fd, "w");
  setvbuf (draft->file, NULL, _IOFBF, BUFFER_SIZE);
  return g_steal_pointer (&draft);
}

gboolean
idr_draft_write (IdrDraft *draft, gconstpointer bytes, gsize size, GError **error)
{
  if (size == 0 || fwrite (bytes, 1, size, draft->file) == size)
    return TRUE;
  return fail (draft->path, errno, error);
}

gboolean
idr_draft_publish (IdrDraft *draft, GError **error)
{
  if (fclose (g_steal_pointer (&draft->file)) != 0)
    return fail (draft->path, errno, error);
  if (draft->temporary != NULL && g_rename (draft->temporary, draft->target) != 0)
    return fail (draft->path, errno, error);
  g_clear_pointer (&draft->temporary, g_free);
  return TRUE;
}

void
idr_draft_free (IdrDraft *draft)
{
  g_clear_pointer (&draft->file, fclose);
  if (draft->temporary != NULL)
    g_unlink (draft->temporary);
  g_free (draft->temporary);
  g_free (draft->target);
  g_free (draft->path);
  g_free (draft);
}

gint
idr_draft_open_spool (IdrDraft *draft, GError **error)
{
  g_autofree gchar *elsewhere = g_build_filename (g_get_tmp_dir (), "spool", NULL);
  g_autofree gchar *name = NULL;
  gint fd = open_beside (draft->path, draft->temporary != NULL ? draft->target : elsewhere, &name,
                         error);

  if (fd >= 0)
    g_unlink (name);
  return fd;
}
