/* Prints what lies directly below a location, a name a line; credentials are the AWS tools'
 *
 *   store-list LOCATION ENDPOINT REGION
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "store.h"
#include <stdio.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc != 4)
    return 2;
  IdrStoreOptions options = { .endpoint = argv[2], .region = argv[3] };
  g_autoptr (IdrStore) store = idr_store_new (argv[1], &options, &error);
  g_auto (GStrv) names = store != NULL ? idr_store_list (store, "", NULL, &error) : NULL;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    puts (names[i]);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return error != NULL;
}
