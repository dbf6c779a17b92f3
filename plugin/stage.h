/* Files of a folder that appear all together or not at all: written to a hidden one, then moved
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct _IdrStage IdrStage;

/* Begins what will be files of @folder, which is made where it is missing. */
IdrStage *idr_stage_new (const gchar *folder, GError **error);

/* Where the file that will be @name is written to until then. Any thread. */
gchar *idr_stage_get_path (IdrStage *stage, const gchar *name);

/* Moves the files to where they belong, in the place of those that may have been there. */
gboolean idr_stage_publish (IdrStage *stage, GError **error);

/* Frees @stage, and removes what was not published: the files, and a folder that was made for
 * them. */
void idr_stage_free (IdrStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrStage, idr_stage_free)
