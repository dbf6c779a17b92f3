/* Which store the pixels of an IDR image lie in: four routes, one after the other
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "locate.h"
#include "catalogue.h"
#include "place.h"
#include "reference.h"

#define MAX_FOLDERS 1000 /* of one version of OME-Zarr, that are looked into */

typedef struct
{
  gint64 id;
  const IdrOmeroImage *image; /* or NULL */
  gchar *well;                /* where on its plate it is, or NULL */
  const gchar *bucket;
  const gchar *endpoint;
  IdrStoreOptions options;
  GPtrArray *tried; /* what each route that came to nothing came to */
  GPtrArray *odd;   /* those that had something to say */
  gchar *found;     /* the end of the search */
  GCancellable *cancellable;
} Search;

/* @odd: also of interest where another route succeeds. */
static void G_GNUC_PRINTF (3, 4) note (Search *search, gboolean odd, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (odd)
    g_ptr_array_add (search->odd, g_strdup (text));
  g_ptr_array_add (search->tried, g_steal_pointer (&text));
}

/* The routes are FALSE, with an error, where the search must end without a result. */

/* --- What the server says ------------------------------------------------------------ */

/* One place that the server names. If it is not there, whyever, there are other routes. */
static gboolean
try_place (Search *search, const gchar *route, const gchar *location, GError **error)
{
  g_autoptr (IdrPlace) place = idr_place_ask (location, &search->options, TRUE);
  const IdrPlaceWish wish = { .well = search->well, .series = search->image->series };
  g_autoptr (GError) local = NULL;

  search->found = idr_place_find_image (place, &wish, search->cancellable, &local);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (local)
    note (search, TRUE, "%s: %s", route, local->message);
  return TRUE;
}

static gboolean
try_external_info (Search *search, const gchar *lsid, GError **error)
{
  g_autofree gchar *location = lsid ? idr_reference_from_lsid (lsid, search->endpoint) : NULL;
  g_autofree gchar *shown = lsid ? g_strescape (lsid, NULL) : NULL;

  if (location)
    return try_place (search, "external info", location, error);
  if (lsid)
    note (search, TRUE, "external info: \"%.200s\" is no place in a store", shown);
  else
    note (search, FALSE, "external info: the server gives none");
  return TRUE;
}

static gboolean
try_client_paths (Search *search, gchar *const *paths, GError **error)
{
  gboolean several;
  g_autofree gchar *root = idr_reference_from_paths (paths, &several);

  if (root)
    return try_place (search, "client paths", root, error);
  note (search, several, "client paths: they lead into %s",
        several ? "more than one Zarr" : "no Zarr");
  return TRUE;
}

static gboolean
try_server (Search *search, GError **error)
{
  return try_external_info (search, search->image->lsid, error)
         && (search->found || try_client_paths (search, search->image->client_paths, error));
}

/* --- What is known of IDR ------------------------------------------------------------ */

/* IDR's ids mean nothing for images of other servers, which number theirs too. */
static gboolean
knows_ids (Search *search)
{
  const gboolean knows = !search->image || idr_omero_is_idr (search->image->server)
                         || strcmp (search->endpoint, IDR_ENDPOINT) != 0
                         || strcmp (search->bucket, IDR_BUCKET) != 0;

  if (!knows)
    note (search, FALSE, "IDR's catalogue and bucket: not asked, as the image is one of %s",
          search->image->server);
  return knows;
}

static void
add_place (Search *search, GPtrArray *places, const gchar *key, gboolean v3)
{
  g_autofree gchar *location = g_strdup_printf ("s3://%s/%s", search->bucket, key);

  g_ptr_array_add (places, idr_place_ask (location, &search->options, v3));
}

/* The first of @places, all asked already, that has the image. A bucket in trouble ends the search,
 * lest another copy is taken just because one answer was lost. */
