/* How large a pixel is after an operation of libvips's
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* Sets what a pixel of @info is wide and high, which has another size than @input that @call was
 * made of: 0 where that is not known. */
void bridge_vips_scale_pixels (LaminaInfo *info, const LaminaInfo *input, VipsOperation *call);
