/* What is known of an image before a pixel of it is read
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

/**
 * LaminaInfo:
 * @t: (array length=n_t) (nullable): places of the frames in the whole image
 * @c: (array length=n_c) (nullable): places of the channels
 * @z: (array length=n_z) (nullable): places of the sections
 * @channels: (array zero-terminated=1) (element-type utf8) (nullable): names of the channels
 *
 * What is known of an image; lamina.h tells of each field.
 */

/* Not by G_DEFINE_QUARK, whose name clang-format would take for a subtraction. */
GQuark
lamina_error_quark (void)
{
  return g_quark_from_static_string ("lamina-error-quark");
}

G_DEFINE_BOXED_TYPE (LaminaInfo, lamina_info, lamina_info_copy, lamina_info_free)

/**
 * lamina_format_get_size:
 * @format: a format
 *
 * Returns: the bytes of one sample
 */
gsize
lamina_format_get_size (LaminaFormat format)
{
  static const guint8 sizes[] = { 1, 1, 2, 2, 4, 4, 8, 8, 4, 8 };

  g_return_val_if_fail (format < G_N_ELEMENTS (sizes), 0);
  return sizes[format];
}

/**
 * lamina_format_get_name:
 * @format: a format
 *
 * Returns: its name, as NumPy has it: "uint16", "float32"
 */
const gchar *
lamina_format_get_name (LaminaFormat format)
{
  static const gchar *const names[] = { "uint8", "int8",   "uint16", "int16",   "uint32",
                                        "int32", "uint64", "int64",  "float32", "float64" };

  g_return_val_if_fail (format < G_N_ELEMENTS (names), NULL);
  return names[format];
}

static const gint *
copy_places (const gint *places, gint n)
{
  return places != NULL && n > 0 ? g_memdup2 (places, (gsize)n * sizeof *places) : NULL;
}

/**
 * lamina_info_copy:
 * @info: an info, whose size may be that of an older version of the struct
 *
 * Returns: (transfer full): a copy of it and of all that it points to
 */
LaminaInfo *
lamina_info_copy (const LaminaInfo *info)
{
  LaminaInfo *copy = g_new0 (LaminaInfo, 1);

  memcpy (copy, info, MIN (info->size, sizeof *copy));
  copy->size = sizeof *copy;
  copy->t = copy_places (copy->t, copy->n_t);
  copy->c = copy_places (copy->c, copy->n_c);
  copy->z = copy_places (copy->z, copy->n_z);
  copy->channels = (const gchar *const *)g_strdupv ((gchar **)copy->channels);
  if (copy->extra != NULL)
    g_variant_ref_sink (copy->extra);
  return copy;
}

gboolean
lamina_info_is_sound (const LaminaInfo *info)
{
  gint64 bytes, planes;

  return info->format <= LAMINA_FORMAT_F64 && info->samples > 0 && info->width > 0
         && info->height > 0 && info->n_t > 0 && info->n_c > 0 && info->n_z > 0
         && !__builtin_mul_overflow (info->width, info->height, &bytes)
         && !__builtin_mul_overflow (bytes, (gint64)lamina_info_get_pixel_size (info), &bytes)
         && !__builtin_mul_overflow ((gint64)info->n_t * info->n_c, info->n_z, &planes);
}

/**
 * lamina_info_free:
 * @info: (transfer full): an info that lamina_info_copy() has made
 *
 * Frees it and all that it points to.
 */
void
lamina_info_free (LaminaInfo *info)
{
  g_free ((gpointer)info->t);
  g_free ((gpointer)info->c);
  g_free ((gpointer)info->z);
  g_strfreev ((gchar **)info->channels);
  g_clear_pointer (&info->extra, g_variant_unref);
  g_free (info);
}

/**
 * lamina_info_get_n_planes:
 * @info: an info
 *
 * Returns: how many planes the image has
 */
gint64
lamina_info_get_n_planes (const LaminaInfo *info)
{
  return (gint64)info->n_t * info->n_c * info->n_z;
}

/**
 * lamina_info_get_pixel_size:
 * @info: an info
 *
 * Returns: the bytes of a pixel, all its samples together
 */
gsize
lamina_info_get_pixel_size (const LaminaInfo *info)
{
  return lamina_format_get_size (info->format) * (gsize)info->samples;
}

/**
 * lamina_info_get_place:
 * @info: an info
 * @plane: a plane's number, from 0 on
 * @t: (out) (optional): the plane's frame in the whole image
 * @c: (out) (optional): its channel
 * @z: (out) (optional): its section
 *
 * Tells where a plane lies in the whole image, of which @info's may be a selection.
 */
void
lamina_info_get_place (const LaminaInfo *info, gint64 plane, gint *t, gint *c, gint *z)
{
  gint i_z, i_c, i_t;

  g_return_if_fail (plane >= 0 && plane < lamina_info_get_n_planes (info));

  i_z = (gint)(plane % info->n_z);
  i_c = (gint)(plane / info->n_z % info->n_c);
  i_t = (gint)(plane / info->n_z / info->n_c);
  if (t != NULL)
    *t = info->t != NULL ? info->t[i_t] : i_t;
  if (c != NULL)
    *c = info->c != NULL ? info->c[i_c] : i_c;
  if (z != NULL)
    *z = info->z != NULL ? info->z[i_z] : i_z;
}
