/* How an array's samples are stored, and as what they are read
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "pixel.h"
#include <json-glib/json-glib.h>
#include <gio/gio.h>

typedef struct
{
  IdrPixel pixel;   /* as what it is read: bool as uint8, float16 as float32 */
  gsize size;       /* bytes of a stored sample */
  gboolean swap;    /* stored in the byte order that the machine has not */
  gboolean boolean; /* 0 or 1 */
} IdrDtype;

/* NumPy's notation, as Zarr v2 writes it: ">u2". What is no number is NOT_SUPPORTED, by its kind.
 */
gboolean idr_dtype_parse (IdrDtype *dtype, const gchar *text, GError **error);

/* Zarr v3's names: "uint16". The byte order is the machine's, until the codecs tell. */
gboolean idr_dtype_parse_name (IdrDtype *dtype, const gchar *name, GError **error);

/* Whether stored samples can be read as they are. */
gboolean idr_dtype_is_native (const IdrDtype *dtype);

/* Converts @n samples; @native may be @stored where both are of the same size. */
void idr_dtype_convert (const IdrDtype *dtype, gconstpointer stored, gpointer native, gsize n);

/* The "fill_value" @node as one sample of dtype->pixel in @fill, which has room for 8 bytes. null,
 * or no node at all, is 0; text may be a number, or the sample's bytes in base64. INVALID_DATA
 * where the type cannot hold it. Integers are exact. */
gboolean idr_dtype_parse_fill (const IdrDtype *dtype, JsonNode *node, gpointer fill,
                               GError **error);
