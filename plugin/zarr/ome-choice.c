/* Which image of a plate, or of a collection of images, is meant
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome-choice.h"
#include "ome-group.h"
#include "ome-parse.h"

#include <string.h>

/* Neither rows nor columns are more than this: a plate has 48 at most. */
#define MAX_SIDE 1024

static void
take_path (IdrOmeChosen *chosen, gchar *path)
{
  chosen->n_paths = 1;
  chosen->paths = g_new0 (gchar *, 2);
  chosen->paths[0] = path;
}

IdrOmeChosen *
idr_ome_chosen_new (const gchar *path)
{
  IdrOmeChosen *chosen = g_new0 (IdrOmeChosen, 1);

  take_path (chosen, g_strdup (path));
  return chosen;
}

void
idr_ome_chosen_free (IdrOmeChosen *chosen)
{
  g_strfreev (chosen->paths);
  g_strfreev (chosen->rows);
  g_strfreev (chosen->columns);
  g_strfreev (chosen->wells);
  g_strfreev (chosen->notes);
  g_free (chosen->well);
  g_free (chosen);
}

gboolean
idr_ome_choice_is_empty (const IdrOmeChoice *choice)
{
  return !*choice->well && !*choice->field && choice->series < 0;
}

typedef struct
{
  IdrStore *store;
  const IdrOmeChoice *choice;
  IdrTally *tally;
  GCancellable *cancellable;
  IdrOmeChosen *chosen;
} Search;

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError **error, const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_clear_error (error);
  if (error)
    *error = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* The only note. */
G_GNUC_PRINTF (2, 3)
static void
note (IdrOmeChosen *chosen, const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  chosen->notes = g_new0 (gchar *, 2);
  chosen->notes[0] = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

/* The attributes of the group at @path, as @group holds them; NULL without an error: it has none.
 */
static JsonObject *
read_attributes (const Search *search, IdrOmeGroup *group, const gchar *path, GError **error)
{
  JsonObject *attributes;

  idr_ome_group_init (group, search->store, path);
  group->tally = search->tally;
  group->cancellable = search->cancellable;
  if (!idr_ome_group_read (group, IDR_OME_N_ATTRIBUTES, error)
      || !idr_ome_group_parse (group, IDR_OME_ZATTRS, error)
      || !idr_ome_group_parse (group, IDR_OME_ZARR_JSON, error))
    return NULL;
  attributes = idr_ome_group_get_attributes (group, IDR_OME_ZARR_JSON);
  return attributes && (!group->roots[IDR_OME_ZATTRS] || json_object_get_size (attributes) > 0)
             ? attributes
             : idr_ome_group_get_attributes (group, IDR_OME_ZATTRS);
}

static const gchar *
get_path (JsonArray *list, guint i)
{
  JsonObject *object = idr_json_object_at (list, i);

  return object ? idr_json_string (object, "path") : idr_json_string_at (list, i);
}

static guint
get_length (JsonArray *list)
{
  return list ? MIN (json_array_get_length (list), IDR_OME_MAX_NAMES) : 0;
}

/* --- A well's fields ------------------------------------------------------------------------ */

static gchar *
join (const gchar *folder, const gchar *path)
{
  return *folder ? g_strconcat (folder, "/", path, NULL) : g_strdup (path);
}

/* The @i-th field of @images, or all of them where @i is -1. */
static gboolean
take_fields (const Search *search, const gchar *well, JsonArray *images, gint i, GError **error)
{
  guint n = get_length (images);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint k = 0; k < n; k++)
    {
      const gchar *path = get_path (images, k);

      if (!path || !*path)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "well %s: its field %u has no \"path\"", well, k);
          return FALSE;
        }
      if (i < 0 || (guint)i == k)
        g_ptr_array_add (paths, join (well, path));
    }
  search->chosen->n_paths = (gint)paths->len;
  g_ptr_array_add (paths, NULL);
  search->chosen->paths = (gchar **)g_ptr_array_steal (paths, NULL);
  return TRUE;
}

