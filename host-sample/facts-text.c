/* What is known of an image, as lines for people
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "facts.h"

#include "text.h"

#include <string.h>

#define VALUE_COLUMN 18

static void append_value (GString *lines, GVariant *value);

/* "voxel-size-um" as "voxel size (µm)". */
static gchar *
make_label (const gchar *name)
{
  static const gchar *const units[][2] = { { "-um", " (µm)" }, { "-s", " (s)" } };
  g_autofree gchar *clean = text_clean (name);
  GString *label = g_string_new (clean);

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_has_suffix (label->str, units[i][0]))
      {
        g_string_truncate (label, label->len - strlen (units[i][0]));
        g_string_append (label, units[i][1]);
        break;
      }
  g_string_replace (label, "-", " ", 0);
  return g_string_free (label, FALSE);
}

static void
append_clean (GString *lines, const gchar *text)
{
  g_autofree gchar *clean = text_clean (text);

  g_string_append (lines, clean);
}

/* Integers one after the other as "0-9", others by themselves. */
static void
append_places (GString *lines, GVariant *value)
{
  gsize n = 0, end;
  const gint32 *places = g_variant_get_fixed_array (value, &n, sizeof *places);

  for (gsize i = 0; i < n; i = end)
    {
      for (end = i + 1; end < n && places[end] == places[end - 1] + 1; end++)
        ;
      g_string_append_printf (lines, "%s%d", i > 0 ? ", " : "", places[i]);
      if (end - i > 1)
        g_string_append_printf (lines, "-%d", places[end - 1]);
    }
}

static void
append_list (GString *lines, GVariant *value, const gchar *separator)
{
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      g_string_append (lines, i > 0 ? separator : "");
      append_value (lines, child);
    }
}

static void
append_dictionary (GString *lines, GVariant *value)
{
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) content = g_variant_get_child_value (entry, 1);

      g_string_append (lines, i > 0 ? ", " : "");
      append_value (lines, key);
      g_string_append_c (lines, ' ');
      append_value (lines, content);
    }
}

/* A line for each, below each other: pairs of texts, and levels of a pyramid. */
static void
append_records (GString *lines, GVariant *value)
{
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (value, i);

      if (i > 0)
        {
          g_string_append_c (lines, '\n');
          text_pad (lines, VALUE_COLUMN);
        }
      if (g_variant_is_of_type (record, G_VARIANT_TYPE ("(xxs)")))
        {
          gint64 width, height;
          const gchar *path;

          g_variant_get (record, "(xx&s)", &width, &height, &path);
          g_string_append_printf (lines, "%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT "%s", width,
                                  height, *path != '\0' ? " in " : "");
          append_clean (lines, path);
        }
      else
        append_list (lines, record, ": ");
    }
}

/* The text in a cell, a dot where there is none. */
static gchar *
get_cell (GVariant *row, gsize i)
{
  const gchar *text;

  g_variant_get_child (row, i, "&s", &text);
  return text_clean (text[0] != '\0' ? text : ".");
}

/* How wide the longest text of a grid is. */
static glong
get_width (GVariant *rows)
{
  glong width = 0;

  for (gsize y = 0; y < g_variant_n_children (rows); y++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, y);

      for (gsize x = 0; x < g_variant_n_children (row); x++)
        {
          g_autofree gchar *cell = get_cell (row, x);

          width = MAX (width, g_utf8_strlen (cell, -1));
        }
    }
  return width;
}

/* Texts in rows and columns, all as wide as the longest. */
static void
append_grid (GString *lines, GVariant *rows)
{
  glong width = get_width (rows);

  for (gsize y = 0; y < g_variant_n_children (rows); y++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, y);

      if (y > 0)
        {
          g_string_append_c (lines, '\n');
          text_pad (lines, VALUE_COLUMN);
        }
      for (gsize x = 0; x < g_variant_n_children (row); x++)
        {
          g_autofree gchar *cell = get_cell (row, x);
          gint padding = (gint)(width - g_utf8_strlen (cell, -1));

          g_string_append_printf (lines, "%s%*s%s", x > 0 ? " " : "", padding, "", cell);
        }
    }
}

static void
append_number (GString *lines, GVariant *value)
{
  g_autofree gchar *text = g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE)
                               ? text_number (g_variant_get_double (value))
                               : g_variant_print (value, FALSE);

  g_string_append (lines, text);
}

static void
append_value (GString *lines, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      append_value (lines, inner);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    append_clean (lines, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_string_append (lines, g_variant_get_boolean (value) ? "yes" : "no");
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("ai")))
    append_places (lines, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("ax")))
    append_list (lines, value, " x ");
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{?*}")))
    append_dictionary (lines, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("aas")))
    append_grid (lines, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("ar")))
    append_records (lines, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    append_list (lines, value, ", ");
  else
    append_number (lines, value);
}

/* A channel's name with its colour, which a terminal can show. */
static void
append_channels (GString *lines, GVariant *channels, GVariant *colours, gboolean on_terminal)
{
  for (gsize i = 0; i < g_variant_n_children (channels); i++)
    {
      g_autoptr (GVariant) name = g_variant_get_child_value (channels, i);
      gint32 colour = -1;

      if (colours != NULL && i < g_variant_n_children (colours))
        g_variant_get_child (colours, i, "i", &colour);
      g_string_append (lines, i > 0 ? ", " : "");
      append_value (lines, name);
      if (colour < 0)
        continue;
      g_string_append_printf (lines, " #%06x", (guint)colour & 0xffffff);
      if (on_terminal)
        g_string_append_printf (lines, " \033[48;2;%d;%d;%dm  \033[0m", colour >> 16 & 0xff,
                                colour >> 8 & 0xff, colour & 0xff);
    }
}

/* Whether a line of it would tell nobody anything: numbers that are 0 along every axis. */
static gboolean
is_idle (GVariant *value)
{
  gsize n = 0;
  const gdouble *numbers;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("ad")))
    return FALSE;
  numbers = g_variant_get_fixed_array (value, &n, sizeof *numbers);
  for (gsize i = 0; i < n; i++)
    if (numbers[i] != 0)
      return FALSE;
  return TRUE;
}

gchar *
facts_to_text (GVariant *facts, gboolean on_terminal)
{
  g_autoptr (GVariant) colours
      = g_variant_lookup_value (facts, "channel-colors", G_VARIANT_TYPE ("ai"));
  GString *lines = g_string_new (NULL);
  GVariantIter iter;
  const gchar *name;
  GVariant *value;

  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree gchar *label = make_label (name);

      if (strcmp (name, "channel-colors") == 0 || is_idle (value))
        continue;
      g_string_append (lines, label);
      text_pad (lines, VALUE_COLUMN);
      if (strcmp (name, "channels") == 0)
        append_channels (lines, value, colours, on_terminal);
      else
        append_value (lines, value);
      g_string_append_c (lines, '\n');
    }
  return g_string_free (lines, FALSE);
}
