/* What the tests of the bridge to libvips share: its start, images of it, its errors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* Without modules, which might be ours, and with no operation kept. */
void start_vips (const gchar *name);

/* An image of libvips of @n planes of @image. */
VipsImage *make (LaminaImage *image, gint64 first, gint64 n);

/* All pixels, as libvips computes them, of an image that then goes. */
GBytes *compute (VipsImage *image);

/* That libvips's error buffer, which is emptied, has @words. */
void assert_vips_error (const gchar *words);

/* Of planes of 37 x 21 pixels. */
LaminaInfo make_info (LaminaFormat format, gint samples, gint n_t, gint n_c, gint n_z);

/* Values that fit into all formats: of a sample at @x, which counts samples, and @y. */
gdouble small (gint64 plane, gint64 x, gint64 y);
