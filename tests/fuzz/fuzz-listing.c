/* Fuzz target: what a bucket answers in XML, to a question for a listing or with a refusal
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "listing.h"
#include "status.h"
#include "target.h"

#include <string.h>

static void
list (GBytes *bytes)
{
  static const gchar *const prefixes[] = { "", "a/" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      g_autofree gchar *token = NULL;

      if (idr_listing_parse (bytes, prefixes[i], names, &token, NULL))
        for (guint k = 0; k < names->len; k++)
          g_assert_false (g_str_has_prefix (names->pdata[k], "/"));
    }
}

/* Whatever a server says, it becomes one line. */
static void
refuse (GBytes *bytes)
{
  static const guint statuses[] = { 301, 403, 404, 503 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      gchar type[] = "text/plain";
      const IdrHttpAnswer answer
          = { .status = statuses[i], .body = bytes, .content_type = type, .total = -1 };
      g_autoptr (GError) error = NULL;

      idr_status_set_error (&answer, "https://h/a", i % 2 == 0, &error);
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strchr (error->message, '\n'));
      idr_status_is_about_credentials (&answer);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  list (bytes);
  refuse (bytes);
  return 0;
}
