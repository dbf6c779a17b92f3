/* How large the tiles of a stack are: by its image's own tiles, by memory, by threads
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

/* The stacks of an image, tiles not yet chosen: each plane, or all planes of one t and c. */
IdrStack idr_tiling_get_stack (const LaminaInfo *info, gboolean is_volume);

/* Chooses tiles for @stack so that @n_threads of them at work take at most half of @memory. @reach:
 * pixels around a tile that are read with it, in a volume also through the planes. */
void idr_tiling_choose (IdrStack *stack, const LaminaInfo *info, gint64 reach, gsize memory,
                        gint n_threads);

/* How many such tiles may be at work at the same time. */
guint idr_tiling_get_n_at_once (const IdrStack *stack, gint64 reach, gsize memory);

/* Whether it is worked out in one piece. */
gboolean idr_tiling_is_whole (const IdrStack *stack);

/* The bytes that @memory asks for: 0 is a quarter of what this machine has. */
gsize idr_tiling_get_memory (gint64 memory);

/* Sets @error to what is wrong with the @number-th stack, @problem. */
void idr_tiling_set_error (const IdrStack *stack, gint64 number, const gchar *problem,
                           GError **error);
