/* The loader lamina_load, and its like for programs of libvips 7
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <vips/vips.h>

/* Whether a file of that name leads to an image: a pointer file, or the metadata of a Zarr. */
gboolean bridge_vips_load_is_a (const char *filename);

/* The endings of such names, NULL-terminated. */
extern const char *bridge_vips_load_endings[];

/* Registers the loader. */
GType bridge_vips_load_get_type (void);

/* Registers the format, whose names end in ":page=5" where the loader's end in "[page=5]". */
GType bridge_vips_format_get_type (void);
