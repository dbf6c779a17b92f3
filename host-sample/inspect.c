/* lamina inspect: an operation's inputs, parameters and outputs, as its class describes them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Columns where types and descriptions begin. */
#define TYPE_COLUMN 20
#define TEXT_COLUMN 34

static const gchar *
name_type (GParamSpec *property)
{
  switch (G_TYPE_FUNDAMENTAL (property->value_type))
    {
    case G_TYPE_BOOLEAN:
      return "true or false";
    case G_TYPE_INT:
    case G_TYPE_INT64:
      return "whole number";
    case G_TYPE_DOUBLE:
      return "number";
    case G_TYPE_STRING:
      return "text";
    case G_TYPE_ENUM:
      return "choice";
    default:
      return property->value_type == LAMINA_TYPE_IMAGE   ? "image"
             : property->value_type == LAMINA_TYPE_TABLE ? "table"
                                                         : g_type_name (property->value_type);
    }
}

/* "0 to 100", "at least 0", or nothing where any value will do; takes the texts, which are NULL
 * where there is no such bound. */
static gchar *
describe_range (gchar *minimum, gchar *maximum)
{
  g_autofree gchar *from = minimum, *to = maximum;

  if (from != NULL && to != NULL)
    return g_strdup_printf ("%s to %s", from, to);
  if (from != NULL)
    return g_strdup_printf ("at least %s", from);
  if (to != NULL)
    return g_strdup_printf ("at most %s", to);
  return g_strdup ("");
}

/* A bound that nobody reaches is none. */
static gchar *
bound_integer (gint64 bound)
{
  return bound > G_MININT && bound < G_MAXINT ? text_integer (bound) : NULL;
}

static gchar *
bound_number (gdouble bound)
{
  return fabs (bound) < 1e18 ? text_number (bound) : NULL;
}

static gchar *
get_range (GParamSpec *property)
{
  if (G_IS_PARAM_SPEC_INT (property))
    return describe_range (bound_integer (G_PARAM_SPEC_INT (property)->minimum),
                           bound_integer (G_PARAM_SPEC_INT (property)->maximum));
  if (G_IS_PARAM_SPEC_INT64 (property))
    return describe_range (bound_integer (G_PARAM_SPEC_INT64 (property)->minimum),
                           bound_integer (G_PARAM_SPEC_INT64 (property)->maximum));
  if (G_IS_PARAM_SPEC_DOUBLE (property))
    return describe_range (bound_number (G_PARAM_SPEC_DOUBLE (property)->minimum),
                           bound_number (G_PARAM_SPEC_DOUBLE (property)->maximum));
  return g_strdup ("");
}

static gchar *
get_default (GParamSpec *property)
{
  const GValue *value = g_param_spec_get_default_value (property);

  if (G_VALUE_HOLDS_STRING (value))
    return g_strcmp0 (g_value_get_string (value), "") != 0 ? g_value_dup_string (value) : NULL;
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_strdup (g_value_get_boolean (value) ? "true" : "false");
  if (G_VALUE_HOLDS_INT (value))
    return text_integer (g_value_get_int (value));
  if (G_VALUE_HOLDS_INT64 (value))
    return text_integer (g_value_get_int64 (value));
  if (G_VALUE_HOLDS_DOUBLE (value))
    return text_number (g_value_get_double (value));
  if (G_VALUE_HOLDS_ENUM (value))
    return g_strdup (
        g_enum_get_value (G_PARAM_SPEC_ENUM (property)->enum_class, g_value_get_enum (value))
            ->value_nick);
  return NULL;
}

static void
append_text (GString *lines, const gchar *text)
{
  text_pad (lines, TEXT_COLUMN);
  text_wrap (lines, TEXT_COLUMN, TEXT_COLUMN, text);
  g_string_append_c (lines, '\n');
}

/* Names of constants, which is what most have, would tell nobody anything. */
static void
append_choices (GString *lines, GEnumClass *klass)
{
  for (guint i = 0; i < klass->n_values; i++)
    {
      const GEnumValue *value = &klass->values[i];
      g_autofree gchar *line
          = strchr (value->value_name, ' ') == NULL
                ? g_strdup (value->value_nick)
                : g_strdup_printf ("%s: %s", value->value_nick, value->value_name);

      append_text (lines, line);
    }
}