static gboolean
choose_field (const Search *search, const gchar *well, JsonObject *attributes, GError **error)
{
  JsonArray *images = idr_json_array (idr_json_object (attributes, "well"), "images");
  const gchar *field = search->choice->field;
  guint n = get_length (images);
  guint64 i = 0;

  if (!n)
    {
      g_autofree gchar *uri = idr_store_get_uri (search->store, *well ? well : NULL);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is a well without fields", uri);
      return FALSE;
    }
  if (!strcmp (field, "all"))
    return take_fields (search, well, images, -1, error);
  if (*field && !g_ascii_string_to_unsigned (field, 10, 0, n - 1, &i, NULL))
    return refuse (error,
                   n == 1 ? "field=%.40s does not exist: well %s has field=0 only"
                          : "field=%.40s does not exist: well %s has field=0 to field=%u, or all",
                   field, well, n - 1);
  return take_fields (search, well, images, (gint)i, error);
}

/* --- A plate's wells -------------------------------------------------------------------------- */

static gchar **
get_names (JsonArray *list)
{
  guint n = MIN (get_length (list), MAX_SIDE);
  gchar **names = g_new0 (gchar *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const gchar *name = idr_json_string (idr_json_object_at (list, i), "name");

      names[i] = g_strdup (name ? name : "");
    }
  return names;
}

static gint64
find_name (gchar **names, const gchar *name)
{
  for (gint i = 0; names[i]; i++)
    if (!strcmp (names[i], name))
      return i;
  return -1;
}

/* Puts the well at @path, "B/3", into its place in the grid: as it says itself, or else by its
 * path. */
static void
put_well (IdrOmeChosen *chosen, JsonObject *well, const gchar *path)
{
  gint64 n_rows = g_strv_length (chosen->rows), n_columns = g_strv_length (chosen->columns);
  g_auto (GStrv) names = g_strsplit (path, "/", 2);
  gint64 row = idr_json_int (well, "rowIndex", -1), column = idr_json_int (well, "columnIndex", -1);

  if (row < 0 && names[0])
    row = find_name (chosen->rows, names[0]);
  if (column < 0 && names[0] && names[1])
    column = find_name (chosen->columns, names[1]);
  if (row < 0 || row >= n_rows || column < 0 || column >= n_columns)
    return;
  g_free (chosen->wells[row * n_columns + column]);
  chosen->wells[row * n_columns + column] = g_strdup (path);
}

static void
make_grid (IdrOmeChosen *chosen, JsonObject *plate)
{
  JsonArray *wells = idr_json_array (plate, "wells");
  guint n;

  chosen->rows = get_names (idr_json_array (plate, "rows"));
  chosen->columns = get_names (idr_json_array (plate, "columns"));
  n = g_strv_length (chosen->rows) * g_strv_length (chosen->columns);
  chosen->wells = g_new0 (gchar *, n + 1);
  for (guint i = 0; i < n; i++)
    chosen->wells[i] = g_strdup ("");
  for (guint i = 0; i < get_length (wells); i++)
    {
      const gchar *path = get_path (wells, i);

      if (path && *path)
        put_well (chosen, idr_json_object_at (wells, i), path);
    }
}

/* The path of the well that is wanted, or of the first in the grid, or in the list. */
static const gchar *
find_well (const Search *search, JsonArray *wells, GError **error)
{
  const gchar *wanted = search->choice->well;

  for (gchar **path = search->chosen->wells; !*wanted && *path; path++)
    if (**path)
      return *path;
  for (guint i = 0; i < get_length (wells); i++)
    {
      const gchar *path = get_path (wells, i);

      if (path && *path && (!*wanted || !strcmp (path, wanted)))
        return path;
    }
  if (*wanted)
    refuse (error, "well=%.40s does not exist: the plate has %u wells, such as %.40s", wanted,
            get_length (wells),
            get_length (wells) && get_path (wells, 0) ? get_path (wells, 0) : "none");
  else
    {
      g_autofree gchar *uri = idr_store_get_uri (search->store, NULL);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is a plate without wells", uri);
    }
  return NULL;
}

