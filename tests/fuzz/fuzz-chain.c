/* Fuzz target: a chain's text, opened with operations that do little
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "chain-operations.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gsize ready;
  g_autofree gchar *text = size ? g_strndup ((const gchar *)data, size) : g_strdup ("");
  g_autoptr (LaminaChain) chain = NULL;

  if (g_once_init_enter (&ready))
    {
      chain_operations_register ();
      g_once_init_leave (&ready, 1);
    }
  chain = lamina_chain_open (text, NULL, NULL);
  g_assert_true (!chain || *text);
  g_free (chain_operations_take_log ());
  return 0;
}
