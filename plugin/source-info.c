/* What the source tells of an image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "source-info.h"

#include <json-glib/json-glib.h>

/* --- Sizes ---------------------------------------------------------------------------- */

static const IdrArrayInfo *
get_array (const IdrOpened *opened, gint level)
{
  return idr_array_get_info (opened->arrays[level]);
}

static gint64
get_extent (const IdrArrayInfo *array, gint axis)
{
  return axis >= 0 ? array->shape[axis] : 1;
}

/* The step along an axis, in micrometres or seconds; 0 where the store does not know. */
static gdouble
get_step (const IdrOpened *opened, gint level, gint axis)
{
  const IdrOmeLevel *l = &opened->ome->levels[level];

  return axis >= 0 && l->has_scale ? l->scale[axis] * idr_ome_unit (opened->ome->axes[axis].unit)
                                   : 0.0;
}

/* The same, or else made of the server's word on the finest level. */
static gdouble
get_size (const IdrOpened *opened, gint level, gint axis, gdouble finest, gint64 finest_extent)
{
  gdouble step = get_step (opened, level, axis);
  gint64 extent = get_extent (get_array (opened, level), axis);

  if (step > 0 || finest <= 0 || finest_extent <= 0)
    return step;
  return finest * (gdouble)finest_extent / (gdouble)extent;
}

static void
set_sizes (LaminaInfo *info, const IdrOpened *opened, gint level)
{
  const IdrOme *ome = opened->ome;
  const IdrOmeroImage *server = opened->omero;

  info->size_x = get_size (opened, level, ome->x, server != NULL ? server->voxel_x : 0,
                           server != NULL ? server->size_x : 0);
  info->size_y = get_size (opened, level, ome->y, server != NULL ? server->voxel_y : 0,
                           server != NULL ? server->size_y : 0);
  info->size_z = get_size (opened, level, ome->z, server != NULL ? server->voxel_z : 0,
                           server != NULL ? server->size_z : 0);
  info->step_t = get_step (opened, level, ome->t);
  if (info->step_t <= 0 && server != NULL)
    info->step_t = server->step_t;
}

/* --- Channels --------------------------------------------------------------------------- */

/* The name of channel @c as the server has it, or else the store; NULL where neither does. */
static const gchar *
get_channel_name (const IdrOpened *opened, gint c)
{
  const IdrOmeroImage *server = opened->omero;

  if (server != NULL && c < server->n_channels && server->channels[c].name != NULL)
    return server->channels[c].name;
  return c < opened->ome->n_channels ? opened->ome->channels[c].label : NULL;
}

static gint
get_channel_color (const IdrOpened *opened, gint c)
{
  const IdrOmeroImage *server = opened->omero;

  if (c < opened->ome->n_channels && opened->ome->channels[c].color >= 0)
    return opened->ome->channels[c].color;
  return server != NULL && c < server->n_channels ? server->channels[c].color : -1;
}

/* The names of the channels that are read; NULL where not one is known. */
static gchar **
make_channels (const IdrOpened *opened, const IdrSelected *selected)
{
  g_auto (GStrv) names = g_new0 (gchar *, selected->n_c + 1);
  gboolean known = FALSE;

  for (gint i = 0; i < selected->n_c; i++)
    {
      const gchar *name = get_channel_name (opened, selected->c[i]);

      known = known || name != NULL;
      names[i] = g_strdup (name != NULL ? name : "");
    }
  return known ? g_steal_pointer (&names) : NULL;
}

/* --- Extra: a{sv} -------------------------------------------------------------------------- */

static void
add_string (GVariantBuilder *builder, const gchar *key, const gchar *value)
{
  if (value != NULL && value[0] != '\0')
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (value));
}

static void
add_strings (GVariantBuilder *builder, const gchar *key, gchar **values)
{
  if (values != NULL && values[0] != NULL)
    g_variant_builder_add (builder, "{sv}", key,
                           g_variant_new_strv ((const gchar *const *)values, -1));
}

static GVariant *
make_levels (const IdrOpened *opened)
{
  const IdrOme *ome = opened->ome;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(xxs)"));
  for (gint i = 0; i < ome->n_levels; i++)
    if (opened->arrays[i] != NULL)
      g_variant_builder_add (&builder, "(xxs)", get_array (opened, i)->shape[ome->x],
                             get_array (opened, i)->shape[ome->y], ome->levels[i].path);
    else
      g_variant_builder_add (&builder, "(xxs)", G_GINT64_CONSTANT (0), G_GINT64_CONSTANT (0),
                             ome->levels[i].path);
  return g_variant_builder_end (&builder);
}

static void
add_array (GVariantBuilder *builder, const IdrOpened *opened, gint level)
{
  const IdrArrayInfo *array = get_array (opened, level);
  const IdrOme *ome = opened->ome;
  g_autoptr (GString) axes = g_string_new (NULL);

  for (gint i = 0; i < ome->n_axes; i++)
    g_string_append (axes, ome->axes[i].name);
  g_variant_builder_add (builder, "{sv}", "levels", make_levels (opened));
  add_string (builder, "axes", axes->str);
  add_string (builder, "dtype", array->dtype);
  add_string (builder, "codec", array->codec);
  g_variant_builder_add (builder, "{sv}", "shape",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, array->shape,
                                                    (gsize)array->n_dims, sizeof (gint64)));
  g_variant_builder_add (builder, "{sv}", "chunks",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, array->chunk,
                                                    (gsize)array->n_dims, sizeof (gint64)));
  g_variant_builder_add (builder, "{sv}", "translation",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE,
                                                    ome->levels[level].translation,
                                                    (gsize)ome->n_axes, sizeof (gdouble)));
}

