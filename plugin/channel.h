/* One channel of an image
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* An image of those planes of @input that are channel @number's, as the whole image counts its
 * channels. NULL: @input has no such channel. */
LaminaImage *idr_channel_new (LaminaImage *input, gint number, GError **error);
