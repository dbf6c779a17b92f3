/* Operations of libvips's that are made of Lamina's
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bridge.h"

#include <vips/vips.h>

/* Registers an operation of libvips's for @operation, and one for each table that it gives: named
 * like it, and the table's followed by the table's name, with "_" for "-"; and with "lamina_" in
 * front where libvips has such an operation. One that takes a table has no counterpart. */
void bridge_vips_register (const BridgeOperation *operation);
