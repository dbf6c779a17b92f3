/* Groups that are no image, but hold some: what to open instead
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome-parse.h"

#define SHOWN 3

/* "@uri/a/0, @uri/b/0, … (5 in all)": the paths in @list, each a string or an object's "path". */
static gchar *
list_paths (JsonArray *list, const gchar *uri, const gchar *suffix)
{
  GString *text = g_string_new (NULL);
  guint n = json_array_get_length (list), shown = 0;

  for (guint i = 0; i < n && shown < SHOWN; i++)
    {
      JsonObject *object = idr_json_object_at (list, i);
      const gchar *path = object ? idr_json_string (object, "path") : idr_json_string_at (list, i);

      if (path && *path)
        g_string_append_printf (text, "%s%s/%.80s%s", shown++ ? ", " : "", uri, path, suffix);
    }
  if (n > shown)
    g_string_append_printf (text, "%s\342\200\246 (%u in all)", shown ? ", " : "", n);
  return g_string_free (text, FALSE);
}

static gboolean
refuse (const gchar *uri, const gchar *what, JsonArray *list, const gchar *suffix, GError **error)
{
  g_autofree gchar *paths = list_paths (list, uri, suffix);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s is %s, not one image%s%s", uri,
               what, *paths ? ": open " : ", and names none", paths);
  return TRUE;
}

gboolean
idr_ome_refuse_collection (JsonObject *attributes, JsonArray *series, const gchar *uri,
                           GError **error)
{
  JsonArray *wells = idr_json_array (idr_json_object (attributes, "plate"), "wells");
  JsonArray *images = idr_json_array (idr_json_object (attributes, "well"), "images");
  JsonArray *labels = idr_json_array (attributes, "labels");

  if (wells)
    return refuse (uri, "a plate of wells", wells, "/0", error);
  if (images)
    return refuse (uri, "a well with its fields", images, "", error);
  if (series)
    return refuse (uri, "a collection of images", series, "", error);
  if (labels)
    return refuse (uri, "a list of label images", labels, "", error);
  if (!attributes || !json_object_has_member (attributes, "bioformats2raw.layout"))
    return FALSE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "%s is a collection of images, not one image: open %s/0, %s/1\342\200\246", uri, uri,
               uri);
  return TRUE;
}
