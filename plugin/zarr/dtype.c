/* How an array's samples are stored, and as what they are read
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "dtype.h"
#include "json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* --- The notation ------------------------------------------------------------ */

static const struct
{
  gchar kind[3];
  guint8 size;
  IdrPixel pixel;
} types[] = {
  { "u1", 1, IDR_PIXEL_U8 },  { "i1", 1, IDR_PIXEL_I8 },  { "u2", 2, IDR_PIXEL_U16 },
  { "i2", 2, IDR_PIXEL_I16 }, { "u4", 4, IDR_PIXEL_U32 }, { "i4", 4, IDR_PIXEL_I32 },
  { "u8", 8, IDR_PIXEL_U64 }, { "i8", 8, IDR_PIXEL_I64 }, { "f2", 2, IDR_PIXEL_F32 },
  { "f4", 4, IDR_PIXEL_F32 }, { "f8", 8, IDR_PIXEL_F64 }, { "b1", 1, IDR_PIXEL_U8 },
};

static const gchar *
get_kind (gchar letter)
{
  switch (letter)
    {
    case 'c':
      return "complex numbers";
    case 'S':
    case 'U':
      return "text";
    case 'M':
    case 'm':
      return "dates or times";
    case 'O':
      return "objects";
    case 'V':
      return "raw bytes";
    default:
      return NULL;
    }
}

gboolean
idr_dtype_parse (IdrDtype *dtype, const gchar *text, GError **error)
{
  const gchar *kind = strchr ("<>|", text[0]) && text[0] ? text + 1 : NULL;

  for (guint i = 0; kind && i < G_N_ELEMENTS (types); i++)
    {
      if (strcmp (kind, types[i].kind) != 0)
        continue;
      if (text[0] == '|' && types[i].size > 1)
        break;
      dtype->pixel = types[i].pixel;
      dtype->size = types[i].size;
      dtype->swap = types[i].size > 1 && (text[0] == '>') == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
      dtype->boolean = kind[0] == 'b';
      return TRUE;
    }
  if (kind && get_kind (kind[0]))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 "its type \"%.32s\" is %s, where an image has integers or floats", text,
                 get_kind (kind[0]));
  else
    g_set_error (error, G_IO_ERROR, kind ? G_IO_ERROR_NOT_SUPPORTED : G_IO_ERROR_INVALID_DATA,
                 "its type \"%.32s\" is not known; known are u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1 "
                 "after \"<\" or \">\", or \"|\" before one byte",
                 text);
  return FALSE;
}

/* The name that NumPy and Zarr v3 give it. */
static const gchar *
get_name (const IdrDtype *dtype)
{
  if (dtype->boolean)
    return "bool";
  return dtype->size < idr_pixel_get_size (dtype->pixel) ? "float16"
                                                         : idr_pixel_get_name (dtype->pixel);
}

gboolean
idr_dtype_parse_name (IdrDtype *dtype, const gchar *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      *dtype = (IdrDtype){ types[i].pixel, types[i].size, FALSE, types[i].kind[0] == 'b' };
      if (!strcmp (name, get_name (dtype)))
        return TRUE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "its type \"%.40s\" cannot be read, where an image has integers or floats", name);
  return FALSE;
}

/* --- Conversion ------------------------------------------------------------------ */

gboolean
idr_dtype_is_native (const IdrDtype *dtype)
{
  return !dtype->swap && dtype->size == idr_pixel_get_size (dtype->pixel);
}

#define SWAP(type, swap)                                                                           \
  for (gsize i = 0; i < n; i++)                                                                    \
    {                                                                                              \
      type value;                                                                                  \
      memcpy (&value, from + i * sizeof value, sizeof value);                                      \
      value = swap (value);                                                                        \
      memcpy (to + i * sizeof value, &value, sizeof value);                                        \
    }

static void
swap_bytes (gsize size, const guint8 *from, guint8 *to, gsize n)
{
  switch (size)
    {
    case 2:
      SWAP (guint16, GUINT16_SWAP_LE_BE)
      break;
    case 4:
      SWAP (guint32, GUINT32_SWAP_LE_BE)
      break;
    default:
      SWAP (guint64, GUINT64_SWAP_LE_BE)
    }
}

