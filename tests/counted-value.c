/* Values of a cache that are numbers, and count how many of them there are
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "counted-value.h"

#include <string.h>

static gint n_alive;

static void
forget (gpointer number)
{
  g_free (number);
  g_atomic_int_add (&n_alive, -1);
}

GBytes *
counted_value_new (gint number)
{
  gint *own = g_new (gint, 1);

  *own = number;
  g_atomic_int_inc (&n_alive);
  return g_bytes_new_with_free_func (own, sizeof *own, forget, own);
}

gint
counted_value_get_number (GBytes *value)
{
  gint number;

  memcpy (&number, g_bytes_get_data (value, NULL), sizeof number);
  return number;
}

gint
counted_value_get_alive (void)
{
  return g_atomic_int_get (&n_alive);
}

GBytes *
counted_value_make_key (gint number)
{
  return g_bytes_new (&number, sizeof number);
}
