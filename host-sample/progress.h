/* The line that tells how far a job is, and the figures when it is done
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

typedef struct _Progress Progress;

/* Begins to measure the time. The line goes to stderr, and only where that is a terminal. */
Progress *progress_new (LaminaJob *job);
void progress_free (Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* Shows the line as it is now: a GSourceFunc, @data is a Progress. */
gboolean progress_show (gpointer data);
void progress_wipe (Progress *progress);

/* Prints the figures on stdout. */
void progress_print_figures (Progress *progress);
