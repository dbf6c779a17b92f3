/* Operations of Lamina's that are made of libvips's
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* Registers "vips:NICKNAME" for a class of libvips's operations, where it takes one image or none,
 * gives one, and asks for nothing else that no parameter is for; does nothing for all others. */
gboolean bridge_vips_register_filter (VipsOperationClass *klass, GError **error);
