/* What is known of an image, in the header of one of libvips's and back
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* Planes in a row that are a range of frames by a range of channels by a range of sections. */
typedef struct
{
  gint t, c, z; /* the first of each, among those that the image has */
  gint n_t, n_c, n_z;
} BridgeBlock;

/* FALSE where the @n planes from @first on are no such block; @block then takes them for sections.
 */
gboolean bridge_vips_find_block (const LaminaInfo *info, gint64 first, gint64 n,
                                 BridgeBlock *block);

/* A value of the info's extra by its name, or NULL where that is not there or not a text. */
const gchar *bridge_vips_get_extra (const LaminaInfo *info, const gchar *name);

/* Writes what is known of those planes into the header of @out, which has its size and format. */
void bridge_vips_set_fields (VipsImage *out, const LaminaInfo *info, gint64 first, gint64 n);

/* What the header of @in says, which may be anybody's. Its pages and bands need not be what they
 * were when the fields were written; what does not fit them is left out. */
LaminaInfo *bridge_vips_get_info (VipsImage *in, GError **error);