static gfloat
half_to_float (guint16 half)
{
  guint32 exponent = half >> 10 & 31, fraction = half & 1023;
  guint32 bits = (guint32)(half & 0x8000) << 16;
  gfloat value;

  if (exponent == 0)
    return (half & 0x8000 ? -1.0f : 1.0f) * fraction * 0x1p-24f;

  bits |= (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
widen_halves (gboolean swap, const guint8 *from, guint8 *to, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 half;
      gfloat value;

      memcpy (&half, from + i * sizeof half, sizeof half);
      value = half_to_float (swap ? GUINT16_SWAP_LE_BE (half) : half);
      memcpy (to + i * sizeof value, &value, sizeof value);
    }
}

void
idr_dtype_convert (const IdrDtype *dtype, gconstpointer stored, gpointer native, gsize n)
{
  if (dtype->size != idr_pixel_get_size (dtype->pixel))
    widen_halves (dtype->swap, stored, native, n);
  else if (dtype->swap)
    swap_bytes (dtype->size, stored, native, n);
  else if (native != stored)
    memcpy (native, stored, n * dtype->size);
}

/* --- Fill values --------------------------------------------------------------- */

/* The integer that @node holds: as itself, as text (which keeps what json-glib cannot), or as a
 * float. A negative one is in @value as its two's complement. */
static gboolean
get_integer (JsonNode *node, gboolean *negative, guint64 *value)
{
  gint64 number;
  const gchar *text;
  gchar *end;

  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    {
      *negative = FALSE;
      *value = json_node_get_boolean (node);
      return TRUE;
    }
  if (idr_json_node_int (node, &number))
    {
      *negative = number < 0;
      *value = (guint64)number;
      return TRUE;
    }
  text = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
  if (!g_ascii_isdigit (text[text[0] == '-']))
    return FALSE;
  errno = 0;
  *negative = text[0] == '-';
  *value
      = *negative ? (guint64)g_ascii_strtoll (text, &end, 10) : g_ascii_strtoull (text, &end, 10);
  return errno == 0 && *end == '\0';
}

static gboolean
parse_integer (const IdrDtype *dtype, JsonNode *node, gpointer fill)
{
  gboolean is_signed = dtype->pixel & 1, negative;
  gint bits = 8 * dtype->size;
  guint64 value, most = dtype->boolean ? 1 : G_MAXUINT64 >> (64 - bits + is_signed);

  if (!get_integer (node, &negative, &value))
    return FALSE;
  if (negative ? !is_signed || ~value > most : value > most)
    return FALSE;
  value = GUINT64_TO_LE (value);
  memcpy (fill, &value, sizeof value);
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    swap_bytes (dtype->size, fill, fill, 1);
  return TRUE;
}

/* @number as float16 would hold it. */
static gdouble
round_to_half (gdouble number)
{
  gdouble step = number == 0 || !isfinite (number) ? 1 : ldexp (1, MAX (ilogb (number), -14) - 10);

  number = rint (number / step) * step;
  return fabs (number) > 65504 ? copysign (INFINITY, number) : number;
}

/* "0x7fc00000": the bits themselves. */
static gboolean
parse_bits (const IdrDtype *dtype, const gchar *text, gpointer fill)
{
  gchar *end;
  guint64 bits = g_ascii_strtoull (text + 2, &end, 16);
  gfloat single;

  if (strlen (text) != 2 + 2 * dtype->size || *end || !g_ascii_isxdigit (text[2]))
    return FALSE;
  if (dtype->size == 2)
    {
      single = half_to_float (bits);
      memcpy (fill, &single, sizeof single);
      return TRUE;
    }
  bits = GUINT64_TO_LE (bits);
  memcpy (fill, &bits, dtype->size);
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    swap_bytes (dtype->size, fill, fill, 1);
  return TRUE;
}

static gboolean
parse_float (const IdrDtype *dtype, JsonNode *node, gpointer fill)
{
  const gchar *text
      = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
  gdouble number;
  gfloat single;

  if (g_str_has_prefix (text, "0x"))
    return parse_bits (dtype, text, fill);
  if (!strcmp (text, "NaN"))
    number = NAN;
  else if (!strcmp (text, "Infinity") || !strcmp (text, "-Infinity"))
    number = text[0] == '-' ? -INFINITY : INFINITY;
  else if (strpbrk (text, "xX") || !idr_json_node_double (node, &number))
    return FALSE;
  if (dtype->size == 8)
    {
      memcpy (fill, &number, sizeof number);
      return TRUE;
    }
  single = dtype->size == 2 ? round_to_half (number) : number;
  memcpy (fill, &single, sizeof single);
  return isinf (single) == isinf (number);
}

/* The sample's own bytes, as they would be stored, in base64. */
static gboolean
parse_base64 (const IdrDtype *dtype, JsonNode *node, gpointer fill)
{
  const gchar *text
      = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
  gsize size;
  g_autofree guchar *bytes = NULL;

  if (strlen (text) != (dtype->size + 2) / 3 * 4)
    return FALSE;
  bytes = g_base64_decode (text, &size);
  if (size == dtype->size)
    idr_dtype_convert (dtype, bytes, fill, 1);
  return size == dtype->size;
}

gboolean
idr_dtype_parse_fill (const IdrDtype *dtype, JsonNode *node, gpointer fill, GError **error)
{
  g_autofree gchar *text = NULL;
  gboolean ok;

  memset (fill, 0, 8);
  if (!node || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    ok = FALSE;
  else if (dtype->pixel >= IDR_PIXEL_F32)
    ok = parse_float (dtype, node, fill);
  else
    ok = parse_integer (dtype, node, fill);
  if (ok || (JSON_NODE_HOLDS_VALUE (node) && parse_base64 (dtype, node, fill)))
    return TRUE;
  text = json_to_string (node, FALSE);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "its fill value %.40s is none of its type %s", text, get_name (dtype));
  return FALSE;
}
