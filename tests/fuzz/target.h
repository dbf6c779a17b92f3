/* What libFuzzer, and replay.c in its stead, call with anything at all
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Must neither crash, nor leak, nor warn, whatever it is given; returns 0. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
