/* OME-Zarr: what a group says of the image whose levels are its arrays
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome.h"
#include "meta.h"
#include "ome-group.h"
#include "ome-parse.h"

#include <string.h>

/* --- The object ---------------------------------------------------------------------- */

static IdrOme *
ome_new (void)
{
  IdrOme *ome = g_new0 (IdrOme, 1);

  ome->t = ome->c = ome->z = ome->y = ome->x = -1;
  ome->default_t = ome->default_z = -1;
  return ome;
}

void
idr_ome_free (IdrOme *ome)
{
  for (gint i = 0; i < ome->n_axes; i++)
    {
      g_free (ome->axes[i].name);
      g_free (ome->axes[i].type);
      g_free (ome->axes[i].unit);
    }
  for (gint i = 0; i < ome->n_levels; i++)
    {
      g_free (ome->levels[i].path);
      g_free (ome->levels[i].metadata);
    }
  for (gint i = 0; i < ome->n_channels; i++)
    g_free (ome->channels[i].label);
  g_free (ome->levels);
  g_free (ome->channels);
  g_strfreev (ome->labels);
  g_free (ome->version);
  g_free (ome->name);
  g_free (ome);
}

/* --- A multiscale image -------------------------------------------------------------- */

/* How many dimensions the first level has, where no axes tell: that takes one question more. */
static gboolean
count_dims (IdrOmeGroup *group, JsonObject *multiscale, gint *n_dims, GError **error)
{
  JsonObject *first = idr_json_object_at (idr_json_array (multiscale, "datasets"), 0);
  const gchar *path = idr_json_string (first, "path");
  g_autofree gchar *full = g_strconcat (group->prefix, path, NULL);
  g_autoptr (IdrArray) array = NULL;

  if (idr_ome_get_axes (multiscale) || !path)
    return TRUE;
  array = idr_array_open (group->store, full, group->tally, group->cancellable, error);
  if (array)
    *n_dims = idr_array_get_info (array)->n_dims;
  return array != NULL;
}

/* The version that is written somewhere, or else the one that looks like this. */
static gchar *
get_version (JsonObject *attributes, JsonObject *multiscale, JsonObject *omero)
{
  JsonArray *axes = idr_ome_get_axes (multiscale);
  const gchar *version = idr_json_string (attributes, "version");

  version = version ? version : idr_json_string (multiscale, "version");
  version = version ? version : idr_json_string (omero, "version");
  if (version)
    return g_strdup (version);
  return g_strdup (!axes ? "0.1" : idr_json_string_at (axes, 0) ? "0.3" : "0.4");
}

/* The names of the label images. An image can be read without. */
static gchar **
get_labels (IdrOmeGroup *group)
{
  IdrOmeDocument document = group->bytes[IDR_OME_LABELS] ? IDR_OME_LABELS : IDR_OME_LABELS_JSON;
  JsonArray *list = idr_ome_group_parse (group, document, NULL)
                        ? idr_json_array (idr_ome_group_get_attributes (group, document), "labels")
                        : NULL;
  guint n = list ? MIN (json_array_get_length (list), IDR_OME_MAX_NAMES) : 0;
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      const gchar *name = idr_json_string_at (list, i);

      if (name && *name)
        g_ptr_array_add (labels, g_strdup (name));
    }
  if (!labels->len)
    return NULL;
  g_ptr_array_add (labels, NULL);
  return (gchar **)g_ptr_array_steal (labels, NULL);
}

/* What the group knows of all that is below it ("consolidated metadata"), or NULL. In @suffix, what
 * follows an array's path in there. */
static JsonObject *
get_consolidated (IdrOmeGroup *group, IdrOmeDocument document, const gchar **suffix)
{
  JsonNode *root = group->roots[IDR_OME_ZARR_JSON];
  JsonObject *all;
  const gchar *kind;

  if (document == IDR_OME_ZATTRS)
    {
      if (!idr_ome_group_parse (group, IDR_OME_ZMETADATA, NULL) || !group->roots[IDR_OME_ZMETADATA])
        return NULL;
      *suffix = "/.zarray";
      all = json_node_get_object (group->roots[IDR_OME_ZMETADATA]);
      return idr_json_int (all, "zarr_consolidated_format", 0) == 1
                 ? idr_json_object (all, "metadata")
                 : NULL;
    }
  *suffix = "";
  all = idr_json_object (json_node_get_object (root), "consolidated_metadata");
  kind = idr_json_string (all, "kind");
  return kind && !strcmp (kind, "inline") ? idr_json_object (all, "metadata") : NULL;
}

/* Takes what the group knows of the levels' arrays, which spares asking for it. */
static void
take_metadata (IdrOme *ome, IdrOmeGroup *group, IdrOmeDocument document)
{
  const gchar *suffix;
  JsonObject *all = get_consolidated (group, document, &suffix);

  for (gint i = 0; all && i < ome->n_levels; i++)
    {
      g_autofree gchar *name = g_strconcat (ome->levels[i].path, suffix, NULL);
      JsonObject *one = idr_json_object (all, name);
      g_autoptr (JsonNode) node = one ? json_node_new (JSON_NODE_OBJECT) : NULL;

      if (!node)
        continue;
      json_node_set_object (node, one);
      ome->levels[i].metadata = json_to_string (node, FALSE);
    }
}

