/* Fuzz target: where a server says that an image lies, and what a location means
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reference.h"
#include "store.h"
#include "target.h"

static void
open_store (const gchar *location)
{
  const IdrStoreOptions options = { .endpoint = "https://s3.example.org:8080/", .anonymous = TRUE };
  const IdrStoreOptions *const all[] = { NULL, &options };

  for (gsize i = 0; location && i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (IdrStore) store = idr_store_new (location, all[i], &error);
      g_autofree gchar *root = store ? idr_store_get_uri (store, NULL) : NULL;
      g_autofree gchar *uri = store ? idr_store_get_uri (store, "0/.zarray") : NULL;

      g_assert_true (store ? g_str_has_suffix (uri, "0/.zarray") : error != NULL);
      g_assert_true (!store || idr_store_is_local (store) || g_str_has_prefix (root, "http"));
    }
}

static void
refer (gchar *text)
{
  static const gchar *const endpoints[] = { "https://livingobjects.ebi.ac.uk", "http://h:80" };
  g_auto (GStrv) paths = g_strsplit (text, "\n", -1);
  gboolean several;
  g_autofree gchar *root = idr_reference_from_paths (paths, &several);
  const gchar *end = idr_reference_find_end (text);

  g_assert_false (root && several);
  g_assert_true (!end || (end > text && end <= text + strlen (text)));
  for (gsize i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      g_autofree gchar *location = idr_reference_from_lsid (text, endpoints[i]);

      open_store (location);
    }
  open_store (root);
  open_store (text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = size ? g_strndup ((const gchar *)data, size) : g_strdup ("");

  refer (text);
  return 0;
}
