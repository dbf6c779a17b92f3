/* A file that appears whole or not at all: written under another name, then renamed
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct _IdrDraft IdrDraft;

/* Begins what will be the file @path. Nothing is there under this name, or what was there stays,
 * until idr_draft_publish(). A link is followed; what is no regular file (a pipe, /dev/stdout) is
 * written to at once. */
IdrDraft *idr_draft_new (const gchar *path, GError **error);

/* Appends @size bytes. One thread at a time. */
gboolean idr_draft_write (IdrDraft *draft, gconstpointer bytes, gsize size, GError **error);

/* Makes the file visible, in the place of one that may have been there. Call it once; after an
 * error there is nothing to be done but to free the draft. */
gboolean idr_draft_publish (IdrDraft *draft, GError **error);

/* Frees @draft, and removes what was not published. */
void idr_draft_free (IdrDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrDraft, idr_draft_free)

/* Opens a file without a name, to read and write what goes into @draft later: where there is room
 * for that, too, and gone when it is closed, however the program ends. -1 on error. */
gint idr_draft_open_spool (IdrDraft *draft, GError **error);
