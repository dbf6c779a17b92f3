/* Text and values: what people write, checked against what a property takes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* --- What a property takes, in words --------------------------------------------------- */

static gchar *
list_nicks (GParamSpec *property)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (property)->enum_class;
  GString *text = g_string_new ("one of");

  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (text, "%s %s", i > 0 ? "," : "", klass->values[i].value_nick);
  return g_string_free (text, FALSE);
}

static gchar *
describe_range (const gchar *what, gdouble minimum, gdouble maximum)
{
  if (minimum <= -1e18 && maximum >= 1e18)
    return g_strdup (what);
  if (maximum >= G_MAXINT)
    return g_strdup_printf ("%s of at least %.10g", what, minimum);
  return g_strdup_printf ("%s from %.10g to %.10g", what, minimum, maximum);
}

/* @is_text: what was given is what somebody wrote. */
static gchar *
describe (GParamSpec *property, gboolean is_text)
{
  if (G_IS_PARAM_SPEC_BOOLEAN (property))
    return g_strdup ("true or false");
  if (G_IS_PARAM_SPEC_ENUM (property))
    return list_nicks (property);
  if (G_IS_PARAM_SPEC_INT (property))
    return describe_range ("a whole number", G_PARAM_SPEC_INT (property)->minimum,
                           G_PARAM_SPEC_INT (property)->maximum);
  if (G_IS_PARAM_SPEC_INT64 (property))
    return describe_range (is_text ? "a whole number (K, M, G may follow)" : "a whole number",
                           (gdouble)G_PARAM_SPEC_INT64 (property)->minimum,
                           (gdouble)G_PARAM_SPEC_INT64 (property)->maximum);
  if (G_IS_PARAM_SPEC_DOUBLE (property))
    return describe_range ("a number", G_PARAM_SPEC_DOUBLE (property)->minimum,
                           G_PARAM_SPEC_DOUBLE (property)->maximum);
  if (G_IS_PARAM_SPEC_STRING (property))
    return g_strdup ("a text");
  return g_strdup (g_type_name (property->value_type));
}

static gboolean
refuse (GParamSpec *property, const gchar *text, gboolean is_text, GError **error)
{
  g_autofree gchar *wanted = describe (property, is_text);

  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s takes %s, not \"%s\"",
               property->name, wanted, text);
  return FALSE;
}

/* --- From text ----------------------------------------------------------------------------- */

static gboolean
parse_int (const gchar *text, gint64 *number)
{
  static const gchar suffixes[] = "KMG";
  gchar *end;
  gint64 factor = 1;

  errno = 0;
  *number = g_ascii_strtoll (text, &end, 10);
  if (end == text || errno != 0 || g_ascii_isspace (text[0]))
    return FALSE;
  if (*end != '\0')
    {
      const gchar *suffix = strchr (suffixes, *end++);

      if (suffix == NULL || *end != '\0')
        return FALSE;
      factor = G_GINT64_CONSTANT (1) << (10 * (suffix - suffixes + 1));
    }
  return !__builtin_mul_overflow (*number, factor, number);
}

static gboolean
parse_double (const gchar *text, gdouble *number)
{
  gchar *end;

  if (g_ascii_isspace (text[0]))
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*number);
}

static gboolean
parse_boolean (const gchar *text, gboolean *value)
{
  *value = strcmp (text, "true") == 0;
  return *value || strcmp (text, "false") == 0;
}

static gboolean
parse_choice (GParamSpec *property, const gchar *text, GValue *value)
{
  GEnumValue *entry = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (property)->enum_class, text);

  if (entry != NULL)
    g_value_set_enum (value, entry->value);
  return entry != NULL;
}

/* The value in the widest type of its kind; what the property takes is checked by the conversion.
 */
static gboolean
parse (GParamSpec *property, const gchar *text, GValue *value)
{
  gint64 integer = 0;
  gdouble number = 0;
  gboolean truth = FALSE, parsed = TRUE;

  if (G_IS_PARAM_SPEC_STRING (property))
    {
      g_value_init (value, G_TYPE_STRING);
      g_value_set_string (value, text);
    }
  else if (G_IS_PARAM_SPEC_BOOLEAN (property))
    {
      parsed = parse_boolean (text, &truth);
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, truth);
    }
  else if (G_IS_PARAM_SPEC_ENUM (property))
    {
      g_value_init (value, property->value_type);
      parsed = parse_choice (property, text, value);
    }
  else if (G_IS_PARAM_SPEC_DOUBLE (property))
    {
      parsed = parse_double (text, &number);
      g_value_init (value, G_TYPE_DOUBLE);
      g_value_set_double (value, number);
    }
  else
    {
      parsed = parse_int (text, &integer);
      g_value_init (value, G_TYPE_INT64);
      g_value_set_int64 (value, integer);
    }
  return parsed;
}

