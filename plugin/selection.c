/* A selection of planes along one axis
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "selection.h"

#include "lamina.h"

#include <string.h>

static gint *
refuse (const gchar *axis, const gchar *text, GError **error)
{
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
               "%s=%s makes no sense: write all, 7, 0-9, 0,4,7, 0-99:10, middle or middle:5", axis,
               text);
  return NULL;
}

/* A number of up to nine digits at *@text, which moves behind it. */
static gboolean
parse_number (const gchar **text, gint *number)
{
  gsize digits = strspn (*text, "0123456789");

  if (digits == 0 || digits > 9)
    return FALSE;
  *number = (gint)g_ascii_strtoll (*text, NULL, 10);
  *text += digits;
  return TRUE;
}

/* "7", "0-9" or "0-99:10" at *@text, which moves behind it. */
static gboolean
parse_range (const gchar **text, gint *first, gint *last, gint *step)
{
  *step = 1;
  if (!parse_number (text, first))
    return FALSE;
  *last = *first;
  if (**text != '-')
    return TRUE;
  (*text)++;
  if (!parse_number (text, last) || *last < *first)
    return FALSE;
  if (**text != ':')
    return TRUE;
  (*text)++;
  return parse_number (text, step) && *step > 0;
}

/* "middle" or "middle:5", of an axis of @n. */
static gboolean
parse_middle (const gchar *text, gint n, gint *first, gint *last)
{
  gint half;

  *first = *last = n / 2;
  text += strlen ("middle");
  if (*text == '\0')
    return TRUE;
  if (*text++ != ':' || !parse_number (&text, &half) || *text != '\0' || half == 0)
    return FALSE;
  *last = (gint)MIN ((gint64)n / 2 + half, n) - 1;
  *first = MAX (n / 2 - half, 0);
  return TRUE;
}

/* Appends the places of a range; FALSE with @error where one does not exist or is there already. */
static gboolean
add_range (GArray *places, guint8 *seen, const gchar *axis, gint n, gint first, gint last,
           gint step, GError **error)
{
  if (last >= n)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   n == 1 ? "%s=%d does not exist: the image has only %s=0"
                          : "%s=%d does not exist: the image has %s=0 to %s=%d",
                   axis, last, axis, axis, n - 1);
      return FALSE;
    }
  for (gint64 place = first; place <= last; place += step)
    {
      gint p = (gint)place;

      if (seen[p]++ != 0)
        {
          g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT, "%s=%d is selected twice", axis,
                       p);
          return FALSE;
        }
      g_array_append_val (places, p);
    }
  return TRUE;
}

gint *
idr_selection_parse (const gchar *text, const gchar *axis, gint n, gint *n_selected, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autofree guint8 *seen = g_malloc0 ((gsize)n);
  const gchar *rest = text;
  gint first = 0, last = n - 1, step = 1;

  if (strcmp (text, "all") == 0 || g_str_has_prefix (text, "middle"))
    {
      if (text[0] == 'm' && !parse_middle (text, n, &first, &last))
        return refuse (axis, text, error);
      if (!add_range (places, seen, axis, n, first, last, 1, error))
        return NULL;
    }
  else
    for (;; rest++)
      {
        if (!parse_range (&rest, &first, &last, &step))
          return refuse (axis, text, error);
        if (!add_range (places, seen, axis, n, first, last, step, error))
          return NULL;
        if (*rest == '\0')
          break;
        if (*rest != ',')
          return refuse (axis, text, error);
      }

  *n_selected = (gint)places->len;
  return (gint *)(gpointer)g_array_free (g_steal_pointer (&places), FALSE);
}
