/* Whether server and store speak of the same image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"
#include "opened.h"

#include <string.h>

/* The type that OMERO calls @name, or -1: the same names as NumPy's but for two. */
static gint
find_pixel (const gchar *name)
{
  if (strcmp (name, "float") == 0)
    return IDR_PIXEL_F32;
  if (strcmp (name, "double") == 0)
    return IDR_PIXEL_F64;
  for (gint pixel = IDR_PIXEL_U8; pixel <= IDR_PIXEL_F64; pixel++)
    if (strcmp (name, idr_pixel_get_name (pixel)) == 0)
      return pixel;
  return -1;
}

static gint64
get_extent (const IdrArrayInfo *info, gint axis)
{
  return axis >= 0 ? info->shape[axis] : 1;
}

static gchar *
describe (gint64 x, gint64 y, gint64 z, gint64 c, gint64 t, const gchar *type)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT " pixels, z %" G_GINT64_FORMAT
                          ", c %" G_GINT64_FORMAT ", t %" G_GINT64_FORMAT " of %s",
                          x, y, z, c, t, type);
}

gboolean
idr_opened_agree (const IdrOpened *opened, GError **error)
{
  const IdrOmeroImage *server = opened->omero;
  const IdrOme *ome = opened->ome;
  const IdrArrayInfo *info;
  g_autofree gchar *said = NULL, *found = NULL;
  gint64 x, y, z, c, t;
  gint pixel;

  /* The server tells of the finest level only. */
  if (server == NULL || opened->arrays[0] == NULL)
    return TRUE;

  info = idr_array_get_info (opened->arrays[0]);
  x = get_extent (info, ome->x), y = get_extent (info, ome->y), z = get_extent (info, ome->z);
  c = get_extent (info, ome->c), t = get_extent (info, ome->t);
  pixel = server->type != NULL ? find_pixel (server->type) : -1;
  if (server->size_x == x && server->size_y == y && server->size_z == z && server->size_c == c
      && server->size_t == t && (pixel < 0 || pixel == (gint)info->pixel))
    return TRUE;

  said = describe (server->size_x, server->size_y, server->size_z, server->size_c, server->size_t,
                   server->type != NULL ? server->type : "a type unknown");
  found = describe (x, y, z, c, t, idr_pixel_get_name (info->pixel));
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA,
               "%s says that image %" G_GINT64_FORMAT " has %s, but %s holds %s; to read that all "
               "the same, give its address as the location",
               server->server, server->id, said, opened->location, found);
  return FALSE;
}