static void
append_property (GString *lines, GParamSpec *property)
{
  const gchar *blurb = g_param_spec_get_blurb (property);
  g_autofree gchar *clean = text_clean (blurb != NULL ? blurb : "");
  const gboolean is_required = (property->flags & LAMINA_REQUIRED) != 0;
  g_autofree gchar *range = get_range (property);
  g_autofree gchar *preset = is_required ? g_strdup ("must be given") : get_default (property);

  g_string_append_printf (lines, "  %s", property->name);
  text_pad (lines, TYPE_COLUMN);
  g_string_append (lines, name_type (property));
  append_text (lines, clean);
  if (lamina_operation_role (property) != LAMINA_ROLE_PARAMETER)
    return;

  if (G_IS_PARAM_SPEC_ENUM (property))
    append_choices (lines, G_PARAM_SPEC_ENUM (property)->enum_class);
  if (*range != '\0' || preset != NULL)
    {
      g_autofree gchar *line = g_strdup_printf (
          "%s%s%s%s", range, *range != '\0' && preset != NULL ? ", " : "",
          preset != NULL && !is_required ? "default " : "", preset != NULL ? preset : "");

      append_text (lines, *line != '\0' ? line : "");
    }
}

static void
append_role (GString *lines, GObjectClass *klass, LaminaRole role, const gchar *heading)
{
  g_autofree GParamSpec **properties = NULL;
  gboolean any = FALSE;
  guint n = 0;

  properties = g_object_class_list_properties (klass, &n);
  for (guint i = 0; i < n; i++)
    {
      if (!g_type_is_a (properties[i]->owner_type, LAMINA_TYPE_OPERATION)
          || properties[i]->owner_type == LAMINA_TYPE_OPERATION
          || lamina_operation_role (properties[i]) != role)
        continue;
      if (!any)
        g_string_append_printf (lines, "\n%s\n", heading);
      any = TRUE;
      append_property (lines, properties[i]);
    }
}

static gchar *
describe (const gchar *name, LaminaOperationClass *klass)
{
  GString *lines = g_string_new (NULL);
  g_autofree gchar *title = text_clean (klass->title != NULL ? klass->title : "");
  g_autofree gchar *summary = text_clean (klass->summary != NULL ? klass->summary : "");

  g_string_append_printf (lines, "%s: %s\n", name, title);
  text_wrap (lines, 0, 0, summary);
  g_string_append_c (lines, '\n');
  append_role (lines, G_OBJECT_CLASS (klass), LAMINA_ROLE_INPUT, "Inputs");
  append_role (lines, G_OBJECT_CLASS (klass), LAMINA_ROLE_PARAMETER, "Parameters");
  append_role (lines, G_OBJECT_CLASS (klass), LAMINA_ROLE_OUTPUT, "Outputs");
  if (klass->writes != NULL)
    {
      g_string_append (lines, "\nWrites names that end in");
      for (const gchar *const *ending = klass->writes; *ending != NULL; ending++)
        g_string_append_printf (lines, "%s %s", ending > klass->writes ? " or" : "", *ending);
      g_string_append_c (lines, '\n');
    }
  return g_string_free (lines, FALSE);
}

static gint
inspect_run (const Command *command, gchar **argv)
{
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[]
      = { { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "OPERATION" },
          { NULL } };
  g_autoptr (GTypeClass) klass = NULL;
  g_autofree gchar *text = NULL;
  gint status;

  if (!command_parse (command, entries, argv, &status))
    return status;
  if (rest == NULL || rest[1] != NULL)
    return command_refuse (command, "Name one operation");

  lamina_plugin_load_all ();
  if (lamina_operation_find (rest[0]) == G_TYPE_INVALID)
    {
      /* The library knows the nearest name. */
      g_autoptr (GError) error = NULL;

      lamina_operation_new (rest[0], NULL, &error, NULL, NULL);
      return command_fail (error, NULL);
    }

  klass = g_type_class_ref (lamina_operation_find (rest[0]));
  text = describe (rest[0], (LaminaOperationClass *)klass);
  fputs (text, stdout);
  return STATUS_DONE;
}

const Command command_inspect = {
  .name = "inspect",
  .arguments = "OPERATION",
  .summary = "Show its inputs, parameters and outputs",
  .details = "\"lamina list\" names the operations. Their parameters are written as\n"
             "name=value in chains: see \"lamina run --help\".\n",
  .run = inspect_run,
};
