/* Parameters of Lamina's that are made of the arguments of libvips's operations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-parameter.h"

#include <math.h>

/* --- What is taken ----------------------------------------------------------------------- */

/* Their choices without the last, which counts them. */
static GType
get_choices (GEnumClass *klass)
{
  g_autofree gchar *name = g_strconcat ("Bridge", G_ENUM_CLASS_TYPE_NAME (klass), NULL);
  GType type = g_type_from_name (name);
  GEnumValue *values;
  guint n = klass->n_values;

  if (type != 0)
    return type;
  values = g_new0 (GEnumValue, n + 1);
  memcpy (values, klass->values, n * sizeof *values);
  if (n > 1 && g_str_equal (values[n - 1].value_nick, "last"))
    values[n - 1] = (GEnumValue){ 0 };
  return g_enum_register_static (name, values);
}

/* Set only where it is given: libvips asks of some arguments whether they were. */
static GParamSpec *
make_plain (GParamSpec *theirs, const gchar *nick, const gchar *blurb, GParamFlags flags)
{
#define IS(kind) G_IS_PARAM_SPEC_##kind (theirs)
#define OF(kind, field) G_PARAM_SPEC_##kind (theirs)->field
  if (IS (BOOLEAN))
    return g_param_spec_boolean (theirs->name, nick, blurb, OF (BOOLEAN, default_value), flags);
  if (IS (INT))
    return g_param_spec_int (theirs->name, nick, blurb, OF (INT, minimum), OF (INT, maximum),
                             OF (INT, default_value), flags);
  if (IS (DOUBLE))
    return g_param_spec_double (theirs->name, nick, blurb, OF (DOUBLE, minimum),
                                OF (DOUBLE, maximum), OF (DOUBLE, default_value), flags);
  if (IS (ENUM))
    return g_param_spec_enum (theirs->name, nick, blurb, get_choices (OF (ENUM, enum_class)),
                              OF (ENUM, default_value), flags);
  if (IS (STRING))
    return g_param_spec_string (theirs->name, nick, blurb, OF (STRING, default_value), flags);
#undef OF
#undef IS
  return NULL;
}

static const gchar *
get_form (GParamSpec *theirs)
{
  if (theirs->value_type == VIPS_TYPE_ARRAY_DOUBLE)
    return "numbers, as 1,2.5,3";
  if (theirs->value_type == VIPS_TYPE_ARRAY_INT)
    return "whole numbers, as 1,2,3";
  if (theirs->value_type == VIPS_TYPE_INTERPOLATE)
    return "one of nearest, bilinear, bicubic, lbb, nohalo, vsqbs";
  return NULL;
}

GParamSpec *
bridge_vips_make_parameter (GParamSpec *theirs, gboolean is_required)
{
  const GParamFlags flags = G_PARAM_READWRITE | (is_required ? LAMINA_REQUIRED : 0);
  const gchar *nick = g_param_spec_get_nick (theirs), *blurb = g_param_spec_get_blurb (theirs);
  const gchar *form = get_form (theirs);
  g_autofree gchar *words = NULL;

  if (form == NULL)
    return make_plain (theirs, nick, blurb, flags);
  words = g_strdup_printf ("%s: %s", blurb != NULL ? blurb : nick, form);
  return g_param_spec_string (theirs->name, nick, words, NULL, flags);
}

/* --- What is given ----------------------------------------------------------------------- */

static gboolean
is_integer (gdouble number)
{
  return number >= G_MININT && number <= G_MAXINT && number == (gdouble)(gint)number;
}

/* The numbers of a text, joined by "," or by spaces; NULL where there is something else. */
static GArray *
parse_numbers (const gchar *text, gboolean is_whole)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", ;", -1);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gdouble));

  for (gchar **word = words; *word != NULL; word++)
    {
      gchar *end;
      gdouble number = g_ascii_strtod (*word, &end);

      if (**word == '\0')
        continue;
      if (*end != '\0' || !isfinite (number) || (is_whole && !is_integer (number)))
        return NULL;
      g_array_append_val (numbers, number);
    }
  return numbers->len > 0 ? g_steal_pointer (&numbers) : NULL;
}

static void
take_numbers (const GArray *numbers, GValue *value)
{
  const gdouble *doubles = (const gdouble *)(gpointer)numbers->data;

  if (G_VALUE_HOLDS (value, VIPS_TYPE_ARRAY_DOUBLE))
    vips_value_set_array_double (value, doubles, (int)numbers->len);
  else
    {
      g_autofree int *whole = g_new (int, numbers->len);

      for (guint i = 0; i < numbers->len; i++)
        whole[i] = (int)doubles[i];
      vips_value_set_array_int (value, whole, (int)numbers->len);
    }
}

static gboolean
parse_text (const gchar *text, GValue *value)
{
  g_autoptr (GArray) numbers = NULL;

  if (text == NULL)
    return FALSE;
  if (G_VALUE_HOLDS (value, VIPS_TYPE_INTERPOLATE))
    {
      g_value_take_object (value, vips_interpolate_new (text));
      vips_error_clear ();
      return g_value_get_object (value) != NULL;
    }
  numbers = parse_numbers (text, G_VALUE_HOLDS (value, VIPS_TYPE_ARRAY_INT));
  if (numbers != NULL)
    take_numbers (numbers, value);
  return numbers != NULL;
}

gboolean
bridge_vips_set_argument (VipsObject *call, const gchar *name, const GValue *value, GError **error)
{
  GParamSpec *theirs = g_object_class_find_property (G_OBJECT_GET_CLASS (call), name);
  const gchar *form = get_form (theirs);
  g_auto (GValue) their_value = G_VALUE_INIT;

  g_value_init (&their_value, theirs->value_type);
  if (form != NULL && !parse_text (g_value_get_string (value), &their_value))
    {
      const gchar *text = g_value_get_string (value);

      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s takes %s, not \"%s\"", name,
                   form, text != NULL ? text : "");
      return FALSE;
    }
  if (G_IS_PARAM_SPEC_ENUM (theirs))
    g_value_set_enum (&their_value, g_value_get_enum (value));
  else if (form == NULL)
    g_value_copy (value, &their_value);
  g_object_set_property (G_OBJECT (call), name, &their_value);
  return TRUE;
}
