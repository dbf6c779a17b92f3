/* Fuzz target: a pointer file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaPointer) pointer = lamina_pointer_parse ("a/x.idr", bytes, &error);

  if (pointer)
    {
      const gchar *const *names = lamina_pointer_get_names (pointer);

      g_assert_cmpstr (lamina_pointer_get_location (pointer), !=, "");
      g_assert_cmpint (lamina_pointer_get_page (pointer), >=, 0);
      g_assert_cmpint (lamina_pointer_get_n (pointer), !=, 0);
      for (; *names; names++)
        g_assert_nonnull (lamina_pointer_get_value (pointer, *names));
      return 0;
    }
  g_assert_true (g_str_has_prefix (error->message, "a/x.idr:"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
  return 0;
}
