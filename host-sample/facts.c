/* What is known of an image, as one dictionary
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "facts.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* A dictionary of the numbers that are known: a voxel's size may be so in x and y only. */
static GVariant *
make_lengths (const gchar *const *names, const gdouble *lengths, gsize n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sd}"));
  for (gsize i = 0; i < n; i++)
    if (isfinite (lengths[i]) && lengths[i] > 0)
      g_variant_builder_add (&builder, "{sd}", names[i], lengths[i]);
  return g_variant_builder_end (&builder);
}

static GVariant *
make_size (const LaminaInfo *info)
{
  const struct
  {
    const gchar *name;
    gint64 size;
  } sizes[] = {
    { "x", info->width }, { "y", info->height }, { "z", info->n_z },
    { "c", info->n_c },   { "t", info->n_t },
  };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sx}"));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_variant_builder_add (&builder, "{sx}", sizes[i].name, sizes[i].size);
  return g_variant_builder_end (&builder);
}

/* Whether only some planes of an image are there, or in another order. */
static gboolean
is_selection (const gint *places, gint n)
{
  for (gint i = 0; places != NULL && i < n; i++)
    if (places[i] != i)
      return TRUE;
  return FALSE;
}

static GVariant *
make_places (const gint *places, gint n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ai"));
  for (gint i = 0; i < n; i++)
    g_variant_builder_add (&builder, "i", places[i]);
  return g_variant_builder_end (&builder);
}

static void
add_lengths (GVariantBuilder *builder, const LaminaInfo *info)
{
  static const gchar *const names[] = { "x", "y", "z" };
  const gdouble lengths[] = { info->size_x, info->size_y, info->size_z };
  GVariant *voxel = g_variant_ref_sink (make_lengths (names, lengths, G_N_ELEMENTS (lengths)));

  if (g_variant_n_children (voxel) > 0)
    g_variant_builder_add (builder, "{sv}", "voxel-size-um", voxel);
  if (isfinite (info->step_t) && info->step_t > 0)
    g_variant_builder_add (builder, "{sv}", "time-step-s", g_variant_new_double (info->step_t));
  g_variant_unref (voxel);
}

/* What every image has. */
static void
add_basics (GVariantBuilder *builder, const LaminaInfo *info)
{
  const struct
  {
    const gchar *name;
    const gint *places;
    gint n;
  } selections[] = {
    { "selected-z", info->z, info->n_z },
    { "selected-c", info->c, info->n_c },
    { "selected-t", info->t, info->n_t },
  };

  g_variant_builder_add (builder, "{sv}", "size", make_size (info));
  g_variant_builder_add (builder, "{sv}", "planes",
                         g_variant_new_int64 (lamina_info_get_n_planes (info)));
  for (gsize i = 0; i < G_N_ELEMENTS (selections); i++)
    if (is_selection (selections[i].places, selections[i].n))
      g_variant_builder_add (builder, "{sv}", selections[i].name,
                             make_places (selections[i].places, selections[i].n));
  g_variant_builder_add (builder, "{sv}", "pixel-type",
                         g_variant_new_string (lamina_format_get_name (info->format)));
  if (info->samples > 1)
    g_variant_builder_add (builder, "{sv}", "samples", g_variant_new_int32 (info->samples));
  g_variant_builder_add (builder, "{sv}", "level", g_variant_new_int32 (info->level));
  if (info->channels != NULL)
    g_variant_builder_add (builder, "{sv}", "channels", g_variant_new_strv (info->channels, -1));
  add_lengths (builder, info);
}

/* What says what the image is comes first. */
static gboolean
is_title (const gchar *name)
{
  static const gchar *const titles[] = { "name", "location", "store", NULL };

  return g_strv_contains (titles, name);
}

static void
add_extra (GVariantBuilder *builder, GVariant *extra, gboolean titles)
{
  GVariantIter iter;
  const gchar *name;
  GVariant *value;

  if (extra == NULL || !g_variant_is_of_type (extra, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_iter_init (&iter, extra);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (is_title (name) == titles)
      g_variant_builder_add (builder, "{sv}", name, value);
}

GVariant *
facts_new (const LaminaInfo *info)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_extra (&builder, info->extra, TRUE);
  add_basics (&builder, info);
  add_extra (&builder, info->extra, FALSE);
  return g_variant_builder_end (&builder);
}

/* The levels of a pyramid, whose numbers would say nothing without their names. */
static JsonNode *
levels_to_json (GVariant *levels)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  g_autoptr (JsonArray) array = json_array_new ();
  GVariantIter iter;
  gint64 width, height;
  const gchar *path;

  g_variant_iter_init (&iter, levels);
  while (g_variant_iter_loop (&iter, "(xx&s)", &width, &height, &path))
    {
      JsonObject *level = json_object_new ();

      json_object_set_int_member (level, "width", width);
      json_object_set_int_member (level, "height", height);
      json_object_set_string_member (level, "path", path);
      json_array_add_object_element (array, level);
    }
  json_node_set_array (node, array);
  return node;
}

gchar *
facts_to_json (GVariant *facts)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  GVariantIter iter;
  const gchar *name;
  GVariant *value;

  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    json_object_set_member (object, name,
                            g_variant_is_of_type (value, G_VARIANT_TYPE ("a(xxs)"))
                                ? levels_to_json (value)
                                : json_gvariant_serialize (value));
  json_node_set_object (node, object);
  return json_to_string (node, TRUE);
}
