/* What an operation of libvips's makes of an image of Lamina's
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* An image of as many planes as @input, each made of one of its planes by @call, which has all its
 * arguments but for the image @in and gives @out: two names that must stay. @call is not built, nor
 * changed from here on. The first plane is prepared at once, since libvips has then what its size
 * and type are. */
LaminaImage *bridge_vips_filter (LaminaImage *input, VipsOperation *call, const gchar *in,
                                 const gchar *out, LaminaJob *job, GError **error);

/* What @call gives by that @name, as pixels; takes @call over. Not by libvips's cache of
 * operations, which would hold on to the input. NULL with libvips's error set. */
VipsImage *bridge_vips_build (VipsObject *call, const gchar *name);
