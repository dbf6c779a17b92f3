/* An image's levels: where they lie, and how large their samples are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome-parse.h"

#include <math.h>
#include <string.h>

/* The @i-th of the @n_axes numbers in @list, or @otherwise. */
static gdouble
get_number (JsonArray *list, gint i, gdouble otherwise)
{
  gdouble value = otherwise;

  return idr_json_node_double (json_array_get_element (list, i), &value) ? value : otherwise;
}

static void
scale (IdrOmeLevel *level, gint n_axes, JsonArray *list)
{
  for (gint i = 0; i < n_axes; i++)
    {
      gdouble factor = get_number (list, i, 0), product = level->scale[i] * factor;

      if (!(factor > 0 && product > 0 && isfinite (product)))
        continue;
      level->scale[i] = product;
      level->translation[i] *= factor;
      level->has_scale = TRUE;
    }
}

static void
translate (IdrOmeLevel *level, gint n_axes, JsonArray *list)
{
  for (gint i = 0; i < n_axes; i++)
    level->translation[i] += get_number (list, i, 0);
}

/* No sequence of sequences. */
#define MAX_DEPTH 2

/* Applies @list, in order. Those that do not fit the axes are as good as absent. */
static void
transform (IdrOmeLevel *level, gint n_axes, JsonArray *list, gint depth)
{
  for (guint i = 0; list && depth < MAX_DEPTH && i < json_array_get_length (list); i++)
    {
      JsonObject *one = idr_json_object_at (list, i);
      const gchar *type = idr_json_string (one, "type");
      JsonArray *numbers = type ? idr_json_array (one, type) : NULL;

      if (type && !strcmp (type, "sequence"))
        transform (level, n_axes, idr_json_array (one, "transformations"), depth + 1);
      if (!numbers || json_array_get_length (numbers) != (guint)n_axes)
        continue;
      if (!strcmp (type, "scale"))
        scale (level, n_axes, numbers);
      else if (!strcmp (type, "translation"))
        translate (level, n_axes, numbers);
    }
}

/* Of the dataset first, then of all; but not where that leads to another coordinate system. */
static void
transform_level (IdrOmeLevel *level, gint n_axes, JsonObject *dataset, JsonObject *multiscale)
{
  static const gchar name[] = "coordinateTransformations";

  transform (level, n_axes, idr_json_array (dataset, name), 0);
  if (!idr_json_array (multiscale, "coordinateSystems"))
    transform (level, n_axes, idr_json_array (multiscale, name), 0);
}

gboolean
idr_ome_parse_levels (IdrOme *ome, JsonObject *multiscale, GError **error)
{
  JsonArray *datasets = idr_json_array (multiscale, "datasets");
  guint n = datasets ? json_array_get_length (datasets) : 0;

  if (n == 0 || n > IDR_OME_MAX_LEVELS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "its \"datasets\" are %u, where an image has 1 to %d levels", n,
                   IDR_OME_MAX_LEVELS);
      return FALSE;
    }
  ome->levels = g_new0 (IdrOmeLevel, n);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *dataset = idr_json_object_at (datasets, i);
      const gchar *path = idr_json_string (dataset, "path");
      IdrOmeLevel *level = &ome->levels[i];

      if (!path || !*path)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "dataset %u has no \"path\"", i);
          return FALSE;
        }
      level->path = g_strdup (path);
      ome->n_levels++;
      for (gint d = 0; d < ome->n_axes; d++)
        level->scale[d] = 1;
      transform_level (level, ome->n_axes, dataset, multiscale);
      for (gint d = 0; d < ome->n_axes; d++)
        if (!isfinite (level->translation[d]))
          level->translation[d] = 0;
    }
  return TRUE;
}
