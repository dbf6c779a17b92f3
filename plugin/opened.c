/* An opened image, shared by all who open the same
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "opened.h"

#include "cache.h"
#include "lamina.h"
#include "locate.h"

#include <string.h>

/* How many images stay open when nobody reads them. */
#define MAX_OPENED 64

gint
idr_opened_get_n_fields (const IdrOpened *opened)
{
  return opened->chosen->n_paths;
}

static gint
count_arrays (const IdrOpened *opened)
{
  return opened->ome->n_levels * opened->chosen->n_paths;
}

static void
opened_clear (gpointer data)
{
  IdrOpened *opened = data;

  for (gint i = 0; opened->arrays != NULL && i < count_arrays (opened); i++)
    {
      g_clear_pointer (&opened->arrays[i], idr_array_unref);
      g_clear_error (&opened->problems[i]);
    }
  for (gint i = 0; opened->fields != NULL && i < opened->chosen->n_paths; i++)
    g_clear_pointer (&opened->fields[i], idr_ome_free);
  g_free (opened->fields);
  g_free (opened->arrays);
  g_free (opened->problems);
  g_clear_pointer (&opened->ome, idr_ome_free);
  g_clear_pointer (&opened->chosen, idr_ome_chosen_free);
  g_clear_pointer (&opened->store, idr_store_unref);
  g_clear_pointer (&opened->omero, idr_omero_image_free);
  g_strfreev (opened->notes);
  g_free (opened->location);
}

void
idr_opened_unref (IdrOpened *opened)
{
  g_atomic_rc_box_release_full (opened, opened_clear);
}

/* --- Levels ---------------------------------------------------------------------------- */

static gchar *
join (const gchar *image, const gchar *path)
{
  return g_strconcat (image, *image != '\0' && *path != '\0' ? "/" : "", path, NULL);
}

/* All fields are alike, or they would not follow each other in one image. */
static gboolean
is_like (IdrArray *array, IdrArray *first)
{
  const IdrArrayInfo *one = idr_array_get_info (first), *info = idr_array_get_info (array);

  return info->pixel == one->pixel && info->n_dims == one->n_dims
         && memcmp (info->shape, one->shape, (gsize)one->n_dims * sizeof *one->shape) == 0;
}

IdrArray *
idr_opened_get_array (const IdrOpened *opened, gint field, gint level, GError **error)
{
  gint i = field * opened->ome->n_levels + level;
  IdrArray *array = opened->arrays[i], *first = opened->arrays[level];

  if (array != NULL && (first == NULL || is_like (array, first)))
    return array;
  if (array != NULL)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                 "%s: field %s differs in size or type from field %s: read it by itself",
                 opened->location, opened->chosen->paths[field], opened->chosen->paths[0]);
  else
    g_propagate_error (error, g_error_copy (opened->problems[i]));
  return NULL;
}

/* The array as the image's own metadata have it, where they do, and where that is right. */
static IdrArray *
open_known (const IdrOpened *opened, const IdrOme *ome, gint level, const gchar *path)
{
  const gchar *metadata = ome->levels[level].metadata;
  IdrArray *array
      = metadata != NULL ? idr_array_open_known (opened->store, path, metadata, NULL) : NULL;

  if (array != NULL && idr_array_get_info (array)->n_dims != ome->n_axes)
    g_clear_pointer (&array, idr_array_unref);
  return array;
}

/* The array of @level of the image at @image, which @ome describes. */
static IdrArray *
open_array (const IdrOpened *opened, const gchar *image, const IdrOme *ome, gint level,
            GCancellable *cancellable, GError **error)
{
  g_autofree gchar *path = join (image, ome->levels[level].path);
  IdrArray *array = open_known (opened, ome, level, path);

  if (array == NULL)
    array = idr_array_open (opened->store, path, NULL, cancellable, error);
  if (array != NULL && idr_array_get_info (array)->n_dims != ome->n_axes)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA,
                   "array %s: it has %d dimensions, and the image's metadata tells of %d axes",
                   path, idr_array_get_info (array)->n_dims, ome->n_axes);
      g_clear_pointer (&array, idr_array_unref);
    }
  return array;
}

/* Whether the axes of @ome mean the same, in the same order, as those of the first field. */
static gboolean
has_axes_of (const IdrOme *ome, const IdrOme *first)
{
  return ome->n_axes == first->n_axes && ome->t == first->t && ome->c == first->c
         && ome->z == first->z && ome->y == first->y && ome->x == first->x;
}

