/* Zarr v3's array metadata: "zarr.json"
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"
#include "meta.h"

#include <string.h>

/* What may be extended has a name, and perhaps a configuration; the name alone will do. */
typedef struct
{
  const gchar *name;
  JsonObject *configuration; /* or NULL */
} Extension;

G_GNUC_PRINTF (3, 4)
static gboolean
refuse (GError **error, gint code, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_IO_ERROR, code, text);
  return FALSE;
}

static gboolean
parse_extension (Extension *extension, JsonNode *node, const gchar *what, GError **error)
{
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  extension->name = idr_json_string (object, "name");
  extension->configuration = idr_json_object (object, "configuration");
  if (node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    extension->name = json_node_get_string (node);
  return extension->name || refuse (error, G_IO_ERROR_INVALID_DATA, "its \"%s\" has no name", what);
}

/* --- Codecs -------------------------------------------------------------------------- */

/* Each dimension of a transposed chunk is one that was there before. */
static gboolean
transpose (IdrMeta *meta, const Extension *codec, GError **error)
{
  JsonArray *list = idr_json_array (codec->configuration, "order");
  gint n = meta->info.n_dims, order[IDR_ARRAY_MAX_DIMS];
  gboolean seen[IDR_ARRAY_MAX_DIMS] = { FALSE };
  gboolean ok = list && json_array_get_length (list) == (guint)n;

  for (gint i = 0; ok && i < n; i++)
    {
      gint64 d = -1;

      ok = idr_json_node_int (json_array_get_element (list, i), &d) && d >= 0 && d < n && !seen[d];
      if (ok)
        {
          seen[d] = TRUE;
          order[i] = meta->order[d];
        }
    }
  if (!ok)
    return refuse (error, G_IO_ERROR_INVALID_DATA,
                   "the \"order\" of its codec \"%s\" is no permutation", codec->name);
  memcpy (meta->order, order, n * sizeof *order);
  return TRUE;
}

static gboolean
parse_endian (IdrMeta *meta, const Extension *codec, GError **error)
{
  const gchar *endian = idr_json_string (codec->configuration, "endian");
  gboolean big = endian && !strcmp (endian, "big");

  if (meta->dtype.size > 1 && !big && (!endian || strcmp (endian, "little") != 0))
    return refuse (error, G_IO_ERROR_INVALID_DATA,
                   "the \"endian\" of its codec \"%s\" is neither \"little\" nor \"big\"",
                   codec->name);
  meta->dtype.swap = meta->dtype.size > 1 && big == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  return TRUE;
}

static gboolean
add_step (IdrMeta *meta, const Extension *codec, GString *shown, GError **error)
{
  const gchar *inner = idr_json_string (codec->configuration, "cname");
  const gchar *name = codec->name;

  if (g_str_has_prefix (name, "numcodecs."))
    name += strlen ("numcodecs.");
  if (meta->n_steps == IDR_META_MAX_STEPS)
    return refuse (error, G_IO_ERROR_NOT_SUPPORTED, "it has too many codecs: \"%.40s\" is one more",
                   name);
  meta->steps[meta->n_steps] = idr_codec_find (name, error);
  if (!meta->steps[meta->n_steps])
    return FALSE;
  g_string_append_printf (shown, "%s%s", shown->len ? "+" : "", name);
  if (inner)
    g_string_append_printf (shown, "/%.40s", inner);
  meta->n_steps++;
  return TRUE;
}

/* From array to array, then once from array to bytes, then from bytes to bytes. */
static gboolean
parse_codecs (IdrMeta *meta, JsonObject *object, GError **error)
{
  JsonArray *codecs = idr_json_array (object, "codecs");
  guint n = codecs ? json_array_get_length (codecs) : 0;
  g_autoptr (GString) shown = g_string_new (NULL);
  gboolean in_bytes = FALSE, ok = TRUE;

  for (guint i = 0; ok && i < n; i++)
    {
      Extension codec;

      if (!parse_extension (&codec, json_array_get_element (codecs, i), "codecs", error))
        return FALSE;
      if (in_bytes)
        ok = add_step (meta, &codec, shown, error);
      else if (!strcmp (codec.name, "transpose"))
        ok = transpose (meta, &codec, error);
      else if (!strcmp (codec.name, "bytes"))
        in_bytes = ok = parse_endian (meta, &codec, error);
      else
        ok = refuse (error, G_IO_ERROR_NOT_SUPPORTED, "its codec \"%.40s\" cannot be read",
                     codec.name);
    }
  if (ok && !in_bytes)
    ok = refuse (error, G_IO_ERROR_INVALID_DATA, "its \"codecs\" have none that makes bytes");
  meta->info.codec = g_strdup (shown->len ? shown->str : "none");
  return ok;
}

/* --- The rest -------------------------------------------------------------------------- */

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
      return refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                     "its member \"%.40s\" is not known, and must be understood",
                     (const gchar *)link->data);
    }
  if (transformers && json_array_get_length (transformers) > 0)
    return refuse (error, G_IO_ERROR_NOT_SUPPORTED, "its \"storage_transformers\" cannot be read");
  return TRUE;
}

static gboolean
parse_grid (IdrMeta *meta, JsonObject *object, GError **error)
{
  Extension grid;

  if (!parse_extension (&grid, json_object_get_member (object, "chunk_grid"), "chunk_grid", error))
    return FALSE;
  if (strcmp (grid.name, "regular") != 0)
    return refuse (error, G_IO_ERROR_NOT_SUPPORTED, "its chunk grid \"%.40s\" cannot be read",
                   grid.name);
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
  Extension keys;
  const gchar *separator;

  if (!parse_extension (&keys, json_object_get_member (object, "chunk_key_encoding"),
                        "chunk_key_encoding", error))
    return FALSE;
  if (strcmp (keys.name, "default") != 0 && strcmp (keys.name, "v2") != 0)
    return refuse (error, G_IO_ERROR_NOT_SUPPORTED,
                   "its chunk key encoding \"%.40s\" cannot be read", keys.name);
  meta->is_prefixed = keys.name[0] == 'd';
  separator = idr_json_string (keys.configuration, "separator");
  if (!separator)
    separator = meta->is_prefixed ? "/" : ".";
  if (strcmp (separator, ".") != 0 && strcmp (separator, "/") != 0)
    return refuse (error, G_IO_ERROR_INVALID_DATA,
                   "its separator \"%.40s\" is neither \".\" nor \"/\"", separator);
  meta->separator = separator[0];
  return TRUE;
}

static gboolean
parse_type (IdrMeta *meta, JsonObject *object, GError **error)
{
  Extension type;

  if (!parse_extension (&type, json_object_get_member (object, "data_type"), "data_type", error)
      || !idr_dtype_parse_name (&meta->dtype, type.name, error))
    return FALSE;
  if (!json_object_has_member (object, "fill_value"))
    return refuse (error, G_IO_ERROR_INVALID_DATA, "it has no \"fill_value\"");
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
    return refuse (error, G_IO_ERROR_INVALID_DATA, "its \"zarr_format\" is not 3");
  node_type = idr_json_string (object, "node_type");
  if (!node_type || strcmp (node_type, "array") != 0)
    return refuse (error, G_IO_ERROR_INVALID_DATA, "its \"node_type\" is not \"array\"");
  meta->info.zarr_format = 3;
  return check_members (object, error) && parse_grid (meta, object, error)
         && parse_keys (meta, object, error) && parse_type (meta, object, error)
         && parse_codecs (meta, object, error) && idr_meta_check (meta, error);
}
