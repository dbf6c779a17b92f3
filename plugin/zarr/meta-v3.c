/* Zarr v3's array metadata: "zarr.json"
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"
#include "meta.h"

#include <string.h>

gboolean
idr_extension_parse (IdrExtension *extension, JsonNode *node, const gchar *what, GError **error)
{
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  extension->name = idr_json_string (object, "name");
  extension->configuration = idr_json_object (object, "configuration");
  if (node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    extension->name = json_node_get_string (node);
  return extension->name
         || idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA, "its \"%s\" has no name", what);
}

/* What is not known must be understood, unless it says that it need not. */
static gboolean
check_members (JsonObject *object, GError **error)
{
  static const gchar *const known[]
      = { "zarr_format",        "node_type", "shape",      "data_type",  "chunk_grid",
          "chunk_key_encoding", "codecs",    "fill_value", "attributes", "storage_transformers",
          "dimension_names",    NULL };
  g_autoptr (GList) names = json_object_get_members (object);
  JsonArray *transformers = idr_json_array (object, "storage_transformers");

  for (GList *link = names; link; link = link->next)
    {
      JsonObject *other = idr_json_object (object, link->data);
      JsonNode *must = other ? json_object_get_member (other, "must_understand") : NULL;

      if (g_strv_contains (known, link->data)
          || (must && json_node_get_value_type (must) == G_TYPE_BOOLEAN
              && !json_node_get_boolean (must)))
        continue;
      return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                              "its member \"%.40s\" is not known, and must be understood",
                              (const gchar *)link->data);
    }
  if (transformers && json_array_get_length (transformers) > 0)
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                            "its \"storage_transformers\" cannot be read");
  return TRUE;
}

static gboolean
parse_grid (IdrMeta *meta, JsonObject *object, GError **error)
{
  IdrExtension grid;

  if (!idr_extension_parse (&grid, json_object_get_member (object, "chunk_grid"), "chunk_grid",
                            error))
    return FALSE;
  if (strcmp (grid.name, "regular") != 0)
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                            "its chunk grid \"%.40s\" cannot be read", grid.name);
  if (!idr_meta_parse_shape (meta, idr_json_array (object, "shape"),
                             idr_json_array (grid.configuration, "chunk_shape"), error))
    return FALSE;
  for (gint d = 0; d < meta->info.n_dims; d++)
    meta->order[d] = d;
  return TRUE;
}

static gboolean
parse_keys (IdrMeta *meta, JsonObject *object, GError **error)
{
  IdrExtension keys;
  const gchar *separator;

  if (!idr_extension_parse (&keys, json_object_get_member (object, "chunk_key_encoding"),
                            "chunk_key_encoding", error))
    return FALSE;
  if (strcmp (keys.name, "default") != 0 && strcmp (keys.name, "v2") != 0)
    return idr_meta_refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                            "its chunk key encoding \"%.40s\" cannot be read", keys.name);
  meta->is_prefixed = keys.name[0] == 'd';
  separator = idr_json_string (keys.configuration, "separator");
  if (!separator)
    separator = meta->is_prefixed ? "/" : ".";
  if (strcmp (separator, ".") != 0 && strcmp (separator, "/") != 0)
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA,
                            "its separator \"%.40s\" is neither \".\" nor \"/\"", separator);
  meta->separator = separator[0];
  return TRUE;
}

static gboolean
parse_type (IdrMeta *meta, JsonObject *object, GError **error)
{
  IdrExtension type;

  if (!idr_extension_parse (&type, json_object_get_member (object, "data_type"), "data_type", error)
      || !idr_dtype_parse_name (&meta->dtype, type.name, error))
    return FALSE;
  if (!json_object_has_member (object, "fill_value"))
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA, "it has no \"fill_value\"");
  meta->info.dtype = g_strdup (type.name);
  meta->info.pixel = meta->dtype.pixel;
  return idr_dtype_parse_fill (&meta->dtype, json_object_get_member (object, "fill_value"),
                               meta->fill, error);
}

gboolean
idr_meta_parse_v3 (IdrMeta *meta, GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) root = idr_json_parse (bytes, error);
  JsonObject *object;
  const gchar *node_type;

  if (!root)
    return FALSE;
  object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  if (idr_json_int (object, "zarr_format", 0) != 3)
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA, "its \"zarr_format\" is not 3");
  node_type = idr_json_string (object, "node_type");
  if (!node_type || strcmp (node_type, "array") != 0)
    return idr_meta_refuse (error, G_IO_ERROR_INVALID_DATA, "its \"node_type\" is not \"array\"");
  meta->info.zarr_format = 3;
  return check_members (object, error) && parse_grid (meta, object, error)
         && parse_keys (meta, object, error) && parse_type (meta, object, error)
         && idr_meta_parse_codecs (meta, idr_json_array (object, "codecs"), error)
         && idr_meta_check (meta, error);
}
