/* How large a pixel is after an operation of libvips's
 *
 * Whether the same field is seen in other pixels, or another field in the same, is not to be seen
 * from the sizes; and the sizes are rounded. So this is one place that knows operations of
 * libvips's by name.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-scale.h"

static const struct
{
  const gchar *nickname;
  const gchar *x, *y; /* the arguments by which width and height change; NULL: they do not */
  gboolean grows;
} scales[] = {
  { "resize", "scale", "vscale", TRUE },     { "zoom", "xfac", "yfac", TRUE },
  { "shrink", "hshrink", "vshrink", FALSE }, { "shrinkh", "hshrink", NULL, FALSE },
  { "shrinkv", NULL, "vshrink", FALSE },     { "reduce", "hshrink", "vshrink", FALSE },
  { "reduceh", "hshrink", NULL, FALSE },     { "reducev", NULL, "vshrink", FALSE },
  { "subsample", "xfac", "yfac", FALSE },    { "embed", NULL, NULL, FALSE },
  { "gravity", NULL, NULL, FALSE },          { "extract_area", NULL, NULL, FALSE },
  { "smartcrop", NULL, NULL, FALSE },        { "replicate", NULL, NULL, FALSE },
};

/* How many times larger a pixel is. A factor for the height that is not given is the width's. */
static gdouble
get_factor (VipsOperation *call, const gchar *name, const gchar *other, gboolean grows)
{
  g_auto (GValue) value = G_VALUE_INIT;
  gdouble factor;

  if (name == NULL)
    return 1;
  if (!vips_object_argument_isset (VIPS_OBJECT (call), name))
    name = other;
  g_value_init (&value, G_TYPE_DOUBLE);
  g_object_get_property (G_OBJECT (call), name, &value);
  factor = g_value_get_double (&value);
  if (factor <= 0)
    return 0;
  return grows ? 1 / factor : factor;
}

void
bridge_vips_scale_pixels (LaminaInfo *info, const LaminaInfo *input, VipsOperation *call)
{
  const gchar *nickname = VIPS_OBJECT_GET_CLASS (call)->nickname;
  const gboolean is_turned = g_str_equal (nickname, "rot");

  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    if (g_str_equal (nickname, scales[i].nickname))
      {
        info->size_x *= get_factor (call, scales[i].x, scales[i].y, scales[i].grows);
        info->size_y *= get_factor (call, scales[i].y, scales[i].x, scales[i].grows);
        return;
      }
  info->size_x = is_turned ? input->size_y : 0;
  info->size_y = is_turned ? input->size_x : 0;
}
