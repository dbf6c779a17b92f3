/* OME-XML, which some look for in an image's description
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "vips-fields.h"

/* Says what the planes of @block are. */
gchar *bridge_vips_make_ome (const LaminaInfo *info, const BridgeBlock *block);
