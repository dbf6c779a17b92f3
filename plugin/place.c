/* A place where an image may lie, and what its group's metadata makes of it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "place.h"
#include "json.h"

#define MAX_METADATA (16 << 20)

typedef enum
{
  NOTHING,    /* and an error says why */
  IMAGE,      /* a group with multiscales */
  PLATE,      /* wells, and fields in them */
  COLLECTION, /* a folder of images, as bioformats2raw writes it */
} Kind;

struct _IdrPlace
{
  gchar *location;
  IdrStoreOptions options; /* what they point to is the caller's */
  IdrStore *store;         /* NULL: @error says why */
  GError *error;
  IdrFetch *attributes, *v3; /* ".zattrs"; "zarr.json" or NULL */
};

IdrPlace *
idr_place_ask (const gchar *location, const IdrStoreOptions *options, gboolean v3)
{
  IdrPlace *place = g_new0 (IdrPlace, 1);

  place->location = g_strdup (location);
  place->options = *options;
  place->store = idr_store_new (location, options, &place->error);
  if (place->store)
    place->attributes = idr_store_fetch (place->store, ".zattrs", 0, 0, MAX_METADATA);
  if (place->store && v3)
    place->v3 = idr_store_fetch (place->store, "zarr.json", 0, 0, MAX_METADATA);
  return place;
}

void
idr_place_free (IdrPlace *place)
{
  g_clear_pointer (&place->attributes, idr_fetch_unref);
  g_clear_pointer (&place->v3, idr_fetch_unref);
  g_clear_pointer (&place->store, idr_store_unref);
  g_clear_error (&place->error);
  g_free (place->location);
  g_free (place);
}

gboolean
idr_place_is_trouble (const GError *error)
{
  static const GIOErrorEnum answers[]
      = { G_IO_ERROR_NOT_FOUND,     G_IO_ERROR_PERMISSION_DENIED, G_IO_ERROR_INVALID_DATA,
          G_IO_ERROR_NOT_SUPPORTED, G_IO_ERROR_INVALID_ARGUMENT,  G_IO_ERROR_INVALID_FILENAME };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    if (g_error_matches (error, G_IO_ERROR, (gint)answers[i]))
      return FALSE;
  return error != NULL;
}

/* What OME-Zarr says in a group's metadata, of whichever version; borrowed from @node. */
static JsonObject *
get_ome (JsonNode *node, gboolean v3)
{
  JsonObject *root = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  return v3 ? idr_json_object (idr_json_object (root, "attributes"), "ome") : root;
}

static Kind
judge (JsonObject *ome)
{
  if (idr_json_array (ome, "multiscales"))
    return IMAGE;
  if (idr_json_object (ome, "plate"))
    return PLATE;
  return idr_json_int (ome, "bioformats2raw.layout", 0) > 0 ? COLLECTION : NOTHING;
}

/* Waits for the metadata, of Zarr v3 where there is none of v2. */
static GBytes *
wait_metadata (IdrPlace *place, gboolean *v3, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) absent = NULL;
  GBytes *bytes = idr_fetch_wait (place->attributes, NULL, cancellable, &absent);

  *v3 = !bytes && place->v3 && !idr_place_is_trouble (absent);
  if (*v3)
    bytes = idr_fetch_wait (place->v3, NULL, cancellable, NULL);
  if (!bytes && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_propagate_error (error, g_steal_pointer (&absent));
  return bytes;
}

static Kind
find_kind (IdrPlace *place, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) node = NULL;
  gboolean v3;
  Kind kind = NOTHING;

  if (place->store)
    bytes = wait_metadata (place, &v3, cancellable, error);
  else
    g_propagate_error (error, g_error_copy (place->error));
  if (!bytes)
    return NOTHING;
  node = idr_json_parse (bytes, error);
  if (!node)
    g_prefix_error (error, "%s: ", place->location);
  else if ((kind = judge (get_ome (node, v3))) == NOTHING)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s: a group that is no OME-Zarr image", place->location);
  return kind;
}

/* The path of one of the images, in the list that bioformats2raw leaves at @key. */
static gchar *
read_series (IdrPlace *place, const gchar *key, gint series, GCancellable *cancellable)
{
  g_autoptr (GBytes) bytes
      = idr_store_read (place->store, key, MAX_METADATA, NULL, cancellable, NULL);
  g_autoptr (JsonNode) node = bytes ? idr_json_parse (bytes, NULL) : NULL;
  JsonObject *ome = node ? get_ome (node, g_str_has_suffix (key, "zarr.json")) : NULL;
  JsonArray *list = idr_json_array (ome, "series");

  return list && (guint)series < json_array_get_length (list)
             ? g_strdup (idr_json_string_at (list, series))
             : NULL;
}

/* Where image number @series lies: as the list says, by its number where there is none; NULL: not
 * known. */
static gchar *
find_series (IdrPlace *place, Kind kind, gint series, GCancellable *cancellable)
{
  gchar *path = read_series (place, "OME/.zattrs", series, cancellable);

  if (!path && place->v3)
    path = read_series (place, "OME/zarr.json", series, cancellable);
  if (!path && kind == COLLECTION)
    path = g_strdup_printf ("%d", series);
  return path;
}

/* The image at @inner, if there is one. */
static gchar *
find_below (IdrPlace *place, const gchar *inner, GCancellable *cancellable, GError **error)
{
  g_autofree gchar *location = g_strconcat (place->location, "/", inner, NULL);
  g_autoptr (IdrPlace) below = idr_place_ask (location, &place->options, place->v3 != NULL);
  const Kind kind = find_kind (below, cancellable, error);

  if (kind == IMAGE)
    return g_steal_pointer (&location);
  if (kind != NOTHING)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: many images, not one", location);
  return NULL;
}

static gchar *
find_on_plate (IdrPlace *place, const IdrPlaceWish *wish, GCancellable *cancellable, GError **error)
{
  g_autofree gchar *path = NULL;

  if (wish->well)
    return find_below (place, wish->well, cancellable, error);
  path = find_series (place, PLATE, wish->series, cancellable);
  if (path)
    return find_below (place, path, cancellable, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "%s: a plate, and nobody says where on it the image is", place->location);
  return NULL;
}

gchar *
idr_place_find_image (IdrPlace *place, const IdrPlaceWish *wish, GCancellable *cancellable,
                      GError **error)
{
  const Kind kind = find_kind (place, cancellable, error);
  g_autofree gchar *path = NULL;

  if (kind == NOTHING)
    return NULL;
  if ((wish->image && kind == PLATE) || (wish->plate && kind != PLATE))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: %s", place->location,
                   kind == PLATE ? "a plate of that number" : "no plate");
      return NULL;
    }
  if (kind == IMAGE)
    return g_strdup (place->location);
  if (kind == PLATE)
    return find_on_plate (place, wish, cancellable, error);
  path = find_series (place, COLLECTION, wish->series, cancellable);
  return find_below (place, path, cancellable, error);
}