static IdrOme *
open_image (IdrOmeGroup *group, IdrOmeDocument document, GError **error)
{
  g_autoptr (IdrOme) ome = ome_new ();
  JsonObject *attributes = idr_ome_group_get_attributes (group, document);
  JsonObject *multiscale = idr_json_object_at (idr_json_array (attributes, "multiscales"), 0);
  JsonObject *omero = idr_json_object (attributes, "omero");
  const gchar *name = idr_json_string (multiscale, "name");
  gint n_dims = 0;

  if (!count_dims (group, multiscale, &n_dims, error))
    return NULL;
  if (!idr_ome_parse_axes (ome, multiscale, n_dims, error)
      || !idr_ome_parse_levels (ome, multiscale, error))
    {
      g_prefix_error (error, "image %s: ", group->uri);
      return NULL;
    }
  take_metadata (ome, group, document);
  idr_ome_parse_display (ome, omero);
  ome->version = get_version (attributes, multiscale, omero);
  ome->name = g_strdup (name ? name : idr_json_string (omero, "name"));
  ome->is_label = json_object_has_member (attributes, "image-label");
  ome->labels = get_labels (group);
  return g_steal_pointer (&ome);
}

/* --- A plain array ------------------------------------------------------------------- */

static IdrOme *
open_array (IdrOmeGroup *group, IdrOmeDocument document, GError **error)
{
  g_autoptr (IdrOme) ome = ome_new ();
  IdrMeta meta = { 0 };
  gboolean ok = (document == IDR_OME_ZARRAY ? idr_meta_parse_v2 : idr_meta_parse_v3) (
                    &meta, group->bytes[document], error)
                && idr_ome_parse_axes (ome, NULL, meta.info.n_dims, error);

  idr_meta_clear (&meta);
  if (!ok)
    {
      g_prefix_error (error, "array %s: ", group->uri);
      return NULL;
    }
  ome->version = g_strdup ("");
  ome->n_levels = 1;
  ome->levels = g_new0 (IdrOmeLevel, 1);
  ome->levels[0].path = g_strdup ("");
  for (gint d = 0; d < ome->n_axes; d++)
    ome->levels[0].scale[d] = 1;
  return g_steal_pointer (&ome);
}

/* --- Neither ------------------------------------------------------------------------- */

/* A collection's list of images, which need not be there. */
static JsonNode *
read_series (IdrOmeGroup *group, JsonObject *attributes, IdrOmeDocument document)
{
  g_autofree gchar *key
      = g_strconcat (group->prefix, "OME/", idr_ome_document_get_name (document), NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;

  if (!attributes || !json_object_has_member (attributes, "bioformats2raw.layout"))
    return NULL;
  bytes = idr_store_read (group->store, key, IDR_META_MAX_BYTES, group->tally, group->cancellable,
                          NULL);
  root = bytes ? idr_json_parse (bytes, NULL) : NULL;
  return root && JSON_NODE_HOLDS_OBJECT (root) ? g_steal_pointer (&root) : NULL;
}

static void
refuse (IdrOmeGroup *group, JsonObject *attributes, IdrOmeDocument document, GError **error)
{
  g_autoptr (JsonNode) root = read_series (group, attributes, document);
  JsonArray *series = idr_json_array (idr_ome_get_attributes (root, document), "series");

  if (g_cancellable_set_error_if_cancelled (group->cancellable, error)
      || idr_ome_refuse_collection (attributes, series, group->uri, error))
    return;
  if (group->bytes[IDR_OME_ZATTRS] || group->bytes[IDR_OME_ZGROUP]
      || group->bytes[IDR_OME_ZARR_JSON])
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%s is a Zarr group, but no image: its attributes have no \"multiscales\"",
                 group->uri);
  else if (group->refusal)
    g_propagate_error (error, g_steal_pointer (&group->refusal));
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "%s is no Zarr: neither .zattrs nor .zarray nor zarr.json there", group->uri);
}

static gboolean
is_v3_array (IdrOmeGroup *group)
{
  JsonNode *root = group->roots[IDR_OME_ZARR_JSON];
  const gchar *type = root ? idr_json_string (json_node_get_object (root), "node_type") : NULL;

  return type && !strcmp (type, "array");
}

IdrOme *
idr_ome_open (IdrStore *store, const gchar *path, IdrTally *tally, GCancellable *cancellable,
              GError **error)
{
  g_auto (IdrOmeGroup) group = { .tally = tally, .cancellable = cancellable };
  IdrOmeDocument document = IDR_OME_ZATTRS;
  JsonObject *attributes;

  g_return_val_if_fail (store && path, NULL);

  idr_ome_group_init (&group, store, path);
  if (!idr_ome_group_read (&group, IDR_OME_N_DOCUMENTS, error)
      || !idr_ome_group_parse (&group, IDR_OME_ZATTRS, error)
      || !idr_ome_group_parse (&group, IDR_OME_ZARR_JSON, error))
    return NULL;
  if (!idr_json_array (idr_ome_group_get_attributes (&group, IDR_OME_ZATTRS), "multiscales")
      && group.roots[IDR_OME_ZARR_JSON])
    document = IDR_OME_ZARR_JSON;
  attributes = idr_ome_group_get_attributes (&group, document);
  if (idr_json_array (attributes, "multiscales"))
    return open_image (&group, document, error);
  if (group.bytes[IDR_OME_ZARRAY])
    return open_array (&group, IDR_OME_ZARRAY, error);
  if (is_v3_array (&group))
    return open_array (&group, IDR_OME_ZARR_JSON, error);
  refuse (&group, attributes, document, error);
  return NULL;
}