gboolean
lamina_value_parse (GParamSpec *property, const gchar *text, GValue *value, GError **error)
{
  g_auto (GValue) parsed = G_VALUE_INIT;

  if (lamina_operation_role (property) != LAMINA_ROLE_PARAMETER)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   lamina_operation_role (property) == LAMINA_ROLE_INPUT
                       ? "%s is no parameter: it comes from an operation to the left"
                       : "%s is no parameter: it is what the operation gives",
                   property->name);
      return FALSE;
    }
  if (!parse (property, text, &parsed))
    return refuse (property, text, TRUE, error);
  return lamina_value_convert (property, &parsed, value, NULL)
         || refuse (property, text, TRUE, error);
}

/* --- From other types ------------------------------------------------------------------------ */

/* g_value_transform() cuts 64 bits to 32, and fractions off, without a word. */
static gboolean
is_same_number (const GValue *from, const GValue *to)
{
  g_auto (GValue) before = G_VALUE_INIT, after = G_VALUE_INIT;

  /* A host may have taught GObject to make numbers of texts. */
  if (G_VALUE_HOLDS_STRING (to))
    return TRUE;
  g_value_init (&before, G_TYPE_DOUBLE);
  g_value_init (&after, G_TYPE_DOUBLE);
  if (!g_value_transform (from, &before) || !g_value_transform (to, &after))
    return TRUE; /* no numbers */
  return g_value_get_double (&before) == g_value_get_double (&after);
}

/* A plug-in's choices have no types in other languages: there they are given by name. */
static gboolean
convert_choice (GParamSpec *property, const GValue *from, GValue *to)
{
  const gchar *nick = G_VALUE_HOLDS_STRING (from) ? g_value_get_string (from) : NULL;

  return nick != NULL && G_IS_PARAM_SPEC_ENUM (property) && parse_choice (property, nick, to);
}

static gchar *
print_value (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_dup_string (value);
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_strdup_printf ("%.10g", g_value_get_double (value));
  return g_strdup_value_contents (value);
}

gboolean
lamina_value_convert (GParamSpec *property, const GValue *from, GValue *to, GError **error)
{
  g_autofree gchar *text = NULL;

  /* Validation says whether it had to change the value to make it fit. */
  if (convert_choice (property, from, to)
      || (g_value_transform (from, to) && is_same_number (from, to)
          && !g_param_value_validate (property, to)))
    return TRUE;
  text = print_value (from);
  return refuse (property, text, FALSE, error);
}

/* --- The nearest name ---------------------------------------------------------------- */

/* How many letters must be put in, left out or changed to make @a of @b (Levenshtein's distance).
 */
static gsize
distance (const gchar *a, const gchar *b)
{
  gsize length = strlen (b);
  g_autofree gsize *row = g_new (gsize, length + 1);

  for (gsize j = 0; j <= length; j++)
    row[j] = j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      gsize diagonal = row[0];

      row[0] = i + 1;
      for (gsize j = 0; j < length; j++)
        {
          gsize change = diagonal + (a[i] != b[j]);

          diagonal = row[j + 1];
          row[j + 1] = MIN (change, MIN (row[j], diagonal) + 1);
        }
    }
  return row[length];
}

gchar *
lamina_value_suggest (const gchar *word, const gchar *const *names)
{
  const gchar *nearest = NULL;
  gsize least = 0;

  if (strlen (word) > 100)
    return g_strdup ("");
  for (; *names != NULL; names++)
    {
      gsize d = distance (word, *names);

      if (nearest == NULL || d < least)
        {
          nearest = *names;
          least = d;
        }
    }
  /* A name that shares hardly a letter is no help. */
  if (nearest == NULL || least > MAX (1, strlen (word) / 2))
    return g_strdup ("");
  return g_strdup_printf (", did you mean \"%s\"?", nearest);
}