static gboolean
take_first (Search *search, GPtrArray *places, const IdrPlaceWish *wish, GError **error)
{
  for (guint i = 0; i < places->len && !search->found; i++)
    {
      IdrPlace *place = g_ptr_array_index (places, i);
      g_autoptr (GError) local = NULL;

      search->found = idr_place_find_image (place, wish, search->cancellable, &local);
      if (idr_place_is_trouble (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

/* The well in the catalogue was chosen by a person; where the server says another, that comes
 * first. */
static void
add_entry (Search *search, GPtrArray *places, const gchar *key)
{
  const gchar *inner = idr_reference_find_end (key);

  if (search->well && inner && *inner && strchr (inner + 1, '/'))
    {
      g_autofree gchar *plate = g_strndup (key, inner - key);
      g_autofree gchar *own = g_strconcat (plate, "/", search->well, NULL);

      if (strcmp (own, key) != 0)
        add_place (search, places, own, TRUE);
    }
  add_place (search, places, key, TRUE);
}

static gboolean
try_catalogue (Search *search, GError **error)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_place_free);
  const IdrPlaceWish wish = { .image = TRUE };
  gsize n;
  const IdrCatalogueEntry *entries = idr_catalogue_find (search->id, &n);

  for (gsize i = 0; i < n; i++)
    add_entry (search, places, entries[i].key);
  if (!take_first (search, places, &wish, error))
    return FALSE;
  if (n == 0)
    note (search, FALSE, "IDR's catalogue: does not list it");
  else if (!search->found)
    note (search, TRUE, "IDR's catalogue: nothing at s3://%s/%s", search->bucket, entries[0].key);
  return TRUE;
}

/* --- The naming rule ----------------------------------------------------------------- */

/* NUMBER.zarr at @prefix and in each of the folders there. */
static void
add_named (Search *search, GPtrArray *places, const gchar *prefix, gchar **names, gint64 number)
{
  g_autofree gchar *direct = g_strdup_printf ("%s%" G_GINT64_FORMAT ".zarr", prefix, number);

  for (gsize i = 0; names && names[i] && i < MAX_FOLDERS; i++)
    if (g_str_has_suffix (names[i], "/") && !g_str_has_suffix (names[i], ".zarr/"))
      {
        g_autofree gchar *key
            = g_strdup_printf ("%s%s%" G_GINT64_FORMAT ".zarr", prefix, names[i], number);

        add_place (search, places, key, FALSE);
      }
  add_place (search, places, direct, FALSE);
}

/* Images are named after their ids, plates after theirs, which may be the same number. */
static gboolean
try_version (Search *search, const gchar *prefix, gchar **names, GError **error)
{
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_place_free);
  g_autoptr (GPtrArray) plates = g_ptr_array_new_with_free_func ((GDestroyNotify)idr_place_free);
  const IdrPlaceWish image = { .image = TRUE };
  const IdrPlaceWish on_plate = { .plate = TRUE, .well = search->well };

  add_named (search, images, prefix, names, search->id);
  if (search->well && search->image->plate_id > 0)
    add_named (search, plates, prefix, names, search->image->plate_id);
  return take_first (search, images, &image, error)
         && take_first (search, plates, &on_plate, error);
}

static gboolean
try_naming_rule (Search *search, GError **error)
{
  static const gchar *const prefixes[] = { "zarr/v0.4/", "zarr/v0.3/", "zarr/v0.2/", "zarr/v0.1/" };
  g_autofree gchar *root = g_strdup_printf ("s3://%s", search->bucket);
  g_autoptr (IdrStore) bucket = idr_store_new (root, &search->options, error);
  gboolean listed = TRUE;

  if (!bucket)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes) && !search->found; i++)
    {
      g_autoptr (GError) local = NULL;
      g_auto (GStrv) names = idr_store_list (bucket, prefixes[i], search->cancellable, &local);

      if (idr_place_is_trouble (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      listed = listed && (names || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
      if (!try_version (search, prefixes[i], names, error))
        return FALSE;
    }
  if (!search->found)
    note (search, FALSE,
          "naming rule: no %" G_GINT64_FORMAT ".zarr in the folders of s3://%s/zarr%s", search->id,
          search->bucket, listed ? "" : ", which cannot be listed");
  return TRUE;
}

static gboolean
try_idr (Search *search, GError **error)
{
  return try_catalogue (search, error) && (search->found || try_naming_rule (search, error));
}

/* --- All routes ---------------------------------------------------------------------- */

static void
set_not_found (Search *search, GError **error)
{
  g_ptr_array_add (search->tried, NULL);

  g_autofree gchar *all = g_strjoinv ("; ", (gchar **)search->tried->pdata);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "image %" G_GINT64_FORMAT ": no OME-Zarr of it was found, give its URL instead: %s",
               search->id, all);
}

gchar *
idr_locate (gint64 id, const IdrOmeroImage *image, const IdrLocateOptions *options, gchar ***notes,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) tried = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) odd = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *well = idr_reference_build_well (image);
  Search search = {
    .id = id,
    .image = image,
    .well = well,
    .bucket = options->bucket ? options->bucket : IDR_BUCKET,
    .endpoint = options->endpoint ? options->endpoint : IDR_ENDPOINT,
    .options = { .endpoint = options->endpoint,
                 .region = options->region,
                 .anonymous = options->anonymous,
                 .profile = options->profile },
    .tried = tried,
    .odd = odd,
    .cancellable = cancellable,
  };
  const gboolean ok = (!image || try_server (&search, error))
                      && (search.found || !knows_ids (&search) || try_idr (&search, error));

  if (ok && !search.found)
    set_not_found (&search, error);
  if (notes && search.found && odd->len > 0)
    {
      g_ptr_array_add (odd, NULL);
      *notes = (gchar **)g_ptr_array_steal (odd, NULL);
    }
  else if (notes)
    *notes = NULL;
  return search.found;
}