static gboolean
choose_well (const Search *search, JsonObject *plate, GError **error)
{
  JsonArray *wells = idr_json_array (plate, "wells");
  g_auto (IdrOmeGroup) group = { NULL };
  JsonObject *attributes;
  const gchar *well;

  make_grid (search->chosen, plate);
  well = find_well (search, wells, error);
  if (!well)
    return FALSE;
  search->chosen->well = g_strdup (well);
  if (!*search->choice->well)
    note (search->chosen, "this is well %s of a plate of %u; well=ROW/COLUMN chooses another", well,
          get_length (wells));
  attributes = read_attributes (search, &group, well, error);
  return (attributes || !*error) && choose_field (search, well, attributes, error);
}

/* --- A collection of images ------------------------------------------------------------------- */

static gboolean
choose_series (const Search *search, GError **error)
{
  g_auto (IdrOmeGroup) group = { NULL };
  gint wanted = search->choice->series;
  const gchar *path;
  JsonArray *list;
  guint n;

  list = idr_json_array (read_attributes (search, &group, "OME", NULL), "series");
  n = get_length (list);
  if (g_cancellable_set_error_if_cancelled (search->cancellable, error))
    return FALSE;
  if (n && wanted >= (gint)n)
    return refuse (error, "series=%d does not exist: there is series=0 to series=%u", wanted,
                   n - 1);
  /* Without a list they are called 0, 1, 2... */
  path = n ? get_path (list, (guint)MAX (wanted, 0)) : NULL;
  take_path (search->chosen, path ? g_strdup (path) : g_strdup_printf ("%d", MAX (wanted, 0)));
  if (wanted < 0 && n != 1)
    note (search->chosen,
          n ? "this is the first of %u images; series=0 to series=%u choose one"
            : "this is the first of a collection of images; series=1 chooses the second, if there "
              "is one",
          n, n - 1);
  return TRUE;
}

/* --- What there is ------------------------------------------------------------------- */

static gboolean
choose_image (const Search *search, GError **error)
{
  const IdrOmeChoice *choice = search->choice;

  if (!idr_ome_choice_is_empty (choice))
    {
      g_autofree gchar *uri = idr_store_get_uri (search->store, NULL);

      return refuse (error, "%s is given, but %s is not %s",
                     *choice->well    ? "well="
                     : *choice->field ? "field="
                                      : "series=",
                     uri,
                     *choice->well    ? "a plate"
                     : *choice->field ? "a plate or a well"
                                      : "a collection of images");
    }
  take_path (search->chosen, g_strdup (""));
  return TRUE;
}

static gboolean
choose (const Search *search, JsonObject *attributes, GError **error)
{
  const IdrOmeChoice *choice = search->choice;
  JsonObject *plate = idr_json_object (attributes, "plate");

  if (plate && choice->series < 0)
    return choose_well (search, plate, error);
  if (idr_json_object (attributes, "well") && choice->series < 0 && !*choice->well)
    return choose_field (search, "", attributes, error);
  if (attributes && json_object_has_member (attributes, "bioformats2raw.layout") && !*choice->well
      && !*choice->field && !idr_json_array (attributes, "multiscales"))
    return choose_series (search, error);
  return choose_image (search, error);
}

IdrOmeChosen *
idr_ome_choose (IdrStore *store, const IdrOmeChoice *choice, IdrTally *tally,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (IdrOmeChosen) chosen = g_new0 (IdrOmeChosen, 1);
  Search search = { store, choice, tally, cancellable, chosen };
  g_auto (IdrOmeGroup) group = { NULL };
  g_autoptr (GError) problem = NULL;
  JsonObject *attributes;

  g_return_val_if_fail (store && choice && choice->well && choice->field, NULL);

  attributes = read_attributes (&search, &group, "", &problem);
  if (!problem && choose (&search, attributes, &problem))
    return g_steal_pointer (&chosen);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
