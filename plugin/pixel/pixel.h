/* What a pixel is, to every layer of the plug-in: the ten numeric types that images have
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* In the order of LaminaFormat, which the operations check when they are compiled. */
typedef enum
{
  IDR_PIXEL_U8,
  IDR_PIXEL_I8,
  IDR_PIXEL_U16,
  IDR_PIXEL_I16,
  IDR_PIXEL_U32,
  IDR_PIXEL_I32,
  IDR_PIXEL_U64,
  IDR_PIXEL_I64,
  IDR_PIXEL_F32,
  IDR_PIXEL_F64
} IdrPixel;

/* Bytes in one sample. */
static inline gsize
idr_pixel_get_size (IdrPixel pixel)
{
  static const guint8 sizes[] = { 1, 1, 2, 2, 4, 4, 8, 8, 4, 8 };

  return sizes[pixel];
}

/* The name that NumPy and OMERO's users know: "uint16", "float32". */
static inline const gchar *
idr_pixel_get_name (IdrPixel pixel)
{
  static const gchar names[][8] = { "uint8", "int8",   "uint16", "int16",   "uint32",
                                    "int32", "uint64", "int64",  "float32", "float64" };

  return names[pixel];
}