/* What a field but the first says of itself: its arrays need not be called what the first's are. */
static gboolean
open_field (gint64 i, gpointer data, LaminaJob *job, GError **error)
{
  IdrOpened *opened = data;
  gint field = (gint)i + 1, n_levels = opened->ome->n_levels;
  const gchar *image = opened->chosen->paths[field];
  g_autoptr (GError) problem = NULL;
  g_autoptr (IdrOme) ome = idr_ome_open (opened->store, image, NULL, G_CANCELLABLE (job), &problem);

  if (ome != NULL && !has_axes_of (ome, opened->ome))
    g_set_error (&problem, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                 "%s: field %s has other axes than field %s: read it by itself", opened->location,
                 image, opened->chosen->paths[0]);
  if (problem != NULL)
    g_clear_pointer (&ome, idr_ome_free);
  for (gint level = 0; level < n_levels; level++)
    if (ome == NULL)
      opened->problems[field * n_levels + level] = g_error_copy (problem);
    else if (level >= ome->n_levels)
      g_set_error (&opened->problems[field * n_levels + level], LAMINA_ERROR,
                   LAMINA_ERROR_UNSUPPORTED,
                   "%s: field %s has no level %d, which field %s has: read it by itself",
                   opened->location, image, level, opened->chosen->paths[0]);
  opened->fields[field] = g_steal_pointer (&ome);
  return TRUE;
}

/* A level that cannot be opened is no reason not to read another. */
static gboolean
open_level (gint64 i, gpointer data, LaminaJob *job, GError **error)
{
  IdrOpened *opened = data;
  gint field = (gint)i / opened->ome->n_levels, level = (gint)i % opened->ome->n_levels;
  const IdrOme *ome = field == 0 ? opened->ome : opened->fields[field];

  if (opened->problems[i] == NULL)
    opened->arrays[i] = open_array (opened, opened->chosen->paths[field], ome, level,
                                    G_CANCELLABLE (job), &opened->problems[i]);
  return TRUE;
}

static void
cancel_job (GCancellable *cancellable, gpointer job)
{
  g_cancellable_cancel (job);
}

/* Opens all arrays side by side, after the fields that they lie in: each one takes a round trip to
 * the store. */
static gboolean
open_arrays (IdrOpened *opened, GCancellable *cancellable, GError **error)
{
  gint n = count_arrays (opened);
  g_autoptr (LaminaJob) job = lamina_job_new (MIN (n, 16));
  gulong handler = 0;
  gboolean done;

  opened->fields = g_new0 (IdrOme *, opened->chosen->n_paths);
  opened->arrays = g_new0 (IdrArray *, n);
  opened->problems = g_new0 (GError *, n);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancel_job), job, NULL);
  done = lamina_job_run (job, opened->chosen->n_paths - 1, open_field, opened, error)
         && lamina_job_run (job, n, open_level, opened, error);
  g_cancellable_disconnect (cancellable, handler);
  return done && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* --- An image -------------------------------------------------------------------------------- */

static gboolean
is_id (const gchar *location)
{
  gsize length = strlen (location);

  return length > 0 && length <= 18 && strspn (location, "0123456789") == length;
}

/* Adds @more to what is to be told. */
static void
add_notes (IdrOpened *opened, gchar **more)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (more == NULL)
    return;
  if (opened->notes != NULL)
    g_strv_builder_addv (builder, (const char **)opened->notes);
  g_strv_builder_addv (builder, (const char **)more);
  g_strfreev (opened->notes);
  opened->notes = g_strv_builder_end (builder);
}

/* Asks the server for the image of an id, and finds the store that it lies in. */
static gboolean
look_up (IdrOpened *opened, const IdrAddress *address, const IdrStoreOptions *options,
         GCancellable *cancellable, GError **error)
{
  gint64 id = g_ascii_strtoll (address->location, NULL, 10);
  IdrLocateOptions where = { .endpoint = options->endpoint,
                             .bucket = address->bucket[0] != '\0' ? address->bucket : NULL,
                             .region = options->region,
                             .anonymous = options->anonymous,
                             .profile = options->profile };
  g_auto (GStrv) notes = NULL;

  if (address->server[0] != '\0')
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (IdrOmeroLogin) login = idr_omero_login_find (address->server, &problem);

      if (problem != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      opened->omero
          = idr_omero_read (address->server, login, id, &opened->notes, cancellable, error);
      if (opened->omero == NULL)
        return FALSE;
    }
  opened->location = idr_locate (id, opened->omero, &where, &notes, cancellable, error);
  add_notes (opened, notes);
  return opened->location != NULL;
}

/* A private bucket that is named without an endpoint is not at IDR, whose endpoint is the default,
 * but where the AWS tools are set up to look. */
static gboolean
has_endpoint (const IdrAddress *address)
{
  return address->endpoint[0] != '\0'
         && (address->anonymous || is_id (address->location)
             || !g_str_equal (address->endpoint, IDR_ENDPOINT));
}

static IdrStoreOptions
get_options (const IdrAddress *address)
{
  return (IdrStoreOptions){ .endpoint = has_endpoint (address) ? address->endpoint : NULL,
                            .region = address->region[0] != '\0' ? address->region : NULL,
                            .anonymous = address->anonymous,
                            .profile = address->profile[0] != '\0' ? address->profile : NULL,
                            .cache = address->cache[0] != '\0' ? address->cache : NULL,
                            .cache_limit = address->cache_limit };
}

