/* A group's documents, asked for at once, as each answer may take a while
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome-group.h"
#include "meta.h"

static const gchar *const names[IDR_OME_N_DOCUMENTS]
    = { ".zattrs",        "zarr.json",        ".zarray",   ".zgroup",
        "labels/.zattrs", "labels/zarr.json", ".zmetadata" };

/* A whole plate's documents in one may take longer than those that are needed. */
#define MAX_ZMETADATA ((gsize)4 << 20)

const gchar *
idr_ome_document_get_name (IdrOmeDocument document)
{
  return names[document];
}

void
idr_ome_group_init (IdrOmeGroup *group, IdrStore *store, const gchar *path)
{
  group->store = store;
  group->prefix = *path ? g_strconcat (path, "/", NULL) : g_strdup ("");
  group->uri = idr_store_get_uri (store, *path ? path : NULL);
}

void
idr_ome_group_clear (IdrOmeGroup *group)
{
  g_free (group->prefix);
  g_free (group->uri);
  for (gint i = 0; i < IDR_OME_N_DOCUMENTS; i++)
    {
      g_clear_pointer (&group->fetches[i], idr_fetch_unref);
      g_clear_pointer (&group->bytes[i], g_bytes_unref);
      g_clear_pointer (&group->roots[i], json_node_unref);
    }
  g_clear_error (&group->refusal);
}

gboolean
idr_ome_group_read (IdrOmeGroup *group, gint n, GError **error)
{
  for (gint i = 0; i < n; i++)
    {
      g_autofree gchar *key = g_strconcat (group->prefix, names[i], NULL);

      group->fetches[i] = idr_store_fetch (
          group->store, key, 0, 0, i == IDR_OME_ZMETADATA ? MAX_ZMETADATA : IDR_META_MAX_BYTES);
    }
  for (gint i = 0; i < n; i++)
    {
      g_autoptr (GError) problem = NULL;

      group->bytes[i]
          = idr_fetch_wait (group->fetches[i], group->tally, group->cancellable, &problem);
      if (!problem || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
          || (i == IDR_OME_ZMETADATA
              && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
        continue;
      if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      if (!group->refusal)
        group->refusal = g_steal_pointer (&problem);
    }
  return TRUE;
}

gboolean
idr_ome_group_parse (IdrOmeGroup *group, IdrOmeDocument document, GError **error)
{
  JsonNode *root;

  if (!group->bytes[document])
    return TRUE;
  root = group->roots[document] = idr_json_parse (group->bytes[document], error);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    return TRUE;
  if (root)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is no JSON object");
  g_clear_pointer (&group->roots[document], json_node_unref);
  g_prefix_error (error, "%s/%s: ", group->uri, names[document]);
  return FALSE;
}

JsonObject *
idr_ome_get_attributes (JsonNode *root, IdrOmeDocument document)
{
  JsonObject *object = root ? json_node_get_object (root) : NULL;
  JsonObject *ome;

  if (document != IDR_OME_ZARR_JSON && document != IDR_OME_LABELS_JSON)
    return object;
  object = idr_json_object (object, "attributes");
  ome = idr_json_object (object, "ome");
  return ome ? ome : object;
}

JsonObject *
idr_ome_group_get_attributes (IdrOmeGroup *group, IdrOmeDocument document)
{
  return idr_ome_get_attributes (group->roots[document], document);
}
