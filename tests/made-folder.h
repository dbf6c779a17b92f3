/* A folder of a test's own
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

gchar *made_folder_new (void);

/* Removes @folder with all that is in it, and frees the name. */
void made_folder_remove (gchar *folder);

/* The names in @folder, sorted, joined by spaces, hidden ones too. */
gchar *made_folder_list (const gchar *folder);
