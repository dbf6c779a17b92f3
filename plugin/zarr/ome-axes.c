/* An image's axes: what they are called, and which is which
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome-parse.h"

#include <string.h>

#define MAX_AXES 5

static const gchar order[MAX_AXES][2] = { "t", "c", "z", "y", "x" };

static const gchar *
guess_type (const gchar *name)
{
  if (!g_ascii_strcasecmp (name, "t") || !g_ascii_strcasecmp (name, "time"))
    return "time";
  if (!g_ascii_strcasecmp (name, "c") || !g_ascii_strcasecmp (name, "channel"))
    return "channel";
  if (strlen (name) == 1 && strchr ("zyxZYX", name[0]))
    return "space";
  return "custom";
}

static gboolean
add (IdrOme *ome, const gchar *name, const gchar *type, const gchar *unit, GError **error)
{
  IdrOmeAxis *axis = &ome->axes[ome->n_axes];

  if (!name || !*name)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "axis %d has no name", ome->n_axes);
      return FALSE;
    }
  for (gint i = 0; i < ome->n_axes; i++)
    if (!g_ascii_strcasecmp (ome->axes[i].name, name))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "two axes are called \"%.40s\"",
                     name);
        return FALSE;
      }
  axis->name = g_strdup (name);
  axis->type = g_strdup (type ? type : guess_type (name));
  axis->unit = g_strdup (unit);
  ome->n_axes++;
  return TRUE;
}

static gboolean
check_count (guint n, GError **error)
{
  if (n >= 2 && n <= MAX_AXES)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "it has %u axes, where an image has 2 to %d", n, MAX_AXES);
  return FALSE;
}

/* --- Which is which ---------------------------------------------------------------------- */

static gint *
get_role (IdrOme *ome, gchar letter)
{
  switch (g_ascii_tolower (letter))
    {
    case 't':
      return &ome->t;
    case 'c':
      return &ome->c;
    case 'z':
      return &ome->z;
    case 'y':
      return &ome->y;
    case 'x':
      return &ome->x;
    default:
      return NULL;
    }
}

/* Gives the axis @i the first of @letters that is free. */
static gboolean
assign (IdrOme *ome, gint i, const gchar *letters)
{
  for (; *letters; letters++)
    {
      gint *role = get_role (ome, *letters);

      if (*role >= 0)
        continue;
      *role = i;
      return TRUE;
    }
  return FALSE;
}

/* By name first, then by type, the last in space being x; one that is nothing else takes the
 * channels' place. */
static gboolean
assign_roles (IdrOme *ome, GError **error)
{
  gboolean known[MAX_AXES] = { FALSE };

  ome->t = ome->c = ome->z = ome->y = ome->x = -1;
  for (gint i = 0; i < ome->n_axes; i++)
    {
      const gchar *name = ome->axes[i].name;
      gint *role = name[1] ? NULL : get_role (ome, name[0]);

      known[i] = role && *role < 0;
      if (known[i])
        *role = i;
    }
  for (gint i = ome->n_axes - 1; i >= 0; i--)
    {
      const gchar *type = ome->axes[i].type;

      if (known[i])
        continue;
      known[i] = assign (ome, i,
                         !strcmp (type, "space")  ? "xyz"
                         : !strcmp (type, "time") ? "t"
                                                  : "c");
      if (!known[i])
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "its axis \"%.40s\" is none of t, c, z, y, x", ome->axes[i].name);
          return FALSE;
        }
    }
  if (ome->y >= 0 && ome->x >= 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it has no axis %s",
               ome->y < 0 ? "y" : "x");
  return FALSE;
}

/* --- The list ------------------------------------------------------------------------------- */

/* The name of the coordinate system that the first dataset's first transformation leads to. */
static const gchar *
get_system (JsonObject *multiscale)
{
  JsonObject *dataset = idr_json_object_at (idr_json_array (multiscale, "datasets"), 0);
  JsonArray *list = idr_json_array (dataset, "coordinateTransformations");
  JsonObject *first = idr_json_object_at (list, 0);
  const gchar *name = idr_json_string (first, "output");

  return name ? name : idr_json_string (idr_json_object (first, "output"), "name");
}

JsonArray *
idr_ome_get_axes (JsonObject *multiscale)
{
  JsonArray *systems = idr_json_array (multiscale, "coordinateSystems");
  const gchar *wanted = systems ? get_system (multiscale) : NULL;

  if (!systems || idr_json_array (multiscale, "axes"))
    return idr_json_array (multiscale, "axes");
  for (guint i = 0; wanted && i < json_array_get_length (systems); i++)
    {
      JsonObject *system = idr_json_object_at (systems, i);

      if (!g_strcmp0 (idr_json_string (system, "name"), wanted))
        return idr_json_array (system, "axes");
    }
  return idr_json_array (idr_json_object_at (systems, 0), "axes");
}

gboolean
idr_ome_parse_axes (IdrOme *ome, JsonObject *multiscale, gint n_dims, GError **error)
{
  JsonArray *axes = idr_ome_get_axes (multiscale);
  guint n = axes ? json_array_get_length (axes) : (guint)n_dims;

  if (!check_count (n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      JsonObject *axis = idr_json_object_at (axes, i);
      const gchar *name = axis ? idr_json_string (axis, "name") : idr_json_string_at (axes, i);
      const gchar *unit = idr_json_string (axis, "unit");

      if (!add (ome, axes ? name : order[MAX_AXES - n + i], idr_json_string (axis, "type"),
                unit ? unit : idr_json_string (axis, "units"), error))
        return FALSE;
    }
  return assign_roles (ome, error);
}
