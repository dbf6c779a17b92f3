/* Fuzz target: an archive, its directory and what is in it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "store.h"
#include "target.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define LIMIT (1 << 20)

static gchar *folder, *archive;

static void
remove_folder (void)
{
  g_unlink (archive);
  g_rmdir (folder);
}

static void
make_folder (void)
{
  folder = g_dir_make_tmp ("lamina-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  archive = g_build_filename (folder, "a.zip", NULL);
  atexit (remove_folder);
}

static GBytes *
read_range (IdrStore *store, const gchar *key, gint64 offset, gint64 length)
{
  g_autoptr (IdrFetch) fetch = idr_store_fetch (store, key, offset, length, LIMIT);

  return idr_fetch_wait (fetch, NULL, NULL, NULL);
}

/* A range is a part of the whole. */
static void
read_key (IdrStore *store, const gchar *key)
{
  g_autoptr (GBytes) all = read_range (store, key, 0, 0);
  g_autoptr (GBytes) part = read_range (store, key, 1, 3);
  gsize size = all ? g_bytes_get_size (all) : 0;

  g_assert_cmpuint (size, <=, LIMIT);
  if (!all || !part)
    return;
  g_assert_cmpuint (size, >, 1);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part),
                   (const gchar *)g_bytes_get_data (all, NULL) + 1, MIN (size - 1, 3));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const gchar *const keys[] = { "one", "two", "0/.zarray" }, *const inside[] = { "", "a" };

  if (!folder)
    make_folder ();
  g_assert_true (g_file_set_contents_full (archive, (const gchar *)data, (gssize)size,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      g_autofree gchar *location = g_strconcat (archive, "!/", inside[i], NULL);
      g_autoptr (IdrStore) store = idr_store_new (location, NULL, NULL);

      g_assert_nonnull (store);
      for (gsize k = 0; k < G_N_ELEMENTS (keys); k++)
        read_key (store, keys[k]);
    }
  return 0;
}
