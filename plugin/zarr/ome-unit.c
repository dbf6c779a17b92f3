/* Units of length and time, by the names that OME-Zarr, UDUNITS-2 and OMERO give them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ome.h"

#include <string.h>

typedef struct
{
  const gchar *name;
  gdouble value;
} Unit;

/* Before "meter" and "second". */
static const Unit prefixes[] = {
  { "yocto", 1e-24 }, { "zepto", 1e-21 }, { "atto", 1e-18 }, { "femto", 1e-15 }, { "pico", 1e-12 },
  { "nano", 1e-9 },   { "micro", 1e-6 },  { "milli", 1e-3 }, { "centi", 1e-2 },  { "deci", 1e-1 },
  { "", 1 },          { "hecto", 1e2 },   { "kilo", 1e3 },   { "mega", 1e6 },    { "giga", 1e9 },
  { "tera", 1e12 },   { "peta", 1e15 },   { "exa", 1e18 },   { "zetta", 1e21 },  { "yotta", 1e24 },
};

/* In any case, and in the plural. */
static const Unit words[] = {
  { "angstrom", 1e-4 },  { "inch", 25400 },          { "foot", 304800 }, { "yard", 914400 },
  { "mile", 1609344e3 }, { "parsec", 3.0856776e22 }, { "micron", 1 },    { "minute", 60 },
  { "hour", 3600 },      { "day", 86400 },
};

/* As they are. */
static const Unit symbols[] = {
  { "\302\265m", 1 },
  { "\316\274m", 1 },
  { "um", 1 },
  { "nm", 1e-3 },
  { "pm", 1e-6 },
  { "mm", 1e3 },
  { "cm", 1e4 },
  { "m", 1e6 },
  { "km", 1e9 },
  { "\303\205", 1e-4 },
  { "\342\204\253", 1e-4 },
  { "s", 1 },
  { "ms", 1e-3 },
  { "us", 1e-6 },
  { "\302\265s", 1e-6 },
  { "\316\274s", 1e-6 },
  { "ns", 1e-9 },
  { "min", 60 },
  { "h", 3600 },
};

static gboolean
is_word (const gchar *text, gsize length, const gchar *word)
{
  return strlen (word) == length && !g_ascii_strncasecmp (text, word, length);
}

gdouble
idr_ome_unit (const gchar *unit)
{
  gsize length;

  for (guint i = 0; unit && i < G_N_ELEMENTS (symbols); i++)
    if (!strcmp (unit, symbols[i].name))
      return symbols[i].value;
  length = unit ? strlen (unit) : 0;
  if (length > 4 && g_ascii_tolower (unit[length - 1]) == 's')
    length--;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (is_word (unit, length, words[i].name))
      return words[i].value;
  for (guint i = 0; length && i < G_N_ELEMENTS (prefixes); i++)
    {
      gsize n = strlen (prefixes[i].name);

      if (length <= n || g_ascii_strncasecmp (unit, prefixes[i].name, n))
        continue;
      if (is_word (unit + n, length - n, "meter") || is_word (unit + n, length - n, "metre"))
        return prefixes[i].value * 1e6;
      if (is_word (unit + n, length - n, "second"))
        return prefixes[i].value;
    }
  return 0;
}
