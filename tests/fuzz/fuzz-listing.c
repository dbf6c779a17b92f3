/* Fuzz target: what a bucket answers when it is asked for a listing
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "listing.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const gchar *const prefixes[] = { "", "a/" };
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      g_autofree gchar *token = NULL;

      if (idr_listing_parse (bytes, prefixes[i], names, &token, NULL))
        for (guint k = 0; k < names->len; k++)
          g_assert_false (g_str_has_prefix (names->pdata[k], "/"));
    }
  return 0;
}
