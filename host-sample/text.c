/* Text for people and their terminals
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "text.h"

#include <string.h>

#define WIDTH 80

gchar *
text_clean (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const gchar *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (g_unichar_isspace (character))
        g_string_append_c (clean, ' ');
      else if (g_unichar_iscntrl (character))
        g_string_append_printf (clean, "\\x%02x", character);
      else
        g_string_append_unichar (clean, character);
    }
  return g_string_free (clean, FALSE);
}

void
text_wrap (GString *line, gsize column, gsize indent, const gchar *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (gchar **word = words; *word != NULL; word++)
    {
      gsize length = (gsize)g_utf8_strlen (*word, -1);

      if (word > words && column + 1 + length > WIDTH)
        {
          g_string_append_printf (line, "\n%*s", (gint)indent, "");
          column = indent;
        }
      else if (word > words)
        {
          g_string_append_c (line, ' ');
          column++;
        }
      g_string_append (line, *word);
      column += length;
    }
}

void
text_pad (GString *line, gsize column)
{
  const gchar *last = strrchr (line->str, '\n');
  gsize used = (gsize)g_utf8_strlen (last != NULL ? last + 1 : line->str, -1);

  g_string_append_printf (line, "%*s", used < column ? (gint)(column - used) : 1, "");
}

gchar *
text_integer (gint64 number)
{
  static const gchar *const suffixes[] = { "", "K", "M", "G" };
  guint power = 0;

  while (number != 0 && number % 1024 == 0 && power + 1 < G_N_ELEMENTS (suffixes))
    {
      number /= 1024;
      power++;
    }
  return g_strdup_printf ("%" G_GINT64_FORMAT "%s", number, suffixes[power]);
}

gchar *
text_number (gdouble number)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6g", number));
}
