/* Parameters of Lamina's that are made of the arguments of libvips's operations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* The parameter for an argument of libvips's: numbers, booleans and choices as they are, without
 * the last of the choices, which libvips hides too; arrays and interpolators as texts. NULL for
 * what is none of these. */
GParamSpec *bridge_vips_make_parameter (GParamSpec *theirs, gboolean is_required);

/* Gives a parameter's value to @call, which is not built. */
gboolean bridge_vips_set_argument (VipsObject *call, const gchar *name, const GValue *value,
                                   GError **error);
