/* Which image of a plate, or of a collection of images, is meant
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "store.h"

/* What somebody wants; all of it may be empty. */
typedef struct
{
  const gchar *well;  /* of a plate: "B/3"; "": the first */
  const gchar *field; /* of a well: "0", or "all"; "": the first */
  gint series;        /* of a collection of images; -1: the first */
} IdrOmeChoice;

/* What that is. */
typedef struct
{
  gchar **paths; /* of the image below the store's root, or of a well's fields: one at least */
  gint n_paths;
  gchar *well;  /* of a plate, or NULL */
  gchar **rows; /* the names of a plate's rows and columns, or NULL */
  gchar **columns;
  gchar **wells; /* row by row: the path of each well, "" where there is none */
  gchar **notes; /* what else there is; or NULL */
} IdrOmeChosen;

/* The image at @path, which needed no choice. */
IdrOmeChosen *idr_ome_chosen_new (const gchar *path);
void idr_ome_chosen_free (IdrOmeChosen *chosen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOmeChosen, idr_ome_chosen_free)

/* Whether @choice leaves all open. */
gboolean idr_ome_choice_is_empty (const IdrOmeChoice *choice);

/* Looks for what @choice says in the store's root group. What is neither a plate, nor a well, nor a
 * collection, is taken for an image: its path is "". Errors: INVALID_ARGUMENT, where there is no
 * such well, field or series; others as idr_ome_open(). */
IdrOmeChosen *idr_ome_choose (IdrStore *store, const IdrOmeChoice *choice, IdrTally *tally,
                              GCancellable *cancellable, GError **error);
