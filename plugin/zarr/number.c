/* One number of any type that is stored, and what NumPy makes of it in another type
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "number.h"

#include <string.h>

/* The @size bytes at @from, the least first whatever their order. */
static guint64
get_bits (const IdrDtype *dtype, const guint8 *from)
{
  gboolean big = dtype->swap == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  guint64 bits = 0;

  for (gsize i = 0; i < dtype->size; i++)
    bits |= (guint64)from[big ? dtype->size - 1 - i : i] << 8 * i;
  return bits;
}

static void
put_bits (const IdrDtype *dtype, guint64 bits, guint8 *to)
{
  gboolean big = dtype->swap == (G_BYTE_ORDER == G_LITTLE_ENDIAN);

  for (gsize i = 0; i < dtype->size; i++)
    to[big ? dtype->size - 1 - i : i] = bits >> 8 * i;
}

static gboolean
is_signed (const IdrDtype *dtype)
{
  return dtype->pixel & 1;
}

IdrNumber
idr_number_load (const IdrDtype *dtype, const guint8 *from)
{
  guint64 bits = get_bits (dtype, from);
  gint unused = 64 - 8 * (gint)CLAMP (dtype->size, 1, 8);
  guint32 half = (guint32)bits;
  gfloat single;
  gdouble real;

  if (dtype->pixel == IDR_PIXEL_F32)
    {
      memcpy (&single, &half, sizeof single);
      return (IdrNumber){ .is_float = TRUE, .real = single };
    }
  if (dtype->pixel == IDR_PIXEL_F64)
    {
      memcpy (&real, &bits, sizeof real);
      return (IdrNumber){ .is_float = TRUE, .real = real };
    }
  if (!is_signed (dtype))
    return (IdrNumber){ .integer = bits, .is_high = bits > G_MAXINT64 };
  return (IdrNumber){ .integer = (guint64)((gint64)(bits << unused) >> unused) };
}

gdouble
idr_number_get_real (IdrNumber number)
{
  if (number.is_float)
    return number.real;
  return number.is_high ? (gdouble)number.integer : (gdouble)(gint64)number.integer;
}

/* Cut toward zero; what no integer of 64 bits holds is the least of them, as processors have it. */
static guint64
cut (gdouble real)
{
  if (real >= -0x1p63 && real < 0x1p63)
    return (guint64)(gint64)real;
  return real >= 0x1p63 && real < 0x1p64 ? (guint64)real : (guint64)G_MININT64;
}

void
idr_number_store (const IdrDtype *dtype, IdrNumber number, guint8 *to)
{
  guint64 bits = number.is_float ? 0 : number.integer;
  guint32 half;
  gfloat single;
  gdouble real = idr_number_get_real (number);

  if (dtype->pixel == IDR_PIXEL_F32)
    {
      single = (gfloat)real;
      memcpy (&half, &single, sizeof half);
      bits = half;
    }
  else if (dtype->pixel == IDR_PIXEL_F64)
    memcpy (&bits, &real, sizeof bits);
  else if (dtype->boolean)
    bits = real != 0;
  else if (number.is_float)
    bits = cut (real);
  put_bits (dtype, bits, to);
}
