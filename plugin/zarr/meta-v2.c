/* Zarr v2's array metadata: ".zarray"
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "json.h"
#include "meta.h"

#include <string.h>

/* The member @name where it is there and not null. */
static JsonNode *
get_member (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
refuse (const gchar *what, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

static gboolean
parse_dtype (IdrMeta *meta, JsonObject *object, GError **error)
{
  const gchar *text = idr_json_string (object, "dtype");

  if (idr_json_array (object, "dtype"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "its samples are structures, where an image has integers or floats");
      return FALSE;
    }
  if (!text)
    return refuse ("it has no \"dtype\"", error);
  if (!idr_dtype_parse (&meta->dtype, text, error))
    return FALSE;
  meta->info.dtype = g_strdup (text);
  meta->info.pixel = meta->dtype.pixel;
  return TRUE;
}

static gboolean
parse_layout (IdrMeta *meta, JsonObject *object, GError **error)
{
  const gchar *order = get_member (object, "order") ? idr_json_string (object, "order") : "C";
  const gchar *separator = get_member (object, "dimension_separator")
                               ? idr_json_string (object, "dimension_separator")
                               : ".";
  gint n = meta->info.n_dims;

  if (!order || (strcmp (order, "C") != 0 && strcmp (order, "F") != 0))
    return refuse ("its \"order\" is neither \"C\" nor \"F\"", error);
  if (!separator || (strcmp (separator, ".") != 0 && strcmp (separator, "/") != 0))
    return refuse ("its \"dimension_separator\" is neither \".\" nor \"/\"", error);
  for (gint d = 0; d < n; d++)
    meta->order[d] = order[0] == 'C' ? d : n - 1 - d;
  meta->separator = separator[0];
  return TRUE;
}

static gboolean
add_step (IdrMeta *meta, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  const gchar *id = idr_json_string (configuration, "id");

  if (!id)
    return refuse ("its codecs are not all objects with an \"id\"", error);
  if (meta->n_steps == IDR_META_MAX_STEPS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "it has too many codecs: \"%.40s\" is one more", id);
      return FALSE;
    }
  return idr_step_init (&meta->steps[meta->n_steps++], id, configuration, dtype, error);
}

static gboolean
parse_filters (IdrMeta *meta, JsonObject *object, GError **error)
{
  JsonArray *filters = idr_json_array (object, "filters");
  guint n = filters ? json_array_get_length (filters) : 0;
  IdrDtype dtype = meta->dtype;

  if (get_member (object, "filters") && !filters)
    return refuse ("its \"filters\" are no list", error);
  for (guint i = 0; i < n; i++)
    {
      if (!add_step (meta, idr_json_object_at (filters, i), &dtype, error))
        return FALSE;
      if (idr_codec_is_filter (meta->steps[i].codec))
        dtype = meta->steps[i].stored;
    }
  return TRUE;
}

/* Filters first, then what compresses their bytes; people are shown the latter. */
static gboolean
parse_compressor (IdrMeta *meta, JsonObject *object, GError **error)
{
  JsonObject *compressor = idr_json_object (object, "compressor");
  const gchar *id = idr_json_string (compressor, "id");
  const gchar *inner = idr_json_string (compressor, "cname");

  if (!get_member (object, "compressor"))
    {
      meta->info.codec = g_strdup ("none");
      return TRUE;
    }
  if (!id)
    return refuse ("its \"compressor\" is neither null nor an object with an \"id\"", error);
  meta->info.codec
      = inner ? g_strdup_printf ("%.40s/%.40s", id, inner) : g_strdup_printf ("%.40s", id);
  return add_step (meta, compressor, &meta->dtype, error);
}

gboolean
idr_meta_parse_v2 (IdrMeta *meta, GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) root = idr_json_parse (bytes, error);
  JsonObject *object;

  if (!root)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (root))
    return refuse ("it is no JSON object", error);
  object = json_node_get_object (root);
  if (idr_json_int (object, "zarr_format", 0) != 2)
    return refuse ("its \"zarr_format\" is not 2", error);
  meta->info.zarr_format = 2;
  return idr_meta_parse_shape (meta, idr_json_array (object, "shape"),
                               idr_json_array (object, "chunks"), error)
         && parse_dtype (meta, object, error) && parse_layout (meta, object, error)
         && parse_filters (meta, object, error) && parse_compressor (meta, object, error)
         && idr_dtype_parse_fill (&meta->dtype, json_object_get_member (object, "fill_value"),
                                  meta->fill, error)
         && idr_meta_check (meta, error);
}