/* Opens the image at the root, as most are, or else the one in there that is meant. */
static gboolean
choose_image (IdrOpened *opened, const IdrOmeChoice *choice, GCancellable *cancellable,
              GError **error)
{
  g_autoptr (GError) problem = NULL;
  const gchar *path;

  if (idr_ome_choice_is_empty (choice))
    opened->ome = idr_ome_open (opened->store, "", NULL, cancellable, &problem);
  if (problem != NULL && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (opened->ome != NULL)
    {
      opened->chosen = idr_ome_chosen_new ("");
      return TRUE;
    }
  opened->chosen = idr_ome_choose (opened->store, choice, NULL, cancellable, error);
  if (opened->chosen == NULL)
    return FALSE;
  path = opened->chosen->paths[0];
  if (problem != NULL && *path == '\0')
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  add_notes (opened, opened->chosen->notes);
  g_free (opened->location);
  opened->location = idr_store_get_uri (opened->store, path);
  opened->ome = idr_ome_open (opened->store, path, NULL, cancellable, error);
  return opened->ome != NULL;
}

/* What is no folder has no metadata that could be missed. */
static gboolean
check_folder (const IdrOpened *opened, GError **error)
{
  const gchar *path = opened->location;

  if (!idr_store_is_local (opened->store) || strstr (path, ".zip!") != NULL
      || g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (g_str_has_suffix (path, ".zip") && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "%s is an archive: name what is in it, as in %s!/image.zarr", path, path);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 g_file_test (path, G_FILE_TEST_EXISTS) ? "%s is a file, not the folder of a Zarr"
                                                        : "there is no folder %s",
                 path);
  return FALSE;
}

static IdrOpened *
open_image (const IdrAddress *address, GCancellable *cancellable, GError **error)
{
  g_autoptr (IdrOpened) opened = g_atomic_rc_box_new0 (IdrOpened);
  IdrStoreOptions options = get_options (address);

  if (!is_id (address->location))
    opened->location = g_strdup (address->location);
  else if (!look_up (opened, address, &options, cancellable, error))
    return NULL;

  opened->store = idr_store_new (opened->location, &options, error);
  if (opened->store == NULL)
    return NULL;
  g_free (opened->location);
  opened->location = idr_store_get_uri (opened->store, NULL);

  if (!check_folder (opened, error) || !choose_image (opened, &address->choice, cancellable, error)
      || !open_arrays (opened, cancellable, error) || !idr_opened_agree (opened, error))
    return NULL;
  return g_steal_pointer (&opened);
}

/* --- Sharing ------------------------------------------------------------------------- */

static gpointer
make_opened (GBytes *key, gpointer data, gsize *size, GCancellable *cancellable, GError **error)
{
  *size = 1;
  return open_image (data, cancellable, error);
}

static gpointer
make_cache (gpointer unused)
{
  return idr_cache_new (MAX_OPENED, g_atomic_rc_box_acquire, (GDestroyNotify)idr_opened_unref);
}

/* What tells one opened image from another, and with whose rights. NULL on @error. */
static GBytes *
make_key (const IdrAddress *address, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (IdrOmeroLogin) login = NULL;
  g_autofree gchar *text = NULL, *series = NULL;
  const IdrStoreOptions options = get_options (address);
  g_autofree gchar *rights = idr_store_get_identity (&options, error);
  gsize length;

  if (rights == NULL)
    return NULL;
  if (is_id (address->location) && address->server[0] != '\0')
    login = idr_omero_login_find (address->server, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  series = g_strdup_printf ("%d", address->choice.series);
  text = g_strjoin ("\n", address->location, address->server, address->endpoint, address->bucket,
                    address->region, rights, address->cache, address->choice.well,
                    address->choice.field, series, login != NULL ? login->user : "", NULL);
  length = strlen (text);
  return g_bytes_new_take (g_steal_pointer (&text), length);
}

/* Whether what lies at @address may change under our eyes, or makes no sense at all. */
static gboolean
is_private (const IdrAddress *address)
{
  IdrStoreOptions options = get_options (address);
  g_autoptr (IdrStore) store = NULL;

  if (is_id (address->location))
    return FALSE;
  store = idr_store_new (address->location, &options, NULL);
  return store == NULL || idr_store_is_local (store);
}

IdrOpened *
idr_opened_get (const IdrAddress *address, GCancellable *cancellable, GError **error)
{
  static GOnce once = G_ONCE_INIT;
  g_autoptr (GBytes) key = NULL;
  IdrAddress copy = *address;

  if (is_private (address))
    return open_image (address, cancellable, error);

  key = make_key (address, error);
  if (key == NULL)
    return NULL;
  return idr_cache_get (g_once (&once, make_cache, NULL), key, make_opened, &copy, cancellable,
                        error);
}
