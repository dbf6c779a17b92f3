/* Arguments of libvips's operations that are made of properties of Lamina's
 *
 * libvips knows no 64-bit integers with a sign, hides an enumeration's last value, cannot take a
 * boolean back on the command line, and sets what is out of its range to the default with no more
 * than a warning: so here are unsigned integers, one value more, negations, and ranges that hold
 * all numbers. What is wrong with a value is found when the operation is opened with it.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-argument.h"

#include "vips-image.h"

/* --- Types ------------------------------------------------------------------------------- */

/* The same choices, followed by one that libvips hides. */
static GType
get_choices (GEnumClass *klass)
{
  g_autofree gchar *name = g_strconcat ("BridgeVips", G_ENUM_CLASS_TYPE_NAME (klass), NULL);
  GType type = g_type_from_name (name);
  GEnumValue *values;

  if (type != 0)
    return type;
  values = g_new0 (GEnumValue, klass->n_values + 2);
  memcpy (values, klass->values, klass->n_values * sizeof *values);
  values[klass->n_values]
      = (GEnumValue){ klass->maximum < G_MAXINT ? klass->maximum + 1 : G_MAXINT, "last", "last" };
  return g_enum_register_static (name, values);
}

static GParamSpec *
make_boolean (GParamSpec *property, const gchar *blurb, GParamFlags flags, gboolean *is_negated)
{
  g_autofree gchar *name = NULL, *words = NULL;

  *is_negated = G_PARAM_SPEC_BOOLEAN (property)->default_value;
  if (!*is_negated)
    return g_param_spec_boolean (property->name, g_param_spec_get_nick (property), blurb, FALSE,
                                 flags);
  name = g_strconcat ("no-", property->name, NULL);
  words = g_strconcat ("Not: ", blurb, NULL);
  return g_param_spec_boolean (name, g_param_spec_get_nick (property), words, FALSE, flags);
}

static GParamSpec *
make_number (GParamSpec *property, const gchar *nick, const gchar *blurb, GParamFlags flags)
{
  if (G_IS_PARAM_SPEC_INT (property))
    return g_param_spec_int (property->name, nick, blurb, G_MININT, G_MAXINT,
                             G_PARAM_SPEC_INT (property)->default_value, flags);
  if (G_IS_PARAM_SPEC_INT64 (property))
    return g_param_spec_uint64 (property->name, nick, blurb, 0, G_MAXUINT64,
                                (guint64)MAX (G_PARAM_SPEC_INT64 (property)->default_value, 0),
                                flags);
  if (G_IS_PARAM_SPEC_DOUBLE (property))
    return g_param_spec_double (property->name, nick, blurb, -G_MAXDOUBLE, G_MAXDOUBLE,
                                G_PARAM_SPEC_DOUBLE (property)->default_value, flags);
  return NULL;
}

static GParamSpec *
make_theirs (GParamSpec *property, gboolean *is_negated)
{
  const GParamFlags flags = G_PARAM_READWRITE;
  const gchar *nick = g_param_spec_get_nick (property);
  g_autofree gchar *blurb = bridge_describe (property);

  if (G_IS_PARAM_SPEC_BOOLEAN (property))
    return make_boolean (property, blurb, flags, is_negated);
  if (G_IS_PARAM_SPEC_ENUM (property))
    return g_param_spec_enum (property->name, nick, blurb,
                              get_choices (G_PARAM_SPEC_ENUM (property)->enum_class),
                              G_PARAM_SPEC_ENUM (property)->default_value, flags);
  if (G_IS_PARAM_SPEC_STRING (property))
    return g_param_spec_string (property->name, nick, blurb,
                                G_PARAM_SPEC_STRING (property)->default_value, flags);
  if (property->value_type == LAMINA_TYPE_IMAGE || property->value_type == LAMINA_TYPE_TABLE)
    return g_param_spec_object (property->name, nick, blurb, VIPS_TYPE_IMAGE, flags);
  return make_number (property, nick, blurb, flags);
}

/* --- The class's side -------------------------------------------------------------------- */

BridgeArgument *
bridge_argument_new (GParamSpec *property, guint offset)
{
  BridgeArgument argument = { .property = property, .offset = offset };

  argument.theirs = make_theirs (property, &argument.is_negated);
  return argument.theirs != NULL ? g_memdup2 (&argument, sizeof argument) : NULL;
}

void
bridge_argument_install (const BridgeArgument *argument, VipsObjectClass *klass,
                         VipsArgumentFlags flags, gint priority)
{
  g_object_class_install_property (G_OBJECT_CLASS (klass), (guint)vips_argument_get_id (),
                                   argument->theirs);
  vips_object_class_install_argument (klass, argument->theirs, flags, priority, argument->offset);
}

/* --- The instance's side ----------------------------------------------------------------- */

static gpointer
get_slot (const BridgeArgument *argument, VipsObject *object)
{
  return (guint8 *)object + argument->offset;
}

VipsImage *
bridge_argument_get_image (const BridgeArgument *argument, VipsObject *object)
{
  return *(VipsImage **)get_slot (argument, object);
}

void
bridge_argument_init (const BridgeArgument *argument, VipsObject *object)
{
  const GValue *value = g_param_spec_get_default_value (argument->theirs);
  gpointer slot = get_slot (argument, object);

  if (G_VALUE_HOLDS_BOOLEAN (value))
    *(gboolean *)slot = g_value_get_boolean (value);
  else if (G_VALUE_HOLDS_INT (value))
    *(gint *)slot = g_value_get_int (value);
  else if (G_VALUE_HOLDS_UINT64 (value))
    *(guint64 *)slot = g_value_get_uint64 (value);
  else if (G_VALUE_HOLDS_DOUBLE (value))
    *(gdouble *)slot = g_value_get_double (value);
  else if (G_VALUE_HOLDS_ENUM (value))
    *(gint *)slot = g_value_get_enum (value);
  else if (G_VALUE_HOLDS_STRING (value))
    *(gchar **)slot = g_value_dup_string (value);
}

static gboolean
take_image (const BridgeArgument *argument, VipsObject *object, BridgeValues *values,
            GError **error)
{
  g_autoptr (LaminaImage) image
      = bridge_vips_get_planes (bridge_argument_get_image (argument, object), error);

  if (image == NULL)
    return FALSE;
  g_value_set_object (bridge_values_add (values, argument->property->name, LAMINA_TYPE_IMAGE),
                      image);
  return TRUE;
}

gboolean
bridge_argument_take (const BridgeArgument *argument, VipsObject *object, BridgeValues *values,
                      GError **error)
{
  GParamSpec *theirs = argument->theirs;
  GValue *value;

  if (!vips_object_argument_isset (object, theirs->name))
    return TRUE;
  if (argument->property->value_type == LAMINA_TYPE_IMAGE)
    return take_image (argument, object, values, error);

  if (G_IS_PARAM_SPEC_ENUM (theirs))
    {
      value = bridge_values_add (values, argument->property->name, argument->property->value_type);
      g_value_set_enum (value, *(gint *)get_slot (argument, object));
      return TRUE;
    }
  value = bridge_values_add (values, argument->property->name, theirs->value_type);
  g_object_get_property (G_OBJECT (object), theirs->name, value);
  if (argument->is_negated)
    g_value_set_boolean (value, !g_value_get_boolean (value));
  return TRUE;
}