static void
add_colors (GVariantBuilder *builder, const IdrOpened *opened, const IdrSelected *selected)
{
  g_autofree gint *colors = g_new (gint, selected->n_c);
  gboolean known = FALSE;

  for (gint i = 0; i < selected->n_c; i++)
    {
      colors[i] = get_channel_color (opened, selected->c[i]);
      known = known || colors[i] >= 0;
    }
  if (known)
    g_variant_builder_add (builder, "{sv}", "channel-colors",
                           g_variant_new_fixed_array (G_VARIANT_TYPE_INT32, colors,
                                                      (gsize)selected->n_c, sizeof (gint)));
}

/* A plate's wells, row by row; "" where there is none. */
static void
add_plate (GVariantBuilder *builder, const IdrOmeChosen *chosen)
{
  GVariantBuilder rows;
  gsize n_columns;

  add_string (builder, "well", chosen->well);
  if (chosen->wells == NULL || chosen->wells[0] == NULL)
    return;
  n_columns = g_strv_length (chosen->columns);
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aas"));
  for (gsize i = 0; chosen->rows[i] != NULL; i++)
    g_variant_builder_add_value (
        &rows, g_variant_new_strv ((const gchar *const *)chosen->wells + i * n_columns,
                                   (gssize)n_columns));
  g_variant_builder_add (builder, "{sv}", "wells", g_variant_builder_end (&rows));
}

static void
add_server (GVariantBuilder *builder, const IdrOmeroImage *server)
{
  g_autofree gchar *acquired
      = server->acquired != NULL ? g_date_time_format_iso8601 (server->acquired) : NULL;
  GVariantBuilder annotations;

  g_variant_builder_add (builder, "{sv}", "id", g_variant_new_int64 (server->id));
  add_string (builder, "server", server->server);
  add_string (builder, "description", server->description);
  add_string (builder, "acquired", acquired);
  add_string (builder, "project", server->project);
  add_string (builder, "dataset", server->dataset);
  add_string (builder, "screen", server->screen);
  add_string (builder, "plate", server->plate);
  add_string (builder, "well", server->well);
  if (server->n_annotations == 0)
    return;
  g_variant_builder_init (&annotations, G_VARIANT_TYPE ("a(ss)"));
  for (gint i = 0; i < server->n_annotations; i++)
    g_variant_builder_add (&annotations, "(ss)", server->keys[i], server->values[i]);
  g_variant_builder_add (builder, "{sv}", "annotations", g_variant_builder_end (&annotations));
}

static GVariant *
make_extra (const IdrOpened *opened, gint level, const IdrSelected *selected)
{
  GVariantBuilder builder;
  const IdrOme *ome = opened->ome;
  const IdrOmeroImage *server = opened->omero;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_string (&builder, "name", server != NULL && server->name != NULL ? server->name : ome->name);
  add_string (&builder, "location", opened->location);
  if (server != NULL)
    add_server (&builder, server);
  add_plate (&builder, opened->chosen);
  if (idr_opened_get_n_fields (opened) > 1)
    add_strings (&builder, "fields", opened->chosen->paths);
  add_colors (&builder, opened, selected);
  add_string (&builder, "version", ome->version);
  add_strings (&builder, "labels", ome->labels);
  add_array (&builder, opened, level);
  add_strings (&builder, "notes", opened->notes);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* --- All of it ------------------------------------------------------------------------------- */

static gint
get_share (const IdrArrayInfo *array, gint axis)
{
  return axis >= 0 ? (gint)MIN (array->chunk[axis], G_MAXINT) : 1;
}

LaminaInfo *
idr_source_info_new (const IdrOpened *opened, gint level, const IdrSelected *selected)
{
  const IdrArrayInfo *array = get_array (opened, level);
  const IdrOme *ome = opened->ome;
  g_auto (GStrv) channels = make_channels (opened, selected);
  g_autoptr (GVariant) extra = make_extra (opened, level, selected);
  LaminaInfo info = {
    .size = sizeof info,
    .format = (LaminaFormat)array->pixel,
    .samples = 1,
    .labels = ome->is_label,
    .width = array->shape[ome->x],
    .height = array->shape[ome->y],
    .n_t = selected->n_t,
    .n_c = selected->n_c,
    .n_z = selected->n_z,
    .t = selected->t,
    .c = selected->c,
    .z = selected->z,
    .tile_width = MIN (array->chunk[ome->x], array->shape[ome->x]),
    .tile_height = MIN (array->chunk[ome->y], array->shape[ome->y]),
    .share_t = idr_opened_get_n_fields (opened) == 1 ? get_share (array, ome->t) : 1,
    .share_c = get_share (array, ome->c),
    .share_z = get_share (array, ome->z),
    .level = level,
    .n_levels = ome->n_levels,
    .channels = (const gchar *const *)channels,
    .extra = extra,
    .ahead = (gint64)idr_array_get_cache_size () / 2,
  };

  set_sizes (&info, opened, level);
  return lamina_info_copy (&info);
}

gchar *
idr_source_info_to_json (const LaminaInfo *info)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (info->extra);

  return json_to_string (node, TRUE);
}
