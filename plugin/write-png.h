/* The operation write-png: a picture a plane
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#define IDR_TYPE_WRITE_PNG (idr_write_png_get_type ())
G_DECLARE_FINAL_TYPE (IdrWritePng, idr_write_png, IDR, WRITE_PNG, LaminaOperation)
