/* What else the server knows of an image: annotations, the files that it came from, its place on a
 * plate
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "image.h"
#include "server.h"

/* The pairs of one map annotation; what is no pair of texts is passed over. */
static void
take_pairs (JsonArray *pairs, GPtrArray *keys, GPtrArray *values)
{
  const guint n = pairs ? json_array_get_length (pairs) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (pairs, i);
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      const gboolean whole = pair && json_array_get_length (pair) == 2;
      const gchar *key = whole ? idr_json_string_at (pair, 0) : NULL;
      const gchar *value = whole ? idr_json_string_at (pair, 1) : NULL;

      if (key && value)
        {
          g_ptr_array_add (keys, g_strdup (key));
          g_ptr_array_add (values, g_strdup (value));
        }
    }
}

void
idr_omero_image_take_annotations (IdrOmeroImage *image, JsonNode *answer)
{
  JsonArray *annotations = idr_json_array (json_node_get_object (answer), "annotations");
  const guint n = annotations ? json_array_get_length (annotations) : 0;
  GPtrArray *keys = g_ptr_array_new (), *values = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    take_pairs (idr_json_array (idr_json_object_at (annotations, i), "values"), keys, values);
  image->n_annotations = keys->len;
  g_ptr_array_add (keys, NULL);
  g_ptr_array_add (values, NULL);
  image->keys = (gchar **)g_ptr_array_free (keys, FALSE);
  image->values = (gchar **)g_ptr_array_free (values, FALSE);
}

void
idr_omero_image_take_paths (IdrOmeroImage *image, JsonNode *answer)
{
  JsonArray *client = idr_json_array (json_node_get_object (answer), "client");
  const guint n = client ? json_array_get_length (client) : 0;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < n; i++)
    if (idr_json_string_at (client, i))
      g_strv_builder_add (paths, idr_json_string_at (client, i));
  if (n > 0)
    image->client_paths = g_strv_builder_end (paths);
}

/* Which of the well's fields the image is. A well that was never imaged has none. */
static gint
find_field (JsonArray *samples, gint64 id)
{
  const guint n = samples ? json_array_get_length (samples) : 0;

  for (guint i = 0; i < n; i++)
    if (idr_json_int (idr_json_object (idr_json_object_at (samples, i), "Image"), "@id", -1) == id)
      return i;
  return -1;
}

static void
set_well (IdrOmeroImage *image, const gchar *row, gint column)
{
  g_free (image->well);
  g_free (image->well_row);
  image->well = g_strdup_printf ("%s%d", row, column);
  image->well_row = g_strdup (row);
  image->well_column = column;
}

void
idr_omero_image_take_well (IdrOmeroImage *image, JsonNode *answer)
{
  JsonObject *well = idr_omero_data (answer);
  const gint64 row = idr_json_int (well, "Row", -1), column = idr_json_int (well, "Column", -1);
  const gint field = find_field (idr_json_array (well, "WellSamples"), image->id);
  gchar letters[3] = { 0 };

  /* A to ZZ */
  if (row < 0 || row >= 702 || column < 0 || column > G_MAXINT16)
    return;
  letters[0] = row < 26 ? 'A' + row : 'A' + row / 26 - 1;
  letters[1] = row < 26 ? 0 : 'A' + row % 26;
  set_well (image, letters, column + 1);
  if (field >= 0)
    image->field = field;
}

void
idr_omero_image_guess_well (IdrOmeroImage *image)
{
  g_autoptr (GRegex) pattern = g_regex_new ("\\[Well ([A-Z]{1,2})[ -]?0*([1-9][0-9]{0,3})[,;]? "
                                            "Field #?0*([1-9][0-9]{0,4})\\]",
                                            0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree gchar *row = NULL;
  g_autofree gchar *column = NULL;
  g_autofree gchar *field = NULL;

  if (!image->name || !g_regex_match (pattern, image->name, 0, &match))
    return;
  row = g_match_info_fetch (match, 1);
  column = g_match_info_fetch (match, 2);
  field = g_match_info_fetch (match, 3);
  set_well (image, row, (gint)g_ascii_strtoll (column, NULL, 10));
  image->field = (gint)g_ascii_strtoll (field, NULL, 10) - 1;
}
