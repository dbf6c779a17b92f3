/* A stack that is segmented tile by tile, by everybody who waits for it
 *
 * It has no owner: whoever asks for it, or for something that must come after it, takes tiles until
 * none are left. One who is cancelled gives his tile back and goes.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "tile-reader.h"

typedef struct _IdrStackWork IdrStackWork;

/* @segmentation, of the stack of @input that begins with plane @first, has not begun and is taken
 * over, and so is @reader. At most @n_at_once tiles are at work, whoever helps: there is no memory
 * for more. Counts "tiles" and "tiles-planned", so that people see it move. */
IdrStackWork *idr_stack_work_new (IdrSegmentation *segmentation, LaminaImage *input, gint64 first,
                                  IdrTileReader *reader, guint n_at_once);
IdrStackWork *idr_stack_work_ref (IdrStackWork *work);
void idr_stack_work_unref (IdrStackWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrStackWork, idr_stack_work_unref)

/* Works on @work until it has ended, with a result or without. FALSE with @error only where @job
 * was cancelled before. */
gboolean idr_stack_work_help (IdrStackWork *work, LaminaJob *job, GError **error);

/* What came of it: segments, and @objects, which the caller owns. NULL with @error; or with
 * @problem, a constant string, that says what is wrong with the stack itself; or with neither,
 * where somebody was cancelled in what only one can do: it must be begun anew. */
IdrSegments *idr_stack_work_get_result (IdrStackWork *work, GArray **objects, const gchar **problem,
                                        GError **error);
