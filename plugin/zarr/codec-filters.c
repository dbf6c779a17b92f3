/* The filters of numbers: delta, fixedscaleoffset, quantize, astype, bitround
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codec.h"
#include "json.h"
#include "number.h"

#include <string.h>

/* --- Numbers ----------------------------------------------------------------------------- */

/* Makes @next of all numbers, one after the other; @last is what it made of the one before. */
static gboolean
convert (const IdrStep *step, const guint8 *data, gsize size,
         IdrNumber (*next) (const IdrStep *step, IdrNumber number, IdrNumber last), IdrBuffer *out,
         GError **error)
{
  const IdrDtype *from = &step->stored, *to = &step->made;
  gsize n = size / from->size, made;
  IdrNumber number = { 0 };

  if (size % from->size || !g_size_checked_mul (&made, n, to->size))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "its %" G_GSIZE_FORMAT " bytes are no numbers of %" G_GSIZE_FORMAT, size,
                   from->size);
      return FALSE;
    }
  if (!idr_buffer_expect (out, made, size, 8, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      number = next (step, idr_number_load (from, data + i * from->size), number);
      idr_number_store (to, number, out->data + i * to->size);
      number = idr_number_load (to, out->data + i * to->size);
    }
  out->size = made;
  return TRUE;
}

static gsize
get_stored_size (const IdrStep *step, gsize size)
{
  gsize n = size / step->made.size, stored;

  return g_size_checked_mul (&stored, n, step->stored.size) ? stored : G_MAXSIZE;
}

static gboolean
parse_dtype (IdrDtype *dtype, JsonObject *configuration, const gchar *name,
             const IdrDtype *otherwise, GError **error)
{
  const gchar *text = idr_json_string (configuration, name);
  g_autofree gchar *full = NULL;

  *dtype = *otherwise;
  /* "u2" is "<u2" to NumPy. */
  if (text && text[0] && g_ascii_isdigit (text[1]))
    text = full = g_strconcat ("<", text, NULL);
  if (text
      && !(strchr ("<>|", text[0]) ? idr_dtype_parse : idr_dtype_parse_name) (dtype, text, error))
    return FALSE;
  if (dtype->size == idr_pixel_get_size (dtype->pixel))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "its filters of float16 cannot be read");
  return FALSE;
}

static gboolean
configure (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  return parse_dtype (&step->made, configuration, "dtype", dtype, error)
         && parse_dtype (&step->stored, configuration, "astype", &step->made, error);
}

/* --- delta: the first number, then differences ------------------------------------------- */

static IdrNumber
add (const IdrStep *step, IdrNumber number, IdrNumber last)
{
  guint8 bytes[8];

  /* In the type that is made: integers go round, floats are rounded. */
  idr_number_store (&step->made, number, bytes);
  number = idr_number_load (&step->made, bytes);
  number.real += last.real;
  number.integer += last.integer;
  number.is_high = FALSE;
  return number;
}

static gboolean
decode_delta (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  return convert (step, data, size, add, out, error);
}

static gboolean
configure_delta (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  if (!configure (step, configuration, dtype, error))
    return FALSE;
  if (!step->made.boolean && !step->stored.boolean)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "its filter \"delta\" of truths cannot be read");
  return FALSE;
}

const IdrCodec idr_codec_delta = { "delta", decode_delta, configure_delta, get_stored_size };

/* --- fixedscaleoffset: number / scale + offset ---------------------------------------------- */

static IdrNumber
scale (const IdrStep *step, IdrNumber number, IdrNumber last)
{
  gdouble real = idr_number_get_real (number);

  /* Single floats stay single all the way, as NumPy has it. */
  if (step->stored.pixel == IDR_PIXEL_F32)
    real = (gfloat)((gfloat)((gfloat)real / (gfloat)step->scale) + (gfloat)step->offset);
  else
    real = real / step->scale + step->offset;
  return (IdrNumber){ .is_float = TRUE, .real = real };
}

static gboolean
decode_scale (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  return convert (step, data, size, scale, out, error);
}

static gboolean
configure_scale (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  if (!configure (step, configuration, dtype, error))
    return FALSE;
  if (idr_json_node_double (json_object_get_member (configuration, "scale"), &step->scale)
      && idr_json_node_double (json_object_get_member (configuration, "offset"), &step->offset))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "its filter \"fixedscaleoffset\" has no \"scale\" or no \"offset\"");
  return FALSE;
}

const IdrCodec idr_codec_fixedscaleoffset
    = { "fixedscaleoffset", decode_scale, configure_scale, get_stored_size };

/* --- quantize, astype, bitround: the number itself, of another type or rounded already -------- */

static IdrNumber
keep (const IdrStep *step, IdrNumber number, IdrNumber last)
{
  return number;
}

static gboolean
decode_same (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  return convert (step, data, size, keep, out, error);
}

static gboolean
configure_astype (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  return parse_dtype (&step->made, configuration, "decode_dtype", dtype, error)
         && parse_dtype (&step->stored, configuration, "encode_dtype", &step->made, error);
}

static gboolean
configure_bitround (IdrStep *step, JsonObject *configuration, const IdrDtype *dtype, GError **error)
{
  step->made = step->stored = *dtype;
  return TRUE;
}

static gboolean
copy (const IdrStep *step, const guint8 *data, gsize size, IdrBuffer *out, GError **error)
{
  if (!idr_buffer_expect (out, size, size, 1, error))
    return FALSE;
  memcpy (out->data, data, size);
  out->size = size;
  return TRUE;
}

const IdrCodec idr_codec_quantize = { "quantize", decode_same, configure, get_stored_size };
const IdrCodec idr_codec_astype = { "astype", decode_same, configure_astype, get_stored_size };
const IdrCodec idr_codec_bitround = { "bitround", copy, configure_bitround, get_stored_size };

gboolean
idr_codec_is_filter (const IdrCodec *codec)
{
  return codec == &idr_codec_delta || codec == &idr_codec_fixedscaleoffset
         || codec == &idr_codec_quantize || codec == &idr_codec_astype
         || codec == &idr_codec_bitround || codec == &idr_codec_packbits;
}
