/* Files of a folder that appear all together or not at all
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "stage.h"

#include <errno.h>
#include <glib/gstdio.h>

struct _IdrStage
{
  gchar *name;     /* of the folder, as the user has it, for messages */
  gchar *folder;   /* the same, absolute */
  gchar *hidden;   /* a folder in it, NULL: none yet */
  GPtrArray *made; /* the folders that had to be made, the outermost first */
};

static gboolean
fail (const IdrStage *stage, gint code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
               "Cannot write into the folder \"%s\": %s", stage->name, g_strerror (code));
  return FALSE;
}

/* Makes @folder and those that it lies in, and remembers which. */
static gboolean
make_folders (IdrStage *stage, const gchar *folder, GError **error)
{
  g_autofree gchar *parent = NULL;

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  parent = g_path_get_dirname (folder);
  if (!g_str_equal (parent, folder) && !make_folders (stage, parent, error))
    return FALSE;
  if (g_mkdir (folder, 0777) == 0)
    g_ptr_array_add (stage->made, g_strdup (folder));
  else if (errno != EEXIST || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    return fail (stage, errno == EEXIST ? ENOTDIR : errno, error);
  return TRUE;
}

IdrStage *
idr_stage_new (const gchar *folder, GError **error)
{
  g_autoptr (IdrStage) stage = g_new0 (IdrStage, 1);

  stage->name = g_strdup (folder);
  stage->folder = g_canonicalize_filename (folder, NULL);
  stage->made = g_ptr_array_new_with_free_func (g_free);
  if (!make_folders (stage, stage->folder, error))
    return NULL;
  stage->hidden = g_build_filename (stage->folder, ".lamina-XXXXXX", NULL);
  if (g_mkdtemp_full (stage->hidden, 0777) == NULL)
    {
      fail (stage, errno, error);
      g_clear_pointer (&stage->hidden, g_free);
      return NULL;
    }
  return g_steal_pointer (&stage);
}

gchar *
idr_stage_get_path (IdrStage *stage, const gchar *name)
{
  return g_build_filename (stage->hidden, name, NULL);
}

gboolean
idr_stage_publish (IdrStage *stage, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (stage->hidden, 0, error);
  const gchar *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *from = idr_stage_get_path (stage, name);
      g_autofree gchar *to = g_build_filename (stage->folder, name, NULL);

      if (g_rename (from, to) != 0)
        return fail (stage, errno, error);
    }
  g_ptr_array_set_size (stage->made, 0);
  return TRUE;
}

static void
empty (IdrStage *stage)
{
  g_autoptr (GDir) dir = g_dir_open (stage->hidden, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = idr_stage_get_path (stage, name);

      g_unlink (path);
    }
}

void
idr_stage_free (IdrStage *stage)
{
  if (stage->hidden != NULL)
    {
      empty (stage);
      g_rmdir (stage->hidden);
    }
  for (guint i = stage->made->len; i > 0; i--)
    g_rmdir (stage->made->pdata[i - 1]);
  g_ptr_array_unref (stage->made);
  g_free (stage->hidden);
  g_free (stage->folder);
  g_free (stage->name);
  g_free (stage);
}
